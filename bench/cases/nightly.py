"""A night with one new day: ours, SQL by hand, and an aggregate per metric, scope and period."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from bench import data
from catalog.models import DirtyDay, StoreAssignment, StoreDepartment
from kpis.actions.facts import compute_facts
from kpis.actions.periods import compute_periods
from kpis.actions.runs import start_run, work_off
from kpis.actions.steps import Step
from kpis.core.formula import COMPONENTS
from kpis.models import NightlyRun, NightlyStep, PeriodFact, RefundDay, SalesDay
from kpis.models.facts import COMPUTED
from opsdesk.actions.jobs import JobRun, claim
from opsdesk.core.periods import KINDS, Period
from opsdesk.models import Job
from orders.models import Order, OrderLine, Return, ReturnLine

GOAL_ID = "P1"
GOAL = 1.5
NEW_DAY = data.FIRST + timedelta(days=data.DAYS)
SQL = Path(__file__).parents[1] / "sql"
FACTS = (SalesDay, RefundDay, PeriodFact)
STEPS = (Step("facts", compute_facts), Step("periods", compute_periods, needs=("facts",)))
ZERO = Decimal(0)

_before: list[PeriodFact] = []
_stores: list[int] = []
_job_runs: list[JobRun] = []


def prepare(size: int) -> None:
    """Two years of orders that a night has computed, and one day that no night has seen."""
    company = data.build(size)
    _stores[:] = [store.pk for store in company.stores]
    _begin(full=True)
    ours()
    data.add_day(company, NEW_DAY, max(1, size // data.DAYS))
    _before[:] = _touched()


def reset() -> None:
    """As before the new day's night, with its notices; the run is begun, no step is."""
    _touched().delete()
    for model in (SalesDay, RefundDay):
        model._default_manager.filter(day=NEW_DAY).delete()
    PeriodFact.objects.bulk_create(_before)
    DirtyDay.objects.all().delete()
    DirtyDay.objects.bulk_create(
        DirtyDay(family=family, store_id=store, day=NEW_DAY)
        for family in COMPUTED
        for store in _stores
    )
    _begin(full=False)


def floor() -> Any:
    """Two files of SQL, in one transaction."""
    run = NightlyRun.objects.latest("pk").pk
    starts = {kind: Period.containing(kind, NEW_DAY).start for kind in KINDS}
    with transaction.atomic(), connection.cursor() as cursor:
        dates = ", ".join(f"{_date(starts[kind])} AS {kind}" for kind in KINDS if kind != "day")
        cursor.execute(
            "CREATE TEMPORARY TABLE news AS "  # noqa: S608  (dates of our own)
            f"SELECT DISTINCT store_id, day, {dates} FROM catalog_dirtyday"
        )
        cursor.execute("DELETE FROM catalog_dirtyday")
        for statement in (SQL / "night_facts.sql").read_text().split(";"):
            cursor.execute(statement)
        period = (SQL / "night_period.sql").read_text()
        for kind, start in starts.items():
            cursor.execute(period.format(kind=kind, start=start, date=_date(start), run=run))
        cursor.execute("DROP TABLE news")
    return fingerprint()


def ours() -> Any:
    """The steps of the night that compute facts and periods."""
    work_off(_job_runs[-1], STEPS)
    return fingerprint()


def typical() -> Any:
    """A row saved for each scope and period, each figure with an aggregate of its own."""
    run = NightlyRun.objects.latest("pk")
    for store in _stores:
        _typical_day(store)
    for scope_kind, scope_id, stores in _scopes():
        for kind in KINDS:
            period = Period.containing(kind, NEW_DAY)
            figures = _figures(stores, period)
            if any(figures.values()):
                PeriodFact.objects.update_or_create(
                    scope_kind=scope_kind,
                    scope_id=scope_id,
                    period_kind=kind,
                    start=period.start,
                    defaults={**figures, "run": run},
                )
    DirtyDay.objects.all().delete()
    return fingerprint()


def fingerprint() -> Any:
    """Rows and the sum of every figure, by table."""
    found = {}
    for model in FACTS:
        names = [
            f.name
            for f in model._meta.concrete_fields
            if f.get_internal_type() in ("BigIntegerField", "ScaledDecimalField")
            and f.name != "scope_id"
        ]
        sums = {f"all_{name}": Sum(name) for name in names}
        found[model.__name__] = model._default_manager.aggregate(rows=Count("pk"), **sums)
    return found


