"""Goods kept for orders in the ledger of stock: reserved, sold, given free again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.actions.stock import Entry, hold_levels, move_stock
from catalog.models import MovementKind, Sku, Warehouse
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import NotReady
from orders.core.allocation import take_whole, whole_from
from orders.models import Order
from orders.queries.allocation import (
    Goods,
    free_pieces,
    goods_of,
    kept_for,
    lacking,
    sources_of,
    stock_reference,
)


def allocation_faults(order: Order) -> list[str]:
    """Return why the order's goods cannot be kept for it, in whole sentences."""
    places = sources_of(order.store_id)
    if not places:
        return []
    goods = goods_of([order.pk])
    own = goods[order.pk]
    if own.unknown:
        words = {"lines": ", ".join(str(number) for number in own.unknown)}
        return [_("Nobody knows the SKU of line %(lines)s: give the SKU first.") % words]
    numbers = [place.pk for place in places]
    free = free_pieces(numbers, list(own.wanted))
    if whole_from(own.wanted, numbers, free) is not None:
        return []
    return [
        _("Of %(sku)s it takes %(asked)d pieces; the fullest warehouse has %(there)d.")
        % {"sku": sku, "asked": asked, "there": there}
        for sku, asked, there in lacking(goods, numbers, free)[order.pk]
    ] or [_("No single warehouse has all of its goods: bring them together first.")]


@transaction.atomic
def allocate_orders(
    orders: Sequence[Order], goods: dict[int, Goods], mover: Mover
) -> dict[int, Warehouse | None]:
    """Keep the goods of orders of one store, in this order; return from where, by primary key.

    ``None`` where no single warehouse has all of an order's goods: nothing is kept for it then.
    The caller holds the store. Where the store names no warehouses the answer is empty.
    """
    places = sources_of(orders[0].store_id) if orders else []
    if not places:
        return {}
    by_pk = {place.pk: place for place in places}
    skus = Sku.objects.in_bulk({sku for order in orders for sku in goods[order.pk].wanted})
    hold_levels((place, sku) for place in places for sku in skus.values())
    free = free_pieces(list(by_pk), list(skus))
    found: dict[int, Warehouse | None] = {}
    entries = []
    for order in orders:
        wanted = goods[order.pk].wanted
        chosen = take_whole(wanted, list(by_pk), free)
        found[order.pk] = None
        if chosen is None:
            continue
        found[order.pk] = by_pk[chosen]
        for sku, units in wanted.items():
            entries.append(_entry(order, by_pk[chosen], skus[sku], reserved=units))
    if entries:
        move_stock(entries, mover.follow())
    for place in by_pk.values():
        chosen_here = [pk for pk, warehouse in found.items() if warehouse == place]
        Order.objects.filter(pk__in=chosen_here).update(warehouse=place)
    return found


def allocate_order(order: Order, mover: Mover) -> None:
    """Keep the goods of one order; ``NotReady`` in words where no warehouse has them."""
    goods = goods_of([order.pk])
    found = allocate_orders([order], goods, mover)
    if found and found[order.pk] is None:
        raise NotReady(" ".join(allocation_faults(order)), code="not_enough_stock")


@transaction.atomic
def free_orders(orders: Iterable[Order], mover: Mover) -> None:
    """Give free what is kept for the orders, to the piece; what has left is not touched."""
    _use_up(orders, mover, {})


@transaction.atomic
def sell_orders(orders: Iterable[Order], mover: Mover) -> None:
    """Take out of the stock what is kept for the orders: it leaves now.

    What was kept and does not go out with them, because they were changed, is given free.
    """
    leaving = list(orders)
    _use_up(leaving, mover, goods_of(order.pk for order in leaving))


def _use_up(orders: Iterable[Order], mover: Mover, goods: Mapping[int, Goods]) -> None:
    here = [order for order in orders if order.warehouse_id is not None]
    kept = kept_for(here) if here else {}
    keys = {key for places in kept.values() for key in places}
    warehouses = Warehouse.objects.in_bulk({place for place, _sku in keys}) if keys else {}
    skus = Sku.objects.in_bulk({sku for _place, sku in keys}) if keys else {}
    entries = []
    for order in here:
        leaves = goods[order.pk].wanted if order.pk in goods else {}
        for (place, sku), units in sorted(kept[order.pk].items()):
            thing = (order, warehouses[place], skus[sku])
            sold = min(units, leaves.get(sku, 0))
            if sold:
                entries.append(_entry(*thing, kind=MovementKind.SALE, units=-sold, reserved=-sold))
            if units > sold:
                entries.append(_entry(*thing, reserved=sold - units))
    if entries:
        move_stock(entries, mover.follow())
    if here and not goods:
        Order.objects.filter(pk__in=[order.pk for order in here]).update(warehouse=None)


def _entry(order: Order, warehouse: Warehouse, sku: Sku, **change: Any) -> Entry:
    kind = change.pop("kind", MovementKind.RESERVATION)
    return Entry(warehouse, sku, kind, reference=stock_reference(order), **change)
