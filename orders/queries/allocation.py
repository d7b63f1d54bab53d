"""What orders want of the stock, what is free of it, and what is kept for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import F, Sum

from catalog.models import Sku, StockLevel, StockMovement, Warehouse
from orders.core.allocation import short
from orders.core.items import THINGS
from orders.models import AllocationSource, Order, OrderLine

Place = tuple[int, int]


@dataclass
class Goods:
    """The pieces of an order by SKU; ``unknown`` are the lines whose SKU nobody knows yet."""

    wanted: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    unknown: list[int] = field(default_factory=list)


def goods_of(orders: Iterable[int]) -> dict[int, Goods]:
    """Return what goes out for each of the orders, by primary key."""
    found = {pk: Goods() for pk in orders}
    rows = OrderLine.objects.filter(order__in=found, kind__in=THINGS, quantity__gt=0)
    for pk, line_no, sku, units in rows.order_by("order", "line_no").values_list(
        "order", "line_no", "sku", "quantity"
    ):
        if sku is None:
            found[pk].unknown.append(line_no)
        else:
            found[pk].wanted[sku] += units
    return found


def sources_of(store_id: int) -> list[Warehouse]:
    """Return the warehouses that goods of the store come from, the first to be asked first."""
    rows = AllocationSource.objects.filter(store=store_id, warehouse__active=True)
    ranked = rows.order_by("rank", "warehouse__code").select_related("warehouse")
    return [row.warehouse for row in ranked]


def free_pieces(warehouses: Collection[int], skus: Collection[int]) -> dict[Place, int]:
    """Return how many pieces can still be promised, by warehouse and SKU."""
    levels = StockLevel.objects.filter(warehouse__in=warehouses, sku__in=skus).order_by()
    free = levels.annotate(free=F("on_hand") - F("reserved"))
    return {
        (place, sku): units for place, sku, units in free.values_list("warehouse", "sku", "free")
    }


def lacking(
    goods: Mapping[int, Goods], places: Sequence[int], free: Mapping[Place, int]
) -> dict[int, list[tuple[str, int, int]]]:
    """Return for each order the SKUs that no place has enough of: code, asked for, there."""
    found = {pk: short(one.wanted, places, free) for pk, one in goods.items()}
    skus = {sku for each in found.values() for sku in each}
    codes = dict(Sku.objects.filter(pk__in=skus).values_list("pk", "code"))
    return {
        pk: sorted((codes[sku], goods[pk].wanted[sku], there) for sku, there in each.items())
        for pk, each in found.items()
    }


def stock_reference(order: Order) -> str:
    """Return what the ledger of stock calls the order."""
    return f"ORDER:{order.pk}:{order.external_id}"[:100]


def kept_for(orders: Iterable[Order]) -> dict[int, dict[Place, int]]:
    """Return the pieces that are reserved for each of the orders, by warehouse and SKU."""
    names = {stock_reference(order): order.pk for order in orders}
    found: dict[int, dict[Place, int]] = {pk: {} for pk in names.values()}
    rows = StockMovement.objects.filter(reference__in=names).order_by()
    sums = rows.values_list("reference", "warehouse", "sku").annotate(kept=Sum("reserved"))
    for name, place, sku, kept in sums:
        if kept > 0:
            found[names[name]][place, sku] = kept
    return found
