"""A step of the nightly run: what it needs, and its record while it works."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F

from kpis.models import NightlyRun, NightlyStep
from opsdesk.actions.jobs import JobRun
from opsdesk.models import Job

MILLISECOND = timedelta(milliseconds=1)


@dataclass
class Tally:
    """What one piece of a step read and wrote, and how far the step is then."""

    job: Job
    read: int = 0
    written: int = 0


@dataclass(frozen=True)
class StepRun:
    """A step in the hands of this process. All its writes happen inside ``piece``."""

    job_run: JobRun
    run: NightlyRun
    step: NightlyStep

    @contextmanager
    def piece(self) -> Iterator[Tally]:
        """Run a bounded piece of the step in one transaction and add it to the step's record.

        The record is written with the piece: what a killed worker had not committed is not
        counted, what the next one repeats is counted once.
        """
        began = self.job_run.clock()
        with self.job_run.piece() as job:
            tally = Tally(job)
            job.message = self.step.name
            yield tally
            NightlyStep.objects.filter(pk=self.step.pk).update(
                rows_read=F("rows_read") + tally.read,
                rows_written=F("rows_written") + tally.written,
                milliseconds=F("milliseconds") + (self.job_run.clock() - began) // MILLISECOND,
            )

    def note(self, text: str) -> None:
        """Write something beside the step that is to be seen but is no failure."""
        with self.job_run.piece():
            NightlyStep.objects.filter(pk=self.step.pk).update(error=text)

    def expect(self, total: int) -> None:
        """Say how many units of work lie ahead; ``tally.job.done`` counts them.

        It is written with the next piece: saying it is no progress.
        """
        job = self.job_run.job
        job.done, job.total, job.message = 0, total, self.step.name


@dataclass(frozen=True)
class Step:
    """A named part of the night; ``needs`` names the steps that must have succeeded."""

    name: str
    work: Callable[[StepRun], None]
    needs: Sequence[str] = ()
