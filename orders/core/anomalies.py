"""What is odd about an order, so that a person looks at it before the goods leave."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

# With fewer orders than this a mean and a deviation say little: the quartiles are asked.
MANY = 30


class AnomalyKind(TextChoices):
    DUPLICATE = "duplicate", pgettext_lazy("anomaly", "Duplicate")
    AMOUNT = "amount", pgettext_lazy("anomaly", "Unusual amount")
    ADDRESS = "address", pgettext_lazy("anomaly", "Address incomplete")
    LOSS = "loss", pgettext_lazy("anomaly", "Negative margin")
    STOCK = "stock", pgettext_lazy("anomaly", "No stock")


class AnomalyOutcome(TextChoices):
    OPEN = "", pgettext_lazy("anomaly", "Waiting")
    RELEASED = "released", pgettext_lazy("anomaly", "Released")
    CANCELLED = "cancelled", pgettext_lazy("anomaly", "Order cancelled")
    OVERTAKEN = "overtaken", pgettext_lazy("anomaly", "Overtaken by the source")
    PASSED = "passed", pgettext_lazy("anomaly", "Passed by itself")


@dataclass(frozen=True, slots=True)
class Limits:
    """When an amount is unusual; ``fewest`` orders must be there to compare it with."""

    z: Decimal = Decimal(3)
    fence: Decimal = Decimal("1.5")
    fewest: int = 8


@dataclass(frozen=True, slots=True)
class Sample:
    """The amounts an order is compared with, in the store's currency.

    All of them where there are fewer than ``MANY``, in any order; else how many there are, their
    mean and their standard deviation as a sample.
    """

    count: int
    amounts: Sequence[Decimal] = ()
    mean: Decimal = Decimal(0)
    deviation: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Fences:
    """The amounts between which nothing is unusual, and how many orders say so."""

    low: Decimal
    high: Decimal
    count: int

    def hold(self, amount: Decimal) -> bool:
        """True where ``amount`` lies between them."""
        return self.low <= amount <= self.high


def fences(sample: Sample, limits: Limits) -> Fences | None:
    """Return between which amounts nothing is unusual, ``None`` where nobody can tell.

    From ``MANY`` orders on a z-score above ``limits.z`` is unusual. Of fewer ones it is what lies
    more than ``limits.fence`` interquartile ranges outside the quartiles (Tukey's fences; the
    quartiles include both ends). Amounts that are all the same tell nothing about another one.
    """
    if sample.count < max(limits.fewest, 2):
        return None
    if sample.count >= MANY:
        reach = limits.z * sample.deviation
        low, high = sample.mean - reach, sample.mean + reach
    else:
        first, _median, third = statistics.quantiles(sample.amounts, n=4, method="inclusive")
        reach = limits.fence * (third - first)
        low, high = first - reach, third + reach
    return Fences(low, high, sample.count) if reach > 0 else None


# Countries whose post knows no code, by ISO 3166-1; of others one is expected.
NO_POSTAL_CODE = frozenset(
    "AE AG AN AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GH GM GN GQ GY HK JM "
    "KI KM KN KP LC LY ML MO MR MW NR NU QA RW SB SC SL SO SR ST SY TD TF TG TK TL TO TT TV UG VU "
    "YE ZW".split()
)
NEEDED = ("recipient", "line1", "city", "country")


def missing_parts(parts: dict[str, str]) -> list[str]:
    """Return which parts of an address that was given are missing, by field.

    The country is a code of two letters, or a name; by a name nobody knows whether its post has
    codes, so none is asked for.
    """
    missing = [name for name in NEEDED if not parts.get(name, "").strip()]
    country = parts.get("country", "").strip().upper()
    coded = len(country) == 2 and country not in NO_POSTAL_CODE
    if coded and not parts.get("postal_code", "").strip():
        missing.append("postal_code")
    return missing


@dataclass(frozen=True, slots=True)
class Cost:
    """A line as far as its margin goes; ``unit_cost`` is ``None`` where nobody knows it."""

    quantity: int
    unit_cost: Decimal | None


def margin(amount: Decimal, platform_fee: Decimal | None, goods: Sequence[Cost]) -> Decimal | None:
    """Return the amount less fee and costs of goods, ``None`` where a cost is unknown.

    All in the currency of the order. A fee that is not known yet counts as none.
    """
    left = amount - (platform_fee or 0)
    for line in goods:
        if line.unit_cost is None:
            return None
        left -= line.quantity * line.unit_cost
    return left if goods else None
