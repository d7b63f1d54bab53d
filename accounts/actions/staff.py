"""Staff from outside: people, and from when on they are employed as what."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.people import correct_employment, save_person, start_employment
from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.core.staff_items import StaffItem, check_staff, sets_pay
from accounts.models import Department, Employment, Level, Person, Position, Team, User
from opsdesk.core.errors import DomainError, InvalidData, NotAllowed
from opsdesk.core.exchange import (
    CREATED,
    UNCHANGED,
    UPDATED,
    FieldFault,
    Outcome,
    State,
    refused,
)
from opsdesk.core.wording import twice

Who = tuple[User | None, datetime]


@transaction.atomic
def upsert_staff(
    items: Sequence[StaffItem], *, scope: Scope | None, by: User | None, at: datetime
) -> list[Outcome]:
    """Store what the rows say people are from their days on, one answer per row.

    A faulty row does not keep the others out; the same rows again change nothing. A row that
    tells another department, team, position, level or salary begins an employment, or corrects
    the one of that day. Name and contacts are those of a person's latest row. Raises
    ``NotAllowed`` where ``scope`` (``None``: the system itself) may not keep the staff.
    """
    if scope is not None and not scope.has(Right.PEOPLE_EDIT):
        raise NotAllowed(_("Staff is loaded by those who keep the staff."))
    known = _known(items)
    outcomes: dict[int, Outcome] = {}
    seen: set[tuple[str, date]] = set()
    # The rows of one person are one history, in whatever order the file has them.
    order = sorted(
        range(len(items)), key=lambda at: (items[at].employee_no, items[at].from_date, at)
    )
    for number in order:
        item = items[number]
        key = (item.employee_no, item.from_date)
        if faults := check_staff(item) or known.faults(item, sets_pay(scope)):
            outcomes[number] = Outcome(State.ERROR, tuple(faults))
        elif key in seen:
            message = twice(f"{item.employee_no} {item.from_date.isoformat()}")
            outcomes[number] = refused("from_date", message, item.source_row)
        else:
            outcomes[number] = _take(item, known, (by, at))
        seen.add(key)
    return [outcomes[number] for number in range(len(items))]


@dataclass
class _Known:
    """What the rows name, by code, and the people as they are stored so far."""

    departments: dict[str, Department]
    teams: dict[str, Team]
    positions: dict[str, Position]
    users: dict[str, User]
    people: dict[str, Person]
    employments: dict[int, list[Employment]]
    latest: dict[str, date] = field(default_factory=dict)

    def faults(self, item: StaffItem, sets_pay: bool) -> list[FieldFault]:
        """Return what a row names that is not there, or that its sender may not give."""
        found: list[tuple[str, str]] = []
        if item.department not in self.departments:
            found.append(("department", _("There is no department %(code)s: make it first.")))
        if item.position not in self.positions:
            found.append(("position", _("There is no position %(code)s: make it first.")))
        team = self.teams.get(item.team)
        if item.team and team is None:
            found.append(("team", _("There is no team %(code)s: make it first.")))
        elif team is not None and team.department.code != item.department:
            found.append(("team", _("The team %(code)s belongs to another department.")))
        if item.username and item.username not in self.users:
            found.append(("username", _("There is no sign-in %(code)s: make it first.")))
        if item.base_salary is not None and not sets_pay:
            found.append(("base_salary", salary_refusal()))
        return [
            FieldFault(name, text % {"code": getattr(item, name)}, item.source_row)
            for name, text in found
        ]


def salary_refusal() -> str:
    """Return why somebody's salaries are not taken."""
    return _("Salaries are loaded by HR/payroll only: leave the column base_salary out.")


def _known(items: Sequence[StaffItem]) -> _Known:
    """Return what the rows name; the people and what they are employed as are held meanwhile.

    Two files about one person wait for each other, so that neither writes over the other.
    """
    numbers = {item.employee_no for item in items}
    held = Person.objects.filter(employee_no__in=numbers).order_by("pk")
    people = {person.employee_no: person for person in held.select_for_update(no_key=True)}
    rows = Employment.objects.filter(person__in=people.values()).order_by("pk").select_for_update()
    employments: dict[int, list[Employment]] = {person.pk: [] for person in people.values()}
    for row in sorted(rows, key=lambda row: row.from_date):
        employments[row.person_id].append(row)
    latest: dict[str, date] = {}
    for item in items:
        latest[item.employee_no] = max(item.from_date, latest.get(item.employee_no, date.min))
    for person in people.values():
        days = [latest[person.employee_no], *(row.from_date for row in employments[person.pk])]
        latest[person.employee_no] = max(days)
    names = {item.username for item in items if item.username}
    return _Known(
        {row.code: row for row in Department.objects.all()},
        {row.code: row for row in Team.objects.select_related("department")},
        {row.code: row for row in Position.objects.all()},
        {row.username: row for row in User.objects.filter(username__in=names)},
        people,
        employments,
        latest,
    )


