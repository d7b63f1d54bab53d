"""Working time: several spans a day, holidays, zones; measured in the time that really passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from opsdesk.core.errors import InvalidData
from opsdesk.core.periods import Period, first_instant, month, zone

NOTHING = timedelta(0)
# A calendar without an hour of work for so long is a mistake, not a holiday.
SEARCHED_DAYS = 400
DAY_MINUTES = 24 * 60

# From and until which minute of the day work is done: ``from <= minute < until``.
Span = tuple[int, int]
Instants = list[tuple[datetime, datetime]]


@dataclass(frozen=True)
class Hours:
    """When somebody works: the spans of each weekday from Monday, and the days that differ.

    Without ``week`` it is round the clock. A day in ``days`` has the spans given there instead,
    none on a holiday. A span begins when the clock of ``zone`` first shows its start, and ends
    when it first shows its end: a night in which the clock is put back has an hour more.
    """

    name: str
    zone: str = "UTC"
    week: tuple[tuple[Span, ...], ...] = ()
    days: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    _known: dict[date, Instants] = field(default_factory=dict, compare=False, repr=False)
    _months: dict[date, timedelta] = field(default_factory=dict, compare=False, repr=False)

    @property
    def always(self) -> bool:
        """True for round the clock."""
        return not self.week

    def spans(self, day: date) -> tuple[Span, ...]:
        """Return the spans of ``day`` in minutes of its wall clock."""
        if day in self.days:
            return self.days[day]
        return self.week[day.weekday()]

    def instants(self, day: date) -> Instants:
        """Return the spans of ``day`` as instants in UTC, in order."""
        found = self._known.get(day)
        if found is None:
            found = [
                (_instant(day, start, self.zone), _instant(day, end, self.zone))
                for start, end in sorted(self.spans(day))
            ]
            self._known[day] = found
        return found

    def of_month(self, of: Period) -> timedelta:
        """Return the working time of a whole month."""
        found = self._months.get(of.start)
        if found is None:
            spans = [span for day in of.each_day() for span in self.instants(day)]
            found = sum((closes - opens for opens, closes in spans), NOTHING)
            self._months[of.start] = found
        return found

    def open_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the spans from ``at`` on, the first one cut to begin then.

        Raises ``InvalidData`` after more than a year without any.
        """
        day = at.astimezone(zone(self.zone)).date()
        empty = 0
        while empty < SEARCHED_DAYS:
            empty += 1
            for start, end in self.instants(day):
                if end > at:
                    empty = 0
                    yield max(start, at), end
            day += timedelta(days=1)
        message = _("The calendar “%(name)s” has no working hours after %(day)s: give it some.")
        raise InvalidData(message % {"name": self.name, "day": at.date()}, code="no_hours")


def worked(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """Return how much of the time from ``start`` to ``end`` is working time."""
    if end <= start:
        return NOTHING
    if hours.always:
        return end - start
    own = zone(hours.zone)
    first, last = start.astimezone(own).date(), end.astimezone(own).date()
    total, day = NOTHING, first
    while day <= last:
        of = month(day)
        if day == of.start != first and of.last < last:
            total += hours.of_month(of)
            day = of.end
            continue
        for opens, closes in hours.instants(day):
            total += max(min(closes, end) - max(opens, start), NOTHING)
        day += timedelta(days=1)
    return total


def after(hours: Hours, start: datetime, budget: timedelta) -> datetime:
    """Return when ``budget`` of working time has passed since ``start``, in UTC.

    Where it ends with a span it is that end, not the beginning of the next one. With nothing to
    pass it is ``start`` itself.
    """
    if hours.always or budget <= NOTHING:
        return start.astimezone(UTC) + max(budget, NOTHING)
    left = budget
    for opens, closes in hours.open_from(start):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise AssertionError("open_from ends by itself only")


def next_open(hours: Hours, at: datetime) -> datetime:
    """Return ``at`` where somebody works then, else when work begins again, in UTC."""
    if hours.always:
        return at.astimezone(UTC)
    return next(hours.open_from(at))[0].astimezone(UTC)


def told(hours: Hours) -> str:
    """Return the hours as a line that stays readable when the calendar has changed since.

    Days with the same spans stand together: ``1–5 09:00–12:00 13:00–18:00, Europe/London``;
    weekdays are numbered from Monday.
    """
    if hours.always:
        return "24/7"
    groups: list[tuple[int, int, tuple[Span, ...]]] = []
    for number, spans in enumerate(hours.week, 1):
        if groups and groups[-1][2] == spans:
            groups[-1] = (groups[-1][0], number, spans)
        else:
            groups.append((number, number, spans))
    parts = [_group(*group) for group in groups if group[2]]
    return ", ".join([*parts, hours.zone])


def overlap(spans: Sequence[Span]) -> bool:
    """Tell whether two of the spans share a minute."""
    return any(later[0] < earlier[1] for earlier, later in pairwise(sorted(spans)))


def _group(first: int, last: int, spans: tuple[Span, ...]) -> str:
    days = f"{first}" if first == last else f"{first}–{last}"
    return " ".join([days, *(f"{_clock(start)}–{_clock(end)}" for start, end in spans)])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _instant(day: date, minute: int, zone_name: str) -> datetime:
    if minute >= DAY_MINUTES:
        day, minute = day + timedelta(days=1), minute - DAY_MINUTES
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    return first_instant(wall, zone_name)
