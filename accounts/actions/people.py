"""Employing people: each change of position, level, team or salary is a new dated row."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from accounts.models import ClosedMonth, Employment, User
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData, PeriodClosed


@transaction.atomic
def start_employment(employment: Employment, *, by: User | None, at: datetime) -> Employment:
    """Store a new employment; the person's employment before it ends the day this one begins.

    Raises ``InvalidData`` where it would begin before the latest one, ``PeriodClosed`` where it
    changes a month that is closed.
    """
    _refuse_closed(employment.department_id, employment.from_date)
    latest = (
        Employment.objects.select_for_update()
        .filter(person=employment.person)
        .order_by("from_date")
        .last()
    )
    if latest is not None:
        _refuse_closed(latest.department_id, employment.from_date)
        if employment.from_date <= latest.from_date:
            raise InvalidData(
                gettext(
                    "%(person)s has an employment from %(day)s; a new one must begin after that. "
                    "Correct that row instead."
                )
                % {"person": employment.person, "day": latest.from_date.isoformat()},
                field="from_date",
            )
        if latest.to_date is None or latest.to_date > employment.from_date:
            latest.to_date = employment.from_date
            save_record(latest, by=by, at=at)
    return save_record(employment, by=by, at=at)


@transaction.atomic
def correct_employment(employment: Employment, *, by: User | None, at: datetime) -> Employment:
    """Correct a stored employment, as far as no closed month depends on what changes.

    A last day may be set from an open month on; everything else of a row that a closed month was
    paid by stays as it is (``PeriodClosed``). Two employments never share a day (``InvalidData``).
    """
    stored = Employment.objects.select_for_update().get(pk=employment.pk)
    for row in (stored, employment):
        _refuse_closed(row.department_id, _first_changed_day(stored, employment, row))
    others = Employment.objects.filter(person=employment.person).exclude(pk=employment.pk)
    if others.during(employment.from_date, employment.to_date or date.max).exists():
        raise InvalidData(
            gettext("%(person)s has another employment in this time; correct its dates first.")
            % {"person": employment.person},
            field="from_date",
        )
    return save_record(employment, by=by, at=at)


def _first_changed_day(stored: Employment, wanted: Employment, row: Employment) -> date:
    """Return the first day that the correction can make a difference to."""
    same = all(
        getattr(stored, field.attname) == getattr(wanted, field.attname)
        for field in Employment._meta.concrete_fields
        if field.name not in ("to_date", "leave_date")
    )
    ends = [
        day
        for day in (stored.to_date, wanted.to_date, stored.leave_date, wanted.leave_date)
        if day is not None
    ]
    return min(ends) if same and ends else row.from_date


def _refuse_closed(department_id: int, day: date) -> None:
    closed = ClosedMonth.objects.filter(department=department_id, month__gte=day.replace(day=1))
    first = closed.order_by("month").first()
    if first is not None:
        raise PeriodClosed(
            gettext("%(month)s is closed; an employment cannot change from %(day)s on.")
            % {"month": f"{first.month:%Y-%m}", "day": day.isoformat()},
            field="from_date",
        )
