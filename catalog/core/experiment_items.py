"""The days of A/B experiments as they come from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from catalog.core.experiments import Arm, Counts
from catalog.core.standing import refuse_day
from catalog.core.traffic import COUNT_BOUND
from opsdesk.core.exchange import Checks, FieldFault

FIGURES = ("impressions", "clicks", "orders")


@dataclass(frozen=True, slots=True)
class ExperimentDayItem:
    """What a version was shown, clicked and ordered on a day, in an experiment of a listing."""

    store: str
    listing: str
    experiment: str
    arm: str
    day: date
    impressions: int
    clicks: int
    orders: int
    source_updated_at: datetime | None = None
    source_row: int | None = None

    @property
    def counts(self) -> Counts:
        """The figures of the day."""
        return Counts(self.impressions, self.clicks, self.orders)


def check_day(item: ExperimentDayItem, today: date) -> list[FieldFault]:
    """Return what is wrong with a day by itself, nothing where it can be stored."""
    checks = Checks(item.source_row)
    refuse_day(checks, item.day, today)
    if item.arm not in Arm.values:
        message = _("%(field)s is “%(found)s”; known are: %(known)s.")
        words = {"field": "arm", "found": item.arm[:60], "known": ", ".join(Arm.values)}
        checks.wrong("arm", message % words)
    for name in FIGURES:
        if not 0 <= getattr(item, name) <= COUNT_BOUND:
            message = _("%(field)s is a whole number of at least 0.") % {"field": name}
            checks.wrong(name, message)
    checks.faults += funnel_faults(item.counts, item.source_row)
    return checks.faults


def funnel_faults(counts: Counts, row: int | None = None) -> list[FieldFault]:
    """Return what cannot be: more clicks than impressions, or more orders than clicks."""
    checks = Checks(row)
    if counts.clicks > counts.impressions:
        message = _(
            "There are %(clicks)d clicks of %(impressions)d impressions: who clicks has seen it."
        )
        words = {"clicks": counts.clicks, "impressions": counts.impressions}
        checks.wrong("clicks", message % words)
    if counts.orders > counts.clicks:
        message = _("There are %(orders)d orders of %(clicks)d clicks: who orders has clicked.")
        checks.wrong("orders", message % {"orders": counts.orders, "clicks": counts.clicks})
    return checks.faults
