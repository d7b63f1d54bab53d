"""The list of orders, and the page of one."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from opsdesk.admin.moves import MovingAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import panels
from opsdesk.templatetags.desk import figure, money
from orders.actions.order_course import ORDER_COURSE
from orders.admin.columns import FILTERS, DocumentAdmin, PlacedFilter
from orders.admin.return_pages import open_view
from orders.models import Order, OrderLine
from orders.queries.allocation import kept_for

ORDER_PAGE = "order"

enter(
    Entry(
        Section.SALES,
        10,
        _("Orders"),
        "admin:orders_order_changelist",
        "receipt_long",
        Right.SALES_VIEW,
    )
)


@admin.register(Order)
class OrderAdmin(MovingAdmin, DocumentAdmin):
    course = ORDER_COURSE
    view_right = Right.SALES_VIEW
    list_display = [
        "external_id",
        "store_code",
        "business_date",
        "status_badge",
        "customer_code",
        "amount_figure",
        "reporting_figure",
        "units_figure",
        "placed_at",
    ]
    list_filter = [*FILTERS, ("business_date", PlacedFilter), "traffic_source"]
    search_fields = ["external_id"]
    ordering = ["-placed_at", "-id"]
    list_select_related = ["store", "customer"]
    page_template = "desk/orders/order.html"

    def get_urls(self) -> list[URLPattern]:
        own = path("<str:object_id>/return/", open_view(self), name="orders_order_return")
        return [own, *super().get_urls()]

    def page_rows(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related(
            "store", "customer__standing__tier", "batch", "warehouse"
        )

    def page(self, request: HttpRequest, obj: Order) -> dict[str, Any]:
        lines = list(obj.lines.select_related("sku").order_by("line_no"))
        return {
            "title": f"{obj.store.code} {obj.external_id}",
            "lines": lines,
            "aside": _left_out(lines),
            "payments": list(obj.payments.order_by("collected_at", "pk")),
            "kept": sum(kept_for([obj])[obj.pk].values()) if obj.warehouse_id else 0,
            "panels": panels(ORDER_PAGE, request, obj),
            **self.life_context(request, obj),
        }

    @admin.display(description=_("customer"))
    def customer_code(self, order: Order) -> str:
        return order.customer.shown_number if order.customer else self.empty_value_display

    @admin.display(description=_("in reporting currency"))
    def reporting_figure(self, order: Order) -> str:
        return figure(money(order.reporting_amount))


def _left_out(lines: list[OrderLine]) -> bool:
    """Tell whether the document has lines that are neither goods nor discount."""
    return any(line.kind not in ("goods", "discount") for line in lines)
