"""What new orders are compared with, each by one statement for a day of a store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Avg, Count, FloatField, Q, QuerySet, StdDev
from django.db.models.functions import Cast

from accounts.core.scope import Scope
from orders.core.anomalies import MANY, AnomalyOutcome, Cost, Sample
from orders.core.items import LineKind
from orders.core.lifecycle import ORDER_UNSENT, OrderStatus
from orders.models import HoldPolicy, Order, OrderAnomaly, OrderLine

# Amounts are kept in ten-thousandths; a mean of them is one of these.
PARTS = 10_000


def unscreened() -> QuerySet[Order]:
    """Return the orders that nobody has looked at and whose goods are still here."""
    return Order.objects.filter(screened_at=None, status__in=ORDER_UNSENT)


def policy_of(store_id: int) -> HoldPolicy:
    """Return the policy of the store, else the one for all others, else what is shipped."""
    rows = HoldPolicy.objects.filter(Q(store=store_id) | Q(store=None))
    found = {row.store_id: row for row in rows}
    return found.get(store_id) or found.get(None) or HoldPolicy()


def amounts_before(store_id: int, day: date, days: int) -> Sample:
    """Return the amounts of the store's sales in the ``days`` days before ``day``."""
    rows = Order.objects.sold().filter(
        store=store_id, business_date__gte=day - timedelta(days=days), business_date__lt=day
    )
    few = list(rows.order_by().values_list("amount", flat=True)[:MANY])
    if len(few) < MANY:
        return Sample(len(few), few)
    raw = Cast("amount", FloatField())
    sums = rows.order_by().aggregate(mean=Avg(raw), deviation=StdDev(raw, sample=True))
    return Sample(rows.count(), mean=_money(sums["mean"]), deviation=_money(sums["deviation"]))


def _money(raw: float) -> Decimal:
    return Decimal(round(raw)) / PARTS


Bought = frozenset[tuple[str, int]]


def bought(orders: Iterable[int]) -> dict[int, Bought]:
    """Return what was bought in each of the orders: SKU or item text, and how many pieces."""
    pieces: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = OrderLine.objects.filter(order__in=set(orders), kind=LineKind.GOODS).order_by()
    for pk, sku, code, title, units in rows.values_list(
        "order", "sku", "item_code", "title", "quantity"
    ):
        pieces[pk][f"#{sku}" if sku else code or title] += units
    return {pk: frozenset(found.items()) for pk, found in pieces.items()}


def same_before(orders: Sequence[Order], hours: int) -> dict[int, Order]:
    """Return for orders the one before them that is the same, by primary key.

    The same customer bought the same goods for the same amount, at most ``hours`` hours earlier.
    Of one without a customer nobody can tell.
    """
    known = [order for order in orders if order.customer_id]
    if not known or not hours:
        return {}
    reach = timedelta(hours=hours)
    rows = (
        Order.objects.exclude(status=OrderStatus.CANCELLED)
        .filter(
            customer__in={order.customer_id for order in known},
            placed_at__gte=min(order.placed_at for order in known) - reach,
            placed_at__lte=max(order.placed_at for order in known),
        )
        .order_by("-placed_at", "-pk")
    )
    by_buyer: dict[tuple[int | None, Decimal], list[Order]] = defaultdict(list)
    for row in rows:
        by_buyer[row.customer_id, row.amount].append(row)
    pairs = [
        (order, other)
        for order in known
        for other in by_buyer[order.customer_id, order.amount]
        if (other.placed_at, other.pk) < (order.placed_at, order.pk)
        and order.placed_at - other.placed_at <= reach
    ]
    goods = bought({one.pk for pair in pairs for one in pair}) if pairs else {}
    found: dict[int, Order] = {}
    for order, other in pairs:
        if order.pk in goods and goods[order.pk] == goods.get(other.pk):
            found.setdefault(order.pk, other)
    return found


def costs_of(orders: Iterable[int]) -> dict[int, list[Cost]]:
    """Return what the goods of each of the orders cost, line by line."""
    found: dict[int, list[Cost]] = defaultdict(list)
    rows = OrderLine.objects.filter(order__in=set(orders), kind=LineKind.GOODS).order_by()
    for pk, units, cost in rows.values_list("order", "quantity", "unit_cost"):
        found[pk].append(Cost(units, cost))
    return found


def released(orders: Iterable[int]) -> dict[tuple[int, str], list[dict]]:
    """Return what the orders were released with before, by order and kind."""
    found: dict[tuple[int, str], list[dict]] = defaultdict(list)
    rows = OrderAnomaly.objects.filter(order__in=set(orders), outcome=AnomalyOutcome.RELEASED)
    for pk, kind, what in rows.values_list("order", "kind", "found"):
        found[pk, kind].append(what)
    return found


def waiting_by_kind(scope: Scope) -> dict[str, int]:
    """Return how many anomalies wait in the stores one sees, by kind."""
    rows = OrderAnomaly.objects.visible_to(scope).waiting().order_by()
    return dict(rows.values_list("kind").annotate(count=Count("pk")))
