"""Business dates by time zone, and the half-open periods every figure is told for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

KINDS = ("day", "week", "month", "quarter", "year")

_SHAPES = (
    ("year", re.compile(r"(\d{4})", re.ASCII)),
    ("month", re.compile(r"(\d{4})-(\d{2})", re.ASCII)),
    ("day", re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)),
    ("quarter", re.compile(r"(\d{4})-Q([1-4])", re.ASCII)),
    ("week", re.compile(r"(\d{4})-W(\d{2})", re.ASCII)),
)
# Beyond these no calendar arithmetic is needed, and near year 1 and 9999 it would overflow.
_YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A day, ISO week, month, quarter or year of business dates: ``start <= day < end``."""

    kind: str
    start: date

    @classmethod
    def containing(cls, kind: str, day: date) -> "Period":
        """Return the period of ``kind`` that ``day`` lies in."""
        match kind:
            case "day":
                start = day
            case "week":
                start = day - timedelta(days=day.weekday())
            case "month":
                start = day.replace(day=1)
            case "quarter":
                start = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
            case "year":
                start = date(day.year, 1, 1)
            case _:
                raise ValueError(f"unknown kind of period: {kind}")
        return cls(kind, start)

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read ``2011``, ``2011-Q1``, ``2011-03``, ``2011-W10`` or ``2011-03-05``.

        Raises ``ValueError`` for anything else, years before 1900 and after 2199 included.
        """
        for kind, shape in _SHAPES:
            found = shape.fullmatch(text)
            if found and int(found[1]) in _YEARS:
                return cls(kind, _first_day(kind, [int(group) for group in found.groups()]))
        raise ValueError(f"not a period: {text!r}")

    @property
    def end(self) -> date:
        """The first day after the period."""
        match self.kind:
            case "day":
                return self.start + timedelta(days=1)
            case "week":
                return self.start + timedelta(days=7)
            case "month":
                return _add_months(self.start, 1)
            case "quarter":
                return _add_months(self.start, 3)
        return date(self.start.year + 1, 1, 1)

    @property
    def last(self) -> date:
        """The last day of the period."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        """The number of calendar days."""
        return (self.end - self.start).days

    def contains(self, day: date) -> bool:
        """Tell whether ``day`` lies in the period."""
        return self.start <= day < self.end

    def next(self) -> "Period":
        """Return the period that follows."""
        return Period(self.kind, self.end)

    def previous(self) -> "Period":
        """Return the period before."""
        return Period.containing(self.kind, self.start - timedelta(days=1))

    def each_day(self) -> Iterator[date]:
        """Yield the days of the period in order."""
        for number in range(self.days):
            yield self.start + timedelta(days=number)

    def __str__(self) -> str:
        match self.kind:
            case "year":
                return f"{self.start.year:04}"
            case "quarter":
                return f"{self.start.year:04}-Q{(self.start.month + 2) // 3}"
            case "month":
                return f"{self.start:%Y-%m}"
            case "week":
                year, week, _ = self.start.isocalendar()
                return f"{year:04}-W{week:02}"
        return self.start.isoformat()


def month(day: date) -> Period:
    """Return the month that ``day`` lies in."""
    return Period.containing("month", day)


def zone(name: str) -> ZoneInfo:
    """Return the IANA zone ``name`` or raise ``ValueError``."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"not an IANA time zone: {name!r}") from error


def business_date(instant: datetime, zone_name: str) -> date:
    """Return the calendar date of an aware ``instant`` on the wall of ``zone_name``."""
    if instant.tzinfo is None:
        raise ValueError("a business date needs an instant with an offset")
    return instant.astimezone(zone(zone_name)).date()


def day_start(day: date, zone_name: str) -> datetime:
    """Return the first instant of ``day`` in ``zone_name``, in UTC.

    Where the clock skips midnight, the day begins when the clock comes back.
    """
    return first_instant(datetime.combine(day, time()), zone_name)


def first_instant(wall: datetime, zone_name: str) -> datetime:
    """Return the first instant at which the clock of ``zone_name`` shows ``wall`` or later, in UTC.

    A time that happens twice is taken as the first, one that the clock skips as the moment of the
    jump.
    """
    there = wall.replace(tzinfo=zone(zone_name), fold=0)
    first = there.astimezone(UTC)
    second = there.replace(fold=1).astimezone(UTC)
    if second < first:
        # No such time: the two readings lie on either side of the moment the clock jumps.
        return _jump(second, first, zone_name)
    return first


def local_instant(wall: datetime, zone_name: str) -> datetime:
    """Return the UTC instant of a naive wall clock time in ``zone_name``.

    A time that happens twice is taken as the first, one that the clock skips is moved forward
    by the gap.
    """
    return wall.replace(tzinfo=zone(zone_name), fold=0).astimezone(UTC)


def _jump(before: datetime, after: datetime, zone_name: str) -> datetime:
    """Return the second after ``before`` and up to ``after`` at which the offset changes."""
    name = zone(zone_name)
    offset = after.astimezone(name).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(name).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return before + timedelta(seconds=high)


def _first_day(kind: str, numbers: list[int]) -> date:
    match kind:
        case "week":
            return date.fromisocalendar(numbers[0], numbers[1], 1)
        case "quarter":
            return date(numbers[0], 3 * numbers[1] - 2, 1)
    return date(*[*numbers, 1, 1][:3])


def _add_months(first: date, count: int) -> date:
    total = first.year * 12 + first.month - 1 + count
    return date(total // 12, total % 12 + 1, 1)
