"""Up to which amount a role decides: proposed by one person, confirmed by another."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.core.four_eyes import Authority, Case, authority_for, people
from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import ApprovalLimit, RoleGrant, User
from opsdesk.actions.audit import record
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed

_WORDS = {"own_pay": _("This is the limit of a role of yours, so somebody else must decide on it.")}


@transaction.atomic
def propose_limit(limit: ApprovalLimit, *, scope: Scope, by: User, at: datetime) -> ApprovalLimit:
    """Put up to which amount a role decides up for a second person.

    Raises ``NotAllowed`` without the right, ``InvalidData`` for a day that is past.
    """
    if scope.user_id != by.pk or not scope.has(Right.ACCESS_EDIT):
        raise NotAllowed(
            gettext("You don't have the right to change what people may do."), code="no_right"
        )
    if limit.from_date < scope.today:
        raise InvalidData(gettext("A limit begins today or later."), field="from_date")
    limit.proposed_by, limit.proposed_at = by, at
    return save_record(limit, by=by, at=at)


@transaction.atomic
def confirm_limit(limit: ApprovalLimit, *, scope: Scope, by: User, at: datetime) -> ApprovalLimit:
    """Confirm a limit; it holds from its day on.

    Raises ``NotAllowed`` for who proposed it and for who has the role it is about.
    """
    limit_confirmer(limit, scope=scope, by=by)
    waiting = ApprovalLimit.objects.filter(pk=limit.pk, confirmed_by=None)
    if not waiting.exclude(proposed_by=None).update(confirmed_by=by, confirmed_at=at):
        raise InvalidTransition(gettext("This limit was confirmed already."))
    limit.refresh_from_db()
    record("limit confirmed", limit, by=by, at=at)
    return limit


def limit_confirmer(limit: ApprovalLimit, *, scope: Scope, by: User) -> Authority:
    """Return by what ``by`` may confirm ``limit``; ``NotAllowed`` says why somebody may not."""
    if scope.user_id != by.pk or not scope.has(Right.ACCESS_CONFIRM):
        raise NotAllowed(gettext("You don't have the right to confirm this."), code="no_right")
    having = RoleGrant.objects.filter(role=limit.role).values_list("user", flat=True)
    case = Case(proposers=people(limit.proposed_by_id), receivers=frozenset(having))
    return authority_for(case, by.pk, [Authority(by.pk)], _WORDS)
