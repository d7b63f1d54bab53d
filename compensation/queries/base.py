"""The commission base of a department's month, row by row."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Department
from catalog.models import DirtyDay, StoreDepartment
from opsdesk.core.periods import Period
from orders.models import Order, Payment, Return

ZERO = Decimal("0.00")


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
    """Return the sold orders of the department's stores in the month, in the order of the base."""
    return (
        Order.objects.sold()
        .filter(business_date__gte=month.start, business_date__lt=month.end)
        .filter(department_store(department, "business_date"))
        .order_by("business_date", "store__code", "external_id")
    )


def month_refunds(department: Department, month: Period) -> QuerySet[Return]:
    """Return the refunds made by the department's stores in the month, in the same order."""
    return (
        Return.objects.refunded()
        .filter(refunded_on__gte=month.start, refunded_on__lt=month.end)
        .filter(department_store(department, "refunded_on"))
        .order_by("refunded_on", "store__code", "external_id")
    )


def base_entries(department: Department, month: Period) -> list[BaseEntry]:
    """Return every order and refund of the month: by day, orders first, then by store and number.

    The order is the same on every database, so that each row earns the same cents everywhere.
    """
    orders = month_orders(department, month)
    refunds = month_refunds(department, month)
    paid = _paid_by(orders.values("pk"))
    paid_before = _paid_by(refunds.filter(order__isnull=False).values("order"))
    entries = [
        BaseEntry(day, amount, pk, None, paid.get(pk))
        for pk, day, amount in orders.values_list("pk", "business_date", "reporting_amount")
    ]
    entries += [
        BaseEntry(day, -amount, None, pk, paid_before.get(order) if order else day)
        for pk, day, amount, order in refunds.values_list(
            "pk", "refunded_on", "reporting_amount", "order"
        )
    ]
    return sorted(entries, key=lambda entry: (entry.day, entry.order_id is None))


def pending_days(department: Department, month: Period) -> int:
    """Return how many store-days of the month have changes that the figures do not show yet."""
    return (
        DirtyDay.objects.filter(day__gte=month.start, day__lt=month.end)
        .filter(department_store(department, "day"))
        .values("store", "day")
        .distinct()
        .count()
    )


def _paid_by(
    orders: QuerySet[Order, dict[str, int]] | QuerySet[Return, dict[str, int]],
) -> dict[int, date]:
    """Return for each order the day on which its payments reached its amount, if they did."""
    payments = (
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
