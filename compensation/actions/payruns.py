"""The pay run after its calculation: submit, give back, approve, lock, pay."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions.periods import close_month
from accounts.core.four_eyes import Authority, Case, authority_for, people
from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import ApprovalKind, ClosedMonth, Department, Employment, User
from accounts.queries.approvals import authorities_of
from compensation.actions.calculation import calculate_run, changed_since
from compensation.actions.moves import held, move, refuse_unless
from compensation.core.lifecycle import CLOSED_STATES, PayRunState
from compensation.models import FundEntry, PayRun, PlanVersion
from compensation.queries.base import pending_days
from compensation.queries.changes import former_sign_ins
from compensation.queries.payruns import problems_of
from opsdesk.core.errors import Conflict, DomainError, NotAllowed, NotReady, PeriodClosed
from opsdesk.core.periods import Period, business_date, month

_WORDS = {
    "no_right": _("You don't have the right to approve pay runs."),
    "own_proposal": _(
        "You calculated or submitted this pay run, so somebody else must approve it."
    ),
    "own_pay": _("This pay run pays you, so somebody else must approve it."),
    "changed_input": _(
        "You changed what this month's pay is calculated from (%(records)s), so somebody else must "
        "approve it."
    ),
}


@transaction.atomic
def submit_run(run: PayRun, *, scope: Scope, by: User, at: datetime) -> PayRun:
    """Hand a calculated run in for approval.

    Raises ``NotReady`` before the month is over and while something is missing (each thing is
    named), ``Conflict`` when the data changed since the calculation.
    """
    _refuse_without((Right.PAY_CALCULATE,), run, scope, by)
    run = held(run)
    refuse_unless("submit", run)
    period = Period("month", run.month)
    if business_date(at, settings.COMPANY_TIME_ZONE) < period.end:
        raise NotReady(
            gettext("%(month)s is not over yet; it can be submitted from %(day)s.")
            % {"month": str(period), "day": period.end.isoformat()},
            code="month_not_over",
        )
    blocking = [problem for problem in run.problems if problem["blocking"]]
    if blocking:
        raise NotReady(" ".join(problems_of(run, blocking=True)), code=blocking[0]["code"])
    if changed_since(run):
        raise Conflict(
            gettext("The data changed since the calculation. Calculate again, then submit."),
            code="data_changed",
        )
    PlanVersion.objects.filter(pay_runs=run, used_at__isnull=True).update(used_at=at)
    run.submitted_by, run.submitted_at = by, at
    run.save(update_fields=["submitted_by", "submitted_at"])
    move("submit", run, by=by, at=at)
    return run


@transaction.atomic
def return_run(run: PayRun, *, reason: str, scope: Scope, by: User, at: datetime) -> PayRun:
    """Give a calculated or submitted run back to be worked on; a reason is needed."""
    _refuse_without((Right.PAY_CALCULATE, Right.PAY_APPROVE), run, scope, by)
    run = held(run)
    refuse_unless("return_to_open", run)
    if not reason.strip():
        raise NotReady(gettext("Say why the pay run goes back."), code="no_reason")
    move("return_to_open", run, by=by, at=at, reason=reason.strip())
    return run


@transaction.atomic
def approve_run(run: PayRun, *, digest: str, scope: Scope, by: User, at: datetime) -> PayRun:
    """Approve a submitted run; ``digest`` is that of what the approver was shown.

    Raises ``NotAllowed`` for whoever calculated or submitted it, is paid in it, changed an input
    of the month, stands in for somebody who did, or may not decide on so much, and ``Conflict``
    when the content is not what was shown.
    """
    run = held(run)
    refuse_unless("approve", run)
    authority = approver(run, scope=scope, by=by)
    if digest != run.digest or changed_since(run):
        raise Conflict(
            gettext(
                "The content changed since it was shown to you. Have it calculated and submitted "
                "again, then look at it anew."
            ),
            code="content_changed",
        )
    run.approved_by, run.approved_at = by, at
    run.approved_for_id = None if authority.lender == by.pk else authority.lender
    run.save(update_fields=["approved_by", "approved_at", "approved_for"])
    move("approve", run, by=by, at=at)
    return run


def approver(run: PayRun, *, scope: Scope, by: User) -> Authority:
    """Return by what ``by`` may approve ``run``; ``NotAllowed`` says which rule forbids it."""
    visible = PayRun.objects.visible_to(scope).filter(pk=run.pk).exists()
    if scope.user_id != by.pk or not visible or not scope.may(Right.PAY_APPROVE):
        raise NotAllowed(str(_WORDS["no_right"]), code="no_right")
    paid = run.payslips.filter(person__user__isnull=False).values_list("person__user", flat=True)
    case = Case(
        proposers=people(run.submitted_by_id, run.calculated_by_id),
        receivers=frozenset(paid) | former_sign_ins(run),
        meddlers=people(*(change["actor_id"] for change in run.changes)),
        departments=frozenset({run.department_id}),
        amount=run.total,
    )
    authorities = authorities_of(by, Right.PAY_APPROVE, ApprovalKind.PAY_RUN, scope.today)
    changed = sorted({c["record"] for c in run.changes if c["actor_id"] == by.pk})
    meddled = str(_WORDS["changed_input"]) % {"records": ", ".join(changed[:3])}
    return authority_for(case, by.pk, authorities, {**_WORDS, "changed_input": meddled})


def _refuse_without(rights: tuple[Right, ...], run: PayRun, scope: Scope, by: User) -> None:
    """Raise ``NotAllowed`` unless ``scope`` is ``by``'s, sees the run and has one of ``rights``."""
    visible = PayRun.objects.visible_to(scope).filter(pk=run.pk).exists()
    may = any(scope.may_in(right, run.department_id) for right in rights)
    if scope.user_id != by.pk or not visible or not may:
        raise NotAllowed(
            gettext("You don't have the right to do this with pay runs."), code="no_right"
        )


