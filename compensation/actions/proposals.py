"""Bonuses, deductions and misconduct: one person proposes, a second one decides."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions.periods import refuse_closed
from accounts.core.four_eyes import Authority, Case, authority_for, people
from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import ApprovalKind, Employment, User
from accounts.queries.approvals import authorities_of
from accounts.queries.people import departments_in
from compensation.core.plan import check_over_achievement
from compensation.models import Proposal, ProposalKind, ProposalState
from compensation.queries.plans import plan_for, terms_of
from opsdesk.actions.audit import record
from opsdesk.actions.records import save_record
from opsdesk.core.errors import Conflict, InvalidData, InvalidTransition, NotAllowed
from opsdesk.core.periods import Period

_WORDS = {"no_right": _("You don't have the right to decide on pay proposals.")}


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided: ``digest`` is that of the proposal as it was shown.

    ``amount`` is that of an over-achievement bonus, which the approver sets within its range.
    """

    approve: bool
    digest: str
    amount: Decimal | None = None


@transaction.atomic
def propose(proposal: Proposal, *, scope: Scope, by: User, at: datetime) -> Proposal:
    """Put a bonus, deduction, over-achievement bonus or misconduct up for decision.

    A reason is needed, for a deduction and misconduct evidence, too. An over-achievement bonus
    outside the plan's range is refused, and so is what was decided already. Raises ``NotAllowed``
    without the right, for people one does not see, and for a proposal of somebody else.
    """
    _refuse_proposer(proposal, scope, by)
    for department in departments_in(proposal.person, proposal.month):
        refuse_closed(department, proposal.month)
    if not proposal.reason.strip():
        raise InvalidData(gettext("Give the reason."), field="reason")
    needs_evidence = (ProposalKind.DEDUCTION, ProposalKind.MISCONDUCT)
    if proposal.kind in needs_evidence and not proposal.evidence.strip():
        raise InvalidData(gettext("Give the evidence."), field="evidence")
    _refuse_out_of_range(proposal, proposal.amount)
    proposal.state = ProposalState.PROPOSED
    proposal.proposed_by, proposal.proposed_at = by, at
    return save_record(proposal, by=by, at=at)


@transaction.atomic
def decide(
    proposal: Proposal, decision: Decision, *, scope: Scope, by: User, at: datetime
) -> Proposal:
    """Approve or refuse a proposal as it was shown.

    Raises ``NotAllowed`` for the proposer, the receiver, their stand-ins and whoever may not
    decide on so much, ``Conflict`` where the content is not what was shown, and
    ``InvalidTransition`` where somebody else decided first.
    """
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("person")
    proposal = rows.get(pk=proposal.pk)
    if proposal.state != ProposalState.PROPOSED:
        raise InvalidTransition(gettext("This proposal was decided already."))
    amount = proposal.amount
    if decision.approve and decision.amount is not None:
        _refuse_own_amount(proposal)
        amount = decision.amount
    for department in departments_in(proposal.person, proposal.month):
        refuse_closed(department, proposal.month)
    authority = decider(proposal, amount, scope=scope, by=by)
    if decision.digest != proposal.digest:
        raise Conflict(
            gettext("The proposal changed since it was shown to you. Look at it anew."),
            code="content_changed",
        )
    _refuse_amount(proposal, amount)
    state = ProposalState.APPROVED if decision.approve else ProposalState.REFUSED
    moved = Proposal.objects.filter(pk=proposal.pk, state=ProposalState.PROPOSED).update(
        state=state,
        amount=amount,
        decided_by=by,
        decided_at=at,
        decided_for=None if authority.lender == by.pk else authority.lender,
    )
    if not moved:
        raise InvalidTransition(gettext("This proposal was decided already."))
    proposal.refresh_from_db()
    told = {"amount": str(amount), "digest": decision.digest, "for": proposal.decided_for_id}
    record(f"proposal: {state}", proposal, by=by, at=at, detail=told)
    return proposal


def decider(proposal: Proposal, amount: Decimal, *, scope: Scope, by: User) -> Authority:
    """Return by what ``by`` may decide on ``amount``; ``NotAllowed`` says why somebody may not.

    Misconduct takes whoever approves pay runs. A limit is for all of a kind that one person gets
    in a month: in pieces it is as much.
    """
    misconduct = proposal.kind == ProposalKind.MISCONDUCT
    right = Right.PAY_APPROVE if misconduct else Right.BONUS_APPROVE
    if scope.user_id != by.pk or not scope.may(right):
        raise NotAllowed(str(_WORDS["no_right"]), code="no_right")
    case = Case(
        proposers=people(proposal.proposed_by_id),
        receivers=people(proposal.person.user_id),
        departments=frozenset(
            department.pk for department in departments_in(proposal.person, proposal.month)
        ),
        amount=amount + _approved_before(proposal),
    )
    authorities = authorities_of(by, right, ApprovalKind.PAY_PROPOSAL, scope.today)
    return authority_for(case, by.pk, authorities, _WORDS)


def _approved_before(proposal: Proposal) -> Decimal:
    """Return what was approved of the same kind, for the same person and month."""
    others = Proposal.objects.filter(
        person=proposal.person,
        month=proposal.month,
        kind=proposal.kind,
        state=ProposalState.APPROVED,
    ).exclude(pk=proposal.pk)
    return sum(others.values_list("amount", flat=True), Decimal(0))


def _refuse_proposer(proposal: Proposal, scope: Scope, by: User) -> None:
    employed = [one.pk for one in departments_in(proposal.person, proposal.month)]
    if scope.user_id != by.pk or not scope.reaches(Right.INPUT_EDIT, employed):
        raise NotAllowed(
            gettext("You don't have the right to propose this."), code="no_right", field="person"
        )
    if not proposal.pk:
        return
    stored = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if stored.state != ProposalState.PROPOSED:
        raise InvalidTransition(gettext("This proposal was decided already."))
    if stored.proposed_by_id != by.pk:
        # Else its first author could approve what is still mostly the own proposal.
        raise NotAllowed(
            gettext("Somebody else proposed this. Refuse it, then make a proposal of your own."),
            code="not_own",
        )


def _refuse_own_amount(proposal: Proposal) -> None:
    """Only where the plan gives a range does who decides name the amount within it."""
    if proposal.kind != ProposalKind.OVER_ACHIEVEMENT:
        message = gettext("The amount is the proposed one: refuse it, or approve it as it is.")
        raise InvalidData(message, field="amount")


def _refuse_amount(proposal: Proposal, amount: Decimal) -> None:
    if amount < 0:
        raise InvalidData(gettext("An amount cannot be below zero."), field="amount")
    proposal._meta.get_field("amount").clean(amount, proposal)
    _refuse_out_of_range(proposal, amount)


def _refuse_out_of_range(proposal: Proposal, amount: Decimal) -> None:
    if proposal.kind != ProposalKind.OVER_ACHIEVEMENT:
        return
    period = Period("month", proposal.month)
    employed = Employment.objects.during(period.start, period.end).filter(person=proposal.person)
    last = employed.order_by("from_date").select_related("position").last()
    position = terms_of(plan_for(proposal.month)).positions.get(last.position.code if last else "")
    if position is None:
        raise InvalidData(
            gettext("The plan pays %(person)s no over-achievement bonus in %(month)s.")
            % {"person": proposal.person, "month": str(period)},
            field="person",
        )
    check_over_achievement(position, Decimal(amount))
