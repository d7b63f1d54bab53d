"""A/B experiments: what the counts of two versions say of which one is better.

Every test and interval is that of two independent shares, such as clicks of impressions. The
level is 5 % in two-sided tests, 95 % in intervals; a needed size is that of 80 % power.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from opsdesk.core.ratios import Ratio

LEVEL = 0.05
POWER = 0.8
LEAST_EXPECTED = 5
# Below it the split of the impressions is taken for a fault of the set-up, not for chance.
SPLIT_LEVEL = 0.001
Z = NormalDist().inv_cdf(1 - LEVEL / 2)
DAY = timedelta(days=1)
_PLACES = Decimal("0.000001")
# Two outcomes that are equally probable differ by a little where they are computed.
_EQUAL = 1 + 1e-7


class Arm(TextChoices):
    A = "a", "A"
    B = "b", "B"


class Measure(TextChoices):
    CLICK_RATE = "click_rate", _("Click-through rate")
    ORDER_RATE = "order_rate", _("Conversion rate")


class Verdict(TextChoices):
    A_BETTER = "a_better", _("A is better")
    B_BETTER = "b_better", _("B is better")
    NO_DIFFERENCE = "no_difference", _("No difference shown yet")
    TOO_LITTLE = "too_little", _("Too little data")


class Method(TextChoices):
    Z = "z", pgettext_lazy("test", "z-test")
    FISHER = "fisher", pgettext_lazy("test", "Fisher's exact test")


@dataclass(frozen=True, slots=True)
class Counts:
    """What a version was shown, clicked and ordered."""

    impressions: int = 0
    clicks: int = 0
    orders: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.impressions + other.impressions,
            self.clicks + other.clicks,
            self.orders + other.orders,
        )

    def share(self, measure: str) -> Share:
        """Return what ``measure`` compares: clicks of impressions, or orders of clicks."""
        if measure == Measure.ORDER_RATE:
            return Share(self.orders, self.clicks)
        return Share(self.clicks, self.impressions)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, ``0 <= part <= whole``."""

    part: int
    whole: int

    @property
    def rate(self) -> float:
        """The quotient, 0 where there is nothing to divide by."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def value(self) -> Decimal | None:
        """The quotient to be shown; ``None`` where nothing was measured."""
        return Ratio(Decimal(self.part), Decimal(self.whole)).value


@dataclass(frozen=True, slots=True)
class Interval:
    """Two bounds."""

    low: float
    high: float

    def shown(self) -> tuple[Decimal, Decimal]:
        """Return the bounds with six decimals, to be shown."""
        return exact(self.low), exact(self.high)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two shares say; ``difference`` is B less A, ``p_value`` ``None`` without any data.

    ``needed`` are impressions of each version, over all days, at which the difference that was
    seen would be shown; ``None`` where it is shown already or where there is none to be shown.
    """

    a: Share
    b: Share
    difference: Decimal | None
    bounds: tuple[Decimal, Decimal] | None
    method: str
    p_value: Decimal | None
    verdict: str
    needed: int | None


def exact(value: float) -> Decimal:
    """Return a computed share with six decimals."""
    return Decimal(str(value)).quantize(_PLACES)


def wilson(share: Share) -> Interval:
    """Return the 95 % score interval of a share, all of 0 to 1 where nothing was measured.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    J. Am. Stat. Assoc. 22 (1927): the rates that the score test does not refuse.
    """
    n = share.whole
    if not n:
        return Interval(0.0, 1.0)
    p, square = share.rate, Z * Z
    middle = p + square / (2 * n)
    half = Z * math.sqrt(p * (1 - p) / n + square / (4 * n * n))
    low, high = (middle - half) / (1 + square / n), (middle + half) / (1 + square / n)
    # The bound of none or all of them is exact; computing it leaves a crumb.
    return Interval(
        0.0 if share.part == 0 else max(0.0, low), 1.0 if share.part == n else min(1.0, high)
    )


def newcombe(a: Share, b: Share) -> Interval:
    """Return the 95 % interval of the rate of ``b`` less that of ``a``.

    R. G. Newcombe, Interval estimation for the difference between independent proportions,
    Statistics in Medicine 17 (1998), method 10: built of the two score intervals.
    """
    of_a, of_b = wilson(a), wilson(b)
    difference = b.rate - a.rate
    below = math.hypot(b.rate - of_b.low, of_a.high - a.rate)
    above = math.hypot(of_b.high - b.rate, a.rate - of_a.low)
    return Interval(difference - below, difference + above)


def z_value(a: Share, b: Share) -> float:
    """Return z of the pooled two-proportion test, above 0 where ``b`` has the higher rate.

    K. Pearson's chi-squared test of the same table without correction is its square; see
    J. L. Fleiss, Statistical Methods for Rates and Proportions, chapter 2. 0 where all or none
    of them count: then nothing differs.
    """
    pooled = (a.part + b.part) / (a.whole + b.whole)
    spread = pooled * (1 - pooled) * (1 / a.whole + 1 / b.whole)
    return (b.rate - a.rate) / math.sqrt(spread) if spread > 0 else 0.0


def two_sided(z: float) -> float:
    """Return how probable a standard normal value at least as far from 0 is: 1 - erf(|z|/√2)."""
    return math.erfc(abs(z) / math.sqrt(2))


