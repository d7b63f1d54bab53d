"""The schedule's question whether a night is due."""

from celery import shared_task
from django.utils import timezone

from kpis.actions.runs import start_due


@shared_task(name="kpis.start_nightly")
def start_nightly() -> None:
    """Stage the night's run once its hour has come; safe to ask as often as one likes."""
    start_due(at=timezone.now())
