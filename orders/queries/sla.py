"""The calendars and promises as the clocks need them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from orders.core.calendars import Hours, Span
from orders.core.sla import Measure
from orders.core.tickets import Promise
from orders.models import CalendarDay, CalendarSpan, SlaPolicy, WorkCalendar

WEEK = range(7)


def hours_by_calendar() -> dict[int, Hours]:
    """Return the working hours of every calendar, by its primary key; in three statements."""
    spans: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for calendar, weekday, start, end in CalendarSpan.objects.values_list(
        "calendar", "weekday", "start", "end"
    ):
        spans[(calendar, weekday)].append((start, end))
    days: dict[int, dict[date, tuple[Span, ...]]] = defaultdict(dict)
    for calendar, day, works_as in CalendarDay.objects.values_list("calendar", "day", "works_as"):
        found = [] if works_as is None else spans[(calendar, works_as)]
        days[calendar][day] = tuple(sorted(found))
    worked = {calendar for (calendar, _weekday), found in spans.items() if found}
    return {
        pk: Hours(
            name,
            zone,
            tuple(tuple(sorted(spans[(pk, day)])) for day in WEEK) if pk in worked else (),
            days[pk],
        )
        for pk, name, zone in WorkCalendar.objects.values_list("pk", "name", "time_zone")
    }


def promises() -> list[Promise]:
    """Return every policy with the working hours of its calendar."""
    hours = hours_by_calendar()
    return [
        Promise(
            policy.pk,
            Measure(policy.measure),
            policy.kind,
            policy.priority,
            policy.channel,
            policy.marketplace,
            policy.from_date,
            None if policy.minutes is None else timedelta(minutes=policy.minutes),
            policy.pauses,
            hours[policy.calendar_id],
        )
        for policy in SlaPolicy.objects.all()
    ]
