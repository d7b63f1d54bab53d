"""The list of pay runs, and the page on which a month's pay goes from open to paid."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import Department, User
from accounts.queries.approvals import acting_for
from compensation.actions.calculation import calculate_run
from compensation.actions.payruns import (
    approve_run,
    approver,
    lock_run,
    pay_run,
    return_run,
    submit_run,
)
from compensation.core.lifecycle import MOVES, PayLineKind, PayRunState
from compensation.models import PayRun
from compensation.queries.payruns import payslips_of, problems_of
from opsdesk.admin.base import PageAdmin, number_or_404
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, page
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.core.errors import DomainError
from opsdesk.core.periods import Period
from opsdesk.core.wording import kept
from opsdesk.models import MonthField
from opsdesk.templatetags.desk import badge, figure, money, month, percent

enter(
    Entry(
        Section.PAY,
        10,
        gettext_lazy("Pay runs"),
        "admin:compensation_payrun_changelist",
        "payments",
        Right.PAY_VIEW,
    )
)


FIRST_YEAR, LAST_YEAR = 2000, 2199


@dataclass(frozen=True, slots=True)
class Verb:
    """A step of a pay run as a button: who may press it, and what happens."""

    label: Any
    done: Any
    rights: tuple[Right, ...]
    act: Callable[[PayRun, HttpRequest, datetime], Any]
    kind: str = ""


def _calculate(run: PayRun, request: HttpRequest, at: datetime) -> PayRun:
    return calculate_run(run.department, Period("month", run.month), by=request.user, at=at)


def _return(run: PayRun, request: HttpRequest, at: datetime) -> PayRun:
    # PostgreSQL keeps no NUL.
    reason = request.POST.get("reason", "").replace("\0", "")
    return return_run(run, reason=reason, scope=request.scope, by=request.user, at=at)


def _approve(run: PayRun, request: HttpRequest, at: datetime) -> PayRun:
    digest = request.POST.get("digest", "")
    return approve_run(run, digest=digest, scope=request.scope, by=request.user, at=at)


VERBS = {
    "calculate": Verb(
        gettext_lazy("Calculate"),
        gettext_lazy("Calculated."),
        (Right.PAY_CALCULATE,),
        _calculate,
    ),
    "submit": Verb(
        gettext_lazy("Submit for approval"),
        gettext_lazy("Submitted for approval."),
        (Right.PAY_CALCULATE,),
        lambda run, request, at: submit_run(run, scope=request.scope, by=request.user, at=at),
        "main",
    ),
    "approve": Verb(
        gettext_lazy("Approve"),
        gettext_lazy("Approved."),
        (Right.PAY_APPROVE,),
        _approve,
        "main",
    ),
    "lock": Verb(
        gettext_lazy("Lock the month"),
        gettext_lazy("Locked: the month's figures and pay do not change any more."),
        (Right.PAY_APPROVE, Right.PAY_PAY),
        lambda run, request, at: lock_run(run, scope=request.scope, by=request.user, at=at),
        "main",
    ),
    "pay": Verb(
        gettext_lazy("Mark as paid"),
        gettext_lazy("Marked as paid."),
        (Right.PAY_PAY,),
        lambda run, request, at: pay_run(run, scope=request.scope, by=request.user, at=at),
        "main",
    ),
    "return_to_open": Verb(
        gettext_lazy("Give back"),
        gettext_lazy("Given back; it is open again."),
        (Right.PAY_CALCULATE, Right.PAY_APPROVE),
        _return,
        "reason",
    ),
}


class StartForm(forms.Form):
    """Which department's month is calculated."""

    department = forms.ModelChoiceField(Department.objects.none(), label=gettext_lazy("Department"))
    month = MonthField().formfield(label=gettext_lazy("Month"))

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(*args)
        self.fields["department"].queryset = _own_departments(request.scope)
        self.fields["month"].widget.attrs |= {"placeholder": "2026-01", "size": 8}

    def clean_month(self) -> date:
        """Refuse a year in which nobody is paid."""
        first: date = self.cleaned_data["month"]
        if not FIRST_YEAR <= first.year <= LAST_YEAR:
            raise forms.ValidationError(_("Give the month as YYYY-MM."))
        return first


