"""Disputes: the list, the page of one with its evidence, and the order's panel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.core.roles import Right
from accounts.models import Person
from opsdesk.admin.base import DeskForm, number_or_404
from opsdesk.admin.moves import MovingAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, page
from opsdesk.admin.panels import panel
from opsdesk.templatetags.desk import badge
from orders.actions.disputes import DISPUTE_COURSE, save_dispute
from orders.actions.evidence import add_evidence, withdraw_evidence
from orders.admin.attachments import ACCEPTED, download_view, posted_file, record_or_404
from orders.admin.columns import FILTERS, NumberedRows
from orders.admin.dispute_deadlines import deadlines_view, due_of, respond_by
from orders.admin.orders import ORDER_PAGE
from orders.admin.service_forms import ServiceForm
from orders.core.lifecycle import DISPUTE
from orders.models import Dispute, Order
from orders.models.disputes import TEXT_LENGTH

NEW = ["store", "external_id", "order_no", "kind", "amount", "opened_at", "respond_by", "reason"]
STORED = [
    *NEW[:5],
    "outcome_amount",
    "opened_at",
    "respond_by",
    "reason",
    "handled_by",
]
# The place of a refused text in the session, until the page of the dispute shows it again.
TYPED = "typed_evidence"
SHOWN = ["order" if name == "order_no" else name for name in STORED]

enter(
    Entry(
        Section.SERVICE,
        30,
        gettext_lazy("Disputes"),
        "admin:orders_dispute_changelist",
        "balance",
        Right.SALES_VIEW,
    )
)


class DisputeForm(ServiceForm):
    wall_fields = ("opened_at", "respond_by")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("handled_by")
        if not isinstance(field, forms.ModelChoiceField):
            return
        for link in ("add", "change", "delete", "view"):
            setattr(field.widget, f"can_{link}_related", False)
        if self.instance.handled_by_id:
            # Whoever has it stays a choice, also for a colleague who does not see them.
            own = Person.objects.filter(pk=self.instance.handled_by_id)
            seen = Person.objects.filter(pk__in=field.queryset.values("pk"))
            field.queryset = seen | own


@admin.register(Dispute)
class DisputeAdmin(NumberedRows, MovingAdmin):
    course = DISPUTE_COURSE
    view_right = Right.SALES_VIEW
    edit_right = Right.SERVICE_EDIT
    deletable = False
    form = DisputeForm
    change_form_outer_before_template = "desk/orders/dispute.html"
    list_display = [
        "external_id",
        "store_code",
        "business_date",
        "kind",
        "status_badge",
        "due_badge",
        "order_number",
        "amount_figure",
        "handled_by",
    ]
    list_select_related = ["store", "order", "handled_by"]
    list_filter = [*FILTERS, "kind", ("business_date", RangeDateFilter)]
    search_fields = ["external_id"]
    ordering = ["-opened_at", "-id"]

    def get_urls(self) -> list[URLPattern]:
        return [
            path("deadlines/", deadlines_view, name="orders_dispute_deadlines"),
            path(
                "<str:object_id>/evidence/",
                evidence_view(self),
                name="orders_dispute_evidence",
            ),
            path(
                "<str:object_id>/evidence/<str:number>/withdraw/",
                withdraw_view(self),
                name="orders_dispute_withdraw",
            ),
            path(
                "<str:object_id>/file/<str:number>/",
                download_view(self, DISPUTE.name),
                name="orders_dispute_file",
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("store", "order", "handled_by")

    def get_fields(self, request: HttpRequest, obj: Dispute | None = None) -> list[str]:
        if obj is None:
            return NEW
        return STORED if self.has_change_permission(request, obj) else SHOWN

    def get_readonly_fields(self, request: HttpRequest, obj: Dispute | None = None) -> list[str]:
        return ["store", "external_id"] if obj else []

    def get_form(self, request: HttpRequest, obj: Dispute | None = None, **kwargs: Any) -> Any:
        # Who only looks gets no field to type an order's number into.
        reads = obj is not None and not self.has_change_permission(request, obj)
        return super().get_form(request, obj, **({"form": DeskForm} if reads else {}), **kwargs)

    def save(self, request: HttpRequest, obj: Dispute, change: bool) -> None:
        save_dispute(obj, self.mover(request))

    def life_context(self, request: HttpRequest, obj: Dispute) -> dict[str, Any]:
        return super().life_context(request, obj) | {
            "dispute": obj,
            "due": due_of(obj),
            "respond_by": respond_by(obj),
            "evidence": list(
                obj.evidence.select_related("attachment", "by", "withdrawn_by").order_by("pk")
            ),
            "may_add": obj.is_open and self.has_change_permission(request, obj),
            "accepted": ACCEPTED,
            "typed_evidence": _typed(request, obj),
        }

    @admin.display(description=gettext_lazy("deadline"))
    def due_badge(self, dispute: Dispute) -> str | None:
        found = due_of(dispute)
        return None if found is None else badge(found.standing, found.words)


def _typed(request: HttpRequest, dispute: Dispute) -> str:
    """Return the text of an evidence that was refused a moment ago; it is shown once."""
    return request.session.pop(TYPED).get(str(dispute.pk), "") if TYPED in request.session else ""


def evidence_view(disputes: DisputeAdmin) -> Any:
    """Return the page that an evidence is posted to."""

    @page(Right.SERVICE_EDIT, post_only=True)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        obj = record_or_404(disputes, request, object_id)
        text, mover = request.POST.get("text", ""), disputes.mover(request)
        if not attempt(
            request,
            lambda: add_evidence(obj, mover, text=text, file=posted_file(request)),
            _("The evidence is added."),
        ):
            request.session[TYPED] = {str(obj.pk): text[:TEXT_LENGTH]}
        return HttpResponseRedirect(disputes.page_url(obj.pk))

    return view


def withdraw_view(disputes: DisputeAdmin) -> Any:
    """Return the page that withdraws an evidence."""

    @page(Right.SERVICE_EDIT, post_only=True)
    def view(request: HttpRequest, object_id: str, number: str) -> HttpResponse:
        obj = record_or_404(disputes, request, object_id)
        rows = obj.evidence.select_related("dispute", "attachment")
        found = rows.filter(pk=number_or_404(number)).first()
        if found is None:
            raise Http404
        reason, mover = request.POST.get("reason", ""), disputes.mover(request)
        attempt(
            request,
            lambda: withdraw_evidence(found, mover, reason=reason),
            _("The evidence is withdrawn."),
        )
        return HttpResponseRedirect(disputes.page_url(obj.pk))

    return view


@panel(ORDER_PAGE, "desk/orders/order_disputes.html", order=30)
def disputes_of_order(request: HttpRequest, order: Order) -> dict[str, Any] | None:
    """The disputes about an order, with what presses."""
    rows = Dispute.objects.visible_to(request.scope).filter(order=order).select_related("store")
    found = [{"row": one, "due": due_of(one)} for one in rows.order_by("opened_at", "pk")]
    return {"disputes": found} if found else None
