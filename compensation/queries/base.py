"""The commission base of a department's month, row by row."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from accounts.models import Department
from catalog.models import DirtyDay, FactFamily, StoreDepartment
from kpis.models import FactWork, PeriodWork
from opsdesk.core.periods import Period
from orders.models import Order, Payment, Refund, Return

ZERO = Decimal("0.00")
# What the base is made of; nobody is paid by anything else.
PAID_BY = (FactFamily.SALES, FactFamily.REFUNDS)
# Day, refund or not, store, number, and which part of a return: what the rows are sorted by.
_Place = tuple[date, bool, str, str, int]


@dataclass(frozen=True, slots=True)
class BaseEntry:
    """An order (positive) or a refund (negative) in reporting currency.

    ``collected_on`` is the day by which the buyer had paid the order; a refund whose order nobody
    knows was paid by the day of the refund at the latest.
    """

    day: date
    amount: Decimal
    order_id: int | None
    return_id: int | None
    collected_on: date | None


def department_store(department: Department, day_field: str) -> Exists:
    """Return the condition that a row's store was the department's on the row's day."""
    day = OuterRef(day_field)
    return Exists(
        StoreDepartment.objects.filter(
            Q(to_date__isnull=True) | Q(to_date__gt=day),
            store=OuterRef("store"),
            department=department,
            from_date__lte=day,
        )
    )


def month_orders(department: Department, month: Period) -> QuerySet[Order]:
    """Return the sold orders of the department's stores in the month."""
    return (
        Order.objects.sold()
        .filter(business_date__gte=month.start, business_date__lt=month.end)
        .filter(department_store(department, "business_date"))
    )


def month_refunds(department: Department, month: Period) -> QuerySet[Return]:
    """Return the returns of the department's stores that sources told to be refunded in the month.

    What was refunded here besides: ``month_parts``.
    """
    return (
        Return.objects.refunded()
        .filter(refunded_on__gte=month.start, refunded_on__lt=month.end)
        .filter(department_store(department, "refunded_on"))
    )


def month_parts(department: Department, month: Period) -> QuerySet[Refund]:
    """Return the refunds made here for the department's stores in the month, each by itself."""
    return Refund.objects.filter(
        department_store(department, "refunded_on"),
        refunded_on__gte=month.start,
        refunded_on__lt=month.end,
    )


def base_entries(department: Department, month: Period) -> list[BaseEntry]:
    """Return every order and refund of the month: by day, orders first, then by store and number.

    A return that was refunded in parts is an entry for each of them.

    Sorted here, not by the database, whose collation would let the same row earn another cent on
    another server.
    """
    orders = month_orders(department, month)
    refunds, parts = month_refunds(department, month), month_parts(department, month)
    paid = _paid_by(orders.values("pk"))
    paid_before = _paid_by(refunds.filter(order__isnull=False).values("order")) | _paid_by(
        parts.filter(return_case__order__isnull=False).values("return_case__order")
    )
    found: list[tuple[_Place, BaseEntry]] = []
    for pk, day, amount, store, number in orders.values_list(
        "pk", "business_date", "reporting_amount", "store__code", "external_id"
    ).order_by():
        entry = BaseEntry(day, amount, pk, None, paid.get(pk))
        found.append(((day, False, store, number, 0), entry))
    for case, day, amount, store, number, order, part in chain(_told(refunds), _made(parts)):
        known = paid_before.get(order) if order else day
        entry = BaseEntry(day, -amount, None, case, known)
        found.append(((day, True, store, number, part), entry))
    return [entry for _key, entry in sorted(found, key=lambda pair: pair[0])]


def _told(refunds: QuerySet[Return]) -> QuerySet[Any, Any]:
    columns = ("pk", "refunded_on", "reporting_amount", "store__code", "external_id", "order")
    return refunds.values_list(*columns, Value(0)).order_by()


def _made(parts: QuerySet[Refund]) -> QuerySet[Any, Any]:
    columns = ("return_case", "refunded_on", "reporting_amount", "store__code")
    of_case = ("return_case__external_id", "return_case__order", "number")
    return parts.values_list(*columns, *of_case).order_by()


def pending_days(department: Department, month: Period) -> int:
    """Return how many store-days of the month have changes that the figures do not show yet."""
    inside = {"day__gte": month.start, "day__lt": month.end, "family__in": PAID_BY}
    own = department_store(department, "day")
    waiting = {
        (store, day)
        for noted in (DirtyDay, FactWork)  # told by a change, and taken by a night that ended
        for store, day in noted.objects.filter(own, **inside).values_list("store", "day")
    }
    days = {"day__gte": month.start, "day__lt": month.end}
    return len(waiting) or PeriodWork.objects.filter(**days).count()


def _paid_by(orders: QuerySet[Any, Any]) -> dict[int, date]:
    """Return for each order the day on which its payments reached its amount, if they did."""
    payments: QuerySet[Any, Any] = (
        Payment.objects.filter(order__in=orders, collected_on__isnull=False)
        .order_by("order_id", "collected_on", "pk")
        .values_list("order_id", "collected_on", "amount", "order__amount")
    )
    return dict(_reached(payments))


def _reached(
    payments: Iterable[tuple[int, date, Decimal, Decimal]],
) -> Iterator[tuple[int, date]]:
    paid: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for order, day, amount, due in payments:
        before = paid[order]
        paid[order] = before + amount
        if before < due <= paid[order]:
            yield order, day
