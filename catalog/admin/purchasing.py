"""Purchase orders: their lines, what comes in of them, and how they look on paper."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from catalog.actions.inbound import CUSTOMS_COURSE, save_shipment
from catalog.actions.purchasing import (
    PURCHASE_COURSE,
    delete_purchase_line,
    save_purchase_line,
    save_purchase_order,
)
from catalog.actions.receiving import Arrival, Delivery, receive
from catalog.core.lifecycle import AWAITED, PURCHASE, PurchaseStatus
from catalog.core.supply_items import UNITS_BOUND
from catalog.models import InboundShipment, PurchaseLine, PurchaseOrder, PurchaseReceipt
from catalog.queries.purchasing import customs_of, reporting_rates, total_of, with_totals
from opsdesk.actions.moves import Mover, options
from opsdesk.admin.base import DeskInline, number_or_404
from opsdesk.admin.moves import MovingAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, desk_page, page
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.templatetags.desk import NOTHING, badge, figure, money, whole

enter(
    Entry(
        Section.CATALOGUE,
        132,
        _("Purchase orders"),
        "admin:catalog_purchaseorder_changelist",
        "shopping_cart_checkout",
        Right.SALES_VIEW,
    )
)


class LateFilter(admin.SimpleListFilter):
    """Orders of which something was to have come and has not."""

    title = _("late")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("late")), ("open", _("still to come"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if self.value() == "yes":
            return queryset.late(request.scope.today)
        return queryset.awaited() if self.value() == "open" else queryset


class LineInline(DeskInline):
    """The lines: they change only in a draft."""

    model = PurchaseLine
    fields = ["sku", "units", "unit_cost", "received", "rejected"]
    readonly_fields = ["received", "rejected"]
    autocomplete_fields = ["sku"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("sku")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_delete_permission(request, obj)


class ShipmentInline(DeskInline):
    """What is on its way, as long as something is to come."""

    model = InboundShipment
    fields = ["reference", "shipped_on", "expected_on", "status"]
    readonly_fields = ["status"]
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        placed = obj is not None and obj.status in AWAITED
        return placed and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _is_draft(order: PurchaseOrder | None) -> bool:
    return order is None or order.status == PurchaseStatus.DRAFT


class ReceiveForm(forms.Form):
    """What came in of one line."""

    delivery_note = forms.CharField(max_length=60, label=_("delivery note"))
    received_on = forms.DateField(label=_("received on"))
    accepted = forms.IntegerField(min_value=0, max_value=UNITS_BOUND, label=_("accepted"))
    rejected = forms.IntegerField(
        min_value=0, max_value=UNITS_BOUND, required=False, label=pgettext_lazy("goods", "rejected")
    )
    note = forms.CharField(max_length=500, required=False, label=_("inspection note"))

    @property
    def delivery(self) -> Delivery:
        """What the form says, once it is valid."""
        said = self.cleaned_data
        return Delivery(
            said["delivery_note"],
            said["received_on"],
            said["accepted"],
            said["rejected"] or 0,
            said["note"],
        )


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(MovingAdmin):
    course = PURCHASE_COURSE
    view_right = Right.SALES_VIEW
    edit_right = Right.STOCK_EDIT
    deletable = False
    ordering = ["-id"]
    list_display = [
        "code",
        "supplier",
        "warehouse",
        "status_badge",
        "ordered_on",
        "expected_figure",
        "received_figure",
        "total_figure",
        "reporting_figure",
    ]
    list_filter = ["status", LateFilter, "supplier", "warehouse"]
    list_select_related = ["supplier", "warehouse"]
    search_fields = ["code__istartswith", "supplier__name__icontains"]
    autocomplete_fields = ["supplier"]
    change_form_outer_after_template = "desk/catalog/purchase_order.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return with_totals(super().get_queryset(request))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        rates, today = reporting_rates(), request.scope.today
        for order in found.result_list:
            order.cost, order.late = total_of(order, rates, today), order.is_late(today)
        return found

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        added = ["currency", "ordered_on"] if obj else []
        return ["code", "supplier", "warehouse", *added, "expected_on", "notes"]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        # nothing is on its way for what is not ordered yet
        return [LineInline] if _is_draft(obj) else [LineInline, ShipmentInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if _is_draft(obj):
            return ["currency", "ordered_on"]
        return ["code", "supplier", "warehouse", "currency", "ordered_on", "expected_on"]

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                "<str:object_id>/receive/<str:line_id>/",
                receive_view(self),
                name="catalog_purchaseorder_receive",
            ),
            path("<str:object_id>/print/", print_view(self), name="catalog_purchaseorder_print"),
        ]
        return [*own, *super().get_urls()]

    def save(self, request: HttpRequest, obj: PurchaseOrder, change: bool) -> None:
        save_purchase_order(obj, self.mover(request))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        mover = self.mover(request)
        parts = formset.save(commit=False)
        for gone in formset.deleted_objects:
            delete_purchase_line(gone, mover)
        for part in parts:
            _save_part(part, mover)

    def life_context(self, request: HttpRequest, obj: PurchaseOrder) -> dict[str, Any]:
        """Return what the page shows of the order's life, its money, and what came of it."""
        receives = request.scope.may(Right.STOCK_EDIT) and obj.status in AWAITED
        return (
            super().life_context(request, obj)
            | self.order_context(request, obj)
            | {
                "may_receive": receives,
                "today": request.scope.today,
                "receipts": list(
                    PurchaseReceipt.objects.filter(line__order=obj)
                    .select_related("line__sku", "by")
                    .order_by("-pk")
                ),
                "shipments": [
                    {"shipment": one, "options": options(CUSTOMS_COURSE, one, request.scope)}
                    for one in customs_of(obj)
                ],
            }
        )

    def order_context(self, request: HttpRequest, obj: PurchaseOrder) -> dict[str, Any]:
        """Return the lines of the order and what it costs."""
        order = with_totals(PurchaseOrder.objects.select_related("supplier", "warehouse")).get(
            pk=obj.pk
        )
        today = request.scope.today
        return {
            "order": order,
            "order_lines": [
                {"line": line, "amount": line.unit_cost * line.units}
                for line in order.lines.select_related("sku").order_by("pk")
            ],
            "order_total": total_of(order, reporting_rates(), today),
            "order_late": order.is_late(today),
            "order_label": PURCHASE.label_of(order.status),
        }

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, order: PurchaseOrder) -> str:
        return badge(order.status, order.get_status_display())

    @admin.display(description=_("expected on"), ordering="expected_on")
    def expected_figure(self, order: Any) -> str:
        if order.expected_on is None:
            return NOTHING
        day = order.expected_on.isoformat()
        if order.late:
            return badge("rejected", gettext("%(day)s, late") % {"day": day})
        return figure(day)

    @admin.display(description=_("pieces come in"))
    def received_figure(self, order: Any) -> str:
        came = (order.received or 0) + (order.rejected or 0)
        return figure(f"{whole(came)} / {whole(order.units or 0)}")

    @admin.display(description=_("total"))
    def total_figure(self, order: Any) -> str:
        return figure(f"{money(order.total or 0, order.currency)} {order.currency}")

    @admin.display(description=_("in reporting currency"))
    def reporting_figure(self, order: Any) -> str:
        return figure(money(order.cost.reporting))


