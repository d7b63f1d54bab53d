"""Bonuses, deductions and misconduct that one person proposes and another decides."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from accounts.models import Person
from accounts.queries.approvals import acting_for
from compensation.actions.proposals import Decision, decide, decider, propose
from compensation.models import Proposal, ProposalKind, ProposalState
from opsdesk.admin.base import DeskAdmin, PageAdmin, number_or_404
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, page
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.core.errors import DomainError
from opsdesk.templatetags.desk import badge, figure, money, month

enter(
    Entry(
        Section.PAY,
        40,
        gettext_lazy("Proposals"),
        "admin:compensation_proposal_changelist",
        "gavel",
        Right.PAY_VIEW,
    )
)


class AmountForm(forms.Form):
    """The amount that is approved."""

    amount = forms.DecimalField(min_value=Decimal(0), max_digits=12, decimal_places=2)


@admin.register(Proposal)
class ProposalAdmin(PageAdmin):
    view_right = Right.PAY_VIEW
    list_display = [
        "name",
        "month_text",
        "kind",
        "amount_figure",
        "state_badge",
        "proposed_by",
        "decided_by",
    ]
    list_display_links = ["name"]
    list_filter = ["state", "kind", "month"]
    list_select_related = ["person", "proposed_by", "decided_by"]
    search_fields = ["person__name__icontains", "reason__icontains"]
    fields = ["person", "month", "kind", "amount", "reason", "evidence"]
    page_template = "desk/pay/proposal.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, Right.INPUT_EDIT)

    def save(self, request: HttpRequest, obj: Proposal, change: bool) -> None:
        propose(obj, scope=request.scope, by=request.user, at=timezone.now())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "person":
            kwargs["queryset"] = Person.objects.visible_to(request.scope)
        return DeskAdmin.formfield_for_foreignkey(self, db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        decision = "<str:object_id>/<str:verdict>/"
        own = path(f"decide/{decision}", decide_view(self), name="compensation_proposal_decide")
        return [own, *super().get_urls()]

    def page_rows(self, request: HttpRequest) -> QuerySet:
        people = ("person", "proposed_by", "decided_by", "decided_for")
        return self.get_queryset(request).select_related(*people)

    def page(self, request: HttpRequest, obj: Proposal) -> dict[str, Any]:
        context = {
            "title": f"{obj.person} · {month(obj.month)}",
            "sets_amount": obj.kind == ProposalKind.OVER_ACHIEVEMENT,
        }
        if obj.state != ProposalState.PROPOSED or not self.may(request, Right.BONUS_APPROVE):
            return context
        try:
            authority = decider(obj, obj.amount, scope=request.scope, by=request.user)
        except DomainError as refusal:
            return context | {"refusal": refusal.message}
        return context | {"may_decide": True, "acting_for": acting_for(authority, request.user)}

    @admin.display(description=gettext_lazy("person"))
    def name(self, proposal: Proposal) -> str:
        return str(proposal.person)

    @admin.display(description=gettext_lazy("month"))
    def month_text(self, proposal: Proposal) -> str:
        return month(proposal.month)

    @admin.display(description=gettext_lazy("amount"))
    def amount_figure(self, proposal: Proposal) -> str:
        return figure(money(proposal.amount))

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, proposal: Proposal) -> str:
        return badge(proposal.state, proposal.get_state_display())


def decide_view(proposals: ProposalAdmin) -> Any:
    """Return the page that the two buttons of a proposal post to."""

    @page(Right.BONUS_APPROVE, post_only=True)
    def view(request: HttpRequest, object_id: str, verdict: str) -> HttpResponse:
        if verdict not in ("approve", "refuse"):
            raise Http404
        proposal = proposals.page_object(request, str(number_or_404(object_id)))
        back = HttpResponseRedirect(proposals.page_url(proposal.pk))
        approve, amount = verdict == "approve", None
        if approve and proposal.kind == ProposalKind.OVER_ACHIEVEMENT:
            form = AmountForm(request.POST)
            if not form.is_valid():
                messages.error(request, " ".join(form.errors["amount"]))
                return back
            amount = form.cleaned_data["amount"]
        decision = Decision(approve, request.POST.get("digest", ""), amount)
        now = timezone.now()
        attempt(
            request,
            lambda: decide(proposal, decision, scope=request.scope, by=request.user, at=now),
            _("Approved.") if approve else _("Refused."),
        )
        return back

    return view


@panel(HOME_WAITING, "desk/home/todo.html", order=20)
def proposals_to_decide(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Proposals that wait for a second person."""
    if not request.scope.may(Right.BONUS_APPROVE):
        return None
    rows = Proposal.objects.visible_to(request.scope).filter(state=ProposalState.PROPOSED)
    rows = rows.exclude(proposed_by=request.user.pk).exclude(person__user=request.user.pk)
    count = rows.count()
    if not count:
        return None
    return {
        "text": _("Pay proposals to decide"),
        "count": count,
        "link": "admin:compensation_proposal_changelist",
        "query": "?state__exact=proposed",
        "tone": "proposed",
    }
