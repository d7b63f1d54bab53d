"""Which periods of a scope are frozen, because every month in them is closed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import ClosedMonth
from catalog.models import Duty, StoreAssignment, StoreDepartment
from kpis.models import ScopeKind
from opsdesk.core.periods import Period, month

ONE_DAY = timedelta(days=1)
# Department, first day, and the day before which it ended.
Span = tuple[int, date, date | None]


def frozen_periods(scope_kind: str, scope_id: int, periods: Sequence[Period]) -> set[Period]:
    """Return those of ``periods`` that no late row can change in this scope any more.

    That is where each department concerned has closed every month the period touches; a period
    in which no department is concerned is not frozen.
    """
    if not periods:
        return set()
    first, end = min(p.start for p in periods), max(p.end for p in periods)
    spans = _departments(scope_kind, scope_id, first, end)
    closed: dict[int, set[date]] = defaultdict(set)
    rows = ClosedMonth.objects.filter(
        department__in={department for department, _, _ in spans},
        month__range=(month(first).start, month(end - ONE_DAY).start),
    )
    for department, start in rows.values_list("department", "month"):
        closed[department].add(start)
    return {period for period in periods if _is_frozen(period, spans, closed)}


def _is_frozen(period: Period, spans: list[Span], closed: dict[int, set[date]]) -> bool:
    concerned = {
        department
        for department, start, end in spans
        if start < period.end and (end is None or end > period.start)
    }
    months = _months(period)
    return bool(concerned) and all(months <= closed[department] for department in concerned)


def _months(period: Period) -> set[date]:
    found, each = set(), month(period.start)
    while each.start < period.end:
        found.add(each.start)
        each = each.next()
    return found


def _departments(scope_kind: str, scope_id: int, start: date, end: date) -> list[Span]:
    """The departments that the scope's stores belonged to, with the days on which they did."""
    if scope_kind == ScopeKind.DEPARTMENT:
        return [(scope_id, date.min, None)]
    stores: QuerySet[Any, Any] = StoreDepartment.objects.during(start, end)
    if scope_kind == ScopeKind.STORE:
        stores = stores.filter(store=scope_id)
    if scope_kind == ScopeKind.PERSON:
        credited = StoreAssignment.objects.during(start, end).filter(
            Q(duty=Duty.OPERATION), person=scope_id
        )
        stores = stores.filter(store__in=credited.values("store"))
    return list(stores.values_list("department", "from_date", "to_date"))
