"""How a store stands at its platform: ratings and violations from outside, and points by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from opsdesk.core.exchange import Checks, FieldFault, decimals

YEARS = range(1990, 2101)
HEALTH_BOUND = 1000
POINTS_BOUND = 1000
KINDS = ("warning", "suspended_sale", "frozen_funds")
SEVERITIES = ("minor", "major")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RatingItem:
    """What a platform said of a store on a day; ``None`` where it said nothing."""

    store: str
    day: date
    account_health: int | None = None
    order_defect_rate: Decimal | None = None
    chat_reply_rate: Decimal | None = None
    source_updated_at: datetime | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class ViolationItem:
    """A punishment by the platform, by its number there."""

    store: str
    number: str
    kind: str
    severity: str
    happened_on: date
    points: int = 0
    lapses_on: date | None = None
    appeal_until: date | None = None
    detail: str = ""
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class PointSpan:
    """Points that count from ``start`` until before ``end``, for good where that is ``None``."""

    points: int
    start: date
    end: date | None

    def hold(self, day: date) -> bool:
        """Tell whether the points count on ``day``."""
        return self.start <= day and (self.end is None or day < self.end)


def points_series(
    spans: Iterable[PointSpan], first: date, last: date
) -> list[tuple[date, Decimal | None]]:
    """Return the points of each day from ``first`` to ``last``, both included."""
    held = list(spans)
    days = [first + DAY * number for number in range((last - first).days + 1)]
    return [(day, Decimal(sum(span.points for span in held if span.hold(day)))) for day in days]


def check_rating(item: RatingItem, today: date) -> list[FieldFault]:
    """Return what is wrong with a rating, nothing where it can be stored."""
    checks = Checks(item.source_row)
    refuse_day(checks, item.day, today)
    health = item.account_health
    if health is not None and not 0 <= health <= HEALTH_BOUND:
        message = _("The account health score lies between 0 and %(bound)d.")
        checks.wrong("account_health", message % {"bound": HEALTH_BOUND})
    for name in ("order_defect_rate", "chat_reply_rate"):
        rate = getattr(item, name)
        if rate is not None and not (0 <= rate <= 1 and decimals(rate) <= 4):
            message = _("%(field)s is a share between 0 and 1 with at most 4 decimals: 0.0125.")
            checks.wrong(name, message % {"field": name})
    return checks.faults


def check_violation(item: ViolationItem, today: date) -> list[FieldFault]:
    """Return what is wrong with a violation, nothing where it can be stored."""
    checks = Checks(item.source_row)
    checks.text("number", item.number, 60)
    refuse_day(checks, item.happened_on, today, "happened_on")
    for name, value, known in (
        ("kind", item.kind, KINDS),
        ("severity", item.severity, SEVERITIES),
    ):
        if value not in known:
            message = _("%(field)s is “%(found)s”; known are: %(known)s.")
            words = {"field": name, "found": value[:60], "known": ", ".join(known)}
            checks.wrong(name, message % words)
    if not 0 <= item.points <= POINTS_BOUND:
        message = _("Points lie between 0 and %(bound)d.") % {"bound": POINTS_BOUND}
        checks.wrong("points", message)
    if item.lapses_on is not None and item.lapses_on <= item.happened_on:
        checks.wrong("lapses_on", _("Points lapse after the day of the violation."))
    if item.appeal_until is not None and item.appeal_until < item.happened_on:
        checks.wrong("appeal_until", _("The last day to appeal lies before the violation."))
    for name in ("lapses_on", "appeal_until"):
        given = getattr(item, name)
        if given is not None and given.year not in YEARS:
            checks.wrong(name, _("%(day)s is no day of our time.") % {"day": given})
    if len(item.detail) > 4000 or "\0" in item.detail:
        checks.wrong("detail", _("What the platform says takes at most 4,000 characters."))
    return checks.faults


def refuse_day(checks: Checks, day: date, today: date, field: str = "day") -> None:
    """Note a day that has not come yet for the store, or is none of our time."""
    if day.year not in YEARS:
        checks.wrong(field, _("%(day)s is no day of our time.") % {"day": day})
    elif day > today:
        message = _("%(day)s has not come yet where the store is: set the day right.")
        checks.wrong(field, message % {"day": day})
