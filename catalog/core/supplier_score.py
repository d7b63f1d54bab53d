"""A supplier's score from what was delivered, what was rejected, and what was paid."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

WHOLE = Fraction(100)
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Bought:
    """Pieces of a SKU bought from a supplier, and what one cost in the reporting currency."""

    supplier: int
    sku: int
    units: int
    unit_cost: Decimal


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a supplier in the days looked at; ``price_index`` has four decimals."""

    on_time: int = 0
    due: int = 0
    rejected: int = 0
    inspected: int = 0
    price_index: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How the parts are weighed, and from how many points on a grade is given."""

    cost: Decimal
    quality: Decimal
    delivery: Decimal
    grade_a: int
    grade_b: int
    grade_c: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: its points of 100, ``None`` where nothing is known, and its weight.

    ``share`` is the weight it had beside the other known parts.
    """

    name: str
    points: Fraction | None
    weight: Decimal
    share: Fraction | None

    @property
    def shown(self) -> Decimal | None:
        """The points as they are written."""
        return None if self.points is None else rounded(self.points)

    @property
    def shown_share(self) -> Decimal | None:
        """The share as it is written."""
        return None if self.share is None else rounded(self.share)


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its parts; without any known part there is neither score nor grade."""

    parts: tuple[Part, ...]
    points: Fraction | None
    grade: str

    @property
    def shown(self) -> Decimal | None:
        """The points as they are kept."""
        return None if self.points is None else rounded(self.points)


def price_indices(bought: Iterable[Bought]) -> dict[int, Decimal]:
    """Return what was paid to each supplier over what the same pieces cost on the average.

    The average of a SKU is over all pieces of it, whoever they were bought from; the index is
    the mean of cost / average, weighted by what the pieces cost on the average. SKUs that only
    one supplier sells compare nothing and are left out; so is a supplier without any other.
    """
    lines = list(bought)
    sellers: dict[int, set[int]] = defaultdict(set)
    units: dict[int, int] = defaultdict(int)
    spent: dict[int, Fraction] = defaultdict(Fraction)
    for line in lines:
        sellers[line.sku].add(line.supplier)
        units[line.sku] += line.units
        spent[line.sku] += line.units * Fraction(line.unit_cost)
    paid: dict[int, Fraction] = defaultdict(Fraction)
    average: dict[int, Fraction] = defaultdict(Fraction)
    for line in lines:
        if len(sellers[line.sku]) > 1 and units[line.sku]:
            paid[line.supplier] += line.units * Fraction(line.unit_cost)
            average[line.supplier] += line.units * spent[line.sku] / units[line.sku]
    return {one: rounded(paid[one] / average[one]) for one in paid if average[one]}


def score(record: Record, rule: Rule) -> Score:
    """Return the weighted mean of what is known of a supplier, and the grade it earns.

    Parts of which nothing is known are left out and the weights of the others scaled up to 1.
    The exact points are compared with the grades, not the rounded ones.
    """
    found = (
        ("cost", cost_points(record.price_index), rule.cost),
        ("quality", _points(record.inspected - record.rejected, record.inspected), rule.quality),
        ("delivery", _points(record.on_time, record.due), rule.delivery),
    )
    known = sum(
        (Fraction(weight) for _name, points, weight in found if points is not None), Fraction(0)
    )
    parts = tuple(
        Part(
            name,
            points,
            weight,
            Fraction(weight) / known if points is not None and known else None,
        )
        for name, points, weight in found
    )
    if not known:
        return Score(parts, None, "")
    total = sum(
        (part.points * part.share for part in parts if part.points is not None and part.share),
        Fraction(0),
    )
    return Score(parts, total, grade_of(total, rule))


def cost_points(index: Decimal | None) -> Fraction | None:
    """Return 100 for a supplier at or below the average price, in proportion less above it."""
    if index is None:
        return None
    return WHOLE if index <= 1 else WHOLE / Fraction(index)


def grade_of(points: Fraction, rule: Rule) -> str:
    """Return the grade of exact points."""
    bounds = (("A", rule.grade_a), ("B", rule.grade_b), ("C", rule.grade_c))
    return next((grade for grade, bound in bounds if points >= bound), "D")


def rounded(number: Fraction) -> Decimal:
    """Return ``number`` rounded half up to four decimals."""
    return _EXACT.quantize(
        _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator)), _STEP
    )


def _points(part: int, whole: int) -> Fraction | None:
    return Fraction(part * 100, whole) if whole else None
