"""Daily facts: taking the days with news, and computing them again from orders and returns."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import TruncMonth, TruncQuarter, TruncWeek, TruncYear

from accounts.models import ClosedMonth
from catalog.models import DirtyDay, FactFamily
from kpis.actions.families import FAMILIES, Family
from kpis.actions.restatements import restate
from kpis.actions.steps import StepRun
from kpis.actions.sums import Destination, upsert_sums
from kpis.models import FactWork, PeriodFact, PeriodWork, RefundDay, SalesDay
from kpis.models.facts import COMPUTED
from opsdesk.actions.sql import upsert_from
from orders.models import Order, Refund, Return

TAKE = 5_000
# Store-days of a part: few enough to commit often, enough to be worth a statement.
PART = 1_000
STARTS = ("day", "week", "month", "quarter", "year")
KEY = ("family", "store", "day")


@dataclass(frozen=True)
class WeekRange:
    """Contiguous weeks that are computed together, and how many store-days they hold.

    Weeks and not days: told a range of days, SQLite looks for an order's day by the range
    instead of by the day.
    """

    first: date
    last: date
    keys: int


def compute_facts(step: StepRun) -> None:
    """Bring the daily facts up to date with everything that changed since the last run.

    Works in parts by week, each committed on its own; begun again it goes on where it was
    stopped. On a full run every store-day that has orders, returns or facts is computed.
    Store-days of closed months stay as they are; what would have changed is kept as restatements.
    """
    while DirtyDay.objects.exists():
        take_dirty(step)
    if step.run.full and "all days" not in step.job_run.checkpoint:
        _take_everything(step)
    parts = list(week_ranges())
    step.expect(sum(part.keys for part in parts))
    for part in parts:
        with step.piece() as tally:
            for family in FAMILIES:
                read, written = compute_part(family, part, step)
                tally.read += read
                tally.written += written
            tally.job.done += part.keys


def take_dirty(step: StepRun) -> None:
    """Take some of the days with news into work.

    Exactly the rows that were seen are deleted: the notice of a change that is committed in the
    meantime stays for the next round. Days of families without facts are let go: where facts of
    them are computed for the first time, that is done for all days.
    """
    with step.piece() as tally:
        seen = list(DirtyDay.objects.order_by("pk").values_list("pk", flat=True)[:TAKE])
        mine = DirtyDay.objects.filter(pk__in=seen)
        _into_work(mine.filter(family__in=COMPUTED).values("family", "store", "day"))
        mine.delete()
        tally.read += len(seen)


def _take_everything(step: StepRun) -> None:
    with step.piece() as tally:
        orders = Order.objects.order_by().values("store", day=F("business_date"))
        returns = Return.objects.refunded().order_by().values("store", day=F("refunded_on"))
        refunds = Refund.objects.order_by().values("store", day=F("refunded_on"))
        for family, rows in (
            (FactFamily.SALES, orders),
            (FactFamily.SALES, SalesDay.objects.values("store", "day")),
            (FactFamily.REFUNDS, returns),
            (FactFamily.REFUNDS, refunds),
            (FactFamily.REFUNDS, RefundDay.objects.values("store", "day")),
        ):
            named = rows.annotate(family=Value(family, output_field=CharField()))
            tally.read += _into_work(named)
        # A period whose days have all gone is found by its first day.
        _note_periods(PeriodFact.objects.annotate(day=F("start")))
        tally.job.checkpoint = tally.job.checkpoint | {"all days": True}


def _note_periods(rows: QuerySet[Any, Any]) -> None:
    days: QuerySet[Any, Any] = rows.order_by().values("day").distinct()
    upsert_from(days, PeriodWork, key=["day"], columns=["day"])


def _into_work(rows: QuerySet[Any, Any]) -> int:
    """Insert rows of family, store and day, each once, with the first days of their periods."""
    dated = rows.distinct().annotate(
        week=TruncWeek("day"),
        month=TruncMonth("day"),
        quarter=TruncQuarter("day"),
        year=TruncYear("day"),
    )
    return upsert_from(dated, FactWork, key=KEY, columns=["family", "store", *STARTS])


def week_ranges() -> Iterator[WeekRange]:
    """Split the days in work into ranges of weeks with about ``PART`` store-days."""
    weeks = FactWork.objects.values_list("week").annotate(keys=Count("pk")).order_by("week")
    first, last, keys = None, None, 0
    for week, count in weeks:
        if first is not None and last is not None and keys + count > PART:
            yield WeekRange(first, last, keys)
            first, keys = None, 0
        first, last, keys = first or week, week, keys + count
    if first is not None and last is not None:
        yield WeekRange(first, last, keys)


def compute_part(family: Family, part: WeekRange, step: StepRun) -> tuple[int, int]:
    """Compute one family's store-days of a range; return how many were in work and written."""
    work = FactWork.objects.filter(family=family.code, week__range=(part.first, part.last))
    keys = work.count()
    if not keys:
        return 0, 0
    closed = work.filter(_closed())
    if closed.exists():
        restate(family, closed, step.run)
        closed.delete()
    _note_periods(work)
    written = upsert_sums(
        family.parts(work),
        Destination(
            model=family.model, group=("store", *STARTS), key=("store", "day"), constants={}
        ),
    )
    in_work = Exists(work.filter(store=OuterRef("store"), day=OuterRef("day")))
    stored = family.model._default_manager.filter(in_work, week__range=(part.first, part.last))
    gone, _ = stored.exclude(family.has_rows()).delete()
    work.delete()
    return keys, written + gone


def _closed() -> Exists:
    """The condition that the store's department of the day has closed the month."""
    return Exists(
        ClosedMonth.objects.filter(
            Q(department__stores__to_date__isnull=True)
            | Q(department__stores__to_date__gt=OuterRef("day")),
            department__stores__store=OuterRef("store"),
            department__stores__from_date__lte=OuterRef("day"),
            month=OuterRef("month"),
        )
    )
