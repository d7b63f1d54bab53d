"""What a delivery may still say about a return that people work on, and what they must decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from django.utils.translation import gettext as _

from opsdesk.core.money import ZERO, slice_of
from orders.core.lifecycle import MONEY_BACK, RETURN, ReturnStatus

_R = ReturnStatus
_STEPS = (_R.REQUESTED, _R.APPROVED, _R.RECEIVED, _R.INSPECTED, _R.REFUNDED, _R.CLOSED)


class Delivered(Enum):
    """What becomes of a delivered return that is stored already."""

    WHOLE = "whole"  # nobody here decided anything: it is as the source says
    NEWS = "news"  # it moves on, and what was decided here stays
    NOTHING = "nothing"  # it is older than what was decided, or its money went back here


@dataclass(frozen=True, slots=True)
class Standing:
    """A stored return as far as it decides what a delivery can change."""

    status: str
    handled_at: datetime | None
    in_parts: bool


def becomes(stored: Standing, told_at: datetime | None) -> Delivered:
    """Return what a delivery changes of a return, told by its source at ``told_at``.

    A source that does not say when it knew something never knows better than a person here.
    """
    if stored.handled_at is None:
        return Delivered.WHOLE
    if stored.in_parts or told_at is None or told_at <= stored.handled_at:
        return Delivered.NOTHING
    return Delivered.NEWS


def further(stored: str, told: str) -> str:
    """Return where a return stands after newer news of its source: never before where it stood.

    That money went back is a fact, also of what was rejected here; a rejection of the source
    counts as long as no money has gone back.
    """
    if stored in MONEY_BACK:
        return max(stored, told, key=_step)
    if told in MONEY_BACK or told == _R.REJECTED:
        return told
    if stored == _R.REJECTED:
        return stored
    return max(stored, told, key=_step)


def _step(status: str) -> int:
    return _STEPS.index(ReturnStatus(status)) if status in _STEPS else -1


@dataclass(frozen=True, slots=True)
class Counted:
    """A line of a return as it was counted and inspected.

    ``received`` is ``None`` where nobody has counted; ``decided`` are the pieces with a condition
    and a decision, ``stocked`` those of them that go back to stock.
    """

    line_no: int
    announced: int
    received: int | None
    decided: int
    stocked: int
    has_sku: bool


def missing_for_inspection(lines: Sequence[Counted]) -> list[str]:
    """Return in sentences what the inspection of a return still needs."""
    found = []
    for line in lines:
        if line.received is None:
            message = _("Line %(line)d: say how many pieces came, 0 where none did.")
            found.append(message % {"line": line.line_no})
        elif line.received != line.decided:
            message = _(
                "Line %(line)d: %(received)d pieces came, and %(decided)d have a condition and a "
                "decision."
            )
            words = {"line": line.line_no, "received": line.received, "decided": line.decided}
            found.append(message % words)
        if line.stocked and not line.has_sku:
            message = _(
                "Line %(line)d is of an item without a SKU, which no stock is kept of: scrap it, "
                "or make the SKU first."
            )
            found.append(message % {"line": line.line_no})
    return found


def restocked_of(units: int, before: int, stocked: int) -> int:
    """Return how many of ``units`` refunded pieces went back to stock.

    Those in stock are refunded first; ``before`` of them were refunded already.
    """
    return max(0, min(units, stocked - before))


def cost_of_part(cost: Decimal | None, pieces: int, of: int, currency: str) -> Decimal | None:
    """Return what ``pieces`` had cost, of which ``of`` cost ``cost``; unknown stays unknown."""
    return None if cost is None else slice_of(cost, ZERO, Decimal(pieces), Decimal(of), currency)


def state_of(status: str) -> str:
    """Return what people call a status of a return."""
    return RETURN.label_of(status)