def _take(item: StaffItem, known: _Known, who: Who) -> Outcome:
    stored = known.people.get(item.employee_no)
    try:
        with transaction.atomic():
            person, changed = _keep_person(stored, item, known, who)
            changed = _keep_employment(person, item, known, who) or changed
    except DomainError as error:
        return refused(error.field or "employee_no", error.message, item.source_row)
    except ValidationError as error:
        return Outcome(State.ERROR, tuple(_faults_of(error, item)))
    if changed:
        known.people[item.employee_no] = person
        rows = Employment.objects.filter(person=person).order_by("from_date")
        known.employments[person.pk] = list(rows)
    if stored is None:
        return CREATED
    return UPDATED if changed else UNCHANGED


def _keep_person(
    stored: Person | None, item: StaffItem, known: _Known, who: Who
) -> tuple[Person, bool]:
    """Return the person with name and contacts of the row, and whether that changed anything."""
    by, at = who
    if stored is not None and stored.erased_at is not None:
        message = _("The personal data of %(number)s was erased: nothing is loaded for it.")
        raise InvalidData(message % {"number": item.employee_no}, field="employee_no")
    person = copy(stored) if stored is not None else Person(employee_no=item.employee_no)
    given: dict[str, Any] = {}
    if item.from_date == known.latest[item.employee_no]:
        given = {
            name: getattr(item, name) for name in ("name", "email", "phone") if getattr(item, name)
        }
    elif stored is None:
        given = {"name": item.name}
    if item.username:
        given["user_id"] = _sign_in(person, known.users[item.username]).pk
    changed = stored is None or any(getattr(person, name) != to for name, to in given.items())
    if changed:
        for name, value in given.items():
            setattr(person, name, value)
        save_person(person, by=by, at=at)
    return person, changed


def _sign_in(person: Person, user: User) -> User:
    """Return the sign-in of the row; whose it is already does not change by a file."""
    taken = Person.objects.filter(user=user).exclude(pk=person.pk).exists()
    if taken or person.user_id not in (None, user.pk):
        message = _("The person or the sign-in belongs to another already: change it on the page.")
        raise InvalidData(message, field="username")
    return user


def _keep_employment(person: Person, item: StaffItem, known: _Known, who: Who) -> bool:
    """Make the person from the row's day on what the row says; tell whether it changed anything."""
    by, at = who
    rows = known.employments.get(person.pk, [])
    before = [row for row in rows if row.from_date <= item.from_date]
    held = before[-1] if before else None
    gone = held is not None and held.leave_date is not None and held.leave_date < item.from_date
    wanted = _wanted(item, None if gone else held, known)
    if held is None or gone:
        start_employment(
            Employment(person=person, from_date=item.from_date, **wanted), by=by, at=at
        )
        return True
    differs = {name for name, value in wanted.items() if getattr(held, name) != value}
    if not differs:
        return False
    if held.from_date == item.from_date or (differs == {"leave_date"} and held == rows[-1]):
        held = copy(held)
        for name in differs:
            setattr(held, name, wanted[name])
        correct_employment(held, by=by, at=at)
    else:
        start_employment(
            Employment(person=person, from_date=item.from_date, **wanted), by=by, at=at
        )
    return True


def _wanted(item: StaffItem, held: Employment | None, known: _Known) -> dict[str, Any]:
    """Return the values of the row, and for what it leaves blank those that hold so far."""
    department, team = known.departments[item.department], known.teams.get(item.team)
    same_place = held is not None and held.department_id == department.pk
    kept_team = held.team_id if held is not None and same_place else None
    return {
        "department_id": department.pk,
        "position_id": known.positions[item.position].pk,
        "team_id": team.pk if team is not None else kept_team,
        "level": item.level or (held.level if held else Level.MID),
        "base_salary": _first(item.base_salary, held and held.base_salary),
        "hire_date": item.hire_date or (held.hire_date if held else item.from_date),
        "leave_date": item.leave_date or (held.leave_date if held else None),
    }


def _first(given: Any, stored: Any) -> Any:
    return stored if given is None else given


def _faults_of(error: ValidationError, item: StaffItem) -> list[FieldFault]:
    """Return the faults that a model found; a page's message never repeats the value."""
    named = getattr(error, "error_dict", {"": [error]})
    return [
        FieldFault(
            name if hasattr(item, name) else "employee_no",
            " ".join(text for one in errors for text in one.messages),
            item.source_row,
        )
        for name, errors in named.items()
    ]
