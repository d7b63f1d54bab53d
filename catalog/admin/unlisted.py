"""In stock but not on sale: what could be sold today and is offered nowhere, and why."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from catalog.core.lifecycle import ListingStatus
from catalog.models import UnlistedStock
from catalog.queries.unlisted import with_seen_listings
from opsdesk.admin.base import ReadOnlyAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.templatetags.desk import figure, whole

enter(
    Entry(
        Section.CATALOGUE,
        74,
        gettext_lazy("In stock but not on sale"),
        "admin:catalog_unlistedstock_changelist",
        "production_quantity_limits",
        Right.SALES_VIEW,
    )
)
# The nearest to being on sale says why it is not.
_WHY = (
    (ListingStatus.PAUSED, gettext_lazy("paused")),
    (ListingStatus.IN_REVIEW, gettext_lazy("in review")),
    (ListingStatus.DRAFT, gettext_lazy("drafts only")),
    (ListingStatus.ENDED, gettext_lazy("ended")),
)


@admin.register(UnlistedStock)
class UnlistedStockAdmin(ReadOnlyAdmin):
    """A row per SKU and day, written by the night."""

    view_right = Right.SALES_VIEW
    list_display = ["sku", "day", "since", "pieces_figure", "why"]
    list_select_related = ["sku"]
    list_filter = ["day"]
    search_fields = ["sku__code__istartswith"]
    ordering = ["-day", "sku__code"]
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return with_seen_listings(super().get_queryset(request), request.scope)

    @admin.display(description=gettext_lazy("on hand"))
    def pieces_figure(self, row: UnlistedStock) -> str:
        return figure(whole(row.on_hand))

    @admin.display(description=gettext_lazy("why"))
    def why(self, row: Any) -> str:
        for status, word in _WHY:
            found = [one for one in row.sku.seen_listings if one.status == status]
            if found:
                return f"{word}: {', '.join(dict.fromkeys(one.store.code for one in found))}"
        # Of stores that one does not see nothing is told, not even that there is a listing.
        return _("there is no listing in a store that you see")


@panel(HOME_WAITING, "desk/home/todo.html", order=34)
def unlisted_today(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """How many SKUs the last night found in stock but not on sale."""
    if not request.scope.may(Right.CATALOGUE_EDIT):
        return None
    rows = UnlistedStock.objects.visible_to(request.scope)
    count = rows.filter(day=rows.order_by("-day").values("day")[:1]).count()
    if not count:
        return None
    return {
        "text": _("SKUs in stock but not on sale"),
        "count": count,
        "link": "admin:catalog_unlistedstock_changelist",
        "tone": "waiting",
    }
