"""The steps of the night, in order: the one place that knows what every app does then."""

from accounts.models import Department
from compensation.actions.payruns import draft_open_months
from kpis.actions.facts import compute_facts
from kpis.actions.periods import compute_periods
from kpis.actions.runs import KIND, close_dead_runs, start_run, work_off
from kpis.actions.scorecards import make_scorecards
from kpis.actions.steps import Step, StepRun
from opsdesk.actions.jobs import Clock, JobRun, claim, execute, handles
from orders.actions.rates import reconvert


def convert_again(step: StepRun) -> None:
    """Bring the amounts of days whose FX rates changed to the new rates."""
    changed = reconvert(step.job_run, at=step.job_run.clock())
    with step.piece() as tally:
        tally.written += changed


def draft_pay(step: StepRun) -> None:
    """Calculate the open months' pay; what cannot be calculated is told beside the step."""
    refused: list[str] = []
    for department in Department.objects.order_by("code"):
        with step.piece():
            refused += draft_open_months(department, step.run.as_of, at=step.job_run.clock())
    if refused:
        step.note("\n".join(refused))


STEPS = (
    Step("fx", convert_again),
    # Amounts with yesterday's rate are better than no figures: facts do not wait for the rates.
    Step("facts", compute_facts),
    Step("periods", compute_periods, needs=("facts",)),
    Step("scorecards", make_scorecards, needs=("periods",)),
    Step("draft_pay", draft_pay, needs=("fx", "scorecards")),
)


@handles(KIND)
def nightly(job_run: JobRun) -> None:
    """Work off a nightly run; killed at any point, the next worker goes on from there."""
    work_off(job_run, STEPS)


def run_night(clock: Clock) -> None:
    """Start a night and work it off in this process."""
    run = start_run(as_of=None, full=False, by=None, at=clock())
    job_run = claim(run.job_id or 0, clock=clock)
    if job_run is not None:
        execute(job_run)
        close_dead_runs(at=clock())
