"""RFM: how recently, how often and for how much customers buy, and what they are called for it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from orders.core.retention import months_before

SCORES = 5
# With fewer customers a fifth is nobody: they get no scores.
FEWEST = 5
_ALL = (1, SCORES)


class Segment(TextChoices):
    """The classes, best first; ``LOST`` also without an order in twelve months."""

    CHAMPION = "champion", pgettext_lazy("customers", "Champions")
    LOYAL = "loyal", pgettext_lazy("customers", "Loyal")
    NEW = "new", pgettext_lazy("customers", "New")
    PROMISING = "promising", pgettext_lazy("customers", "Promising")
    ATTENTION = "attention", pgettext_lazy("customers", "Needs attention")
    CANNOT_LOSE = "cannot_lose", pgettext_lazy("customers", "Cannot lose")
    AT_RISK = "at_risk", pgettext_lazy("customers", "At risk")
    HIBERNATING = "hibernating", pgettext_lazy("customers", "Hibernating")
    LOST = "lost", pgettext_lazy("customers", "Lost")


@dataclass(frozen=True, slots=True)
class Rule:
    """The scores, from and to, of a class; ``once``: only customers of a single order."""

    segment: Segment
    recency: tuple[int, int]
    frequency: tuple[int, int] = _ALL
    monetary: tuple[int, int] = _ALL
    once: bool = False

    def fits(self, recency: int, frequency: int, monetary: int, orders: int) -> bool:
        """Tell whether a customer with these scores and so many orders ever is of the class."""
        asked = ((self.recency, recency), (self.frequency, frequency), (self.monetary, monetary))
        inside = all(low <= score <= high for (low, high), score in asked)
        return inside and (not self.once or orders == 1)


# The first that fits decides; the last ones leave nobody out.
RULES = (
    Rule(Segment.NEW, (4, 5), once=True),
    Rule(Segment.CHAMPION, (4, 5), (4, 5), (4, 5)),
    Rule(Segment.LOYAL, (3, 5), (4, 5)),
    Rule(Segment.PROMISING, (4, 5)),
    Rule(Segment.ATTENTION, (3, 3)),
    Rule(Segment.CANNOT_LOSE, (1, 2), (4, 5), (4, 5)),
    Rule(Segment.AT_RISK, (1, 2), (3, 5)),
    Rule(Segment.AT_RISK, (1, 2), monetary=(4, 5)),
    Rule(Segment.HIBERNATING, (2, 2)),
    Rule(Segment.LOST, (1, 1)),
)


def segment(recency: int, frequency: int, monetary: int, orders: int) -> Segment:
    """Return the class of a customer with these scores (1 to 5) and so many orders ever."""
    return next(rule.segment for rule in RULES if rule.fits(recency, frequency, monetary, orders))


def quintiles(values: Sequence[Any]) -> list[int | None]:
    """Return the score of each value, 1 to 5: one more for each fifth of all that is below it.

    Equal values share a score. Fewer than five values are not compared: ``None`` each.
    """
    if len(values) < FEWEST:
        return [None] * len(values)
    inorder = sorted(values)
    return [1 + SCORES * bisect_left(inorder, value) // len(values) for value in values]


def year_before(day: date) -> date:
    """Return the day after which the twelve months that end with ``day`` begin."""
    return months_before(day, 12)
