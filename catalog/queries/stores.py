"""Stores by code, whose they are on a day, and which of their months are closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import ClosedMonth
from catalog.models import Store, StoreDepartment


def stores_by_code(codes: Iterable[str]) -> dict[str, Store]:
    """Return the stores with these codes; a code that nobody knows is left out."""
    return {store.code: store for store in Store.objects.filter(code__in=set(codes))}


def leads_store(scope: Scope, store_id: int) -> bool:
    """Tell whether the store is today one of those that somebody assigns."""
    today = StoreDepartment.objects.on(scope.today).filter(store=store_id)
    return scope.reaches(Right.ASSIGN, today.values_list("department", flat=True))


class ClosedDays:
    """Answers for some stores whether a day lies in a closed month of its department."""

    def __init__(self, stores: Iterable[int]) -> None:
        spans = ("store_id", "from_date", "to_date", "department__closed_months__month")
        rows = StoreDepartment.objects.filter(
            store__in=set(stores), department__closed_months__isnull=False
        ).values_list(*spans)
        self._spans: dict[tuple[int, date], list[tuple[date, date | None]]] = {}
        for store_id, start, end, month in rows:
            self._spans.setdefault((store_id, month), []).append((start, end))

    def holds(self, store_id: int, day: date) -> bool:
        """Tell whether the day is closed."""
        spans = self._spans.get((store_id, day.replace(day=1)), ())
        return any(start <= day and (end is None or day < end) for start, end in spans)


def first_closed_month(departments: Iterable[int], start: date, end: date | None) -> date | None:
    """Return the first closed month of the departments with a day in ``start <= day < end``."""
    until = Q() if end is None else Q(month__lte=(end - date.resolution).replace(day=1))
    return (
        ClosedMonth.objects.filter(
            until, department__in=set(departments), month__gte=start.replace(day=1)
        )
        .order_by("month")
        .values_list("month", flat=True)
        .first()
    )


def seen_stores(codes: Iterable[str], scope: Scope | None) -> dict[str, Store]:
    """Return those of the stores with these codes that ``scope`` sees; ``None`` sees all."""
    rows = Store.objects.all() if scope is None else Store.objects.visible_to(scope)
    return {store.code: store for store in rows.filter(code__in=set(codes)).distinct()}
