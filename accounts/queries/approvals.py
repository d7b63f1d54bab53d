"""By which roles somebody may decide on an approval, and up to what amount."""

from datetime import date
from decimal import Decimal

from django.db.models import Q

from accounts.core.four_eyes import Authority
from accounts.core.roles import RIGHTS, STAND_IN_RIGHTS, Right, Role
from accounts.models import (
    ApprovalKind,
    ApprovalLimit,
    Employment,
    RoleGrant,
    StandIn,
    User,
)
from accounts.queries.access import reach_of


def limits_in_force(kind: ApprovalKind, today: date) -> dict[str, Decimal | None]:
    """Return up to what amount each role decides on ``kind``; a role not named has no limit."""
    rows = ApprovalLimit.objects.filter(
        Q(proposed_by__isnull=True) | Q(confirmed_by__isnull=False), kind=kind, from_date__lte=today
    ).order_by("from_date", "pk")
    return {row.role: row.up_to for row in rows}


def authorities_of(user: User, right: Right, kind: ApprovalKind, today: date) -> list[Authority]:
    """Return by what ``user`` may decide on ``today``: own roles, and those of who is away."""
    lenders: list[tuple[int, int | None, int | None]] = [(user.pk, None, None)]
    if right in STAND_IN_RIGHTS:
        away = StandIn.objects.effective(today).filter(stand_in=user, principal__is_active=True)
        lenders += away.order_by("principal", "pk").values_list(
            "principal", "named_by", "confirmed_by"
        )
    people = [lender for lender, *_others in lenders]
    limits = limits_in_force(kind, today)
    grants = list(
        RoleGrant.objects.filter(user__in=people)
        .order_by("pk")
        .values_list("user", "role", "department")
    )
    employed = _employed(people, today)
    return [
        Authority(
            lender,
            named_by,
            confirmed_by,
            reach_of(Role(role), department, employed[lender]),
            limits.get(role),
        )
        for lender, named_by, confirmed_by in lenders
        for owner, role, department in grants
        if owner == lender and right in RIGHTS[Role(role)]
    ]


def acting_for(authority: Authority, user: User) -> User | None:
    """Return whom ``user`` stands in for when deciding by ``authority``; ``None``: for nobody."""
    return None if authority.lender == user.pk else User.objects.get(pk=authority.lender)


def _employed(users: list[int], today: date) -> dict[int, frozenset[int]]:
    rows = Employment.objects.during(today, today + date.resolution).filter(person__user__in=users)
    found: dict[int, set[int]] = {user: set() for user in users}
    for user, department in rows.values_list("person__user", "department"):
        found[user].add(department)
    return {user: frozenset(departments) for user, departments in found.items()}
