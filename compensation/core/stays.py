"""Who was there in the month: each person's days by position, from dated employment segments."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext

from compensation.core.inputs import PersonInputs, Segment
from opsdesk.core.errors import InvalidData
from opsdesk.core.periods import Period


@dataclass(frozen=True, slots=True)
class Worker:
    """A person with the segments inside the month, in order and without overlap."""

    person: PersonInputs
    segments: tuple[Segment, ...]

    @property
    def employee_no(self) -> str:
        return self.person.employee_no

    @property
    def positions(self) -> tuple[str, ...]:
        """The positions held in the month, in order of time, each once."""
        return tuple(dict.fromkeys(segment.position for segment in self.segments))

    @property
    def last_position(self) -> str | None:
        """The position held on the last day employed in the month."""
        return self.segments[-1].position if self.segments else None

    @property
    def days(self) -> int:
        """Calendar days employed in the month."""
        return sum(length(segment) for segment in self.segments)

    def days_as(self, position: str) -> int:
        """Calendar days employed in ``position`` in the month."""
        return sum(length(segment) for segment in self.segments if segment.position == position)


def length(segment: Segment) -> int:
    """Return the number of calendar days of a segment."""
    return (segment.to_day_exclusive - segment.from_day).days


def workers(people: tuple[PersonInputs, ...], month: Period) -> tuple[Worker, ...]:
    """Return everybody with their part of ``month``, in order of employee number.

    Raises ``InvalidData`` when somebody is listed twice or has two segments on one day: either
    would pay a day twice.
    """
    numbers = [person.employee_no for person in people]
    for number in numbers:
        if numbers.count(number) > 1:
            raise InvalidData(
                gettext("%(person)s is listed twice in this pay run.") % {"person": number},
                code="person_twice",
            )
    return tuple(
        Worker(person, _segments(person, month))
        for person in sorted(people, key=lambda person: person.employee_no)
    )


def _segments(person: PersonInputs, month: Period) -> tuple[Segment, ...]:
    merged: list[Segment] = []
    for segment in sorted(person.segments, key=lambda segment: segment.from_day):
        part = _inside(segment, month.start, month.end)
        if length(part) <= 0:
            continue
        if merged and part.from_day < merged[-1].to_day_exclusive:
            raise InvalidData(
                gettext("%(person)s has two employments on %(day)s; correct their dates.")
                % {"person": person.employee_no, "day": part.from_day.isoformat()},
                code="overlapping_employment",
            )
        if merged and _continues(merged[-1], part):
            # A change of team alone: rounding the two halves apart could lose a cent.
            merged[-1] = replace(merged[-1], to_day_exclusive=part.to_day_exclusive)
        else:
            merged.append(part)
    return tuple(merged)


def _inside(segment: Segment, start: date, end: date) -> Segment:
    return replace(
        segment,
        from_day=max(segment.from_day, start),
        to_day_exclusive=min(segment.to_day_exclusive, end),
    )


def _continues(before: Segment, after: Segment) -> bool:
    return (before.to_day_exclusive, before.position, before.base_salary) == (
        after.from_day,
        after.position,
        after.base_salary,
    )
