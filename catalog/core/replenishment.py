"""How many pieces to buy, and from which level on.

Reorder point with normally distributed demand and a fixed lead time, and order-up-to level of
periodic review: Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains,
4th edition, chapters 6.7 and 6.9.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from statistics import NormalDist

PLACES = Decimal("0.0001")
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Terms:
    """By which numbers a SKU is bought."""

    z: Decimal
    lead_time_days: int
    review_days: int
    safety_stock: int = 0


@dataclass(frozen=True, slots=True)
class Stock:
    """What is there and what is on its way."""

    on_hand: int
    on_order: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What should be bought, with the numbers it was made of."""

    mean: Decimal
    deviation: Decimal
    safety_stock: int
    reorder_point: int
    quantity: int


def z_of(service_level: Decimal) -> Decimal:
    """Return how many deviations cover demand with this probability, to 4 places."""
    return Decimal(repr(NormalDist().inv_cdf(float(service_level)))).quantize(PLACES)


def cover_days(pieces: int, mean: Decimal) -> Decimal | None:
    """Return for how many days ``pieces`` last, to a tenth and never too long; none sold: none."""
    if mean <= 0:
        return None
    return (max(0, pieces) / mean).quantize(Decimal("0.1"), ROUND_FLOOR)


def plan(units: Sequence[int], days: int, terms: Terms, stock: Stock) -> Plan:
    """Return reorder point and quantity from the demand of ``days``, days without sales as 0.

    ``units`` are those of the days that sold something. Mean and variance are kept exact; the
    deviation is that of the days themselves (population), as they all were looked at. Safety
    stock is never below the SKU's own.
    """
    total, squares = sum(units), sum(number * number for number in units)
    mean = Fraction(total, days) if days else Fraction(0)
    variance = Fraction(squares, days) - mean * mean if days else Fraction(0)
    lead, both = terms.lead_time_days, terms.lead_time_days + terms.review_days
    point = max(_up(_decimal(mean * lead) + _cover(variance * lead, terms.z)), terms.safety_stock)
    safety = max(_up(_cover(variance * both, terms.z)), terms.safety_stock)
    wanted = 0
    there = stock.on_hand + stock.on_order
    if there <= point:
        cover = max(_cover(variance * both, terms.z), Decimal(terms.safety_stock))
        wanted = max(0, _up(_decimal(mean * both) + cover) - there)
    return Plan(
        mean=_decimal(mean).quantize(PLACES, ROUND_HALF_UP),
        deviation=_root(variance).quantize(PLACES, ROUND_HALF_UP),
        safety_stock=safety,
        reorder_point=max(0, point),
        quantity=wanted,
    )


def _cover(variance: Fraction, z: Decimal) -> Decimal:
    """Return z × σ × √days from σ² × days."""
    return _EXACT.multiply(z, _root(variance))


def _root(value: Fraction) -> Decimal:
    return _decimal(value).sqrt(_EXACT)


def _decimal(value: Fraction) -> Decimal:
    return _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))


def _up(value: Decimal) -> int:
    # A root that is whole but for its 60th digit is whole.
    return int(value.quantize(Decimal("1e-12"), context=_EXACT).to_integral_value(ROUND_CEILING))
