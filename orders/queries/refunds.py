"""What was bought and what went back of it, as far as a refund has to know it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from opsdesk.core.money import ZERO
from opsdesk.models import amount as money
from orders.core.items import LineKind
from orders.core.refund_plan import Balance, LineBalance
from orders.core.refund_split import Back, Paid, Sold, paid_for, whole_units
from orders.models import Condition, Order, OrderLine, Refund, RefundLine, Return, ReturnLine


@dataclass(frozen=True, slots=True)
class Books:
    """What of an order was paid, by line number, and what went back, by order line."""

    paid: dict[int, Paid]
    back: dict[int, list[Back]]
    shipping_left: Decimal

    def before(self, order_line: int) -> Sequence[Back]:
        """Return what went back of a line of the order, the oldest first."""
        return self.back.get(order_line, [])


def books_of(order: Order) -> Books:
    """Return what was paid for an order and what of it went back, over all its returns."""
    rows = OrderLine.objects.filter(order=order).order_by("line_no")
    sold = [Sold(*row) for row in rows.values_list("line_no", "kind", "quantity", "amount", "tax")]
    shipped = [line.amount + line.tax for line in sold if line.kind == LineKind.SHIPPING]
    shipping = whole_units(order.shipping_charge + sum(shipped, ZERO), order.currency)
    left = max(shipping - _shipping_back(order), ZERO)
    return Books(paid_for(sold, order.currency), _went_back(order), left)


def _went_back(order: Order) -> dict[int, list[Back]]:
    """Return what went back by order line: as sources told it, and as it was refunded here."""
    told = ReturnLine.objects.filter(
        return_case__in=Return.objects.refunded().filter(order=order),
        kind=LineKind.GOODS,
        order_line__isnull=False,
    ).values_list("order_line_id", "return_case__refunded_at", "pk", "quantity", "amount")
    here = RefundLine.objects.filter(
        refund__return_case__order=order, return_line__order_line__isnull=False
    ).values_list(
        "return_line__order_line_id", "refund__refunded_at", "pk", "quantity", "amount", "tax"
    )
    dated: dict[int, list[tuple[datetime, bool, int, Back]]] = defaultdict(list)
    for line, at, pk, units, given in told:
        if at is not None:
            dated[line].append((at, False, pk, Back(units, given)))
    for line, at, pk, units, given, tax in here:
        dated[line].append((at, True, pk, Back(units, given, tax)))
    return {
        line: [back for *_key, back in sorted(parts, key=lambda part: part[:3])]
        for line, parts in dated.items()
    }


def _shipping_back(order: Order) -> Decimal:
    here = Refund.objects.filter(return_case__order=order).aggregate(
        total=Coalesce(Sum("shipping"), money(ZERO))
    )["total"]
    told = ReturnLine.objects.filter(
        return_case__in=Return.objects.refunded().filter(order=order), kind=LineKind.SHIPPING
    ).aggregate(total=Coalesce(Sum("amount"), money(ZERO)))["total"]
    return here + told


def balance_of(case: Return) -> Balance:
    """Return what a refund of the return can be made of; ``order`` of it must be loaded.

    A line that no line of an order is known of is worth what its source announced.
    """
    books = books_of(case.order) if case.order is not None else Books({}, {}, ZERO)
    numbers = dict(OrderLine.objects.filter(order=case.order_id).values_list("pk", "line_no"))
    own = _refunded_here(case)
    lines = []
    for line, arrived in _arrived(case):
        order_line = line.order_line_id
        paid = books.paid.get(numbers[order_line]) if order_line in numbers else None
        if order_line is not None and paid is not None:
            key, before = order_line, list(books.before(order_line))
        else:
            key, before = -line.pk, own[line.pk]
            announced = whole_units(line.amount, case.currency)
            paid = Paid(max(line.quantity, 0), max(announced, ZERO), ZERO)
        refunded = sum(back.units for back in own[line.pk])
        left = paid.units - sum(back.units for back in before)
        open_units = max(min(arrived - refunded, left), 0)
        lines.append(LineBalance(line.line_no, key, paid, tuple(before), open_units))
    return Balance(case.currency, tuple(lines), books.shipping_left)


def _arrived(case: Return) -> list[tuple[ReturnLine, int]]:
    """Return the lines of goods, each with how many pieces can be refunded by what is known."""
    there = Sum("pieces__units", filter=~Q(pieces__condition=Condition.MISSING))
    rows = case.lines.filter(kind=LineKind.GOODS).order_by("line_no")
    found: list[tuple[ReturnLine, int]] = []
    for line in rows.annotate(there=Coalesce(there, 0)):
        arrived = line.quantity if line.received is None else line.received
        found.append((line, line.there if case.inspected_at else arrived))
    return found


def _refunded_here(case: Return) -> dict[int, list[Back]]:
    found: dict[int, list[Back]] = defaultdict(list)
    rows = RefundLine.objects.filter(refund__return_case=case).order_by("refund__number")
    for line, *back in rows.values_list("return_line_id", "quantity", "amount", "tax"):
        found[line].append(Back(*back))
    return found


def restocked_before(case: Return) -> Counter[int]:
    """Return by line of a return how many refunded pieces went back to stock."""
    rows: QuerySet = RefundLine.objects.filter(refund__return_case=case).order_by()
    return Counter(dict(rows.values_list("return_line_id").annotate(Sum("restocked"))))
