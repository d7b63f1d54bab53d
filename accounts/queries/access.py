"""What a person may see and do, from roles and employment."""

from dataclasses import replace
from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from accounts.core.roles import COMPANY_WIDE, RIGHTS, STAND_IN_RIGHTS, Right, Role
from accounts.core.scope import Scope, nobody
from accounts.models import Department, Employment, Person, RoleGrant, StandIn, User
from accounts.queries.passwords import CHOSEN, SET
from opsdesk.core.periods import business_date
from opsdesk.models import AuditEntry


def scope_of(user: User | AnonymousUser, *, today: date) -> Scope:
    """Return the scope of ``user`` on the company's date ``today``.

    The departments are those the roles name and those the person is employed in that day. A role
    that names none, and sees pay, sees that of the departments of employment. Whoever stands in
    for somebody borrows what that person may decide about pay, and sees the pay it is about.
    """
    if not user.is_authenticated or not user.is_active:
        return nobody(today)
    return scope_when_let_in(user, today=today)


def scope_when_let_in(user: User, *, today: date) -> Scope:
    """Return the scope of ``user``, also where the sign-in is shut out at present."""
    own = _own_scope(user, today)
    principals = User.objects.filter(
        stand_ins__in=StandIn.objects.effective(today).filter(stand_in=user), is_active=True
    )
    borrowed: set[Right] = set()
    pay = set(own.pay_departments)
    for principal in principals:
        lent = _own_scope(principal, today)
        borrowed |= {right for right in STAND_IN_RIGHTS if lent.has(right)}
        if lent.has(Right.PAY_VIEW):
            pay |= _departments_of(lent)
    return replace(
        own,
        pay_departments=frozenset(pay),
        borrowed=frozenset(borrowed),
        principals=frozenset(principal.pk for principal in principals),
    )


def _departments_of(scope: Scope) -> set[int]:
    if scope.pays_everywhere:
        return set(Department.objects.values_list("pk", flat=True))
    return set(scope.pay_departments)


def _own_scope(user: User, today: date) -> Scope:
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
    reach = {
        (Role(role), reach_of(Role(role), department, employed)) for role, department in grants
    }
    pay = [own or frozenset() for role, own in reach if Right.PAY_VIEW in RIGHTS[role]]
    return Scope(
        user_id=user.pk,
        person_id=person_id,
        roles=frozenset(Role(role) for role, _ in grants),
        today=today,
        departments=employed | named,
        pay_departments=frozenset().union(*pay),
        grants=frozenset(reach),
    )


def reach_of(role: Role, department: int | None, employed: frozenset[int]) -> frozenset[int] | None:
    """Return the departments a granted role is for; ``None``: for the whole company."""
    if role in COMPANY_WIDE:
        return None
    return employed if department is None else frozenset({department})


def scope_at(user: User | None, at: datetime) -> Scope | None:
    """Return the scope of whoever began something in the background; ``None``: nobody signed in."""
    if user is None:
        return None
    return scope_of(user, today=business_date(at, settings.COMPANY_TIME_ZONE))


def holders(right: Right) -> set[int]:
    """Return the active sign-ins one of whose own roles carries ``right``."""
    roles = [role for role in Role if right in RIGHTS[role]]
    grants = RoleGrant.objects.filter(role__in=roles, user__is_active=True)
    return set(grants.values_list("user", flat=True))


def password_setters(user: User) -> frozenset[int]:
    """Return who set the password of ``user`` since that person last chose an own one.

    Signing in proves no own one: whoever set it can do that.
    """
    entries = AuditEntry.objects.filter(model=User._meta.label_lower, object_id=str(user.pk))
    own = entries.filter(verb=CHOSEN, actor=user).order_by("pk").last()
    since = entries.filter(verb=SET, pk__gt=own.pk if own else 0).exclude(actor=user)
    return frozenset(since.exclude(actor=None).values_list("actor", flat=True))
