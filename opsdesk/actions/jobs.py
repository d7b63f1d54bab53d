"""Background work: staging a job, holding it by a lease, working it off in bounded pieces."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext

from opsdesk.core.errors import DomainError
from opsdesk.models import Job, JobState

LEASE = timedelta(seconds=45)
RETRY_AFTER = timedelta(seconds=30)
ATTEMPTS = 3

Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another worker has taken the job over; this one must not write any more."""


@dataclass
class JobRun:
    """A job in the hands of this process. All writes of its work happen inside ``piece``."""

    job: Job
    clock: Clock
    on_progress: Callable[[Job], None] = field(default=lambda job: None)

    @property
    def payload(self) -> dict[str, Any]:
        """What the job was staged with."""
        return self.job.payload

    @property
    def checkpoint(self) -> dict[str, Any]:
        """What the last committed piece left behind; empty at the start."""
        return self.job.checkpoint

    @contextmanager
    def piece(self) -> Iterator[Job]:
        """Run a bounded piece of work in one transaction that only the holder can commit.

        Inside, set ``checkpoint``, ``done``, ``total`` or ``message`` on the yielded job; they are
        stored with the piece. Takes the job's row first, so that a successor waits until this
        piece is committed or gone. Raises ``LeaseLost`` when there is a successor already. A
        committed piece is progress: the attempts are counted anew.
        """
        job = self.job
        kept = (job.checkpoint, job.done, job.total, job.message)
        try:
            with transaction.atomic():
                self._hold()
                yield job
                Job.objects.filter(pk=job.pk).update(
                    checkpoint=job.checkpoint,
                    done=job.done,
                    total=job.total,
                    message=job.message,
                    attempt=1,
                )
        except BaseException:
            job.checkpoint, job.done, job.total, job.message = kept
            raise
        job.attempt = 1
        self.on_progress(job)

    def _hold(self) -> None:
        held = Job.objects.filter(
            pk=self.job.pk, fence=self.job.fence, state=JobState.RUNNING
        ).update(leased_until=self.clock() + LEASE)
        if not held:
            raise LeaseLost(f"job {self.job.pk} was taken over")


Handler = Callable[[JobRun], None]
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Name the function that works off jobs of ``kind``; each kind has exactly one."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def stage(kind: str, key: str, *, at: datetime, payload: dict[str, Any] | None = None) -> Job:
    """Write the job in the caller's transaction and wake a worker after its commit.

    The same kind and key twice is one job; the first payload stays.
    """
    job, _ = Job.objects.get_or_create(
        kind=kind,
        key=key,
        defaults={"payload": payload or {}, "not_before": at, "staged_at": at},
    )
    transaction.on_commit(lambda: wake(job.pk))
    return job


def wake(job_id: int) -> None:
    """Tell the workers that there is work; the sweep finds the job where this fails."""
    try:
        current_app.send_task("opsdesk.run_job", args=[job_id], retry=False)
    except Exception as error:
        # Whatever is wrong with the broker must not reach the person who saved something.
        logger.warning("No worker could be woken for job %s: %s", job_id, error)


def claim(job_id: int, *, clock: Clock) -> JobRun | None:
    """Take the job if nobody works on it, else return ``None``."""
    now = clock()
    taken = (
        Job.objects.claimable(now)
        .filter(pk=job_id)
        .update(
            state=JobState.RUNNING,
            fence=F("fence") + 1,
            attempt=F("attempt") + 1,
            leased_until=now + LEASE,
        )
    )
    if not taken:
        return None
    Job.objects.filter(pk=job_id, started_at__isnull=True).update(started_at=now)
    return JobRun(Job.objects.get(pk=job_id), clock)


def execute(run: JobRun) -> JobState:
    """Work the job off and return what became of it: running, where another has taken it over.

    A refusal of the business ends it as failed with its sentence; any other error is tried again
    later, at most three times without progress.
    """
    job = run.job
    if job.attempt > ATTEMPTS:
        return _finish(
            run, JobState.FAILED, gettext("It was started three times and never came back.")
        )
    try:
        _handlers[job.kind](run)
    except LeaseLost:
        return JobState.RUNNING
    except DomainError as error:
        return _finish(run, JobState.FAILED, error.message)
    except Exception as error:
        logger.exception("Job %s (%s) failed", job.pk, job.kind)
        if job.attempt >= ATTEMPTS:
            return _finish(run, JobState.FAILED, f"{type(error).__name__}: {error}")
        return _release(run, f"{type(error).__name__}: {error}")
    return _finish(run, JobState.DONE, "")


def retry(job: Job, *, at: datetime) -> bool:
    """Give a failed job another three attempts from its last checkpoint; tell whether it moved."""
    moved = Job.objects.filter(pk=job.pk, state=JobState.FAILED).update(
        state=JobState.WAITING, attempt=0, not_before=at, error="", finished_at=None
    )
    if moved:
        transaction.on_commit(lambda: wake(job.pk))
    return bool(moved)


def _finish(run: JobRun, state: JobState, error: str) -> JobState:
    ended = _held(run).update(state=state, leased_until=None, error=error, finished_at=run.clock())
    return state if ended else JobState.RUNNING


def _release(run: JobRun, error: str) -> JobState:
    later = run.clock() + RETRY_AFTER * run.job.attempt
    freed = _held(run).update(
        state=JobState.WAITING, leased_until=None, error=error, not_before=later
    )
    return JobState.WAITING if freed else JobState.RUNNING


def _held(run: JobRun) -> Any:
    return Job.objects.filter(pk=run.job.pk, fence=run.job.fence, state=JobState.RUNNING)
