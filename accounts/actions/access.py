"""Giving and taking roles, forgetting a second factor, letting in and shutting out."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions.second_factor import forget_devices
from accounts.actions.sessions import end_sessions
from accounts.core.four_eyes import Authority, Case, authority_for, people
from accounts.core.roles import COMPANY_WIDE, GUARDED, RIGHTS, Right, Role
from accounts.core.scope import Scope
from accounts.models import (
    AccessChange,
    AccessChangeKind,
    AccessChangeState,
    Department,
    Person,
    RoleGrant,
    User,
)
from accounts.queries.access import holders, password_setters
from opsdesk.actions.audit import record
from opsdesk.actions.records import save_record
from opsdesk.actions.sql import take_turn
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed

_WORDS = {
    "own_pay": _("This is about what you may do, so somebody else must decide on it."),
}
# Who takes rights away holds one sign-in and then all that give roles: two at once would each wait
# for what the other one holds.
TURN = "changes of access"
_OF_ROLES = (AccessChangeKind.GRANT, AccessChangeKind.REVOKE)


@transaction.atomic
def install_role(
    user: User, role: Role, department: Department | None, *, reason: str, at: datetime
) -> RoleGrant:
    """Give ``user`` a role while the company is set up, when nobody can propose or confirm yet."""
    change = AccessChange(
        kind=AccessChangeKind.GRANT,
        user=user,
        role=role,
        department=department,
        reason=reason,
        state=AccessChangeState.INSTALLED,
        proposed_at=at,
    )
    save_record(change, by=None, at=at)
    return save_record(
        RoleGrant(user=user, role=role, department=department, change=change), by=None, at=at
    )


@transaction.atomic
def propose_change(change: AccessChange, *, scope: Scope, by: User, at: datetime) -> AccessChange:
    """Put a change of what somebody may do up for a second person.

    Raises ``NotAllowed`` without the right and for oneself, ``InvalidData`` without a reason,
    where nothing would change, and where the same change waits already.
    """
    _refuse_without(Right.ACCESS_EDIT, scope, by)
    if change.user_id == by.pk:
        raise NotAllowed(
            gettext("Nobody changes what oneself may do; ask another administrator."),
            code="own_access",
            field="user",
        )
    if not change.reason.strip():
        raise InvalidData(gettext("Give the reason."), field="reason")
    if change.kind not in _OF_ROLES and (change.role or change.department_id):
        raise InvalidData(gettext("Only a change of roles names a role."), field="role")
    _refuse_void(change)
    # Of two who propose the same at once the second one sees the first one's.
    User.objects.select_for_update(no_key=True).get(pk=change.user_id)
    waiting = _alike(change).filter(state=AccessChangeState.PROPOSED)
    if waiting.exists():
        raise InvalidData(gettext("The same change waits for a second person already."))
    change.state = AccessChangeState.PROPOSED
    change.proposed_by, change.proposed_at = by, at
    return save_record(change, by=by, at=at)


@transaction.atomic
def decide_change(
    change: AccessChange, *, confirm: bool, scope: Scope, by: User, at: datetime
) -> AccessChange:
    """Confirm or refuse a change of access; confirmed, it takes effect at once.

    Raises ``NotAllowed`` for whoever proposed it, for the person it is about and for those
    without the right; ``InvalidTransition`` where it was decided already; ``InvalidData`` where it
    would change nothing any more or leave nobody who gives roles.
    """
    change = _held(change)
    confirmer(change, scope=scope, by=by)
    state = AccessChangeState.CONFIRMED if confirm else AccessChangeState.REFUSED
    if confirm:
        _refuse_gone_proposer(change)
        _refuse_void(change)
        _EFFECTS[AccessChangeKind(change.kind)](change, by, at)
    return _settle(change, state, by, at)


@transaction.atomic
def withdraw_change(change: AccessChange, *, by: User, at: datetime) -> AccessChange:
    """Take back a change that still waits; only who proposed it may."""
    change = _held(change)
    if change.proposed_by_id != by.pk:
        raise NotAllowed(gettext("Only who proposed it takes it back."), code="not_own")
    return _settle(change, AccessChangeState.WITHDRAWN, by, at)


def confirmer(change: AccessChange, *, scope: Scope, by: User) -> Authority:
    """Return by what ``by`` may decide on ``change``; ``NotAllowed`` says why somebody may not."""
    _refuse_without(Right.ACCESS_CONFIRM, scope, by)
    case = Case(proposers=people(change.proposed_by_id), receivers=people(change.user_id))
    authority = authority_for(case, by.pk, [Authority(by.pk)], _WORDS)
    if _opens_set_up(change) and password_setters(change.user):
        # Whoever knows the password, also a third, could set up a second factor of their own.
        raise NotAllowed(
            gettext(
                "Somebody else knows the password of this sign-in. It can be confirmed once the "
                "person has signed in and chosen an own one."
            ),
            code="through_password",
        )
    return authority


@transaction.atomic
def shut_out(user: User, *, scope: Scope, by: User, at: datetime) -> None:
    """Deactivate a sign-in at once; letting it in again needs a second person.

    Raises ``NotAllowed`` without the right and for the own one, ``InvalidData`` where nobody would
    be left who gives roles.
    """
    _refuse_without(Right.ACCESS_EDIT, scope, by)
    if user.pk == by.pk:
        raise NotAllowed(
            gettext("Nobody shuts oneself out; ask another administrator."), code="own_access"
        )
    take_turn(TURN)
    _refuse_orphans(without=user)
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        end_sessions(user)
        record("shut out", user, by=by, at=at)


def _opens_set_up(change: AccessChange) -> bool:
    """Tell whether the next to sign in sets up a second factor and has guarded rights then."""
    if change.kind == AccessChangeKind.GRANT:
        return bool(RIGHTS[Role(change.role)] & GUARDED) if change.role else False
    return change.kind in (AccessChangeKind.RESET_FACTOR, AccessChangeKind.REACTIVATE)


def _refuse_without(right: Right, scope: Scope, by: User) -> None:
    if scope.user_id != by.pk or not scope.has(right):
        raise NotAllowed(
            gettext("You don't have the right to change what people may do."), code="no_right"
        )


def _held(change: AccessChange) -> AccessChange:
    take_turn(TURN)
    # The sign-in, too: nobody sets its password between the look at it and the effect.
    rows = AccessChange.objects.select_for_update(of=("self", "user"))
    change = rows.select_related("user", "department").get(pk=change.pk)
    if change.state != AccessChangeState.PROPOSED:
        raise InvalidTransition(gettext("This change was decided already."))
    return change


def _refuse_gone_proposer(change: AccessChange) -> None:
    if change.proposed_by_id not in holders(Right.ACCESS_EDIT):
        raise NotAllowed(
            gettext("Who proposed this may not do so any more: refuse it and propose it anew."),
            code="proposer_gone",
        )


def _settle(change: AccessChange, state: AccessChangeState, by: User, at: datetime) -> AccessChange:
    moved = AccessChange.objects.filter(pk=change.pk, state=AccessChangeState.PROPOSED).update(
        state=state, decided_by=by, decided_at=at
    )
    if not moved:
        raise InvalidTransition(gettext("This change was decided already."))
    change.refresh_from_db()
    record(f"access: {state}", change, by=by, at=at, detail={"user": change.user_id})
    return change


def _alike(change: AccessChange) -> QuerySet[AccessChange]:
    return AccessChange.objects.filter(
        kind=change.kind, user=change.user, role=change.role, department=change.department
    )


def _refuse_void(change: AccessChange) -> None:
    """Raise ``InvalidData`` where the change would change nothing, or makes no sense."""
    match change.kind:
        case AccessChangeKind.GRANT | AccessChangeKind.REVOKE:
            _refuse_role(change)
        case AccessChangeKind.REACTIVATE if change.user.is_active:
            raise InvalidData(gettext("This sign-in is let in."), field="user")
        case AccessChangeKind.REACTIVATE if _was_erased(change.user):
            raise InvalidData(gettext("Whose sign-in this was has been erased."), field="user")


def _was_erased(user: User) -> bool:
    return Person.objects.filter(user=user, erased_at__isnull=False).exists()


def _refuse_role(change: AccessChange) -> None:
    if not change.role:
        raise InvalidData(gettext("Choose a role."), field="role")
    if change.role == Role.SUPERVISOR and change.department_id is None:
        raise InvalidData(gettext("A supervisor's role names the department."), field="department")
    if Role(change.role) in COMPANY_WIDE and change.department_id is not None:
        raise InvalidData(
            gettext("This role is for the whole company and names no department."),
            field="department",
        )
    has = _grants(change).exists()
    if change.kind == AccessChangeKind.GRANT and has:
        raise InvalidData(gettext("This sign-in has that role already."), field="role")
    if change.kind == AccessChangeKind.REVOKE and not has:
        raise InvalidData(gettext("This sign-in does not have that role."), field="role")


def _grants(change: AccessChange) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(
        user=change.user, role=change.role, department=change.department
    )


def _give(change: AccessChange, by: User, at: datetime) -> None:
    grant = RoleGrant(
        user=change.user, role=change.role, department=change.department, change=change
    )
    save_record(grant, by=by, at=at)


def _take(change: AccessChange, by: User, at: datetime) -> None:
    for right in (Right.ACCESS_EDIT, Right.ACCESS_CONFIRM):
        if right in RIGHTS[Role(change.role)]:
            _refuse_orphans(without=change.user)
    for grant in _grants(change):
        record("deleted", grant, by=by, at=at, detail={"user": change.user_id, "role": change.role})
        grant.delete()
    end_sessions(change.user)


def _forget(change: AccessChange, by: User, at: datetime) -> None:
    forget_devices(change.user, by=by, at=at)
    end_sessions(change.user)


def _let_in(change: AccessChange, by: User, at: datetime) -> None:
    User.objects.filter(pk=change.user_id).update(is_active=True)
    record("let in again", change.user, by=by, at=at)


_EFFECTS = {
    AccessChangeKind.GRANT: _give,
    AccessChangeKind.REVOKE: _take,
    AccessChangeKind.RESET_FACTOR: _forget,
    AccessChangeKind.REACTIVATE: _let_in,
}


def _refuse_orphans(*, without: User) -> None:
    """Raise where without ``without`` nobody could propose a change, or nobody else confirm it.

    Of two who go at the same moment the second one waits and sees that the first has gone.
    """
    every = holders(Right.ACCESS_EDIT) | holders(Right.ACCESS_CONFIRM)
    list(User.objects.select_for_update().filter(pk__in=every).order_by("pk"))
    proposers, confirmers = holders(Right.ACCESS_EDIT), holders(Right.ACCESS_CONFIRM)
    if without.pk not in proposers | confirmers:
        return
    left = proposers - {without.pk}
    if not left or len(left | confirmers - {without.pk}) < 2:
        raise InvalidData(
            gettext(
                "Then nobody would be left to give roles. Give somebody else the role of "
                "administrator first."
            ),
            code="nobody_left",
        )
