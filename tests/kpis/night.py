"""Running the night in a test, and what it leaves behind as plain values."""

from datetime import UTC, date, datetime

from kpis.actions.runs import start_run
from kpis.models import PeriodFact, RefundDay, Restatement, SalesDay
from opsdesk.actions.jobs import claim, execute
from opsdesk.nightly import STEPS  # noqa: F401  (names what works off a run)

AT = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
AS_OF = date(2026, 4, 1)


def night(*, full=False, as_of=AS_OF, at=AT):
    """Work a whole night off and return its run."""
    run = start_run(as_of=as_of, full=full, by=None, at=at)
    execute(claim(run.job_id, clock=lambda: at))
    run.refresh_from_db()
    return run


def figures():
    """Every stored figure, without primary keys and without the run that computed it."""
    return {
        model.__name__: sorted(
            tuple(row[name] for name in sorted(row) if name not in ("id", "run_id"))
            for row in model.objects.values()
        )
        for model in (SalesDay, RefundDay, PeriodFact, Restatement)
    }
