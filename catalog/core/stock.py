"""Which movements of stock there can be: what each kind does to on hand and reserved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

MOST_UNITS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Change:
    """What a movement is to do, and what it is called for."""

    kind: str
    units: int
    reserved: int
    reference: str = ""
    reason: str = ""


def change_fault(change: Change) -> tuple[str, str] | None:
    """Return the field that is wrong and why; nothing where the movement can be."""
    units, reserved = change.units, change.reserved
    if max(abs(units), abs(reserved)) > MOST_UNITS:
        return "units", _("At most %(most)d pieces move at once.") % {"most": MOST_UNITS}
    match change.kind:
        case "receipt" | "return" if units <= 0:
            return "units", _("A receipt or a return brings pieces in: give more than 0.")
        case "sale" if units >= 0:
            return "units", _("A sale takes pieces out: give less than 0.")
        case "adjustment" | "transfer" if units == 0:
            return "units", _("Give how many pieces come (above 0) or go (below 0).")
        case "reservation" if units or not reserved:
            return "reserved", _("A reservation changes only what is reserved.")
        case "receipt" | "sale" | "return" | "adjustment" | "transfer" | "reservation":
            return _more_faults(change)
    return "kind", _("There is no such kind of movement: %(kind)s.") % {"kind": change.kind[:20]}


def _more_faults(change: Change) -> tuple[str, str] | None:
    if change.kind == "sale":
        if not change.units <= change.reserved <= 0:
            return "reserved", _("A sale uses up at most as many reserved pieces as it sells.")
    elif change.kind != "reservation" and change.reserved:
        return "reserved", _("Only a reservation or a sale changes what is reserved.")
    if change.kind in ("transfer", "reservation") and not change.reference.strip():
        return "reference", _("Say what it belongs to, such as the number of an order.")
    if change.kind == "adjustment" and not change.reason.strip():
        return "reason", _("An adjustment needs a reason.")
    return None


def stockout_spans(
    changes: Sequence[tuple[date, int, bool]], until: date
) -> list[tuple[date, date | None]]:
    """Return the times without stock: the first day that ended without, the first with some again.

    ``changes`` are the days on which what is available changed, in order: by how much, and
    whether anything came in. A SKU that never had any is not out of stock. Days after ``until``
    do not count.
    """
    spans: list[tuple[date, date | None]] = []
    available, kept, start = 0, False, None
    for day, change, came in changes:
        if day > until:
            break
        available, kept = available + change, kept or came
        if available > 0 and start is not None:
            spans.append((start, day))
            start = None
        elif available <= 0 and kept and start is None:
            start = day
    return [*spans, (start, None)] if start is not None else spans