def _begin(*, full: bool) -> None:
    """A run in the hands of this process; the ones before are forgotten."""
    now = timezone.now()
    NightlyStep.objects.all().delete()
    NightlyRun.objects.update(state="done")
    Job.objects.update(state="done", leased_until=None)
    run = start_run(as_of=None, full=full, by=None, at=now)
    job_run = claim(run.job_id or 0, clock=timezone.now)
    assert job_run is not None  # noqa: S101  (nobody else works on this database)
    _job_runs.append(job_run)


def _touched() -> QuerySet[PeriodFact, PeriodFact]:
    periods = Q()
    for kind in KINDS:
        periods |= Q(period_kind=kind, start=Period.containing(kind, NEW_DAY).start)
    return PeriodFact.objects.filter(periods)


def _date(day: date) -> str:
    return f"DATE '{day}'" if connection.vendor == "postgresql" else f"'{day}'"


def _scopes() -> Iterator[tuple[str, int, list[int]]]:
    for store in _stores:
        yield "store", store, [store]
    for model, kind in ((StoreDepartment, "department"), (StoreAssignment, "person")):
        rows = list(model._default_manager.values_list(kind, "store"))
        for scope_id in sorted({scope_id for scope_id, _ in rows}):
            yield kind, scope_id, [store for owner, store in rows if owner == scope_id]
    yield "company", 0, _stores


def _figures(stores: list[int], period: Period) -> dict[str, Any]:
    """Every figure by its own query, distinct customers counted as such."""
    days = {"store__in": stores, "business_date__gte": period.start}
    orders = Order.objects.filter(**days, business_date__lt=period.end)
    sold = orders.sold()
    lines = OrderLine.objects.filter(order__in=sold, reporting_cost__isnull=False, kind="goods")
    returns = Return.objects.refunded().filter(
        store__in=stores, refunded_on__gte=period.start, refunded_on__lt=period.end
    )
    back = ReturnLine.objects.filter(
        return_case__in=returns, reporting_cost__isnull=False, kind="goods"
    )
    second = sold.filter(customer_order_no=2, previous_order_on__gte=period.start)
    found = {
        "gmv": _sum(orders, "reporting_amount"),
        "gmv_organic": _sum(orders.filter(traffic_source="organic"), "reporting_amount"),
        "gmv_ads": _sum(orders.filter(traffic_source="ad"), "reporting_amount"),
        "orders": sold.count(),
        "sold_amount": _sum(sold, "reporting_amount"),
        "units": _sum(sold, "units"),
        "costed_amount": _sum(lines, "reporting_amount"),
        "cost": _sum(lines, "reporting_cost"),
        "first_order_amount": _sum(sold.filter(customer_order_no=1), "reporting_amount"),
        "new_customers": sold.filter(customer_order_no=1).count(),
        "customers": sold.aggregate(n=Count("customer", distinct=True))["n"],
        "second_orders": second.count(),
        "refund_amount": _sum(returns, "reporting_amount"),
        "refund_units": _sum(returns, "units"),
        "refund_costed_amount": _sum(back, "reporting_amount"),
        "refund_cost": _sum(back.filter(restock=True), "reporting_cost"),
    }
    return {name: found[name] for name in COMPONENTS}


def _sum(rows: QuerySet[Any, Any], name: str) -> Any:
    return rows.aggregate(total=Sum(name))["total"] or ZERO


def _typical_day(store: int) -> None:
    """The daily facts of a store, one figure after the other."""
    starts = {kind: Period.containing(kind, NEW_DAY).start for kind in KINDS}
    figures = _figures([store], Period("day", NEW_DAY))
    placed = Order.objects.filter(store=store, business_date=NEW_DAY)
    bought = placed.sold().filter(customer_order_no__isnull=False)
    refunds = {name: figures.pop(name) for name in COMPONENTS if name.startswith("refund")}
    del figures["customers"], figures["second_orders"]
    for kind, start in starts.items():
        first = Q(previous_order_on__isnull=True) | Q(previous_order_on__lt=start)
        second = bought.filter(customer_order_no=2, previous_order_on__gte=start)
        figures[f"customers_{kind}"] = bought.filter(first).count()
        figures[f"second_{kind}"] = second.count()
    if placed.exists():
        SalesDay.objects.create(store_id=store, **starts, **figures)
    if Return.objects.refunded().filter(store=store, refunded_on=NEW_DAY).exists():
        RefundDay.objects.create(store_id=store, **starts, **refunds)
