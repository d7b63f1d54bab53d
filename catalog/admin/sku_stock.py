"""The stock page of a SKU: what lies where, how long it lasts, and how that came about."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from catalog.admin.plots import day_plot, days_until
from catalog.core.replenishment import cover_days
from catalog.models import Sku, StockLevel, StockMovement, Stockout, Warehouse
from catalog.queries.replenishment import Planned, on_order_by_warehouse, plans_of, policy_on
from catalog.queries.sku_stock import level_days, standing_of
from opsdesk.admin.base import number_or_404
from opsdesk.admin.pages import desk_page, page
from opsdesk.templatetags.desk import whole

MOVEMENTS_SHOWN = STOCKOUTS_SHOWN = 20


@page(Right.SALES_VIEW)
def stock_view(request: HttpRequest, object_id: str) -> HttpResponse:
    """Show how a SKU stands, by the ledger and by the demand up to yesterday."""
    rows = Sku.objects.visible_to(request.scope).filter(pk=number_or_404(object_id))
    sku = rows.select_related("product").first()
    if sku is None:
        raise Http404
    yesterday = request.scope.today - timedelta(days=1)
    policy = policy_on(yesterday)
    [planned] = plans_of(Sku.objects.filter(pk=sku.pk), yesterday, policy).values()
    crumbs = [
        (Sku._meta.verbose_name_plural, reverse("admin:catalog_sku_changelist")),
        (sku.code, reverse("admin:catalog_sku_change", args=[sku.pk])),
    ]
    context = {
        "title": _("Stock of %(sku)s") % {"sku": sku.code},
        "crumbs": crumbs,
        "sku": sku,
        "places": _places(request, sku),
        "planned": planned,
        "window_days": policy.window_days,
        "standing": standing_of(sku),
        "may_keep": request.scope.may(Right.STOCK_EDIT),
    }
    parts = _cover(planned), _history(request, sku), {"plot": _plot(request, sku, planned)}
    for part in parts:
        context |= part
    return desk_page(request, "desk/catalog/sku_stock.html", context)


def _places(request: HttpRequest, sku: Sku) -> list[dict[str, Any]]:
    """Return what lies in each warehouse and is on its way there."""
    seen = StockLevel.objects.visible_to(request.scope).filter(sku=sku)
    levels = {level.warehouse_id: level for level in seen.order_by()}
    coming = on_order_by_warehouse(sku)
    return [
        {
            "warehouse": place,
            "level": levels.get(place.pk) or StockLevel(warehouse=place, sku=sku),
            "on_order": coming.get(place.pk, 0),
        }
        for place in Warehouse.objects.filter(pk__in={*levels, *coming}).order_by("code")
    ]


def _cover(planned: Planned) -> dict[str, Any]:
    """Return for how many days it lasts, without and with what is on its way."""
    stock, mean = planned.stock, planned.plan.mean
    return {
        "cover": cover_days(stock.on_hand, mean),
        "cover_coming": cover_days(stock.on_hand + stock.on_order, mean),
        "is_low": stock.on_hand + stock.on_order <= planned.plan.reorder_point and mean > 0,
    }


def _history(request: HttpRequest, sku: Sku) -> dict[str, Any]:
    """Return the last movements, and the times without stock with the days they cost."""
    moved = StockMovement.objects.visible_to(request.scope).filter(sku=sku)
    out = Stockout.objects.visible_to(request.scope).filter(sku=sku)
    today = request.scope.today
    return {
        "movements": moved.select_related("warehouse", "by").order_by("-pk")[:MOVEMENTS_SHOWN],
        "stockouts": [
            {"row": one, "lost": one.lost_days(today)}
            for one in out.select_related("warehouse")[:STOCKOUTS_SHOWN]
        ],
    }


def _plot(request: HttpRequest, sku: Sku, planned: Planned) -> dict[str, Any]:
    """Return the level of the last 90 days with the reorder point across them."""
    days = days_until(request.scope.today)
    goal = (_("Reorder point"), planned.plan.reorder_point)
    return day_plot(_("Level by day"), level_days(sku, days), days, whole, goal=goal)
