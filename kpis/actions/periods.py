"""Sums of the daily facts by scope and period, for the periods that have news."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum, Value

from catalog.models import Duty
from kpis.actions.steps import StepRun
from kpis.actions.sums import Destination, Part, upsert_sums
from kpis.core.formula import COMPONENTS
from kpis.models import (
    NightlyRun,
    PeriodFact,
    PeriodKind,
    PeriodWork,
    RefundDay,
    SalesDay,
    ScopeKind,
)
from opsdesk.core.periods import Period

REFUNDS = ("refund_amount", "refund_units", "refund_costed_amount", "refund_cost")
SALES = tuple(name for name in COMPONENTS if name not in REFUNDS)
KEY = ("scope_kind", "scope_id", "period_kind", "start")
# The steps of a money column that make one.
WHOLE = 10 ** PeriodFact._meta.get_field("orders").places
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_STEP = Decimal("0.0001")


@dataclass(frozen=True)
class Touched:
    """The periods of one kind that have news, first to last."""

    kind: PeriodKind
    starts: tuple[date, ...]

    def days(self) -> Q:
        """The condition that a daily fact lies in one of the periods."""
        last = Period(self.kind.value, self.starts[-1]).last
        # The range lets an index on the day help; the first days pick the periods.
        return Q(day__range=(self.starts[0], last), **{f"{self.kind.value}__in": self.starts})


def compute_periods(step: StepRun) -> None:
    """Sum the facts of every period that has news, for each scope; unchanged rows stay as they are.

    Works in parts by calendar year, each committed on its own. Within a touched period all
    departments and people are summed: who has a store, and with which share, may be the news.
    """
    days = PeriodWork.objects.order_by("day").values_list("day", flat=True)
    years = [list(group) for _, group in groupby(days, key=lambda day: day.year)]
    step.expect(len(years))
    for in_year in years:
        with step.piece() as tally:
            tally.read += len(in_year)
            for kind in PeriodKind:
                starts = {Period.containing(kind.value, day).start for day in in_year}
                touched = Touched(kind, tuple(sorted(starts)))
                tally.written += sum_periods(touched, step.run)
            PeriodWork.objects.filter(day__in=in_year).delete()
            tally.job.done += 1


def sum_periods(touched: Touched, run: NightlyRun) -> int:
    """Sum the touched periods for all scopes; return how many rows were written or deleted."""
    written = 0
    for scope, source, held in (
        (ScopeKind.STORE, F("store_id"), Q()),
        (ScopeKind.DEPARTMENT, F("store__departments__department_id"), _held("departments")),
        (ScopeKind.COMPANY, Value(0), Q()),
    ):
        parts = [
            _part(SalesDay, touched, source, held),
            _part(RefundDay, touched, source, held),
        ]
        constants = {"scope_kind": scope, "period_kind": touched.kind, "run": run.pk}
        into = Destination(
            PeriodFact, group=("scope_id", "start"), key=KEY, constants=constants, unseen=["run"]
        )
        written += upsert_sums(parts, into)
        written += _delete_vanished(scope, touched, held)
    return written + _sum_people(touched, run)


def _held(relation: str) -> Q:
    """The condition that a store's dated row of ``relation`` holds on the fact's day."""
    row = f"store__{relation}__"
    open_end = Q(**{f"{row}to_date__isnull": True}) | Q(**{f"{row}to_date__gt": F("day")})
    return Q(**{f"{row}from_date__lte": F("day")}) & open_end


def _part(facts: type[models.Model], touched: Touched, source: Any, held: Q) -> Part:
    sums = _sums(facts, touched.kind)
    rows = (
        facts._default_manager.filter(touched.days() & held)
        .values(scope=source, start=F(touched.kind.value))
        .annotate(**{f"sum_{name}": _steps(facts, column) for name, column in sums.items()})
    )
    return Part(rows, group=("scope", "start"), sums={name: f"sum_{name}" for name in sums})


def _steps(facts: type[models.Model], column: str) -> Any:
    """The sum of a column in the steps of a money column; counts are whole numbers by day."""
    is_count = isinstance(facts._meta.get_field(column), models.BigIntegerField)
    return Sum(column) * WHOLE if is_count else Sum(column)


def _sums(facts: type[models.Model], kind: PeriodKind) -> dict[str, str]:
    """The figures that a table of daily facts gives, with the columns that they add up."""
    if facts is RefundDay:
        return {name: name for name in REFUNDS}
    own = {"customers": f"customers_{kind.value}", "second_orders": f"second_{kind.value}"}
    return {name: own.get(name, name) for name in SALES}


def _delete_vanished(scope: ScopeKind, touched: Touched, held: Q) -> int:
    """Delete the touched rows that no daily fact stands behind any more."""
    mine: dict[str, Any] = {
        touched.kind.value: OuterRef("start"),
        "day__gte": OuterRef("start"),
    }
    if scope == ScopeKind.STORE:
        mine["store"] = OuterRef("scope_id")
    if scope == ScopeKind.DEPARTMENT:
        mine["store__departments__department"] = OuterRef("scope_id")
    rows = PeriodFact.objects.filter(
        scope_kind=scope, period_kind=touched.kind, start__in=touched.starts
    )
    for facts in (SalesDay, RefundDay):
        rows = rows.exclude(Exists(facts._default_manager.filter(held, **mine)))
    return rows.delete()[0]


def _sum_people(touched: Touched, run: NightlyRun) -> int:
    """Sum the touched periods for the people who are credited with stores, by share.

    The sums of equal shares are made in SQL; the product with the share is exact and each figure
    is rounded once.
    """
    exact: dict[tuple[int, date], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for facts in (SalesDay, RefundDay):
        for row in _credited(facts, touched):
            figures = exact[row["person"], row["start"]]
            for name in _sums(facts, touched.kind):
                product = _EXACT.multiply(row["share"], Decimal(row[f"sum_{name}"]))
                figures[name] = _EXACT.add(figures[name], product)
    rows = {
        key: {name: _EXACT.quantize(figures[name], _STEP) for name in COMPONENTS}
        for key, figures in exact.items()
    }
    return _write_people(rows, touched, run)


def _credited(facts: type[models.Model], touched: Touched) -> QuerySet[Any, dict[str, Any]]:
    sums = {f"sum_{name}": Sum(column) for name, column in _sums(facts, touched.kind).items()}
    return (
        facts._default_manager.filter(
            touched.days() & _held("assignments"), store__assignments__duty=Duty.OPERATION
        )
        .values(
            person=F("store__assignments__person_id"),
            share=F("store__assignments__share"),
            start=F(touched.kind.value),
        )
        .annotate(**sums)
        .order_by()
    )


def _write_people(
    rows: dict[tuple[int, date], dict[str, Decimal]], touched: Touched, run: NightlyRun
) -> int:
    """Write the rows that differ from the stored ones, delete those that are gone; count both."""
    stored = PeriodFact.objects.filter(
        scope_kind=ScopeKind.PERSON, period_kind=touched.kind, start__in=touched.starts
    )
    gone = []
    for old in stored.values("pk", "scope_id", "start", *COMPONENTS):
        key = (old["scope_id"], old["start"])
        if key not in rows:
            gone.append(old["pk"])
        elif all(old[name] == rows[key][name] for name in COMPONENTS):
            del rows[key]
    PeriodFact.objects.bulk_create(
        [
            PeriodFact(
                scope_kind=ScopeKind.PERSON,
                scope_id=person,
                period_kind=touched.kind,
                start=start,
                run=run,
                **figures,
            )
            for (person, start), figures in sorted(rows.items())
        ],
        update_conflicts=True,
        unique_fields=KEY,
        update_fields=[*COMPONENTS, "run"],
        batch_size=500,
    )
    PeriodFact.objects.filter(pk__in=gone).delete()
    return len(rows) + len(gone)
