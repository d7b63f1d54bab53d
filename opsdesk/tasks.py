"""The two tasks behind all background work: run one job, and find those that were missed."""

from celery import shared_task
from django.utils import timezone

import opsdesk.nightly  # noqa: F401  (names what works off a nightly run)
from opsdesk.actions.jobs import claim, execute, wake
from opsdesk.actions.seals import seal_waiting
from opsdesk.queries.jobs import waiting_job_ids


@shared_task(name="opsdesk.run_job")
def run_job(job_id: int) -> None:
    """Work a job off, unless somebody else does; safe to run twice and at the same time."""
    run = claim(job_id, clock=timezone.now)
    if run is not None:
        execute(run)


@shared_task(name="opsdesk.sweep")
def sweep() -> None:
    """Wake workers for jobs whose message or worker was lost; seal what nobody sealed."""
    now = timezone.now()
    for job_id in waiting_job_ids(now):
        wake(job_id)
    seal_waiting(at=now)
