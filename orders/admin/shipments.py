"""The list of shipments, the page of one, and what an order's page shows of its shipments."""

from typing import Any

from django.contrib import admin
from django.db.models import DateField, F, Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.core.roles import Right
from catalog.models import Store
from opsdesk.admin.moves import MovingAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import panel, panels
from opsdesk.templatetags.desk import badge, figure, money
from orders.actions.shipment_state import SHIPMENT_COURSE
from orders.admin.columns import FILTERS, DocumentAdmin, beginning
from orders.admin.orders import ORDER_PAGE
from orders.admin.shipment_forms import form_urls
from orders.core.lifecycle import ShipmentStatus
from orders.models import LogisticsChannel, Order, Shipment
from orders.queries.shipments import shipments_of

SHIPMENT_PAGE = "shipment"

enter(
    Entry(
        Section.SALES,
        15,
        _("Shipments"),
        "admin:orders_shipment_changelist",
        "local_shipping",
        Right.SALES_VIEW,
    )
)


class PromiseFilter(admin.SimpleListFilter):
    """Whether the promise was kept; only of those that had one."""

    title = pgettext_lazy("shipment", "promise")
    parameter_name = "promise"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("kept", pgettext_lazy("promise", "delivered on time")),
            ("broken", pgettext_lazy("promise", "delivered late")),
            ("overdue", pgettext_lazy("promise", "under way and late")),
        ]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        delivered = Q(status=ShipmentStatus.DELIVERED)
        match self.value():
            case "kept":
                return rows.filter(delivered, outcome_on__lte=F("promised_on"))
            case "broken":
                return rows.filter(delivered, outcome_on__gt=F("promised_on"))
            case "overdue":
                late = {"promised_on__lt": request.scope.today}
                return rows.filter(status=ShipmentStatus.IN_TRANSIT, **late)
        return rows


class CountryFilter(admin.SimpleListFilter):
    """The countries of the stores that the person sees."""

    title = _("country of the store")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        stores = Store.objects.visible_to(request.scope).order_by("country")
        return [(code, code) for code in stores.values_list("country", flat=True).distinct()]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.filter(store__country=self.value()) if self.value() else rows


@admin.register(Shipment)
class ShipmentAdmin(MovingAdmin, DocumentAdmin):
    """Parcels: found by number, moved by news and by hand."""

    course = SHIPMENT_COURSE
    view_right = Right.SALES_VIEW
    list_display = [
        "external_id",
        "tracking_number",
        "store_code",
        "order_no",
        "channel_code",
        "status_badge",
        "dispatched_on",
        "promised",
        "outcome_on",
        "cost_figure",
    ]
    list_filter = [
        *FILTERS,
        "channel",
        ("dispatched_on", RangeDateFilter),
        PromiseFilter,
        CountryFilter,
        "remote_area",
    ]
    search_fields = ["external_id", "tracking_number"]
    search_help_text = _("Shipment or tracking number, or how it begins")
    list_select_related = ["store", "order", "channel"]
    page_template = "desk/orders/shipment.html"

    def get_urls(self) -> list[URLPattern]:
        return [*form_urls(self), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        # What is late is so today: each row of the list is told which day that is.
        today = Value(request.scope.today, output_field=DateField())
        return super().get_queryset(request).annotate(today=today)

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """Put the latest first: by the day of dispatch where days are asked for."""
        ranged = any(request.GET.get(f"dispatched_on_{end}") for end in ("from", "to"))
        return ["-dispatched_on", "-id"] if ranged else ["-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Find by how either number begins, as ranges that indexes serve."""
        found = beginning("external_id", search_term) | beginning("tracking_number", search_term)
        return queryset.filter(found), False

    def page_rows(self, request: HttpRequest) -> QuerySet:
        rows = self.get_queryset(request)
        return rows.select_related("store", "order", "channel", "warehouse")

    def page(self, request: HttpRequest, obj: Shipment) -> dict[str, Any]:
        lines = obj.lines.select_related("order_line__sku").order_by("order_line__line_no")
        return {
            "title": f"{obj.store.code} {obj.external_id}",
            "late": obj.is_late(request.scope.today),
            "may_work": request.scope.may(Right.SERVICE_EDIT),
            "lines": list(lines),
            "events": list(obj.events.select_related("by").order_by("-at", "-pk")),
            "exceptions": list(obj.exceptions.select_related("taken_by").order_by("-pk")),
            "panels": panels(SHIPMENT_PAGE, request, obj),
            **self.life_context(request, obj),
        }

    @admin.display(description=_("order"))
    def order_no(self, shipment: Shipment) -> str:
        return shipment.order.external_id

    @admin.display(description=_("channel"))
    def channel_code(self, shipment: Shipment) -> str:
        return shipment.channel.code

    @admin.display(description=_("promised on"))
    def promised(self, shipment: Any) -> str:
        if shipment.promised_on is None:
            return self.empty_value_display
        day = f"{shipment.promised_on:%Y-%m-%d}"
        if not shipment.is_late(shipment.today):
            return day
        return format_html("{} {}", day, badge("late", pgettext_lazy("shipment", "late")))

    @admin.display(description=_("cost"))
    def cost_figure(self, shipment: Shipment) -> str:
        if shipment.cost is None:
            return figure(self.empty_value_display)
        currency = shipment.cost_currency
        return format_html(
            '{}<span class="cur">{}</span>', figure(money(shipment.cost, currency)), currency
        )


@panel(ORDER_PAGE, "desk/orders/order_shipments.html", order=20)
def order_shipments(request: HttpRequest, order: Order) -> dict[str, Any]:
    """The parcels of an order, and the button to send another one."""
    today = request.scope.today
    rows = [(one, one.is_late(today)) for one in shipments_of(order, request.scope)]
    may = request.scope.may(Right.SERVICE_EDIT)
    sends = may and LogisticsChannel.objects.visible_to(request.scope).active().exists()
    return {"order": order, "shipments": rows, "may_send": sends}
