"""The rule that no more goes back than was bought, in pieces and in money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from opsdesk.core.money import ZERO
from orders.core.items import ItemError, LineKind
from orders.core.totals import SALES


@dataclass(frozen=True, slots=True)
class Part:
    """A line of an order or of a return, as the rule sees it.

    ``line_no`` is that of the order's line; 0 where a return does not say which line it is of.
    """

    line_no: int
    kind: str
    quantity: int
    amount: Decimal
    source_row: int | None = None


@dataclass
class RefundBook:
    """What of one order was bought, and what went back with each of its returns.

    ``named`` are the lines that some return points to, whatever became of it.
    """

    order: str
    bought: dict[int, Part]
    returns: dict[int | str, list[Part]] = field(default_factory=dict)
    named: set[int] = field(default_factory=set)

    def faults(self, key: int | str, parts: Iterable[Part]) -> list[ItemError]:
        """Return why the return ``key`` cannot be of these parts, beside the other returns."""
        parts = list(parts)
        others = [p for other, ps in self.returns.items() if other != key for p in ps]
        found: list[ItemError] = []
        for line_no in sorted({part.line_no for part in parts if part.line_no}):
            found += self._line_faults(line_no, parts, others)
        return found or self._whole_faults(parts, others)

    def _line_faults(self, line_no: int, parts: list[Part], others: list[Part]) -> list[ItemError]:
        now = [part for part in parts if part.line_no == line_no]
        row, bought = now[0].source_row, self.bought.get(line_no)
        if bought is None:
            message = _("Order %(order)s has no line %(line)d.")
            return [
                ItemError("lines", message % {"order": self.order, "line": line_no}, row),
            ]
        if bought.amount < ZERO:
            return []  # a discount taken back: the order as a whole is the bound
        before = [part for part in others if part.line_no == line_no]
        words = {"order": self.order, "line": line_no}
        if faults := _compare(now, before, bought.quantity, bought.amount):
            field_name, message, numbers = faults
            return [ItemError(field_name, message % (words | numbers), row)]
        return []

    def _whole_faults(self, parts: list[Part], others: list[Part]) -> list[ItemError]:
        """Hold the order as a whole: some parts may not say which line they are of."""
        lines = [part for part in self.bought.values() if part.kind in SALES]
        now = [part for part in parts if part.kind in SALES]
        before = [part for part in others if part.kind in SALES]
        units = sum(part.quantity for part in lines if part.kind == LineKind.GOODS)
        amount = sum((part.amount for part in lines), ZERO)
        row = parts[0].source_row if parts else None
        goods = [part for part in now if part.kind == LineKind.GOODS]
        goods_before = [part for part in before if part.kind == LineKind.GOODS]
        if sum(p.quantity for p in goods) + sum(p.quantity for p in goods_before) > units:
            message = _(
                "Of order %(order)s %(now)d pieces go back, but %(bought)d were bought and "
                "%(before)d of them went back before."
            )
            numbers = {
                "now": sum(p.quantity for p in goods),
                "before": sum(p.quantity for p in goods_before),
                "bought": units,
            }
            return [ItemError("lines", message % ({"order": self.order} | numbers), row)]
        if _money(now) > ZERO and _money(now) + _money(before) > amount:
            message = _(
                "Of order %(order)s %(now)s is refunded, but it is worth %(bought)s and "
                "%(before)s was refunded before."
            )
            sums = {"now": _money(now), "before": _money(before), "bought": amount}
            return [ItemError("lines", message % ({"order": self.order} | sums), row)]
        return []

    def keeps(self, lines: dict[int, Part]) -> list[ItemError]:
        """Return why the order cannot become ``lines``: what went back must have been bought."""
        gone = [part for parts in self.returns.values() for part in parts]
        for line_no in sorted({part.line_no for part in gone if part.line_no}):
            back = [part for part in gone if part.line_no == line_no]
            line = lines.get(line_no)
            quantity, amount = sum(part.quantity for part in back), _money(back)
            fewer = line is None or line.quantity < quantity or line.amount < amount
            if fewer and not (line and line.amount < ZERO):
                message = _(
                    "Of line %(line)d of order %(order)s %(quantity)d pieces went back for "
                    "%(amount)s: the line cannot be dropped or become smaller than that."
                )
                words = {
                    "line": line_no,
                    "order": self.order,
                    "quantity": quantity,
                    "amount": amount,
                }
                row = line.source_row if line else None
                return [ItemError("lines", message % words, row)]
        if dropped := sorted(self.named - set(lines)):
            message = _("Line %(line)d of order %(order)s is in a return: it cannot be dropped.")
            words = {"line": dropped[0], "order": self.order}
            return [ItemError("lines", message % words)]
        total = sum((part.amount for part in lines.values() if part.kind in SALES), ZERO)
        back = [part for part in gone if part.kind in SALES]
        if _money(back) > max(total, ZERO):
            message = _("Of order %(order)s %(back)s was refunded: it cannot become worth %(now)s.")
            words = {"order": self.order, "back": _money(back), "now": total}
            return [ItemError("lines", message % words)]
        return []


def _compare(
    now: list[Part], before: list[Part], quantity: int, amount: Decimal
) -> tuple[str, str, dict[str, object]] | None:
    pieces, pieces_before = sum(p.quantity for p in now), sum(p.quantity for p in before)
    if pieces + pieces_before > quantity:
        message = _(
            "Of line %(line)d of order %(order)s %(now)d pieces go back, but %(bought)d were "
            "bought and %(before)d of them went back before."
        )
        return "lines", message, {"now": pieces, "before": pieces_before, "bought": quantity}
    if _money(now) + _money(before) > amount:
        message = _(
            "Of line %(line)d of order %(order)s %(now)s is refunded, but it was bought for "
            "%(bought)s and %(before)s was refunded before."
        )
        return (
            "lines",
            message,
            {"now": _money(now), "before": _money(before), "bought": amount},
        )
    return None


def _money(parts: Iterable[Part]) -> Decimal:
    return sum((part.amount for part in parts), ZERO)