def lock_run(run: PayRun, *, scope: Scope, by: User, at: datetime) -> PayRun:
    """Close the month with an approved run: its figures and pay never change again.

    Months are locked in order. Raises ``NotReady`` while an earlier month is open or changes of
    the month wait for the nightly run. Where the data changed since the approval, the approval is
    void: the run goes back to open and ``Conflict`` is raised.
    """
    _refuse_without((Right.PAY_APPROVE, Right.PAY_PAY), run, scope, by)
    with transaction.atomic():
        run = held(run)
        refuse_unless("lock", run)
        _refuse_lock(run)
        void = changed_since(run)
        if void:
            reason = gettext("The data changed after the approval, so the approval is void.")
            move("void", run, by=by, at=at, reason=reason)
            PayRun.objects.filter(pk=run.pk).update(
                approved_by=None, approved_at=None, approved_for=None
            )
        else:
            _lock(run, by=by, at=at)
    if void:
        raise Conflict(
            gettext(
                "The data changed after the approval, so the approval is void and the run is open "
                "again. Calculate and submit it anew."
            ),
            code="approval_void",
        )
    return run


def _refuse_lock(run: PayRun) -> None:
    if ClosedMonth.objects.filter(department=run.department, month__gt=run.month).exists():
        raise PeriodClosed(
            gettext("A later month of %(department)s is locked already, so %(month)s stays open.")
            % {"department": run.department, "month": f"{run.month:%Y-%m}"}
        )
    first = _first_unlocked(run)
    if first is not None:
        raise NotReady(
            gettext("Months are locked in order: %(month)s comes first.")
            % {"month": f"{first:%Y-%m}"},
            code="earlier_month_open",
        )
    waiting = pending_days(run.department, Period("month", run.month))
    if waiting:
        raise NotReady(
            gettext(
                "%(count)s store-days of the month have changes that are not computed yet. Start "
                "the nightly run, then lock."
            )
            % {"count": waiting},
            code="days_pending",
        )


def _first_unlocked(run: PayRun) -> date | None:
    """Return the earlier month that must be locked first: one with a run, or with people."""
    runs = PayRun.objects.filter(department=run.department, month__lt=run.month)
    starts = set(runs.exclude(state__in=CLOSED_STATES).values_list("month", flat=True))
    last = runs.filter(state__in=CLOSED_STATES).order_by("month").last()
    between = Period("month", last.month).next() if last else Period("month", run.month)
    while between.start < run.month:
        employed = Employment.objects.during(between.start, between.end)
        if employed.filter(department=run.department).exists():
            starts.add(between.start)
        between = between.next()
    return min(starts, default=None)


def _lock(run: PayRun, *, by: User, at: datetime) -> None:
    close_month(run.department, Period("month", run.month), at=at)
    if run.activity_fund:
        FundEntry.objects.create(
            department=run.department,
            run=run,
            amount=run.activity_fund,
            text=f"{run.month:%Y-%m}",
            by=by,
            at=at,
        )
    run.locked_at = at
    run.save(update_fields=["locked_at"])
    move("lock", run, by=by, at=at)


@transaction.atomic
def pay_run(run: PayRun, *, scope: Scope, by: User, at: datetime) -> PayRun:
    """Note that a locked run was paid out."""
    _refuse_without((Right.PAY_PAY,), run, scope, by)
    run = held(run)
    refuse_unless("pay", run)
    run.paid_at = at
    run.save(update_fields=["paid_at"])
    move("pay", run, by=by, at=at)
    return run


def draft_open_months(department: Department, today: date, *, at: datetime) -> list[str]:
    """Calculate drafts of the department's open months; return what was refused, in words.

    Open are last month and this one where no run was submitted yet, and every earlier month whose
    run is calculated. A draft whose data is unchanged stays as it is.
    """
    refused = []
    for period in _open_months(department, month(today)):
        try:
            _draft(department, period, at=at)
        except DomainError as error:
            refused.append(f"{department} {period}: {error.message}")
    return refused


def _draft(department: Department, period: Period, *, at: datetime) -> None:
    run = PayRun.objects.filter(department=department, month=period.start).first()
    if run is None or run.state == PayRunState.OPEN or changed_since(run):
        calculate_run(department, period, by=None, at=at)


def _open_months(department: Department, this: Period) -> list[Period]:
    drafts = (PayRunState.OPEN, PayRunState.CALCULATED)
    states = dict(PayRun.objects.filter(department=department).values_list("month", "state"))
    months = {start for start, state in states.items() if state in drafts}
    for period in (this.previous(), this):
        employed = Employment.objects.during(period.start, period.end)
        if period.start not in states and employed.filter(department=department).exists():
            months.add(period.start)
    return [Period("month", start) for start in sorted(months)]