def _own_departments(scope: Scope) -> QuerySet[Department]:
    """The departments whose pay the person calculates."""
    every = Department.objects.all()
    right = Right.PAY_CALCULATE
    return every.filter(pk__in=[one.pk for one in every if scope.reaches(right, [one.pk])])


@admin.register(PayRun)
class PayRunAdmin(PageAdmin):
    view_right = Right.PAY_VIEW
    list_display = [
        "title",
        "month_text",
        "state_badge",
        "base_figure",
        "target_figure",
        "completion_figure",
        "total_figure",
        "problems_figure",
        "calculated_at",
    ]
    list_display_links = ["title"]
    list_filter = ["state", "department"]
    list_select_related = ["department"]
    ordering = ["-month", "department__code"]
    sortable_by = ()
    page_template = "desk/pay/run.html"
    list_before_template = "desk/pay/start.html"

    def get_urls(self) -> list[URLPattern]:
        verbs = "<str:object_id>/do/<str:name>/"
        return [
            path("start/", start(self), name="compensation_payrun_start"),
            path(verbs, verb_view(self), name="compensation_payrun_verb"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_start = self.may(request, Right.PAY_CALCULATE)
        context = {"start_form": StartForm(request) if may_start else None}
        return super().changelist_view(request, context | (extra_context or {}))

    def page_rows(self, request: HttpRequest) -> QuerySet:
        people = ("calculated_by", "submitted_by", "approved_by", "approved_for")
        related = ("department", "plan", *people)
        return self.get_queryset(request).select_related(*related)

    def page(self, request: HttpRequest, obj: PayRun) -> dict[str, Any]:
        payslips = list(payslips_of(obj))
        refusal, lender = _approval(request, obj)
        names = {one.person.employee_no: one.person for one in payslips}
        states = list(PayRunState)
        return {
            "title": str(obj),
            "steps": [
                (state.label, _place(states.index(state), states.index(PayRunState(obj.state))))
                for state in states
            ],
            "buttons": _buttons(request, obj),
            "approval_refusal": refusal,
            "acting_for": lender,
            "completion": obj.base / obj.target if obj.target else None,
            "completion_width": _width(obj),
            "blocking": problems_of(obj, blocking=True),
            "problems": problems_of(obj, blocking=False),
            "payslips": payslips,
            "differences": [_difference(one, names) for one in obj.differences],
            "changes": _changes(obj),
            "events": list(obj.events.select_related("by")),
        }

    @admin.display(description=gettext_lazy("department"))
    def title(self, run: PayRun) -> str:
        return str(run.department)

    @admin.display(description=gettext_lazy("month"))
    def month_text(self, run: PayRun) -> str:
        return month(run.month)

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, run: PayRun) -> str:
        return badge(run.state, run.get_state_display())

    @admin.display(description=gettext_lazy("commission base"))
    def base_figure(self, run: PayRun) -> str:
        return figure(money(run.base, run.currency))

    @admin.display(description=gettext_lazy("target"))
    def target_figure(self, run: PayRun) -> str:
        return figure(money(run.target, run.currency))

    @admin.display(description=gettext_lazy("completion"))
    def completion_figure(self, run: PayRun) -> str:
        return figure(percent(run.base / run.target if run.target else None))

    @admin.display(description=gettext_lazy("pay"))
    def total_figure(self, run: PayRun) -> str:
        return figure(f"{money(run.total, run.currency)} {run.currency}")

    @admin.display(description=gettext_lazy("problems"))
    def problems_figure(self, run: PayRun) -> str:
        return figure(str(len(run.problems) or ""))


def _changes(run: PayRun) -> list[dict[str, Any]]:
    people = User.objects.in_bulk({one["actor_id"] for one in run.changes} - {None})
    return [
        one
        | {
            "at": datetime.fromisoformat(one["at"]),
            "by": str(people.get(one["actor_id"], kept(one["by"]))),
        }
        for one in run.changes
    ]


def _place(number: int, here: int) -> str:
    return "here" if number == here else "past" if number < here else ""


def _width(run: PayRun) -> int:
    """Return how far the completion bar is filled, of 100."""
    if not run.target or run.target <= 0:
        return 0
    return int(max(Decimal(0), min(Decimal(1), run.base / run.target)) * 100)


def _difference(row: dict[str, str], people: dict[str, Any]) -> dict[str, Any]:
    return {
        "person": people.get(row["employee_no"], row["employee_no"]),
        "kind": PayLineKind(row["kind"]).label,
        "before": Decimal(row["before"]) if row["before"] else None,
        "after": Decimal(row["after"]) if row["after"] else None,
    }


def _may(request: HttpRequest, verb: Verb, run: PayRun) -> bool:
    return any(request.scope.may_in(right, run.department_id) for right in verb.rights)


def _buttons(request: HttpRequest, run: PayRun) -> list[tuple[str, Verb]]:
    """Return the steps that the state and the rights allow, the main one first."""
    open_ = [
        (name, verb)
        for name, verb in VERBS.items()
        if run.state in MOVES[name].sources and _may(request, verb, run)
    ]
    if _approval(request, run)[0]:
        open_ = [(name, verb) for name, verb in open_ if name != "approve"]
    return sorted(open_, key=lambda pair: pair[1].kind != "main")


def _approval(request: HttpRequest, run: PayRun) -> tuple[str, User | None]:
    """Return why this approver may not approve this run (blank: may), and who is stood in for."""
    if run.state != PayRunState.SUBMITTED or not request.scope.may(Right.PAY_APPROVE):
        return "", None
    try:
        authority = approver(run, scope=request.scope, by=request.user)
    except DomainError as refusal:
        return refusal.message, None
    return "", acting_for(authority, request.user)


def verb_view(runs: PayRunAdmin) -> Any:
    """Return the page that a button of a pay run posts to."""

    @page(Right.PAY_VIEW, post_only=True)
    def view(request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        run = runs.page_object(request, str(number_or_404(object_id)))
        verb = VERBS.get(name)
        if verb is None or not _may(request, verb, run):
            raise PermissionDenied
        now = timezone.now()
        # The actions carry their own transactions: locking keeps a voided approval although it
        # refuses to lock.
        try:
            verb.act(run, request, now)
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, verb.done)
        return HttpResponseRedirect(runs.page_url(run.pk))

    return view


def start(runs: PayRunAdmin) -> Any:
    """Return the page that calculates a department's month for the first time."""

    @page(Right.PAY_CALCULATE, post_only=True)
    def view(request: HttpRequest) -> HttpResponse:
        form = StartForm(request, request.POST)
        if not form.is_valid():
            for name, errors in form.errors.items():
                messages.error(request, f"{form.fields[name].label}: {' '.join(errors)}")
            return HttpResponseRedirect(runs.list_url())
        department, first = form.cleaned_data["department"], form.cleaned_data["month"]
        period = Period("month", first)
        done = attempt(
            request,
            lambda: calculate_run(department, period, by=request.user, at=timezone.now()),
            _("Calculated."),
        )
        run = PayRun.objects.filter(department=department, month=first).first()
        return HttpResponseRedirect(runs.page_url(run.pk) if done and run else runs.list_url())

    return view


@panel(HOME_WAITING, "desk/home/todo.html", order=10)
def runs_to_approve(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Pay runs that wait for an approver."""
    if not request.scope.may(Right.PAY_APPROVE):
        return None
    rows = PayRun.objects.visible_to(request.scope).filter(state=PayRunState.SUBMITTED)
    count = rows.count()
    if not count:
        return None
    return {
        "text": _("Pay runs to approve"),
        "count": count,
        "link": "admin:compensation_payrun_changelist",
        "query": "?state__exact=submitted",
        "tone": "submitted",
    }
