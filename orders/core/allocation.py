"""Which warehouse the goods of an order come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# Pieces by SKU, and by warehouse and SKU.
Wanted = Mapping[int, int]
Free = Mapping[tuple[int, int], int]


def whole_from(wanted: Wanted, places: Sequence[int], free: Free) -> int | None:
    """Return the first of ``places`` that has all of what is wanted, ``None`` where none has.

    An order is not split over warehouses: the buyer gets one parcel.
    """
    for place in places:
        if all(free.get((place, sku), 0) >= units for sku, units in wanted.items()):
            return place
    return None


def take_whole(
    wanted: Wanted, places: Sequence[int], free: dict[tuple[int, int], int]
) -> int | None:
    """Return the place as ``whole_from`` does; what it gives is free no more."""
    place = whole_from(wanted, places, free)
    if place is not None:
        for sku, units in wanted.items():
            free[place, sku] -= units
    return place


def short(wanted: Wanted, places: Sequence[int], free: Free) -> dict[int, int]:
    """Return of each SKU that no place has enough of, how many pieces the fullest one has."""
    most = {sku: max([free.get((p, sku), 0) for p in places], default=0) for sku in wanted}
    return {sku: max(there, 0) for sku, there in most.items() if there < wanted[sku]}
