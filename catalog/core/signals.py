"""Signals of products: which of their numbers say so, and the move each proposes to a person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from catalog.core.lifecycle import PRODUCT
from opsdesk.core.ratios import Ratio


class SignalKind(TextChoices):
    RETURN_RATE = "return_rate", pgettext_lazy("signal", "Return rate")
    SLOW_SALES = "slow_sales", pgettext_lazy("signal", "Slow sales")
    STOCK_AGE = "stock_age", pgettext_lazy("signal", "Stock age")
    BAD_REVIEWS = "bad_reviews", pgettext_lazy("signal", "Bad reviews")
    COMPLAINTS = "complaints", pgettext_lazy("signal", "Complaints in reviews")


# Kinds whose threshold is a share of one, not a number of pieces, days or complaints.
SHARES = (SignalKind.RETURN_RATE, SignalKind.BAD_REVIEWS)


class SignalVerb(TextChoices):
    """Moves of a product's life that a signal may propose, the stronger one first."""

    CLEAR = "clear", gettext_lazy("Clear out")
    OPTIMISE = "optimise", gettext_lazy("Optimise")


@dataclass(frozen=True, slots=True)
class Bound:
    """A rule in numbers: beyond ``threshold`` a kind of signal proposes ``verb``.

    ``min_units`` are the pieces there must be before anything is said: sold in the window for a
    return rate, on hand for slow sales and stock age. Of reviews it is the number of these.
    """

    kind: str
    verb: str
    threshold: Decimal
    min_units: int
    window_days: int
    quiet_days: int


# What a rule is about: its kind, the move it proposes and its category, ``None`` for all.
RuleKey = tuple[str, str, int | None]


@dataclass(frozen=True, slots=True)
class ReviewCounts:
    """The reviews of a window, those of them with one or two stars, and keywords in the latter."""

    reviews: int = 0
    bad: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a product at the end of a day; ``None`` is unknown, which is not zero.

    ``sold`` and ``refunded`` are pieces by the days of the window that ends with the day; without
    a window in ``sold`` nobody knows what was sold.
    ``state_days`` is for how long it has been in its state, ``age_days`` the age of the oldest
    piece on hand. Of a window that ``reviewed`` does not have, no review is known.
    """

    status: str
    sold: Mapping[int, int]
    refunded: Mapping[int, int]
    on_hand: int | None = None
    age_days: int | None = None
    state_days: int | None = None
    reviewed: Mapping[int, ReviewCounts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The numbers a signal was made of, as they were that night.

    Return rate: pieces refunded of pieces sold. Slow sales: pieces sold, with those on hand.
    Stock age: days since the oldest piece came in, with the pieces on hand. Bad reviews: those
    with one or two stars of all reviews. Complaints: keywords in the bad reviews, with all reviews.
    """

    part: int
    whole: int | None
    threshold: Decimal
    window_days: int

    def kept(self) -> dict[str, Any]:
        """Return it as it is stored: numbers, the threshold as text."""
        return asdict(self) | {"threshold": str(self.threshold)}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Evidence":
        """Return what ``kept`` made."""
        return cls(**{**kept, "threshold": Decimal(kept["threshold"])})


@dataclass(frozen=True, slots=True)
class Found:
    """A signal that holds: the bound that is passed, and by which numbers."""

    bound: Bound
    evidence: Evidence


def _return_rate(facts: Facts, bound: Bound) -> Evidence | None:
    sold = facts.sold.get(bound.window_days, 0)
    back = facts.refunded.get(bound.window_days, 0)
    if sold < max(bound.min_units, 1):
        return None
    rate = Ratio(Decimal(back), Decimal(sold))
    return _evidence(bound, back, sold) if rate.above(bound.threshold) else None


def _slow_sales(facts: Facts, bound: Bound) -> Evidence | None:
    if facts.state_days is not None and facts.state_days < bound.window_days:
        return None
    if facts.on_hand is not None and facts.on_hand < bound.min_units:
        return None
    sold = facts.sold.get(bound.window_days)
    if sold is None or sold >= bound.threshold:
        return None
    return _evidence(bound, sold, facts.on_hand)


def _stock_age(facts: Facts, bound: Bound) -> Evidence | None:
    age, on_hand = facts.age_days, facts.on_hand
    if age is None or on_hand is None or on_hand < bound.min_units:
        return None
    return _evidence(bound, age, on_hand) if age > bound.threshold else None


