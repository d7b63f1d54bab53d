"""Background work of orders: files that came in."""

from opsdesk.actions.jobs import JobRun, handles
from orders.actions.imports import JOB, work_import


@handles(JOB)
def import_file(run: JobRun) -> None:
    """Load the file of the import that the job is of; safe to run twice and at the same time."""
    work_import(run)
