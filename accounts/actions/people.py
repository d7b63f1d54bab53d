"""Employing people: each change of position, level, team or salary is a new dated row."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from accounts.actions.periods import hold_departments
from accounts.core.roles import Role, set_pay
from accounts.models import ClosedMonth, Employment, Person, RoleGrant, User
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData, NotAllowed, PeriodClosed


@transaction.atomic
def save_person(person: Person, *, by: User | None, at: datetime) -> Person:
    """Store a person; ``NotAllowed`` for whoever would become, or cease to be, that person.

    A sign-in sees the pay of its person as the own, so only who sees pay anyway joins the two.
    Nobody changes the own employment (``start_employment``): not by signing in as somebody else
    for as long as it takes, either.
    """
    stored = Person.objects.filter(pk=person.pk).first() if person.pk else None
    if stored is not None and stored.employee_no != person.employee_no:
        _refuse_new_number(stored)
    before = stored.user_id if stored is not None else None
    if by is not None and before != person.user_id and by.pk in (before, person.user_id):
        message = gettext("Which person you are is changed by somebody else who keeps the staff.")
        raise NotAllowed(message, code="own_record", field="user")
    if by is not None and before != person.user_id and not _sets_pay(by):
        message = gettext("Who signs in as this person sees the pay: HR/payroll enters it.")
        raise NotAllowed(message, code="no_right", field="user")
    return save_record(person, by=by, at=at)


@transaction.atomic
def start_employment(employment: Employment, *, by: User | None, at: datetime) -> Employment:
    """Store a new employment; the person's employment before it ends the day this one begins.

    Raises ``InvalidData`` where it would begin before the latest one, ``PeriodClosed`` where it
    changes a month that is closed, ``NotAllowed`` where it is one's own.
    """
    _refuse_own({employment.person_id}, by)
    latest = _held(employment.person_id).order_by("from_date").last()
    _keep_salary(latest, employment, by)
    _refuse_closed(employment.department_id, employment.from_date)
    if latest is not None:
        _refuse_closed(latest.department_id, employment.from_date)
        if employment.from_date <= latest.from_date:
            raise InvalidData(
                gettext(
                    "%(person)s has an employment from %(day)s; a new one must begin after that. "
                    "Correct that row instead."
                )
                % {"person": employment.person.employee_no, "day": latest.from_date.isoformat()},
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
    Nobody corrects the own one (``NotAllowed``).
    """
    stored = Employment.objects.get(pk=employment.pk)
    _refuse_own({stored.person_id, employment.person_id}, by)
    stored = _held(stored.person_id, employment.person_id).get(pk=employment.pk)
    _refuse_salary(stored, employment, by)
    for row in (stored, employment):
        _refuse_closed(row.department_id, _first_changed_day(stored, employment, row))
    others = Employment.objects.filter(person=employment.person).exclude(pk=employment.pk)
    if others.during(employment.from_date, employment.to_date or date.max).exists():
        raise InvalidData(
            gettext("%(person)s has another employment in this time; correct its dates first.")
            % {"person": employment.person.employee_no},
            field="from_date",
        )
    return save_record(employment, by=by, at=at)


def _refuse_new_number(person: Person) -> None:
    """Refuse another employee number once a closed month paid the person by this one."""
    rows = list(Employment.objects.filter(person=person))
    hold_departments(row.department_id for row in rows)
    for row in rows:
        closed = ClosedMonth.objects.filter(
            department=row.department_id, month__gte=row.from_date.replace(day=1)
        )
        if row.to_date is not None:
            last = row.to_date - date.resolution
            closed = closed.filter(month__lte=last.replace(day=1))
        if closed.exists():
            raise PeriodClosed(
                gettext("%(number)s stands on payslips of closed months, so the number stays.")
                % {"number": person.employee_no},
                field="employee_no",
            )


def _held(*persons: int) -> QuerySet[Employment]:
    """Return the employments of the people, held with them: nobody writes another one meanwhile."""
    held = Person.objects.filter(pk__in=persons).order_by("pk").select_for_update(no_key=True)
    list(held.values_list("pk", flat=True))
    return Employment.objects.filter(person__in=persons).select_for_update()


def _keep_salary(latest: Employment | None, new: Employment, by: User | None) -> None:
    """Let a new row go on with the salary of the last one, unless who writes it sets salaries.

    To somebody who does not see a salary, leaving it blank says nothing about it.
    """
    gone = latest is None or (latest.leave_date is not None and latest.leave_date < new.from_date)
    if latest is None or gone:
        _refuse_salary(Employment(department_id=new.department_id), new, by)
        return
    if by is not None and new.base_salary is None and not _sets_pay(by):
        new.base_salary = latest.base_salary
    _refuse_salary(latest, new, by)


def _refuse_salary(stored: Employment, wanted: Employment, by: User | None) -> None:
    """Raise ``NotAllowed`` where somebody sets a salary, or takes one where they could see it.

    One role must both keep the staff and see pay: not a role of each.
    """
    moved = stored.base_salary is not None and stored.department_id != wanted.department_id
    if by is None or (stored.base_salary == wanted.base_salary and not moved):
        return
    if not _sets_pay(by):
        raise NotAllowed(
            gettext("Whoever has a salary of their own is employed and paid by HR/payroll."),
            code="no_right",
        )


def _sets_pay(by: User) -> bool:
    """Tell whether one role of ``by`` both keeps the staff and sees pay."""
    roles = RoleGrant.objects.filter(user=by).values_list("role", flat=True)
    return set_pay(map(Role, roles))


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


def _refuse_own(people: set[int], by: User | None) -> None:
    """Refuse whoever writes what they are themselves employed as and paid, whatever their role."""
    if by is not None and Person.objects.filter(pk__in=people, user=by.pk).exists():
        message = gettext(
            "Nobody changes the own employment: ask somebody else who keeps the staff."
        )
        raise NotAllowed(message, code="own_record", field="person")


def _refuse_closed(department_id: int, day: date) -> None:
    hold_departments([department_id])
    closed = ClosedMonth.objects.filter(department=department_id, month__gte=day.replace(day=1))
    first = closed.order_by("month").first()
    if first is not None:
        raise PeriodClosed(
            gettext("%(month)s is closed; an employment cannot change from %(day)s on.")
            % {"month": f"{first.month:%Y-%m}", "day": day.isoformat()},
            field="from_date",
        )
