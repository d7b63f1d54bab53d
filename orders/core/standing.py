"""Where an order stands once its source tells something while it is held or allocated here."""

from __future__ import annotations

from dataclasses import dataclass

from orders.core.lifecycle import ORDER_OPEN, ORDER_UNSENT, OrderStatus

_RANK: dict[str, int] = {
    status: rank for rank, status in enumerate((*ORDER_OPEN, OrderStatus.COMPLETED))
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The status of an order, from which it is held here, and whether goods are kept for it."""

    status: str
    held_from: str = ""
    kept: bool = False


def beside(told: str, stored: Standing, *, same_goods: bool) -> Standing:
    """Return where the order stands after its source told ``told``.

    The source decides, but for two things that only we know. Held here, it stays on hold as long
    as its goods have not left and nobody cancelled it. With goods kept or gone from our stock it
    does not go back to before that; where it wants other goods now, they are still to be kept.
    """
    held_here = stored.status == OrderStatus.ON_HOLD and stored.held_from
    if held_here and told == OrderStatus.ON_HOLD:
        return Standing(told, stored.held_from)
    if held_here and told in ORDER_UNSENT:
        kept = stored.kept and same_goods
        return Standing(OrderStatus.ON_HOLD, _further(told, stored.held_from, kept=kept))
    if stored.kept and told in ORDER_OPEN:
        return Standing(_with_goods(told, stored.status, same_goods=same_goods))
    return Standing(told)


def _with_goods(told: str, stored: str, *, same_goods: bool) -> str:
    """Return the status of an order whose goods are kept here or left from here."""
    if not same_goods and told in ORDER_UNSENT:
        return min(told, OrderStatus.PAID, key=_rank)
    least = OrderStatus.ALLOCATED if stored == OrderStatus.ON_HOLD else stored
    return max(told, least, key=_rank)


def _further(told: str, held_from: str, *, kept: bool) -> str:
    if held_from == OrderStatus.ALLOCATED and not kept:
        held_from = OrderStatus.PAID
    return max(told, held_from, key=_rank)


def _rank(status: str) -> int:
    return _RANK.get(status, -1)