def _save_part(part: Any, mover: Mover) -> None:
    if isinstance(part, InboundShipment):
        save_shipment(part, mover)
    else:
        save_purchase_line(part, mover)


def _order_or_404(orders: PurchaseOrderAdmin, request: HttpRequest, text: str) -> PurchaseOrder:
    order = orders.get_queryset(request).filter(pk=number_or_404(text)).first()
    if order is None:
        raise Http404
    return order


def receive_view(orders: PurchaseOrderAdmin) -> Any:
    """Return the page that the forms of a delivery post to."""

    @page(Right.STOCK_EDIT, post_only=True)
    def view(request: HttpRequest, object_id: str, line_id: str) -> HttpResponse:
        order = _order_or_404(orders, request, object_id)
        line = order.lines.filter(pk=number_or_404(line_id)).first()
        if line is None:
            raise Http404
        form = ReceiveForm(request.POST)
        if form.is_valid():
            _receive(request, line, form.delivery, orders.mover(request))
        else:
            for name, errors in form.errors.items():
                label = form.fields[name].label if name in form.fields else ""
                messages.error(request, f"{label}: {' '.join(errors)}")
        return HttpResponseRedirect(orders.page_url(order.pk))

    return view


def _receive(request: HttpRequest, line: PurchaseLine, delivery: Delivery, mover: Mover) -> None:
    found: list[Arrival] = []
    done = gettext("Recorded: delivery note %(note)s.") % {"note": delivery.external_id}
    attempt(request, lambda: found.append(receive(line, delivery, mover)), done)
    for arrival in found:
        for warning in arrival.warnings:
            messages.warning(request, warning)
        if not arrival.new:
            messages.info(request, gettext("It was recorded before; nothing changed."))


def print_view(orders: PurchaseOrderAdmin) -> Any:
    """Return the page of an order as it goes to the supplier."""

    @page(Right.SALES_VIEW)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        order = _order_or_404(orders, request, object_id)
        context = orders.order_context(request, order)
        crumbs = [
            (PurchaseOrder._meta.verbose_name_plural, orders.list_url()),
            (order.code, orders.page_url(order.pk)),
        ]
        words = {"title": gettext("Purchase order %(code)s") % {"code": order.code}}
        return desk_page(
            request, "desk/catalog/purchase_print.html", context | words | {"crumbs": crumbs}
        )

    return view


@panel(HOME_WAITING, "desk/home/todo.html", order=70)
def late_orders(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Purchase orders that are late."""
    if not request.scope.may(Right.STOCK_EDIT):
        return None
    rows: Any = PurchaseOrder.objects.visible_to(request.scope)
    count = rows.late(request.scope.today).count()
    if not count:
        return None
    return {
        "text": gettext("Purchase orders that are late"),
        "count": count,
        "link": "admin:catalog_purchaseorder_changelist",
        "query": "?late=yes",
        "tone": "waiting",
    }
