"""The steps of the night, in order: the one place that knows what every app does then."""

from accounts.models import Department
from compensation.actions.payruns import draft_open_months
from kpis.actions.facts import compute_facts
from kpis.actions.periods import compute_periods
from kpis.actions.runs import KIND, close_dead_runs, start_run, work_off
from kpis.actions.steps import Step, StepRun
from opsdesk.actions.jobs import Clock, JobRun, claim, execute, handles


def draft_pay(step: StepRun) -> None:
    """Calculate the open months' pay; what cannot be calculated is told beside the step."""
    refused: list[str] = []
    for department in Department.objects.order_by("code"):
        with step.piece():
            refused += draft_open_months(department, step.run.as_of, at=step.job_run.clock())
    if refused:
        step.note("\n".join(refused))


STEPS = (
    Step("facts", compute_facts),
    Step("periods", compute_periods, needs=("facts",)),
    Step("draft_pay", draft_pay, needs=("facts", "periods")),
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
