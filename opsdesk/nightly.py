"""The steps of the night, in order: the one place that knows what every app does then."""

from datetime import timedelta

from accounts.models import Department
from catalog.actions.abc import classify
from catalog.actions.pricing import apply_prices
from catalog.actions.promotions import advance_promotions
from catalog.actions.replenishment import propose
from catalog.actions.signals import raise_signals
from catalog.actions.snapshots import note_stockouts
from catalog.actions.suppliers import score_suppliers
from catalog.actions.unlisted import record_unlisted
from catalog.models import Store
from compensation.actions.payruns import draft_open_months
from kpis.actions.facts import compute_facts
from kpis.actions.periods import compute_periods
from kpis.actions.runs import KIND, close_dead_runs, start_run, work_off
from kpis.actions.scorecards import make_scorecards
from kpis.actions.steps import Step, StepRun
from opsdesk.actions.jobs import Clock, JobRun, claim, execute, handles
from opsdesk.actions.moves import Mover
from orders.actions.demand import fill_demand, fill_returns
from orders.actions.keywords import (
    end_recount,
    fill_review_days,
    recount_piece,
    uncounted_keywords,
)
from orders.actions.linking import link_lines
from orders.actions.rates import reconvert
from orders.actions.retention import PIECE as FORGOTTEN
from orders.actions.retention import forget_customers
from orders.actions.reviews import link_reviews
from orders.actions.shipment_exceptions import PIECE, pass_exceptions, raise_exceptions
from orders.actions.standings import stand_customers

# So far back late orders and changed rates reach the demand by day.
DEMAND_DAYS = timedelta(days=400)
# Stores whose customers are counted in one piece.
STORES = 50


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


def grade_suppliers(step: StepRun) -> None:
    """Score the suppliers at the end of the day; prices without a rate are told beside the step."""
    with step.piece() as tally:
        scored = score_suppliers(step.run.as_of, at=step.job_run.clock())
        tally.written += scored.suppliers
    if scored.notes:
        step.note("\n".join(scored.notes))


def count_demand(step: StepRun) -> None:
    """Link lines whose SKU has come, then bring demand and refunds by SKU and day up to date."""
    first, last = step.run.as_of - DEMAND_DAYS, step.run.as_of
    with step.piece() as tally:
        tally.written += link_lines(at=step.job_run.clock())
        tally.written += fill_demand(first, last) + fill_returns(first, last)


def count_reviews(step: StepRun) -> None:
    """Link reviews whose item has come, look for changed keywords, and add reviews up by day."""
    with step.piece() as tally:
        tally.written += link_reviews(at=step.job_run.clock())
    keywords = uncounted_keywords()
    after: int | None = 0
    while keywords and after is not None:
        with step.piece() as tally:
            changed, after = recount_piece(keywords, after)
            tally.written += changed
    with step.piece() as tally:
        end_recount(keywords)
        tally.written += fill_review_days(step.run.as_of - DEMAND_DAYS, step.run.as_of)


def find_stockouts(step: StepRun) -> None:
    """Note which SKUs ran out where, and which are back."""
    with step.piece() as tally:
        tally.written += note_stockouts(step.run.as_of)


def give_classes(step: StepRun) -> None:
    """Give each SKU its ABC class."""
    with step.piece() as tally:
        tally.written += classify(step.run.as_of)


def propose_purchases(step: StepRun) -> None:
    """Propose what should be bought."""
    with step.piece() as tally:
        tally.written += propose(step.run.as_of, at=step.job_run.clock())


def give_signals(step: StepRun) -> None:
    """Raise the signals of products, and let lapse what does not hold any more."""
    with step.piece() as tally:
        tally.written += raise_signals(step.run.as_of, at=step.job_run.clock())


def stand(step: StepRun) -> None:
    """Give customers their member tier and RFM class, some stores at a time."""
    stores = list(Store.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(stores), STORES):
        with step.piece() as tally:
            tally.written += stand_customers(stores[start : start + STORES], step.run.as_of)


def forget(step: StepRun) -> None:
    """Erase personal data of customers that was kept long enough, piece by piece."""
    done = FORGOTTEN
    while done == FORGOTTEN:
        with step.piece() as tally:
            done = forget_customers(step.run.as_of, at=step.job_run.clock())
            tally.written += done


def watch_shipments(step: StepRun) -> None:
    """Raise what is wrong with shipments, and let pass what is not any more; piece by piece."""
    for work in (raise_exceptions, pass_exceptions):
        done = PIECE
        while done == PIECE:
            with step.piece() as tally:
                done = work(step.run.as_of, Mover(step.job_run.clock()))
                tally.written += done


def unlisted(step: StepRun) -> None:
    """Write down what is in stock but not on sale."""
    with step.piece() as tally:
        tally.written += record_unlisted(step.run.as_of)


def bring_prices(step: StepRun) -> None:
    """Bring every listing to the price of its store's today."""
    with step.piece() as tally:
        tally.written += apply_prices(Store.objects.order_by("pk"), Mover(step.job_run.clock()))


def move_promotions(step: StepRun) -> None:
    """Take promotions into the phase whose day has come; what holds one up is told beside."""
    with step.piece() as tally:
        advanced = advance_promotions(step.job_run.clock())
        tally.written += advanced.moves
    if advanced.notes:
        step.note("\n".join(advanced.notes))


STEPS = (
    Step("prices", bring_prices),
    Step("promotions", move_promotions),
    Step("fx", convert_again),
    # Amounts with yesterday's rate are better than no figures: facts do not wait for the rates.
    Step("facts", compute_facts),
    Step("periods", compute_periods, needs=("facts",)),
    Step("scorecards", make_scorecards, needs=("periods",)),
    Step("suppliers", grade_suppliers),
    Step("demand", count_demand),
    Step("stockouts", find_stockouts),
    Step("abc", give_classes, needs=("demand",)),
    Step("replenishment", propose_purchases, needs=("demand", "stockouts")),
    Step("reviews", count_reviews),
    Step("signals", give_signals, needs=("demand", "reviews")),
    Step("shipments", watch_shipments),
    Step("unlisted", unlisted),
    Step("customers", stand),
    Step("retention", forget),
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
