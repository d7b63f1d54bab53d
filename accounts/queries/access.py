"""What a person may see and do, from roles and employment."""

from datetime import date

from django.contrib.auth.models import AnonymousUser

from accounts.core.roles import Role
from accounts.core.scope import Scope, nobody
from accounts.models import Employment, Person, RoleGrant, User


def scope_of(user: User | AnonymousUser, *, today: date) -> Scope:
    """Return the scope of ``user`` on the company's date ``today``.

    The departments are those the roles name and those the person is employed in that day.
    """
    if not user.is_authenticated or not user.is_active:
        return nobody(today)
    grants = list(RoleGrant.objects.filter(user=user).values_list("role", "department"))
    person_id = Person.objects.filter(user=user).values_list("pk", flat=True).first()
    employed = (
        Employment.objects.during(today, today + date.resolution)
        .filter(person=person_id)
        .values_list("department", flat=True)
        if person_id
        else ()
    )
    return Scope(
        user_id=user.pk,
        person_id=person_id,
        roles=frozenset(Role(role) for role, _ in grants),
        today=today,
        departments=frozenset(
            [department for _, department in grants if department is not None] + list(employed)
        ),
    )
