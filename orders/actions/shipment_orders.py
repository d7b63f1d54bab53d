"""Orders that go along with their shipments."""

from __future__ import annotations

from collections.abc import Iterable

from opsdesk.actions.moves import Mover, move
from orders.actions.order_course import ORDER_COURSE
from orders.core.lifecycle import OrderStatus, ShipmentStatus
from orders.models import Order
from orders.queries.shipments import parcels_of, partly_sent

_SENT = frozenset(ShipmentStatus.values) - {ShipmentStatus.READY, ShipmentStatus.CANCELLED}


def bring_orders_along(orders: Iterable[int], mover: Mover) -> int:
    """Take orders to where their parcels are; return how many steps that took.

    With its first parcel an allocated order is dispatched; a dispatched one is delivered once
    every parcel is and nothing is left to be sent. An order that stands anywhere else is left
    alone. Whoever calls holds the stores.
    """
    followed = (OrderStatus.ALLOCATED, OrderStatus.DISPATCHED)
    rows = list(Order.objects.filter(pk__in=set(orders), status__in=followed).order_by("pk"))
    parcels = parcels_of(row.pk for row in rows) if rows else {}
    arrived = [row for row in rows if set(parcels[row.pk]) == {ShipmentStatus.DELIVERED}]
    partly = partly_sent(arrived) if arrived else set()
    steps = 0
    for row in rows:
        if row.status == OrderStatus.ALLOCATED and _SENT & set(parcels[row.pk]):
            move(ORDER_COURSE, row, "dispatch", mover.follow())
            steps += 1
        whole = row in arrived and row.pk not in partly
        if row.status == OrderStatus.DISPATCHED and whole:
            move(ORDER_COURSE, row, "deliver", mover.follow())
            steps += 1
    return steps
