"""Shipments by their names, what is known of each, and what of an order is in its parcels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.core.scope import Scope
from orders.core.lifecycle import ShipmentStatus
from orders.core.shipped import Bought, ShippedBook
from orders.core.shipping import NOT_SHIPPED, Fact
from orders.models import Order, Shipment, ShipmentLine, TrackingEvent
from orders.queries.intake import StoredLine, lines_by_order

Name = tuple[int, str]


def shipments_named(names: Iterable[Name]) -> QuerySet[Shipment]:
    """Return the shipments that have one of the names (store, number or tracking number).

    Of several stores at once it may find more: one store's name that is another one's, too.
    """
    wanted = set(names)
    texts = {name for _store, name in wanted}
    return Shipment.objects.filter(
        Q(external_id__in=texts) | Q(tracking_number__in=texts),
        store__in={store for store, _name in wanted},
    )


@dataclass(frozen=True, slots=True)
class KnownEvents:
    """What is stored of the events of a shipment."""

    facts: list[Fact]
    keys: set[tuple[datetime, str]]


def events_of(shipments: Iterable[int]) -> dict[int, KnownEvents]:
    """Return what is stored of the events of each of the shipments."""
    found: dict[int, KnownEvents] = {pk: KnownEvents([], set()) for pk in shipments}
    rows = TrackingEvent.objects.filter(shipment__in=found).order_by()
    for pk, at, code, fingerprint in rows.values_list("shipment", "at", "code", "fingerprint"):
        found[pk].facts.append(Fact(at, code))
        found[pk].keys.add((at, fingerprint))
    return found


def lines_of(shipments: Iterable[int]) -> dict[int, dict[int, int]]:
    """Return the pieces in each of the shipments, by number of the order's line."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    rows = ShipmentLine.objects.filter(shipment__in=set(shipments)).order_by()
    for pk, line_no, quantity in rows.values_list("shipment", "order_line__line_no", "quantity"):
        found[pk][line_no] = quantity
    return found


def shipped_books(
    orders: Iterable[Order], lines: Mapping[int, dict[int, StoredLine]] | None = None
) -> dict[int, ShippedBook]:
    """Return for each order what was bought and what of it is in which parcel."""
    held = {order.pk: order for order in orders}
    known = lines_by_order(held) if lines is None else lines
    books = {
        pk: ShippedBook(
            order.external_id,
            {no: Bought(line.kind, line.quantity) for no, line in known.get(pk, {}).items()},
        )
        for pk, order in held.items()
    }
    rows = ShipmentLine.objects.filter(shipment__order__in=held)
    rows = rows.exclude(shipment__status__in=NOT_SHIPPED).order_by()
    for order, parcel, line_no, quantity in rows.values_list(
        "shipment__order", "shipment", "order_line__line_no", "quantity"
    ):
        books[order].parcels.setdefault(parcel, {})[line_no] = quantity
    return books


def parcels_of(orders: Iterable[int]) -> dict[int, list[str]]:
    """Return where the parcels of each order stand, cancelled ones left out."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Shipment.objects.filter(order__in=set(orders)).exclude(status=ShipmentStatus.CANCELLED)
    for order, status in rows.order_by().values_list("order", "status"):
        found[order].append(status)
    return found


def partly_sent(orders: Iterable[Order]) -> set[int]:
    """Return those of the orders of which something is still to be sent, as far as is known.

    Where one parcel does not say what is in it, it may be all the rest.
    """
    held = {order.pk: order for order in orders}
    parcels = Shipment.objects.filter(order__in=held).exclude(status__in=NOT_SHIPPED)
    silent = set(parcels.filter(lines__isnull=True).order_by().values_list("order", flat=True))
    telling = [order for pk, order in held.items() if pk not in silent]
    books = shipped_books(telling) if telling else {}
    return {pk for pk, book in books.items() if any(book.left().values())}


def shipments_of(order: Order, scope: Scope) -> list[Shipment]:
    """Return the shipments of an order, the first one first."""
    rows = Shipment.objects.visible_to(scope).filter(order=order)
    return list(rows.select_related("channel", "warehouse").order_by("pk"))
