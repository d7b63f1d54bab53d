"""Columns and filters that the lists of orders and of returns share."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str

from catalog.models import Store
from opsdesk.admin.base import PageAdmin
from opsdesk.templatetags.desk import badge, figure, money, whole

MARGIN = timedelta(days=1)
YEARS = range(1900, 2200)


def _next(character: str) -> str:
    """Return the character after one, over those that stand for half a character."""
    code = min(ord(character) + 1, 0x10FFFF)
    return chr(0xE000 if 0xD800 <= code <= 0xDFFF else code)


def beginning(column: str, term: str) -> Q:
    """Ask for texts that begin like ``term``: a range that an index serves on both databases."""
    term = term.strip()
    if not term:
        return Q()
    after = term[:-1] + _next(term[-1])
    return Q(**{f"{column}__gte": term, f"{column}__lt": after})


class StoreFilter(admin.RelatedFieldListFilter):
    """The stores that the person sees, by code."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        stores = Store.objects.visible_to(request.scope).order_by("code")
        return [(store.pk, f"{store.code} · {store.name}") for store in stores]


class WaitingFilter(admin.SimpleListFilter):
    """What is still to be done, unless one of ``more`` is asked for: its value, and its name."""

    title = pgettext_lazy("queue", "work")
    parameter_name = "work"
    more: tuple[tuple[str, Any], ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(self.more)

    def choices(self, changelist: Any) -> Any:
        waiting, *others = super().choices(changelist)
        return [{**waiting, "display": pgettext_lazy("queue", "waiting")}, *others]


class DaysFilter(RangeDateFilter):
    """Days of the store's wall; the list is sorted by ``instant``, which is bounded as well.

    A wall is at most a day off UTC. Without the bounds a plan would walk the list to those days.
    """

    instant = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet | None:
        rows = super().queryset(request, queryset)
        for end, lookup, slack in (("from", "gte", -MARGIN), ("to", "lt", 2 * MARGIN)):
            day = parse_date_str(str(self.used_parameters.get(f"{self.parameter_name}_{end}")))
            if rows is not None and day is not None and day.year in YEARS:
                bound = datetime.combine(day, time(), tzinfo=UTC) + slack
                rows = rows.filter(**{f"{self.instant}__{lookup}": bound})
        return rows


class PlacedFilter(DaysFilter):
    instant = "placed_at"


class OpenedFilter(DaysFilter):
    instant = "opened_at"


class NumberedRows:
    """Lists of rows of a store that are found by how their number begins."""

    empty_value_display: str
    sortable_by = ()
    search_help_text = _("Number, or how it begins")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Find by how the number begins."""
        return queryset.filter(beginning("external_id", search_term)), False

    @admin.display(description=_("store"))
    def store_code(self, row: Any) -> str:
        return row.store.code

    @admin.display(description=_("status"))
    def status_badge(self, row: Any) -> str:
        return badge(row.status, row.get_status_display())

    @admin.display(description=_("amount"))
    def amount_figure(self, row: Any) -> str:
        return format_html(
            '{}<span class="cur">{}</span>', figure(money(row.amount, row.currency)), row.currency
        )

    @admin.display(description=_("order"))
    def order_number(self, row: Any) -> str:
        return figure(row.order.external_id) if row.order else self.empty_value_display


class DocumentAdmin(NumberedRows, PageAdmin):
    """What orders and returns have in common on their lists."""

    @admin.display(description=_("units"))
    def units_figure(self, row: Any) -> str:
        return figure(whole(row.units))


FILTERS: list[Any] = [("store", StoreFilter), "status"]