def fisher(a: Share, b: Share) -> float:
    """Return the two-sided p-value of Fisher's exact test.

    R. A. Fisher, The Design of Experiments (1935), chapter 2. With the margins held, it adds up
    the hypergeometric probabilities of all tables that are no more probable than this one. They
    are computed as ratios to that of the mode, so that nothing grows beyond a float.
    """
    total, parts = a.whole + b.whole, a.part + b.part
    least, most = max(0, parts - b.whole), min(a.whole, parts)
    mode = min(most, max(least, (parts + 1) * (a.whole + 1) // (total + 2)))
    weights = {mode: 1.0}
    for k in range(mode, most):
        ratio = (parts - k) * (a.whole - k) / ((k + 1) * (b.whole - parts + k + 1))
        weights[k + 1] = weights[k] * ratio
        if not weights[k + 1]:  # so are all that follow
            break
    for k in range(mode, least, -1):
        ratio = k * (b.whole - parts + k) / ((parts - k + 1) * (a.whole - k + 1))
        weights[k - 1] = weights[k] * ratio
        if not weights[k - 1]:
            break
    bound = weights.get(a.part, 0.0) * _EQUAL
    found = math.fsum(weight for weight in weights.values() if weight <= bound)
    return min(1.0, found / math.fsum(weights.values()))


def too_small(a: Share, b: Share) -> bool:
    """Tell whether a cell of the table is expected to hold fewer than 5.

    W. G. Cochran, The χ² test of goodness of fit, Ann. Math. Stat. 23 (1952): below that the
    normal distribution is not near enough.
    """
    total, parts = a.whole + b.whole, a.part + b.part
    smaller = min(a.whole, b.whole) * min(parts, total - parts)
    return smaller < LEAST_EXPECTED * total


def needed_size(a: float, b: float) -> int | None:
    """Return of how many each version has to be shown to tell the rates ``a`` and ``b`` apart.

    J. L. Fleiss, B. Levin, M. C. Paik, Statistical Methods for Rates and Proportions (2003),
    formula 4.14, without correction: two groups of the same size, level 5 % two-sided, power
    80 %. ``None`` where the rates are equal.
    """
    return size_for(a, b, POWER) if a != b else None


def size_for(a: float, b: float, power: float) -> int:
    """Return the size of each of two groups at which ``power`` of all trials show a ≠ b."""
    mean = (a + b) / 2
    under_none = Z * math.sqrt(2 * mean * (1 - mean))
    under_seen = NormalDist().inv_cdf(power) * math.sqrt(a * (1 - a) + b * (1 - b))
    return math.ceil(((under_none + under_seen) / (a - b)) ** 2)


def split_differs(a: int, b: int, share_b: int) -> bool:
    """Tell whether the impressions are split otherwise than planned, beyond chance.

    The one-proportion z-test of ``b`` of all impressions against ``share_b`` per cent.
    """
    total, planned = a + b, share_b / 100
    if not total:
        return False
    z = (b / total - planned) / math.sqrt(planned * (1 - planned) / total)
    return two_sided(z) < SPLIT_LEVEL


def compare(a: Counts, b: Counts, measure: str) -> Comparison:
    """Return what the counts of two versions say by ``measure``."""
    of_a, of_b = a.share(measure), b.share(measure)
    if not of_a.whole or not of_b.whole:
        method = Method.FISHER
        return Comparison(of_a, of_b, None, None, method, None, Verdict.TOO_LITTLE, None)
    small = too_small(of_a, of_b)
    p_value = fisher(of_a, of_b) if small else two_sided(z_value(of_a, of_b))
    verdict = _verdict(of_a, of_b, p_value, small=small)
    shown = verdict in (Verdict.A_BETTER, Verdict.B_BETTER)
    return Comparison(
        a=of_a,
        b=of_b,
        difference=exact(of_b.rate - of_a.rate),
        bounds=newcombe(of_a, of_b).shown(),
        method=Method.FISHER if small else Method.Z,
        p_value=exact(p_value),
        verdict=verdict,
        needed=None if shown else _impressions(a + b, needed_size(of_a.rate, of_b.rate), measure),
    )


def _verdict(a: Share, b: Share, p_value: float, *, small: bool) -> str:
    if p_value < LEVEL:
        return Verdict.A_BETTER if a.rate > b.rate else Verdict.B_BETTER
    return Verdict.TOO_LITTLE if small else Verdict.NO_DIFFERENCE


def _impressions(both: Counts, size: int | None, measure: str) -> int | None:
    """Return how many impressions bring ``size`` of what is measured, as often as until now."""
    if size is None or measure == Measure.CLICK_RATE:
        return size
    return math.ceil(size * both.impressions / both.clicks)


def sum_of(days: Iterable[Counts]) -> Counts:
    """Return the counts of all days together."""
    return sum(days, Counts())


def missing_days(start: date, end: date, known: Mapping[date, Counts]) -> list[date]:
    """Return the days from ``start`` until before ``end`` that nothing is known of."""
    days = (start + DAY * number for number in range((end - start).days))
    return [day for day in days if day not in known]


def cumulative(
    days: Sequence[date], known: Mapping[date, Counts], measure: str
) -> list[Share | None]:
    """Return the share up to each day; ``None`` before the first and after the last known one."""
    last = max(known, default=None)
    found: list[Share | None] = []
    so_far = Counts()
    for day in days:
        so_far += known.get(day, Counts())
        share = so_far.share(measure)
        found.append(share if last is not None and day <= last and share.whole else None)
    return found
