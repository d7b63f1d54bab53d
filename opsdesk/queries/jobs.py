"""What is to be done, and how far it is."""

from datetime import datetime

from opsdesk.models import Job


def waiting_job_ids(now: datetime, limit: int = 100) -> list[int]:
    """Return the jobs that nobody works on, oldest first."""
    return list(
        Job.objects.claimable(now).order_by("not_before", "id").values_list("pk", flat=True)[:limit]
    )
