"""How a return goes through its life, and what follows from each step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from opsdesk.actions.moves import Course, Mover, move
from orders.actions.held_returns import note_handled
from orders.actions.inspections import (
    LineSaid,
    end_late,
    put_in_stock,
    save_inspection,
    take_from_stock,
)
from orders.core.lifecycle import RETURN, ReturnStatus
from orders.core.returns import missing_for_inspection
from orders.models import Return
from orders.queries.returns import counted_lines

REFUNDING = ("refund", "refund_early")


def _missing(case: Return, verb: str) -> list[str]:
    """Return in sentences what the step still needs."""
    if verb == "approve" and not case.lines.exists():
        return [_("The return has no lines: open another one that says what comes back.")]
    if verb == "inspect":
        return missing_for_inspection(counted_lines(case))
    if verb in REFUNDING and not case.refunds.exists():
        return [_("Say below which pieces or what amount is refunded: this step follows from it.")]
    return []


def _then(case: Return, verb: str, mover: Mover) -> None:
    if verb == "inspect":
        put_in_stock(case, mover)
    elif verb == "reject":
        take_from_stock(case, mover)
    note_handled(case, mover)


RETURN_COURSE = Course(RETURN, Return, _missing, _then)


@transaction.atomic
def inspect_return(
    case: Return, said: Sequence[LineSaid], mover: Mover, *, seen: datetime | None
) -> None:
    """Store what came and end the inspection with it, before or after the money went back."""
    held = save_inspection(case, said, mover, seen=seen)
    if held.status == ReturnStatus.RECEIVED:
        move(RETURN_COURSE, held, "inspect", mover)
    else:
        end_late(held, mover)
