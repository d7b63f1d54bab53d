"""How a deadline stands: how long it is still, or for how long it has been missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from opsdesk.core.periods import business_date

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# So long before its end a deadline is told in hours, and shown as one that presses.
IN_HOURS, SOON = 2 * DAY, DAY


class Standing(TextChoices):
    """How a deadline stands; one that is not set asks for nothing."""

    NONE = "no_deadline", pgettext_lazy("deadline", "No deadline")
    LATER = "later", pgettext_lazy("deadline", "Later")
    SOON = "soon", pgettext_lazy("deadline", "Soon")
    MISSED = "missed", pgettext_lazy("deadline", "Missed")


@dataclass(frozen=True, slots=True)
class Due:
    """How a deadline stands at a moment, and that in words."""

    standing: Standing
    words: str


def due(deadline: datetime | None, now: datetime, zone: str) -> Due:
    """Return how ``deadline`` stands at ``now`` on the wall of ``zone``.

    An answer at the very second of the deadline is in time. Days are those of the calendar there.
    """
    if deadline is None:
        return Due(Standing.NONE, _("no deadline"))
    if now > deadline:
        return Due(Standing.MISSED, _missed(deadline, now, zone))
    left = deadline - now
    standing = Standing.SOON if left <= SOON else Standing.LATER
    if left < HOUR:
        return Due(standing, _("due in less than an hour"))
    if left < IN_HOURS:
        hours = left // HOUR
        words = ngettext("due in %(count)d hour", "due in %(count)d hours", hours)
        return Due(standing, words % {"count": hours})
    days = _days(now, deadline, zone)
    words = ngettext("due in %(count)d day", "due in %(count)d days", days)
    return Due(standing, words % {"count": days})


def _missed(deadline: datetime, now: datetime, zone: str) -> str:
    past = now - deadline
    if past < HOUR:
        return _("missed less than an hour ago")
    if past < IN_HOURS:
        hours = past // HOUR
        words = ngettext("missed %(count)d hour ago", "missed %(count)d hours ago", hours)
        return words % {"count": hours}
    days = _days(deadline, now, zone)
    words = ngettext("missed %(count)d day ago", "missed %(count)d days ago", days)
    return words % {"count": days}


def _days(earlier: datetime, later: datetime, zone: str) -> int:
    return (business_date(later, zone) - business_date(earlier, zone)).days
