"""What a refund of some pieces, or of an amount, is worth to the cent: price and tax apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from opsdesk.core.money import ZERO, minor_unit, round_money, split
from orders.core.items import LineKind


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of an order as it was sold: pieces, price after its own discount, tax beside it."""

    line_no: int
    kind: str
    units: int
    amount: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid for the pieces of a line, in whole minor units."""

    units: int
    amount: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Back:
    """What went back of a line at one time; ``tax`` is ``None`` where the source does not say."""

    units: int
    amount: Decimal
    tax: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A price and the tax on it."""

    amount: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        """What the buyer gets."""
        return self.amount + self.tax


NOTHING = Share(ZERO, ZERO)


def paid_for(lines: Iterable[Sold], currency: str) -> dict[int, Paid]:
    """Return what was paid for each line of goods, by line number.

    A discount that stands on a line of its own lowers all goods in proportion to their price, by
    largest remainder: what was paid for the goods adds up to what was paid for the order.
    """
    lines = list(lines)
    goods = [line for line in lines if line.kind == LineKind.GOODS]
    beside = [line for line in lines if line.kind == LineKind.DISCOUNT]
    prices = _lowered(
        [whole_units(line.amount, currency) for line in goods],
        sum((line.amount for line in beside), ZERO),
        currency,
    )
    taxes = _lowered(
        [whole_units(line.tax, currency) for line in goods],
        sum((line.tax for line in beside), ZERO),
        currency,
    )
    return {
        line.line_no: Paid(max(line.units, 0), price, tax)
        for line, price, tax in zip(goods, prices, taxes, strict=True)
    }


def _lowered(amounts: list[Decimal], by: Decimal, currency: str) -> list[Decimal]:
    """Return the amounts with a discount (negative) spread over them; none becomes negative."""
    weights = [max(amount, ZERO) for amount in amounts]
    if by >= ZERO or not any(weights):
        return weights
    parts = split(round_money(by, currency), weights, currency)
    return [max(weight + part, ZERO) for weight, part in zip(weights, parts, strict=True)]


def whole_units(value: Decimal, currency: str) -> Decimal:
    """Return the whole minor units in ``value``: more than was paid never goes back."""
    rounded = round_money(value, currency)
    return rounded if rounded <= value else rounded - minor_unit(currency)


def left_of(paid: Paid, before: Sequence[Back], currency: str) -> Share:
    """Return what of a line has not gone back."""
    amounts = sum((back.amount for back in before), ZERO)
    taxes = sum(_taxes(paid, before, currency), ZERO)
    return Share(max(paid.amount - amounts, ZERO), max(paid.tax - taxes, ZERO))


def due(paid: Paid, before: Sequence[Back], units: int, currency: str) -> Share:
    """Return what ``units`` more pieces of a line are worth after what went back ``before``.

    The running sum is rounded, not each part: pieces that go back one after another, in whatever
    parts, add up to what was paid for the line. An amount that went back without pieces, or
    beyond their price, lowers what the pieces left are worth; what was kept of a piece's price
    stays kept.
    """
    taxes = _taxes(paid, before, currency)
    amounts = [(back.units, back.amount) for back in before]
    of_tax = [(back.units, tax) for back, tax in zip(before, taxes, strict=True)]
    left = left_of(paid, before, currency)
    return Share(
        min(_due(Paid(paid.units, paid.amount, ZERO), amounts, units, currency), left.amount),
        min(_due(Paid(paid.units, paid.tax, ZERO), of_tax, units, currency), left.tax),
    )


def _due(paid: Paid, before: Sequence[tuple[int, Decimal]], units: int, currency: str) -> Decimal:
    run = _Run(paid.amount, paid.units, currency)
    for pieces, given in before:
        run.take(pieces, given)
    return run.next(units)


class _Run:
    """Gives out ``rest`` over ``units`` pieces; begun anew where something else was given."""

    def __init__(self, rest: Decimal, units: int, currency: str) -> None:
        self.rest, self.units, self.done, self.currency = rest, units, 0, currency

    def next(self, pieces: int) -> Decimal:
        """Return what the next pieces are worth."""
        return self._upto(self.done + pieces) - self._upto(self.done)

    def take(self, pieces: int, given: Decimal) -> None:
        """Note what was given for the next pieces."""
        worth = self.next(pieces)
        if pieces and given == worth:
            self.done += pieces
            return
        # A unit less is a matter of rounding; more than that was kept from the buyer.
        kept = worth - given > minor_unit(self.currency)
        gone = worth if kept else given
        self.rest = max(self.rest - self._upto(self.done) - gone, ZERO)
        self.units, self.done = max(self.units - self.done - pieces, 0), 0

    def _upto(self, pieces: int) -> Decimal:
        if pieces <= 0:
            return ZERO
        if pieces >= self.units:
            return self.rest if self.units else ZERO
        return round_money(Fraction(self.rest) * pieces / self.units, self.currency)


def _taxes(paid: Paid, before: Sequence[Back], currency: str) -> list[Decimal]:
    """Return the tax in each part; where the source does not say, that of its pieces or price."""
    run = _Run(paid.tax, paid.units, currency)
    found = []
    for back in before:
        if back.tax is not None:
            tax = back.tax
        elif back.units:
            tax = run.next(back.units)
        else:
            tax = _proportion(paid, back.amount, currency)
        run.take(back.units, tax)
        found.append(tax)
    return found


def _proportion(paid: Paid, amount: Decimal, currency: str) -> Decimal:
    if not paid.amount:
        return ZERO
    return round_money(Fraction(paid.tax) * Fraction(amount) / Fraction(paid.amount), currency)


def cut(share: Share, total: Decimal, currency: str) -> Share:
    """Return ``total`` (at most that of ``share``) as price and tax in the proportion of ``share``.

    By largest remainder: the two add up to ``total``, and neither is above that of ``share``.
    """
    if not share.total or not total:
        return NOTHING
    amount, tax = split(total, [share.amount, share.tax], currency)
    return Share(amount, tax)


def spread(total: Decimal, lefts: Sequence[Share], currency: str) -> list[Share]:
    """Spread an amount with its tax over lines by what is left of each, by largest remainder.

    ``total`` is at most what is left of all; then no line gets more than is left of it.
    """
    weights = [left.total for left in lefts]
    if not total or not any(weights):
        return [NOTHING for _left in lefts]
    totals = split(total, weights, currency)
    return [cut(left, part, currency) for left, part in zip(lefts, totals, strict=True)]
