"""A refund worked out before it is written: by pieces, by an amount, and of the shipping charge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from opsdesk.core.errors import InvalidData
from opsdesk.core.exchange import decimals
from opsdesk.core.money import ZERO, minor_places, round_money
from orders.core.refund_split import NOTHING, Back, Paid, Share, cut, due, left_of, spread


@dataclass(frozen=True, slots=True)
class LineBalance:
    """A line of a return before the refund.

    ``key`` names what was bought: lines of one key share it. ``before`` is all that went back of
    it, the oldest first; ``open_units`` of this return's pieces can still be refunded.
    """

    line_no: int
    key: int
    paid: Paid
    before: tuple[Back, ...]
    open_units: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands behind a refund: the lines of the return, and what is left of the shipping."""

    currency: str
    lines: tuple[LineBalance, ...]
    shipping_left: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LineAsk:
    """How many pieces of a line are refunded.

    ``total`` is what the buyer gets for them with the tax, where that is less than what they
    are worth; for no pieces an amount without any.
    """

    line_no: int
    units: int = 0
    total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """A refund as it is asked for; ``extra`` is an amount over all lines, with its tax."""

    lines: tuple[LineAsk, ...] = ()
    extra: Decimal = ZERO
    shipping: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LineRefund:
    """What goes back of one line of the return."""

    line_no: int
    units: int
    amount: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        """What the buyer gets for the line."""
        return self.amount + self.tax


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """A refund to the cent; ``amount`` is the price of the goods, tax and shipping beside it."""

    lines: tuple[LineRefund, ...]
    shipping: Decimal

    @property
    def amount(self) -> Decimal:
        """The price of the goods that goes back."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def tax(self) -> Decimal:
        """The tax that goes back."""
        return sum((line.tax for line in self.lines), ZERO)

    @property
    def units(self) -> int:
        """The pieces that are refunded."""
        return sum(line.units for line in self.lines)

    @property
    def total(self) -> Decimal:
        """What the buyer gets."""
        return self.amount + self.tax + self.shipping


@dataclass
class _Planner:
    """Works out one refund; ``taken`` is what it took already of what was bought, by key."""

    balance: Balance
    taken: dict[int, list[Back]] = field(default_factory=lambda: defaultdict(list))
    found: dict[int, Share] = field(default_factory=dict)

    def before(self, line: LineBalance) -> list[Back]:
        return [*line.before, *self.taken[line.key]]

    def give(self, line: LineBalance, units: int, share: Share) -> None:
        self.taken[line.key].append(Back(units, share.amount, share.tax))
        had = self.found.get(line.line_no, NOTHING)
        self.found[line.line_no] = Share(had.amount + share.amount, had.tax + share.tax)

    def left(self, line: LineBalance) -> Share:
        return left_of(line.paid, self.before(line), self.balance.currency)


def plan_refund(balance: Balance, ask: RefundAsk) -> RefundPlan:
    """Return what a refund gives back, line by line; ``InvalidData`` for what is not there."""
    _refuse_amounts(balance, ask)
    planner, units = _Planner(balance), {}
    by_number = {line.line_no: line for line in balance.lines}
    for asked in ask.lines:
        line = by_number.get(asked.line_no)
        if line is None or asked.line_no in units:
            message = _("This return has no line %(line)d, or it is named twice.")
            raise InvalidData(message % {"line": asked.line_no}, field="lines")
        units[asked.line_no] = asked.units
        _give_asked(planner, line, asked)
    if ask.extra:
        _give_extra(planner, ask.extra)
    lines = tuple(
        LineRefund(line.line_no, units.get(line.line_no, 0), share.amount, share.tax)
        for line in balance.lines
        if (share := planner.found.get(line.line_no, NOTHING)).total or units.get(line.line_no)
    )
    plan = RefundPlan(lines, round_money(ask.shipping, balance.currency))
    if not plan.total and not plan.units:
        message = _("Say what is refunded: pieces of a line, an amount, or shipping.")
        raise InvalidData(message, code="nothing_to_refund")
    return plan


def _refuse_amounts(balance: Balance, ask: RefundAsk) -> None:
    places = minor_places(balance.currency)
    given = [("extra", ask.extra), ("shipping", ask.shipping)]
    given += [("lines", line.total) for line in ask.lines if line.total is not None]
    for name, value in given:
        if not value.is_finite() or value < ZERO or decimals(value) > places:
            message = _("Give an amount of 0 or more with at most %(places)d decimals.")
            raise InvalidData(message % {"places": places}, field=name)
    if ask.shipping > balance.shipping_left:
        message = _("%(asked)s of the shipping is asked for, but %(left)s of it is left.")
        words = {"asked": ask.shipping, "left": balance.shipping_left}
        raise InvalidData(message % words, code="more_than_paid", field="shipping")


def _give_asked(planner: _Planner, line: LineBalance, asked: LineAsk) -> None:
    if not 0 <= asked.units <= line.open_units:
        message = _(
            "Line %(line)d: %(asked)d pieces are to be refunded, but %(open)d of this return are "
            "still open."
        )
        words = {"line": line.line_no, "asked": asked.units, "open": line.open_units}
        raise InvalidData(message % words, code="more_than_open", field="lines")
    currency = planner.balance.currency
    if asked.units:
        most = due(line.paid, planner.before(line), asked.units, currency)
    else:
        most = planner.left(line)
    if asked.total is not None and asked.total > most.total:
        message = _("Line %(line)d: %(asked)s is to be refunded, but at most %(most)s is left.")
        sums = {"line": line.line_no, "asked": asked.total, "most": most.total}
        raise InvalidData(message % sums, code="more_than_paid", field="lines")
    if asked.total is not None:
        most = cut(most, asked.total, currency)
    elif not asked.units:
        most = NOTHING
    planner.give(line, asked.units, most)


def _give_extra(planner: _Planner, extra: Decimal) -> None:
    """Spread an amount over what was bought; lines of one key are given it by the first."""
    firsts: Sequence[LineBalance] = list(
        {line.key: line for line in reversed(planner.balance.lines)}.values()
    )[::-1]
    lefts = [planner.left(line) for line in firsts]
    total = sum((left.total for left in lefts), ZERO)
    if extra > total:
        message = _("%(asked)s is to be refunded besides, but %(left)s is left of all lines.")
        words = {"asked": extra, "left": total}
        raise InvalidData(message % words, code="more_than_paid", field="extra")
    for line, share in zip(firsts, spread(extra, lefts, planner.balance.currency), strict=True):
        if share.total:
            planner.give(line, 0, share)
