"""Promotions: what the calendar asks of one, and its result against the days before it.

    baseline = sales of the days before warm-up, as many as the promotion lasts
    uplift = sales - baseline mean per day x days measured
    ROI = (uplift - spent) / spent

A promotion that goes on is held against its baseline by the mean of a day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from catalog.core.lifecycle import PromotionStatus
from opsdesk.core.money import round_money
from opsdesk.core.ratios import Ratio

DAY = timedelta(days=1)
_PLACES = Decimal("0.0001")
_S = PromotionStatus


@dataclass(frozen=True, slots=True)
class Phases:
    """The first day of each phase; ``ends_on`` is the first day after the promotion."""

    warms_up_on: date
    runs_on: date
    wraps_up_on: date
    ends_on: date

    @property
    def days(self) -> int:
        """How many days the promotion has."""
        return (self.ends_on - self.warms_up_on).days

    @property
    def baseline_on(self) -> date:
        """The first of the days that it is held against."""
        return self.warms_up_on - DAY * self.days


def due_move(status: str, phases: Phases, today: date) -> str | None:
    """Return the move whose day has come, ``None`` where nothing is due.

    What is still planned when its days have gone by is never started: a person decides on it.
    """
    if status == _S.PLANNED and today < phases.ends_on:
        if today >= phases.runs_on:
            return "run"
        return "warm_up" if today >= phases.warms_up_on else None
    if status == _S.WARMING_UP and today >= phases.runs_on:
        return "run"
    if status in (_S.RUNNING, _S.WRAPPING_UP) and today >= phases.ends_on:
        return "close"
    if status == _S.RUNNING and today >= phases.wraps_up_on:
        return "wrap_up"
    return None


def missed(status: str, phases: Phases, today: date) -> bool:
    """Tell whether the promotion is still planned though its days have gone by."""
    return status == _S.PLANNED and today >= phases.ends_on


@dataclass(frozen=True, slots=True)
class Result:
    """Sales and days of the promotion and of its baseline, and what it brought beyond that.

    Amounts are in ``currency``. ``uplift`` and ``roi`` are ``None`` where they are unknown.
    """

    sales: Ratio
    baseline: Ratio
    spent: Decimal | None
    uplift: Decimal | None
    roi: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Sold:
    """Sales by day in ``currency``; a day without any of ``first`` to ``last`` sold nothing."""

    by_day: Mapping[date, Decimal]
    first: date
    last: date
    currency: str

    def during(self, start: date, end: date) -> Ratio:
        """Return the known sales of ``start <= day < end`` over the number of known days."""
        begin, stop = max(start, self.first), min(end, self.last + DAY)
        total = sum((v for day, v in self.by_day.items() if begin <= day < stop), Decimal(0))
        return Ratio(total, Decimal(max((stop - begin).days, 0)))


def result_of(phases: Phases, sold: Sold, spent: Decimal | None) -> Result:
    """Return the result as far as days are known; a baseline with unknown days says nothing."""
    sales = sold.during(phases.warms_up_on, phases.ends_on)
    baseline = sold.during(phases.baseline_on, phases.warms_up_on)
    uplift = None
    if sales.whole and phases.days and baseline.whole == phases.days:
        expected = Fraction(baseline.part) * Fraction(sales.whole) / Fraction(baseline.whole)
        uplift = round_money(Fraction(sales.part) - expected, sold.currency)
    roi = None if uplift is None or not spent else _share(uplift - spent, spent)
    return Result(sales, baseline, spent, uplift, roi, sold.currency)


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return (part / whole).quantize(_PLACES, rounding=ROUND_HALF_UP)
