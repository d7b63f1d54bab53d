"""What an order or a return is worth: each line rounded once, totals as sums of lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from opsdesk.core.money import ZERO, convert, round_money
from orders.core.items import LineItem, LineKind, ReturnLineItem

# Sales are goods less discounts; postage, fees and the like stay beside them.
SALES = (LineKind.GOODS, LineKind.DISCOUNT)


@dataclass(frozen=True, slots=True)
class Currencies:
    """The currency of the document, that of the reports, and the rate between the two."""

    own: str
    reporting: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class LineTotals:
    """What a line is worth in both currencies; ``cost`` is ``None`` where nobody knows it."""

    kind: str
    units: int
    amount: Decimal
    reporting_amount: Decimal
    reporting_cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Totals:
    """What a document is worth: the sums over its goods and discounts."""

    amount: Decimal
    reporting_amount: Decimal
    units: int
    has_goods: bool


def order_line_totals(
    line: LineItem, unit_cost: Decimal | None, currencies: Currencies
) -> LineTotals:
    """Return what a line of an order is worth."""
    amount = round_money(line.quantity * line.unit_price - line.discount, currencies.own)
    return _totals(line.kind, line.quantity, amount, unit_cost, currencies)


def return_line_totals(
    line: ReturnLineItem, unit_cost: Decimal | None, currencies: Currencies
) -> LineTotals:
    """Return what a line of a return is worth."""
    amount = round_money(line.refund_amount, currencies.own)
    return _totals(line.kind, line.quantity, amount, unit_cost, currencies)


def document_totals(lines: Iterable[LineTotals]) -> Totals:
    """Add the lines up."""
    amount = reporting_amount = ZERO
    units, has_goods = 0, False
    for line in lines:
        if line.kind in SALES:
            amount += line.amount
            reporting_amount += line.reporting_amount
        if line.kind == LineKind.GOODS:
            units += line.units
            has_goods = True
    return Totals(amount, reporting_amount, units, has_goods)


def _totals(
    kind: str, quantity: int, amount: Decimal, unit_cost: Decimal | None, currencies: Currencies
) -> LineTotals:
    rate, reporting = currencies.rate, currencies.reporting
    cost = None if unit_cost is None else convert(quantity * unit_cost, rate, reporting)
    return LineTotals(kind, quantity, amount, convert(amount, rate, reporting), cost)
