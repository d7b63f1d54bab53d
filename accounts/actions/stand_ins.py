"""Naming who decides for somebody who is away."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from accounts.core.roles import DECIDING, Right
from accounts.core.scope import Scope
from accounts.models import StandIn, User
from accounts.queries.access import holders, password_setters, scope_of
from opsdesk.actions.audit import record
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed


@transaction.atomic
def name_stand_in(named: StandIn, *, scope: Scope, by: User, at: datetime) -> StandIn:
    """Name who decides for ``named.principal``: the own stand-in, or as an administrator.

    The own one holds at once, another one's after a second person confirmed it. Raises
    ``NotAllowed`` for others and while somebody else knows the stand-in's password,
    ``InvalidData`` for a day that is past, for somebody who decides on nothing and for a stand-in
    who may not sign in.
    """
    own = named.principal_id == by.pk
    if scope.user_id != by.pk or not (own or scope.has(Right.ACCESS_EDIT)):
        raise NotAllowed(gettext("You name a stand-in for yourself only."), code="no_right")
    if named.stand_in_id == by.pk:
        raise NotAllowed(
            gettext("Nobody makes oneself a stand-in; who is away names you."),
            code="own_access",
            field="stand_in",
        )
    if named.from_date < scope.today:
        raise InvalidData(gettext("A stand-in begins today or later."), field="from_date")
    lent = scope_of(named.principal, today=scope.today)
    if not any(lent.has(right) for right in DECIDING):
        raise InvalidData(
            gettext("This person decides on nothing that a stand-in could decide."),
            field="principal",
        )
    if not named.stand_in.is_active:
        raise InvalidData(gettext("This sign-in is shut out."), field="stand_in")
    _refuse_known_password(named.stand_in)
    named.named_by, named.named_at = by, at
    return save_record(named, by=by, at=at)


@transaction.atomic
def confirm_stand_in(named: StandIn, *, scope: Scope, by: User, at: datetime) -> StandIn:
    """Confirm a stand-in that somebody else named than who is away.

    Who is away may, and whoever confirms changes of access; never who named it, nor the stand-in.
    """
    if scope.user_id != by.pk or not (
        named.principal_id == by.pk or scope.has(Right.ACCESS_CONFIRM)
    ):
        raise NotAllowed(gettext("You don't have the right to confirm this."), code="no_right")
    if by.pk in (named.named_by_id, named.stand_in_id):
        raise NotAllowed(
            gettext("You named it or it is you, so somebody else must confirm it."),
            code="own_proposal",
        )
    if named.named_by_id not in holders(Right.ACCESS_EDIT):
        raise NotAllowed(
            gettext("Who named this stand-in may not do so any more: end it and name one anew."),
            code="proposer_gone",
        )
    _refuse_known_password(named.stand_in)
    waiting = StandIn.objects.filter(pk=named.pk, confirmed_by=None, ended_at=None)
    if not waiting.update(confirmed_by=by, confirmed_at=at):
        raise InvalidTransition(gettext("This stand-in was confirmed or ended already."))
    named.refresh_from_db()
    record("stand-in confirmed", named, by=by, at=at)
    return named


def _refuse_known_password(stand_in: User) -> None:
    """Whoever knows the password of a stand-in would decide with the rights of who is away."""
    held = User.objects.select_for_update(no_key=True).get(pk=stand_in.pk)
    if password_setters(held):
        raise NotAllowed(
            gettext(
                "Somebody else knows the password of %(user)s. Have %(user)s sign in and choose an "
                "own one first."
            )
            % {"user": held},
            code="through_password",
            field="stand_in",
        )


@transaction.atomic
def end_stand_in(named: StandIn, *, scope: Scope, by: User, at: datetime) -> StandIn:
    """End a stand-in at once: each of the two may, who named it, and administrators."""
    theirs = Q(principal=by) | Q(stand_in=by) | Q(named_by=by)
    rows = StandIn.objects.filter(pk=named.pk)
    mine = rows.filter(theirs).exists() or scope.has(Right.ACCESS_EDIT)
    if scope.user_id != by.pk or not mine:
        raise NotAllowed(gettext("You don't have the right to end this."), code="no_right")
    if not rows.filter(ended_at=None).update(ended_at=at):
        raise InvalidTransition(gettext("This stand-in was confirmed or ended already."))
    named.refresh_from_db()
    record("stand-in ended", named, by=by, at=at)
    return named
