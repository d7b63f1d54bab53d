"""The nightly run: starting one, and working its steps off so that it can be stopped anywhere."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from kpis.actions.steps import Step, StepRun
from kpis.models import NightlyRun, NightlyStep, RunState
from opsdesk.actions.audit import Actor, record
from opsdesk.actions.jobs import ATTEMPTS, JobRun, LeaseLost, stage
from opsdesk.core.errors import DomainError
from opsdesk.core.periods import business_date, day_start
from opsdesk.models import JobState

KIND = "nightly"
ONE_DAY = timedelta(days=1)
logger = logging.getLogger(__name__)


def night_before(at: datetime) -> date:
    """Return the last business date of the company that is over at ``at``."""
    return business_date(at, settings.COMPANY_TIME_ZONE) - ONE_DAY


def start_run(
    *, as_of: date | None = None, full: bool = False, by: Actor | None, at: datetime
) -> NightlyRun:
    """Start a nightly run for the night of ``as_of`` and return it.

    While one is running there is no second: that one is returned, whoever asks.
    """
    close_dead_runs(at=at)
    try:
        with transaction.atomic():
            return running_run() or _create(as_of or night_before(at), full, by, at)
    except IntegrityError:
        # Somebody else started one between our look and our write: join that one.
        run = running_run()
        if run is None:
            raise
        return run


def start_due(*, at: datetime) -> NightlyRun | None:
    """Start the night's run when its hour has come and nobody has started one since, else ``None``.

    The hour is that of the company's own day, whatever its clock does that night.
    """
    today = business_date(at, settings.COMPANY_TIME_ZONE)
    hour = timedelta(hours=settings.NIGHTLY_HOUR)
    due = day_start(today, settings.COMPANY_TIME_ZONE) + hour
    started = NightlyRun.objects.filter(as_of=today - ONE_DAY, started_at__gte=due)
    if at < due or started.exists():
        return None
    return start_run(as_of=today - ONE_DAY, by=None, at=at)


def running_run() -> NightlyRun | None:
    """Return the run that is not finished, if there is one."""
    return NightlyRun.objects.filter(state=RunState.RUNNING).select_related("job").first()


def close_dead_runs(*, at: datetime) -> int:
    """Mark runs as failed whose job was given up; else they would keep every later one away."""
    return NightlyRun.objects.filter(
        state=RunState.RUNNING, job__state__in=[JobState.FAILED, JobState.DONE]
    ).update(state=RunState.FAILED, finished_at=at)


def work_off(job_run: JobRun, steps: Sequence[Step]) -> None:
    """Work off the steps of a run, from where the last worker was stopped.

    A step that fails stops only those that need it; its error stands in its record and the run
    ends as failed.
    """
    run = NightlyRun.objects.get(pk=job_run.payload["run"])
    rows = _step_rows(job_run, run, steps)
    for step in steps:
        row = rows[step.name]
        if row.state == RunState.RUNNING:
            missing = [name for name in step.needs if rows[name].state == RunState.FAILED]
            if missing:
                words = _("Not started, because it needs %(steps)s.")
                _close(job_run, row, words % {"steps": ", ".join(missing)})
            else:
                _work(StepRun(job_run, run, row), step)
    failed = any(row.state == RunState.FAILED for row in rows.values())
    with job_run.piece() as job:
        job.message = ""
        NightlyRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
            state=RunState.FAILED if failed else RunState.DONE, finished_at=job_run.clock()
        )


def _create(as_of: date, full: bool, by: Actor | None, at: datetime) -> NightlyRun:
    last = NightlyRun.objects.filter(as_of=as_of).aggregate(last=Max("number"))["last"] or 0
    run = NightlyRun(as_of=as_of, number=last + 1, full=full, started_at=at)
    run.save(force_insert=True)
    run.job = stage(KIND, f"{as_of} #{run.number}", at=at, payload={"run": run.pk})
    run.save(update_fields=["job"])
    record("started", run, by=by, at=at, detail={"full": full})
    return run


def _step_rows(job_run: JobRun, run: NightlyRun, steps: Sequence[Step]) -> dict[str, NightlyStep]:
    """The records of the steps, written before the first of them begins."""
    rows = {row.name: row for row in NightlyStep.objects.filter(run=run)}
    missing = [
        NightlyStep(run=run, position=number, name=step.name, state=RunState.RUNNING)
        for number, step in enumerate(steps, 1)
        if step.name not in rows
    ]
    # Only progress is written as a piece: a worker that is killed in the same place again and
    # again must run out of attempts.
    if not missing:
        return rows
    with job_run.piece():
        NightlyStep.objects.bulk_create(missing)
    return rows | {row.name: row for row in missing}


def _work(step_run: StepRun, step: Step) -> None:
    """Work one step off; whatever goes wrong in it is written into its record."""
    job_run, row = step_run.job_run, step_run.step
    try:
        step.work(step_run)
    except LeaseLost:
        raise
    except DomainError as error:
        _close(job_run, row, error.message)
    except Exception as error:
        # A database that is away or busy may be back at the next attempt.
        if isinstance(error, OperationalError) and job_run.job.attempt < ATTEMPTS:
            raise
        logger.exception("Step %s of nightly run %s failed", step.name, row.run_id)
        _close(job_run, row, f"{type(error).__name__}: {error}")
    else:
        _close(job_run, row, "")


def _close(job_run: JobRun, row: NightlyStep, error: str) -> None:
    row.state = RunState.FAILED if error else RunState.DONE
    told = {"error": error} if error else {}
    with job_run.piece():
        NightlyStep.objects.filter(pk=row.pk).update(state=row.state, **told)
