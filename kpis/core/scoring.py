"""Scores of a scorecard: points of each item, their weighted mean, and the grade."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from django.db.models import TextChoices

TARGET_POINTS = 100
CAP = 120
GRADES = (("S", 110), ("A", 90), ("B", 75), ("C", 60), ("D", None))
_STEP = Decimal("0.0001")
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


class Good(TextChoices):
    """Which way a metric is better."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True)
class Scale:
    """What a value earns: 0 points at ``floor``, 100 at ``target``, 120 at ``stretch``.

    Without a floor it is 0 where high is good and twice the target where low is; without a
    stretch 100 points are the cap.
    """

    target: Decimal
    floor: Decimal | None = None
    stretch: Decimal | None = None
    good: Good = Good.HIGH


@dataclass(frozen=True)
class Item:
    """One line of a scorecard: its weight, its scale, and the measured numbers if there are any.

    The value is ``part`` / ``whole``, kept as both so that nothing is rounded before points are
    given; a sum has 1 as its whole.
    """

    weight: int
    scale: Scale
    part: Decimal | None
    whole: Decimal | None = Decimal(1)

    @property
    def value(self) -> Fraction | None:
        """The exact value, ``None`` where nothing was measured."""
        if self.part is None or not self.whole:
            return None
        return Fraction(self.part) / Fraction(self.whole)


@dataclass(frozen=True)
class Result:
    """Points by item (``None``: left out), the weights they had, the score and the grade.

    An incomplete scorecard has neither score nor grade.
    """

    points: tuple[Decimal | None, ...]
    weights: tuple[Decimal, ...]
    score: Decimal | None
    grade: str


def points_of(value: Fraction, scale: Scale) -> Fraction:
    """Return the points that ``value`` earns, linear between the marks and never beyond them."""
    target = Fraction(scale.target)
    if scale.floor is not None:
        floor = Fraction(scale.floor)
    else:
        floor = Fraction(0) if scale.good == Good.HIGH else 2 * target
    direction = 1 if scale.good == Good.HIGH else -1
    if direction * (value - target) >= 0:
        return _beyond(value, target, scale)
    if direction * (value - floor) <= 0 or floor == target:
        return Fraction(0)
    return (value - floor) / (target - floor) * TARGET_POINTS


def _beyond(value: Fraction, target: Fraction, scale: Scale) -> Fraction:
    """The points of a value that reaches the target."""
    if scale.stretch is None or Fraction(scale.stretch) == target:
        return Fraction(TARGET_POINTS)
    way = (value - target) / (Fraction(scale.stretch) - target)
    return TARGET_POINTS + min(max(way, Fraction(0)), Fraction(1)) * (CAP - TARGET_POINTS)


def score_card(items: Sequence[Item], *, major_violation: bool = False) -> Result:
    """Score the items of a scorecard whose weights add up to 100.

    An item without a value is left out and its weight spread over the others in proportion; with
    more than half of the weight missing there is no score. A major violation lowers the grade by
    one. Grades compare the exact score; it is rounded to four places for showing only.
    """
    earned = [None if item.value is None else points_of(item.value, item.scale) for item in items]
    present = sum(
        item.weight for item, points in zip(items, earned, strict=True) if points is not None
    )
    whole = sum(item.weight for item in items)
    shown = tuple(None if points is None else _rounded(points) for points in earned)
    if not present or 2 * (whole - present) > whole:
        return Result(shown, tuple(Decimal(0) for _ in items), None, "")
    shares = [
        Fraction(0) if points is None else Fraction(100 * item.weight, present)
        for item, points in zip(items, earned, strict=True)
    ]
    score = sum(
        (share * (points or 0) / 100 for share, points in zip(shares, earned, strict=True)),
        Fraction(0),
    )
    weights = tuple(_rounded(share) for share in shares)
    return Result(shown, weights, _rounded(score), grade_of(score, lowered=major_violation))


def grade_of(score: Fraction, *, lowered: bool = False) -> str:
    """Return the grade of an exact score, one lower where ``lowered``; below D there is none."""
    names = [name for name, _ in GRADES]
    place = next(
        number for number, (_, bound) in enumerate(GRADES) if bound is None or score >= bound
    )
    return names[min(place + lowered, len(names) - 1)]


def _rounded(number: Fraction) -> Decimal:
    return _EXACT.quantize(
        _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator)), _STEP
    )
