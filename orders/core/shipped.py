"""The rule that no more is shipped than was bought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from opsdesk.core.exchange import FieldFault
from orders.core.items import THINGS
from orders.core.shipment_items import ShippedLine

Quantities = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Bought:
    """A line of an order: what it is, and how much of it was bought."""

    kind: str
    quantity: int


@dataclass
class ShippedBook:
    """What of one order was bought, and what of it is in each of its parcels, by line number.

    Parcels that were cancelled, lost or sent back are not among them: those goods may go again.
    """

    order: str
    bought: dict[int, Bought]
    parcels: dict[int | str, dict[int, int]] = field(default_factory=dict)

    def faults(
        self, key: int | str, lines: Iterable[ShippedLine], *, counts: bool = True
    ) -> list[FieldFault]:
        """Return why the parcel ``key`` cannot hold these lines, beside the other parcels.

        One that does not count, as it was lost, may hold what was sent again.
        """
        return [
            FieldFault("lines", message)
            for line in lines
            if (message := self._fault(key, line.line_no, line.quantity if counts else 0))
        ]

    def _fault(self, key: int | str, line_no: int, quantity: int) -> str:
        words: dict[str, object] = {"order": self.order, "line": line_no}
        bought = self.bought.get(line_no)
        if bought is None:
            return _("Order %(order)s has no line %(line)d.") % words
        if bought.kind not in THINGS:
            return _("Line %(line)d of order %(order)s is nothing that is sent.") % words
        before = self.shipped(line_no, but=key)
        if not quantity or quantity + before <= bought.quantity:
            return ""
        message = _(
            "Of line %(line)d of order %(order)s %(bought)d were bought and %(before)d are in "
            "other parcels: %(now)d more cannot be sent. Correct the quantity, or cancel another "
            "parcel first."
        )
        words |= {"now": quantity, "before": before, "bought": bought.quantity}
        return message % words

    def shipped(self, line_no: int, *, but: int | str = "") -> int:
        """Return how many pieces of a line are in the parcels other than ``but``."""
        return sum(lines.get(line_no, 0) for key, lines in self.parcels.items() if key != but)

    def left(self) -> dict[int, int]:
        """Return how many pieces of each line are still to be sent, none left out."""
        return {
            line_no: max(0, one.quantity - self.shipped(line_no))
            for line_no, one in self.bought.items()
            if one.kind in THINGS
        }

    def keeps(self, lines: Quantities) -> list[FieldFault]:
        """Return why the order's lines cannot become ``lines``: what is sent must be bought."""
        found = []
        for line_no in sorted({no for parcel in self.parcels.values() for no in parcel}):
            sent = self.shipped(line_no)
            if lines.get(line_no, 0) < sent:
                message = _(
                    "Of line %(line)d of order %(order)s %(sent)d pieces are in parcels: the line "
                    "cannot be dropped or become smaller than that. Cancel the shipment first."
                )
                words = {"line": line_no, "order": self.order, "sent": sent}
                found.append(FieldFault("lines", message % words))
        return found
