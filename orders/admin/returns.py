"""The list of returns, and the page of one."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.core.roles import Right
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import panels
from opsdesk.templatetags.desk import figure, money
from orders.admin.columns import FILTERS, DocumentAdmin
from orders.models import Return

RETURN_PAGE = "return"

enter(
    Entry(
        Section.SALES,
        20,
        _("Returns"),
        "admin:orders_return_changelist",
        "assignment_return",
        Right.SALES_VIEW,
    )
)


@admin.register(Return)
class ReturnAdmin(DocumentAdmin):
    view_right = Right.SALES_VIEW
    list_display = [
        "external_id",
        "store_code",
        "refunded_on",
        "status_badge",
        "order_no",
        "reason",
        "amount_figure",
        "reporting_figure",
        "units_figure",
        "requested_at",
    ]
    list_filter = [*FILTERS, ("refunded_on", RangeDateFilter)]
    search_fields = ["external_id"]
    ordering = ["-requested_at", "-id"]
    list_select_related = ["store", "order"]
    page_template = "desk/orders/return.html"

    def page_rows(self, request: HttpRequest) -> QuerySet:
        rows = self.get_queryset(request)
        return rows.select_related("store", "customer", "order", "batch")

    def page(self, request: HttpRequest, obj: Return) -> dict[str, Any]:
        return {
            "title": f"{obj.store.code} {obj.external_id}",
            "lines": list(obj.lines.select_related("sku", "order_line").order_by("line_no")),
            "panels": panels(RETURN_PAGE, request, obj),
        }

    @admin.display(description=_("order"))
    def order_no(self, return_case: Return) -> str:
        return return_case.order.external_id if return_case.order else _("unknown")

    @admin.display(description=_("in reporting currency"))
    def reporting_figure(self, return_case: Return) -> str:
        return figure(money(return_case.reporting_amount))
