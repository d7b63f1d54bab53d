"""The list of refunds made here, for those who check them against payments."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.core.roles import Right
from opsdesk.admin.base import PageAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.templatetags.desk import figure, money, whole
from orders.admin.columns import StoreFilter
from orders.models import Refund, Return

NUMBERS_FOUND = 100

enter(
    Entry(
        Section.SERVICE,
        22,
        _("Refunds"),
        "admin:orders_refund_changelist",
        "currency_exchange",
        Right.SALES_VIEW,
    )
)


@admin.register(Refund)
class RefundAdmin(PageAdmin):
    view_right = Right.SALES_VIEW
    list_display = [
        "number_text",
        "store_code",
        "case_link",
        "refunded_on",
        "total_figure",
        "amount_figure",
        "tax_figure",
        "shipping_figure",
        "units_figure",
        "method",
        "reference",
        "person",
    ]
    list_filter = [("store", StoreFilter), ("refunded_on", RangeDateFilter), "method", "early"]
    list_select_related = ["store", "return_case", "by"]
    search_fields = ["reference"]
    search_help_text = _("Number of the return, or the payment reference")
    sortable_by = ()
    page_template = "desk/orders/refund.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Find by the whole number or reference, which indexes serve."""
        term = search_term.strip()
        if not term:
            return queryset, False
        cases = Return.objects.filter(external_id=term).values_list("pk", flat=True)
        found = list(cases[:NUMBERS_FOUND])
        return queryset.filter(Q(return_case__in=found) | Q(reference=term)), False

    def page_rows(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related("store", "return_case__order", "by")

    def page(self, request: HttpRequest, obj: Refund) -> dict[str, Any]:
        lines = obj.lines.select_related("return_line__sku").order_by("return_line__line_no")
        return {"title": f"{obj.store.code} {obj}", "lines": list(lines)}

    @admin.display(description=_("number"))
    def number_text(self, refund: Refund) -> str:
        return str(refund)

    @admin.display(description=_("store"))
    def store_code(self, refund: Refund) -> str:
        return refund.store.code

    @admin.display(description=_("return"))
    def case_link(self, refund: Refund) -> str:
        address = reverse("admin:orders_return_change", args=[refund.return_case_id])
        return format_html('<a href="{}">{}</a>', address, refund.return_case.external_id)

    @admin.display(description=_("total"))
    def total_figure(self, refund: Refund) -> str:
        shown = figure(money(refund.total, refund.currency))
        return format_html('{}<span class="cur">{}</span>', shown, refund.currency)

    @admin.display(description=_("goods"))
    def amount_figure(self, refund: Refund) -> str:
        return figure(money(refund.amount, refund.currency))

    @admin.display(description=_("tax"))
    def tax_figure(self, refund: Refund) -> str:
        return figure(money(refund.tax, refund.currency))

    @admin.display(description=_("shipping"))
    def shipping_figure(self, refund: Refund) -> str:
        return figure(money(refund.shipping, refund.currency))

    @admin.display(description=_("units"))
    def units_figure(self, refund: Refund) -> str:
        return figure(whole(refund.units))

    @admin.display(description=_("by"))
    def person(self, refund: Refund) -> str:
        return str(refund.by or refund.client_name or self.empty_value_display)
