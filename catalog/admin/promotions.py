"""Promotions: their plan, what they reserve and cost, and what they brought."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.core.roles import Right
from catalog.actions.promotions import (
    PROMOTION_COURSE,
    delete_item,
    save_item,
    save_promotion,
)
from catalog.admin.plots import day_plot
from catalog.core.lifecycle import PromotionStatus
from catalog.core.promotions import Phases, Sold
from catalog.models import Promotion, PromotionItem
from catalog.queries.promotions import (
    phases_of,
    promotion_result,
    promotions_ending,
    sold_by,
)
from opsdesk.admin.base import DeskInline
from opsdesk.admin.moves import MovingAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import HOME, panel
from opsdesk.templatetags.desk import badge, money

ENDING_DAYS = 3
ENDING_SHOWN = 10
PLOT_DAYS = 400
FULL = 100

enter(
    Entry(
        Section.CATALOGUE,
        100,
        gettext_lazy("Promotions"),
        "admin:catalog_promotion_changelist",
        "celebration",
        Right.SALES_VIEW,
    )
)


class ItemInline(DeskInline):
    """The listings: they change only while the promotion is planned."""

    model = PromotionItem
    fields = ["listing", "price", "warehouse", "reserved_units"]
    autocomplete_fields = ["listing"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("listing__store", "warehouse")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_planned(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_planned(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_planned(obj) and super().has_delete_permission(request, obj)


def _is_planned(promotion: Promotion | None) -> bool:
    return promotion is None or promotion.status == PromotionStatus.PLANNED


def spent_width(promotion: Promotion) -> int:
    """Return how much of 100 the bar of spent budget fills."""
    if promotion.budget <= 0:
        return FULL if promotion.spent > 0 else 0
    return min(FULL, int(promotion.spent * FULL / promotion.budget))


@admin.register(Promotion)
class PromotionAdmin(MovingAdmin):
    course = PROMOTION_COURSE
    view_right = Right.SALES_VIEW
    edit_right = Right.CATALOGUE_EDIT
    deletable = False
    change_form_outer_before_template = "desk/catalog/promotion.html"
    inlines = [ItemInline]
    list_display = [
        "code",
        "name",
        "store",
        "category",
        "warms_up_on",
        "runs_on",
        "wraps_up_on",
        "ends_on",
        "budget_bar",
        "status_badge",
    ]
    list_select_related = ["store", "category"]
    list_filter = ["status", "store", "category", ("runs_on", RangeDateFilter)]
    search_fields = ["code__istartswith", "name__icontains", "store__code__istartswith"]

    def get_fields(self, request: HttpRequest, obj: Promotion | None = None) -> list[str]:
        days = ["warms_up_on", "runs_on", "wraps_up_on", "ends_on"]
        spent = ["spent"] if obj else []
        return ["store", "code", "name", "category", *days, "budget", *spent, "target_sales"]

    def get_readonly_fields(self, request: HttpRequest, obj: Promotion | None = None) -> list[str]:
        if obj is None:
            return []
        if _is_planned(obj):
            return ["store"]
        return [name for name in self.get_fields(request, obj) if name != "spent"]

    def save(self, request: HttpRequest, obj: Promotion, change: bool) -> None:
        save_promotion(obj, self.mover(request))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        mover = self.mover(request)
        parts = formset.save(commit=False)
        for gone in formset.deleted_objects:
            delete_item(gone, mover)
        for part in parts:
            save_item(part, mover)

    def life_context(self, request: HttpRequest, obj: Promotion) -> dict[str, Any]:
        today = request.scope.today
        sold = sold_by(obj, today)
        return super().life_context(request, obj) | {
            "promotion": obj,
            "currency": obj.store.currency,
            "spent_width": spent_width(obj),
            "result": promotion_result(obj, sold, today) if sold else None,
            "plot": _plot(phases_of(obj), sold) if sold else None,
        }

    @admin.display(description=gettext_lazy("spent of budget"), ordering="spent")
    def budget_bar(self, promotion: Promotion) -> str:
        currency = promotion.store.currency
        said = f"{money(promotion.spent, currency)} / {money(promotion.budget, currency)}"
        return format_html(
            '<span class="figure">{} {}</span>'
            '<div class="bar" role="img" aria-label="{}"><svg viewBox="0 0 100 8" '
            'preserveAspectRatio="none" aria-hidden="true"><rect width="{}" height="8"/></svg>'
            "</div>",
            said,
            currency,
            _("spent of budget"),
            spent_width(promotion),
        )

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_badge(self, promotion: Promotion) -> str:
        return badge(promotion.status, promotion.get_status_display())


def _plot(phases: Phases, sold: Sold) -> dict[str, Any]:
    """Return the daily sales from the baseline to the end, with the phases behind them."""
    count = (phases.ends_on - phases.baseline_on).days
    every = [phases.baseline_on + timedelta(days=number) for number in range(count)]
    days = every[-PLOT_DAYS:]
    values = {day: sold.by_day.get(day, Decimal(0)) for day in days if _known(sold, day)}
    title = _("Sales by day in %(currency)s") % {"currency": sold.currency}
    plot = day_plot(title, values, days, lambda value: money(value, sold.currency))
    return plot | {"bands": _bands(phases, days, plot)}


def _known(sold: Sold, day: date) -> bool:
    return sold.first <= day <= sold.last


def _bands(phases: Phases, days: Sequence[date], plot: dict[str, Any]) -> list[dict[str, Any]]:
    """Return where on the plot each phase begins and how wide it is."""
    bars = plot["chart"].bars
    bands = []
    for label, start, end in (
        (_("Baseline"), phases.baseline_on, phases.warms_up_on),
        (PromotionStatus.WARMING_UP.label, phases.warms_up_on, phases.runs_on),
        (PromotionStatus.RUNNING.label, phases.runs_on, phases.wraps_up_on),
        (PromotionStatus.WRAPPING_UP.label, phases.wraps_up_on, phases.ends_on),
    ):
        inside = [bar for bar, day in zip(bars, days, strict=True) if start <= day < end]
        if inside:
            left, last = Decimal(inside[0].slot_x), inside[-1]
            width = Decimal(last.slot_x) + Decimal(last.slot_width) - left
            band = {"label": label, "x": str(left), "width": str(width)}
            bands.append(band | {"from": start, "until": end})
    return bands


@panel(HOME, "desk/home/promotions.html", order=47)
def promotions_that_end(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Promotions under way that end in a few days, or should have ended."""
    if not request.scope.may(Right.CATALOGUE_EDIT):
        return None
    found = list(promotions_ending(request.scope, ENDING_DAYS)[:ENDING_SHOWN])
    return {"promotions": found} if found else None
