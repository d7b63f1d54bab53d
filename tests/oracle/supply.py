"""ABC classes and what to buy, worked out from Online Retail with the standard library alone.

No import from the product: this is what the product is checked against. The definitions are those
of section 3 of the specification:

- demand of a code on a day = pieces of its goods lines in orders placed on it; returns take
  nothing back; sales = the same lines in yuan, each line rounded to the cent;
- ABC by the sales of 90 days: greatest first, A those that begin below 80 % of all, B below 95 %;
- reorder point = mean daily demand x lead time + z x sigma x sqrt(lead time), in whole pieces
  rounded up, and no less than the SKU's own safety stock;
- what to buy at or below it = demand of lead time and review period + the larger of the safety
  stock and z x sigma x sqrt(both), rounded up, minus what is there.

Squares are compared instead of drawing roots, so that every figure is exact.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.oracle.online_retail import Document, Rate, to_cents

Z95 = Fraction(16449, 10_000)  # the 95th percentile of the normal distribution, four places
REVIEW_DAYS = 30


@dataclass
class Demand:
    """Pieces and yuan of one code in 90 days."""

    pieces: list[int]
    yuan: Decimal


@dataclass(frozen=True)
class Keeping:
    """How a code is kept."""

    lead_days: int
    safety: int
    there: int


@dataclass(frozen=True)
class Wanted:
    """What there is to say of a code that should be bought."""

    mean: Fraction
    variance: Fraction
    point: int
    quantity: int


def codes_of(documents: list[Document]) -> list[str]:
    """Every code that stands on a goods line of an order."""
    orders = (document for document in documents if not document.is_return)
    return sorted({line.code for order in orders for line in order.lines if line.kind == "goods"})


def demand(documents: list[Document], rate: Rate, last: date) -> dict[str, Demand]:
    """Demand by code of the 90 days that end with ``last``; days without sales are zeroes."""
    first = last - timedelta(days=89)
    found: dict[str, Demand] = defaultdict(lambda: Demand([0] * 90, Decimal(0)))
    for document in documents:
        day = document.placed_at.date()
        if document.is_return or not first <= day <= last:
            continue
        for line in document.lines:
            if line.kind == "goods":
                own = found[line.code]
                own.pieces[(day - first).days] += line.quantity
                own.yuan += to_cents(line.pounds * rate(day))
    return found


def letters(sales: dict[str, Decimal]) -> dict[str, str]:
    """The ABC class of each code."""
    cents = {code: int(yuan * 100) for code, yuan in sales.items()}
    whole, before, found = sum(cents.values()), 0, {}
    for code in sorted(cents, key=lambda each: (-cents[each], each)):
        if cents[code] == 0 or before * 100 >= whole * 95:
            found[code] = "C"
        else:
            found[code] = "A" if before * 100 < whole * 80 else "B"
        before += cents[code]
    return found


def wanted(pieces: list[int], kept: Keeping) -> Wanted | None:
    """What to buy of a code, or ``None`` where nothing need be bought."""
    mean = Fraction(sum(pieces), len(pieces))
    variance = sum(((each - mean) ** 2 for each in pieces), Fraction(0)) / len(pieces)
    lead, both = kept.lead_days, kept.lead_days + REVIEW_DAYS
    point = max(least(mean * lead, Z95**2 * variance * lead), kept.safety)
    if kept.there > point:
        return None
    level = max(least(mean * both, Z95**2 * variance * both), up(mean * both + kept.safety))
    quantity = max(0, level - kept.there)
    return Wanted(mean, variance, point, quantity) if quantity else None


def least(start: Fraction, square: Fraction) -> int:
    """The smallest whole number that is no less than ``start`` + the root of ``square``."""
    low, high = up(start), up(start) + int(square) + 2
    while low < high:
        middle = (low + high) // 2
        if (middle - start) ** 2 >= square:
            high = middle
        else:
            low = middle + 1
    return low


def up(value: Fraction) -> int:
    """The smallest whole number that is no less than ``value``."""
    return -(-value.numerator // value.denominator)
