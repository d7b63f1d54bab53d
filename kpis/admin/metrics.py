"""The figures of any scope and period, and the definitions they follow."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from kpis.admin.home import freshness, tile
from kpis.admin.plots import month_targets, plot
from kpis.admin.rows import rows_view
from kpis.admin.scopes import Chosen, asked_period, asked_scope, offered_scopes, own_scope
from kpis.models import MetricDefinition
from kpis.queries.metrics import known_days, metric_series, metric_values
from opsdesk.admin.base import ReadOnlyAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import desk_page, page
from opsdesk.core.periods import Period

PERIODS_PLOTTED = {"day": 31, "week": 13, "month": 13, "quarter": 8, "year": 5}

enter(
    Entry(
        Section.FIGURES,
        10,
        gettext_lazy("Metrics"),
        "admin:kpis_metrics",
        "monitoring",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.FIGURES,
        50,
        gettext_lazy("Definitions"),
        "admin:kpis_metricdefinition_changelist",
        "menu_book",
        Right.SALES_VIEW,
    ),
)


@admin.register(MetricDefinition)
class MetricDefinitionAdmin(ReadOnlyAdmin):
    view_right = Right.SALES_VIEW
    list_display = ["code", "shown_name", "version", "unit", "direction", "effective_from"]
    list_filter = ["unit"]
    search_fields = ["code__istartswith"]

    def get_urls(self) -> list[URLPattern]:
        return [
            path("figures/", metrics_view, name="kpis_metrics"),
            path("figures/rows/", rows_view, name="kpis_metric_rows"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("name"))
    def shown_name(self, definition: MetricDefinition) -> str:
        return _(definition.name)


@page(Right.SALES_VIEW)
def metrics_view(request: HttpRequest) -> HttpResponse:
    """The table of metrics of a scope and period, with how they went before."""
    asked = request.GET.get("scope", "")
    chosen = asked_scope(asked, request.scope) if asked else own_scope(request.scope)
    text = request.GET.get("period", "")
    period = asked_period(text)
    context: dict[str, Any] = {
        "title": _("Metrics"),
        "offered": offered_scopes(request.scope),
        "chosen": chosen,
        "period_text": text,
        "wrong_period": bool(text) and period is None,
        "freshness": freshness(request),
    }
    known = known_days(chosen.kind, chosen.id) if chosen else None
    if period is None and known is not None:
        period = Period.containing("month", known[1])
    if chosen is not None and period is not None:
        context |= _figures(request, chosen, period)
    return desk_page(request, "desk/figures/metrics.html", context)


def _figures(request: HttpRequest, chosen: Chosen, period: Period) -> dict[str, Any]:
    codes = list(
        dict.fromkeys(MetricDefinition.objects.order_by("pk").values_list("code", flat=True))
    )
    before = period.previous()
    today = request.scope.today
    values = metric_values(codes, chosen.kind, chosen.id, [period, before], today=today)
    pairs = zip(values[: len(codes)], values[len(codes) :], strict=True)
    return {
        "period": period,
        "period_text": str(period),
        "before": before,
        "after": period.next(),
        "tiles": [tile(now, then) | {"then": then} for now, then in pairs],
        "plot": _plot(chosen, period),
    }


def _plot(chosen: Chosen, period: Period) -> dict[str, Any]:
    first = period
    for _number in range(PERIODS_PLOTTED[period.kind] - 1):
        first = first.previous()
    series = metric_series("net_sales", chosen.kind, chosen.id, first, period)
    if period.kind != "month":
        return plot(series)
    targets = month_targets(chosen.kind, chosen.id, first, period)
    return plot(series, [targets.get(one.start) for one, _value in series])
