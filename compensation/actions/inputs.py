"""What people did in a month, and proposals about their pay that a second person decides."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext

from accounts.actions.periods import refuse_closed
from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import Department, Employment, Person, User
from compensation.core.lifecycle import PayRunState
from compensation.core.plan import check_over_achievement
from compensation.models import (
    Attendance,
    PayRun,
    Proposal,
    ProposalKind,
    ProposalState,
    WorkTask,
)
from compensation.queries.plans import plan_for, terms_of
from opsdesk.actions.audit import record
from opsdesk.actions.records import delete_record, save_record
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed
from opsdesk.core.periods import Period

MonthInput = WorkTask | Attendance
_OPEN = ProposalState.PROPOSED


@transaction.atomic
def save_month_input(row: MonthInput, *, by: User | None, at: datetime) -> MonthInput:
    """Insert or change a work plan task or an attendance, unless its month is closed.

    Raises ``PeriodClosed``, and ``InvalidTransition`` while the month's pay run is submitted or
    approved: what was shown for approval must stay what it was.
    """
    if row.pk:
        _refuse_settled(type(row).objects.get(pk=row.pk))
    _refuse_settled(row)
    return save_record(row, by=by, at=at)


@transaction.atomic
def delete_month_input(row: MonthInput, *, by: User | None, at: datetime) -> None:
    """Delete a work plan task or an attendance of a month that is still open."""
    stored = type(row).objects.get(pk=row.pk)
    _refuse_settled(stored)
    delete_record(stored, by=by, at=at)


@transaction.atomic
def propose(proposal: Proposal, *, by: User, at: datetime) -> Proposal:
    """Put a bonus, deduction, over-achievement bonus or misconduct up for decision.

    A reason is needed, for a deduction and misconduct evidence, too. An over-achievement bonus
    outside the plan's range is refused, and so is what was decided already.
    """
    if proposal.pk and not Proposal.objects.filter(pk=proposal.pk, state=_OPEN).exists():
        raise InvalidTransition(gettext("This proposal was decided already."))
    for department in departments_in(proposal.person, proposal.month):
        refuse_closed(department, proposal.month)
    if not proposal.reason.strip():
        raise InvalidData(gettext("Give the reason."), field="reason")
    needs_evidence = (ProposalKind.DEDUCTION, ProposalKind.MISCONDUCT)
    if proposal.kind in needs_evidence and not proposal.evidence.strip():
        raise InvalidData(gettext("Give the evidence."), field="evidence")
    _refuse_out_of_range(proposal)
    proposal.state = ProposalState.PROPOSED
    proposal.proposed_by, proposal.proposed_at = by, at
    return save_record(proposal, by=by, at=at)


@transaction.atomic
def decide(proposal: Proposal, *, approve: bool, scope: Scope, by: User, at: datetime) -> Proposal:
    """Approve or refuse a proposal; ``proposal.amount`` is the amount that is approved.

    Raises ``NotAllowed`` for the proposer, the receiver and those without the right, and
    ``InvalidTransition`` where somebody else decided first.
    """
    if scope.user_id != by.pk or not scope.may(Right.PAY_APPROVE):
        raise NotAllowed(
            gettext("You don't have the right to decide on pay proposals."), code="no_right"
        )
    if proposal.proposed_by_id == by.pk:
        raise NotAllowed(
            gettext("You proposed this, so somebody else must decide on it."), code="own_proposal"
        )
    if proposal.person.user_id == by.pk:
        raise NotAllowed(
            gettext("This pays you, so somebody else must decide on it."), code="own_pay"
        )
    for department in departments_in(proposal.person, proposal.month):
        refuse_closed(department, proposal.month)
    if approve:
        if proposal.amount < 0:
            raise InvalidData(gettext("An amount cannot be below zero."), field="amount")
        proposal.clean_fields()
        _refuse_out_of_range(proposal)
    state = ProposalState.APPROVED if approve else ProposalState.REFUSED
    moved = Proposal.objects.filter(pk=proposal.pk, state=ProposalState.PROPOSED).update(
        state=state, amount=proposal.amount, decided_by=by, decided_at=at
    )
    if not moved:
        raise InvalidTransition(gettext("This proposal was decided already."))
    proposal.refresh_from_db()
    record(f"proposal: {state}", proposal, by=by, at=at, detail={"amount": str(proposal.amount)})
    return proposal


def departments_in(person: Person, month: date) -> list[Department]:
    """Return the departments a person is employed in during a month."""
    period = Period("month", month)
    employed = Employment.objects.during(period.start, period.end).filter(person=person)
    return list(Department.objects.filter(employments__in=employed).distinct())


def _refuse_out_of_range(proposal: Proposal) -> None:
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
    check_over_achievement(position, Decimal(proposal.amount))


def _refuse_settled(row: MonthInput) -> None:
    owner = row.department if isinstance(row, WorkTask) else None
    departments = [owner] if owner else []
    if row.person is not None:
        departments = departments_in(row.person, row.month)
    for department in departments:
        refuse_closed(department, row.month)
        run = PayRun.objects.filter(department=department, month=row.month).first()
        if run and run.state in (PayRunState.SUBMITTED, PayRunState.APPROVED):
            raise InvalidTransition(
                gettext("The pay run %(run)s is “%(state)s”; give it back before you change this.")
                % {"run": run, "state": run.get_state_display()}
            )