def _bad_reviews(facts: Facts, bound: Bound) -> Evidence | None:
    counts = facts.reviewed.get(bound.window_days, ReviewCounts())
    if counts.reviews < max(bound.min_units, 1):
        return None
    rate = Ratio(Decimal(counts.bad), Decimal(counts.reviews))
    return _evidence(bound, counts.bad, counts.reviews) if rate.above(bound.threshold) else None


def _complaints(facts: Facts, bound: Bound) -> Evidence | None:
    counts = facts.reviewed.get(bound.window_days, ReviewCounts())
    if counts.reviews < bound.min_units or counts.complaints <= bound.threshold:
        return None
    return _evidence(bound, counts.complaints, counts.reviews)


def _evidence(bound: Bound, part: int, whole: int | None) -> Evidence:
    return Evidence(part, whole, bound.threshold, bound.window_days)


_JUDGES: dict[str, Callable[[Facts, Bound], Evidence | None]] = {
    SignalKind.RETURN_RATE: _return_rate,
    SignalKind.SLOW_SALES: _slow_sales,
    SignalKind.STOCK_AGE: _stock_age,
    SignalKind.BAD_REVIEWS: _bad_reviews,
    SignalKind.COMPLAINTS: _complaints,
}


def signals(facts: Facts, bounds: Sequence[Bound]) -> dict[str, Found]:
    """Return the signals of a product by kind: at most one each, the stronger move first.

    Only moves that lead on from the product's present state are proposed.
    """
    found: dict[str, Found] = {}
    for verb in SignalVerb.values:
        if facts.status not in PRODUCT.move(verb).sources:
            continue
        for bound in bounds:
            if bound.verb != verb or bound.kind in found:
                continue
            if evidence := _JUDGES[bound.kind](facts, bound):
                found[bound.kind] = Found(bound, evidence)
    return found


def nearest(rules: Mapping[RuleKey, Bound | None], categories: Sequence[int]) -> list[Bound]:
    """Return the bounds that hold for a product whose category is the first of ``categories``.

    ``categories`` go up to the root. Of each kind and move the rule of the nearest category
    holds, else the one for all; a rule that is ``None`` is switched off.
    """
    held = []
    for kind, verb in dict.fromkeys((kind, verb) for kind, verb, _category in rules):
        for category in (*categories, None):
            if (kind, verb, category) in rules:
                held.append(rules[kind, verb, category])
                break
    return [bound for bound in held if bound is not None]


def sentence(kind: str, evidence: Evidence) -> str:
    """Return what a signal says, with its numbers, in the reader's language."""
    words: dict[str, Any] = {
        "part": evidence.part,
        "whole": evidence.whole,
        "days": evidence.window_days,
        "bound": f"{evidence.threshold.normalize():f}",
    }
    if kind in SHARES:
        rate = Decimal(evidence.part) / Decimal(evidence.whole or 1)
        words |= {"rate": f"{rate * 100:.2f}", "bound": f"{evidence.threshold * 100:.2f}"}
    return _sentence(kind, evidence.whole is not None) % words


def _sentence(kind: str, knows_whole: bool) -> str:
    match kind:
        case SignalKind.RETURN_RATE:
            return _(
                "Sold in %(days)d days: %(whole)d, refunded: %(part)d. "
                "A return rate of %(rate)s %% is above %(bound)s %%."
            )
        case SignalKind.BAD_REVIEWS:
            return _(
                "Reviews in %(days)d days: %(whole)d, with 1 or 2 stars: %(part)d. "
                "A share of %(rate)s %% is above %(bound)s %%."
            )
        case SignalKind.COMPLAINTS:
            return _(
                "Reviews in %(days)d days: %(whole)d. Keywords in those with 1 or 2 stars: "
                "%(part)d, more than %(bound)s."
            )
        case SignalKind.SLOW_SALES if knows_whole:
            return _("Sold in %(days)d days: %(part)d, fewer than %(bound)s. On hand: %(whole)d.")
        case SignalKind.SLOW_SALES:
            return _("Sold in %(days)d days: %(part)d, fewer than %(bound)s.")
    return _("On hand: %(whole)d. The oldest piece came in %(part)d days ago, more than %(bound)s.")
