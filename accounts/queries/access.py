"""What a person may see and do, from roles and employment."""

from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from accounts.core.roles import RIGHTS, Right, Role
from accounts.core.scope import Scope, nobody
from accounts.models import Employment, Person, RoleGrant, User
from opsdesk.core.periods import business_date


def scope_of(user: User | AnonymousUser, *, today: date) -> Scope:
    """Return the scope of ``user`` on the company's date ``today``.

    The departments are those the roles name and those the person is employed in that day. A role
    that names none, and sees pay, sees that of the departments of employment.
    """
    if not user.is_authenticated or not user.is_active:
        return nobody(today)
    grants = list(RoleGrant.objects.filter(user=user).values_list("role", "department"))
    person_id = Person.objects.filter(user=user).values_list("pk", flat=True).first()
    employed = frozenset(
        Employment.objects.during(today, today + date.resolution)
        .filter(person=person_id)
        .values_list("department", flat=True)
        if person_id
        else ()
    )
    named = {department for _, department in grants if department is not None}
    pay: set[int] = set()
    for role, department in grants:
        if Right.PAY_VIEW in RIGHTS[Role(role)]:
            pay |= employed if department is None else {department}
    return Scope(
        user_id=user.pk,
        person_id=person_id,
        roles=frozenset(Role(role) for role, _ in grants),
        today=today,
        departments=employed | named,
        pay_departments=frozenset(pay),
    )


def scope_at(user: User | None, at: datetime) -> Scope | None:
    """Return the scope of whoever began something in the background; ``None``: nobody signed in."""
    if user is None:
        return None
    return scope_of(user, today=business_date(at, settings.COMPANY_TIME_ZONE))
