"""ABC classes: which SKUs make the most of the sales."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

WINDOW_DAYS = 90
A_SHARE, B_SHARE = Fraction(80, 100), Fraction(95, 100)
_PLACES = Decimal("1e-4")


@dataclass(frozen=True, slots=True)
class Classed:
    """A SKU with its sales, the share that it and those before it make, and its class."""

    code: str
    sales: Decimal
    running: Decimal
    letter: str


def classes(sales: Mapping[str, Decimal]) -> list[Classed]:
    """Return the SKUs, greatest sales first, those of the same by code.

    A are those that begin within the first 80 % of all sales, B within the next 15 %, C the
    rest: the SKU that crosses a bound belongs to the class it begins in. Without sales it is C.
    """
    ranked = sorted(sales.items(), key=lambda pair: (-pair[1], pair[0]))
    total = sum((Fraction(value) for _code, value in ranked if value > 0), Fraction(0))
    found: list[Classed] = []
    before = Fraction(0)
    for code, value in ranked:
        letter = _letter(before, total) if value > 0 else "C"
        before += max(Fraction(value), Fraction(0))
        found.append(Classed(code, value, _decimal(before / total if total else before), letter))
    return found


def _letter(before: Fraction, total: Fraction) -> str:
    if before < total * A_SHARE:
        return "A"
    return "B" if before < total * B_SHARE else "C"


def _decimal(value: Fraction) -> Decimal:
    exact = Context(prec=60)
    quotient = exact.divide(Decimal(value.numerator), Decimal(value.denominator))
    return quotient.quantize(_PLACES, ROUND_HALF_UP)
