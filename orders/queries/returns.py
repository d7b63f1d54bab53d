"""What of an order can still come back, what was counted of a return, and what waits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.core.scope import Scope
from orders.core.items import LineKind
from orders.core.lifecycle import MONEY_BACK, RETURN_QUEUE, ReturnStatus
from orders.core.refund_split import left_of
from orders.core.returns import Counted
from orders.models import Disposal, Order, OrderLine, RefundLine, Return, ReturnLine
from orders.queries.refunds import books_of

MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Returnable:
    """A line of an order: how many pieces can still come back, and what is left to refund."""

    line: OrderLine
    units: int
    left: Decimal

    @property
    def open(self) -> bool:
        """True where pieces or money can still go back."""
        return self.units > 0 or self.left > 0


def returnable(order: Order) -> list[Returnable]:
    """Return the lines of goods of an order with what can still come back of each."""
    taken = units_taken(order)
    books = books_of(order)
    found = []
    for line in order.lines.filter(kind=LineKind.GOODS).select_related("sku").order_by("line_no"):
        paid, before = books.paid[line.line_no], books.before(line.pk)
        left = left_of(paid, before, order.currency).total
        found.append(Returnable(line, max(paid.units - taken[line.pk], 0), left))
    return found


def units_taken(order: Order) -> Counter[int]:
    """Return by order line how many pieces its returns take: announced, come in, or refunded.

    A rejected return takes none. A closed one takes what was refunded: the pieces that never came
    can be returned another time.
    """
    rows = (
        ReturnLine.objects.filter(return_case__order=order, order_line__isnull=False)
        .exclude(return_case__status=ReturnStatus.REJECTED)
        .annotate(refunded=Coalesce(Sum("refund_lines__quantity"), 0))
        .values_list(
            "order_line_id",
            "quantity",
            "received",
            "refunded",
            "return_case__in_parts",
            "return_case__status",
        )
    )
    taken: Counter[int] = Counter()
    for line, announced, received, refunded, in_parts, status in rows:
        if in_parts and status == ReturnStatus.CLOSED:
            taken[line] += refunded
        elif in_parts or status not in MONEY_BACK:
            taken[line] += max(announced if received is None else received, refunded)
        else:
            taken[line] += announced
    return taken


def counted_lines(case: Return) -> list[Counted]:
    """Return the lines of goods of a return as they were counted and inspected."""
    in_stock = Q(pieces__disposal=Disposal.RESTOCK)
    rows = (
        case.lines.filter(kind=LineKind.GOODS)
        .order_by("line_no")
        .annotate(
            decided=Coalesce(Sum("pieces__units"), 0),
            stocked=Coalesce(Sum("pieces__units", filter=in_stock), 0),
        )
        .values_list("line_no", "quantity", "received", "decided", "stocked", "sku")
    )
    return [
        Counted(line_no, announced, received, decided, stocked, sku is not None)
        for line_no, announced, received, decided, stocked, sku in rows
    ]


def refunded_units(case: Return) -> Counter[int]:
    """Return by line of a return how many of its pieces were refunded here."""
    rows = RefundLine.objects.filter(refund__return_case=case).order_by()
    grouped: QuerySet = rows.values_list("return_line_id").annotate(Sum("quantity"))
    return Counter(dict(grouped))


def early_so_far(case: Return) -> bool:
    """Tell whether money of a return that is not inspected went back already."""
    return case.inspected_at is None and case.refunds.filter(early=True).exists()


def waiting_counts(scope: Scope) -> dict[str, int]:
    """Return how many returns wait in each state of the queue, for who sees them.

    At most ``MOST_COUNTED`` of each: nobody works off more, and counting all would be slow.
    """
    rows = Return.objects.visible_to(scope).waiting().order_by()
    return {status: rows.filter(status=status)[:MOST_COUNTED].count() for status in RETURN_QUEUE}


def returns_of(order: Order) -> QuerySet[Return, Return]:
    """Return the returns of an order, the latest first."""
    return order.returns.order_by("-requested_at", "-pk")
