"""Background work of orders: files that came in, and the clocks of tickets."""

from celery import shared_task
from django.utils import timezone

from opsdesk.actions.jobs import JobRun, handles
from orders.actions.clocks import RECLOCK, reclock
from orders.actions.escalations import sweep_clocks
from orders.actions.imports import JOB, work_import


@handles(JOB)
def import_file(run: JobRun) -> None:
    """Load the file of the import that the job is of; safe to run twice and at the same time."""
    work_import(run)


@handles(RECLOCK)
def follow_terms(run: JobRun) -> None:
    """Bring the clocks of open tickets up to calendars and policies; safe to run twice at once."""
    reclock(run)


@shared_task(name="orders.sweep_clocks")
def sweep() -> None:
    """Note missed promises and raise escalations; safe to run twice and at the same time."""
    sweep_clocks(at=timezone.now())
