"""Traffic and ads by day, campaigns, what was restated, and how long sources change."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import DateField, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.core.roles import Right
from catalog.admin.plots import day_plot, days_until
from catalog.core.traffic import AdSums, Standing
from catalog.models import (
    AdDay,
    Campaign,
    SettlingWindow,
    Store,
    TrafficDay,
    TrafficRestatement,
)
from catalog.models.traffic import TrafficSource
from catalog.queries.traffic import (
    campaign_days,
    standing,
    standings,
    store_traffic,
    with_standing,
)
from opsdesk.admin.base import DeskAdmin, PageAdmin, ReadOnlyAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import desk_page, page
from opsdesk.core.ratios import Ratio
from opsdesk.templatetags.desk import badge, figure, money, number, percent, whole


def _entry(order: int, title: Any, model: str, icon: str) -> Entry:
    address = f"admin:catalog_{model}_changelist"
    return Entry(Section.CATALOGUE, order, title, address, icon, Right.SALES_VIEW)


enter(
    _entry(150, gettext_lazy("Traffic by day"), "trafficday", "footprint"),
    _entry(152, gettext_lazy("Campaigns"), "campaign", "campaign"),
    _entry(154, gettext_lazy("Ads by day"), "adday", "ads_click"),
    _entry(156, gettext_lazy("Restated figures"), "trafficrestatement", "history"),
    _entry(158, gettext_lazy("Settling times"), "settlingwindow", "hourglass"),
)


class DayAdmin(ReadOnlyAdmin):
    """Figures of days from outside, each with how it stands; ``source`` tells how long it moves."""

    view_right = Right.SALES_VIEW
    source = ""
    store_path = "store"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        today = Value(request.scope.today, output_field=DateField())
        rows = super().get_queryset(request).annotate(today=today)
        return with_standing(rows, self.source, self.store_path)

    @admin.display(description=gettext_lazy("standing"))
    def standing_badge(self, row: Any) -> str:
        found = standing(row, row.today)
        return badge(found.value, found.label)

    @admin.display(description=gettext_lazy("impressions"), ordering="impressions")
    def impressions_figure(self, row: Any) -> str:
        return figure(whole(row.impressions))

    @admin.display(description=gettext_lazy("clicks"), ordering="clicks")
    def clicks_figure(self, row: Any) -> str:
        return figure(whole(row.clicks))


@admin.register(TrafficDay)
class TrafficDayAdmin(DayAdmin):
    source = TrafficSource.TRAFFIC
    list_display = [
        "day",
        "store_link",
        "seller_sku",
        "impressions_figure",
        "views_figure",
        "visitors_figure",
        "cart_figure",
        "clicks_figure",
        "standing_badge",
    ]
    list_select_related = ["store", "listing"]
    list_filter = ["store", ("day", RangeDateFilter)]
    search_fields = ["store__code__istartswith", "listing__seller_sku__istartswith"]
    fields = [
        "store",
        "seller_sku",
        "day",
        "impressions",
        "page_views",
        "visitors",
        "add_to_cart",
        "clicks",
        "source_updated_at",
        "stored_at",
    ]
    readonly_fields = ["seller_sku"]

    def get_urls(self) -> list[URLPattern]:
        own = path("store/<path:code>/", store_view, name="catalog_trafficday_store")
        return [own, *super().get_urls()]

    @admin.display(description=gettext_lazy("store"), ordering="store__code")
    def store_link(self, row: TrafficDay) -> str:
        address = reverse("admin:catalog_trafficday_store", args=[row.store.code])
        return format_html('<a href="{}">{}</a>', address, row.store)

    @admin.display(description=gettext_lazy("listing"), ordering="listing__seller_sku")
    def seller_sku(self, row: TrafficDay) -> str:
        return row.listing.seller_sku if row.listing else _("whole store")

    @admin.display(description=gettext_lazy("page views"), ordering="page_views")
    def views_figure(self, row: TrafficDay) -> str:
        return figure(whole(row.page_views))

    @admin.display(description=gettext_lazy("unique visitors"), ordering="visitors")
    def visitors_figure(self, row: TrafficDay) -> str:
        return figure(whole(row.visitors))

    @admin.display(description=gettext_lazy("add-to-cart"), ordering="add_to_cart")
    def cart_figure(self, row: TrafficDay) -> str:
        return figure(whole(row.add_to_cart))


@admin.register(AdDay)
class AdDayAdmin(DayAdmin):
    source = TrafficSource.ADS
    store_path = "campaign__store"
    list_display = [
        "day",
        "store_name",
        "campaign_link",
        "seller_sku",
        "spend_figure",
        "sales_figure",
        "impressions_figure",
        "clicks_figure",
        "orders_figure",
        "standing_badge",
    ]
    list_select_related = ["campaign__store", "listing"]
    list_filter = ["campaign__store", ("day", RangeDateFilter)]
    search_fields = ["campaign__name__icontains", "campaign__external_id__istartswith"]
    fields = [
        "campaign",
        "seller_sku",
        "day",
        "spend",
        "sales",
        "impressions",
        "clicks",
        "orders",
        "source_updated_at",
        "stored_at",
    ]
    readonly_fields = ["seller_sku"]

    @admin.display(description=gettext_lazy("store"), ordering="campaign__store__code")
    def store_name(self, row: AdDay) -> str:
        return str(row.campaign.store)

    @admin.display(description=gettext_lazy("campaign"), ordering="campaign__name")
    def campaign_link(self, row: AdDay) -> str:
        address = reverse("admin:catalog_campaign_change", args=[row.campaign_id])
        return format_html('<a href="{}">{}</a>', address, row.campaign)

    @admin.display(description=gettext_lazy("listing"), ordering="listing__seller_sku")
    def seller_sku(self, row: AdDay) -> str:
        return row.listing.seller_sku if row.listing else _("whole campaign")

    @admin.display(description=gettext_lazy("ad spend"), ordering="spend")
    def spend_figure(self, row: AdDay) -> str:
        currency = row.campaign.store.currency
        return figure(f"{money(row.spend, currency)} {currency}")

    @admin.display(description=gettext_lazy("ad sales"), ordering="sales")
    def sales_figure(self, row: AdDay) -> str:
        currency = row.campaign.store.currency
        return figure(f"{money(row.sales, currency)} {currency}")

    @admin.display(description=gettext_lazy("ad orders"), ordering="orders")
    def orders_figure(self, row: AdDay) -> str:
        return figure(whole(row.orders))


@admin.register(Campaign)
class CampaignAdmin(PageAdmin):
    """Campaigns come with their days; the page shows what one cost and brought."""

    view_right = Right.SALES_VIEW
    list_display = ["name", "external_id", "store", "budget_figure"]
    list_select_related = ["store"]
    list_filter = ["store"]
    search_fields = ["name__icontains", "external_id__istartswith"]
    page_template = "desk/catalog/days.html"

    def page_rows(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related("store")

    def page(self, request: HttpRequest, obj: Campaign) -> dict[str, Any]:
        today = request.scope.today
        days = days_until(today)
        found = campaign_days(obj, days[0], today)
        rows = AdDay.objects.filter(campaign=obj, day__gte=days[0])
        held = standings(rows, TrafficSource.ADS, today)
        pale = {day for day, one in held.items() if one is Standing.PRELIMINARY}
        currency = obj.store.currency

        def amount(value: Any) -> str:
            return money(value, currency)

        def series(ask: Callable[[AdSums], Any]) -> dict[Any, Any]:
            return {day: ask(sums) for day, sums in found.items()}

        plots: list[tuple[Any, dict[Any, Any], Callable[[Any], str]]] = [
            (_("Ad spend"), series(lambda s: s.spend), amount),
            (_("Ad sales"), series(lambda s: s.sales), amount),
            (_("ACoS"), series(lambda s: s.acos.value), percent),
            (_("ROAS"), series(lambda s: s.roas.value), _twice_rounded),
            (_("Click-through rate"), series(lambda s: s.ctr.value if s.ctr else None), percent),
            (_("Conversion rate"), series(lambda s: s.cvr.value), percent),
        ]
        return {
            "heading": f"{obj.store.code} · {obj.external_id} · {currency}",
            "facts": _facts(sum(found.values(), AdSums()), amount) if found else [],
            "plots": [day_plot(name, values, days, say, pale) for name, values, say in plots],
        }

    @admin.display(description=gettext_lazy("daily budget"), ordering="daily_budget")
    def budget_figure(self, campaign: Campaign) -> str:
        if campaign.daily_budget is None:
            return figure(_("unknown"))
        currency = campaign.store.currency
        return figure(f"{money(campaign.daily_budget, currency)} {currency}")


def _twice_rounded(value: Decimal | None) -> str:
    return number(None if value is None else value.quantize(Decimal("0.01")))


def _facts(sums: AdSums, amount: Callable[[Any], str]) -> list[dict[str, str]]:
    """Return the figures of all days shown, each rate with the two numbers it is made of."""

    def rate(name: str, ratio: Ratio | None, *say: Callable[[Any], str]) -> dict[str, str]:
        if ratio is None:
            return {"name": name, "said": _("unknown"), "of": ""}
        shown, part = say
        return {
            "name": name,
            "said": shown(ratio.value),
            "of": f"{part(ratio.part)} / {part(ratio.whole)}",
        }

    return [
        {"name": _("Ad spend"), "said": amount(sums.spend), "of": ""},
        {"name": _("Ad sales"), "said": amount(sums.sales), "of": ""},
        rate(_("ACoS"), sums.acos, percent, amount),
        rate(_("ROAS"), sums.roas, _twice_rounded, amount),
        rate(_("Click-through rate"), sums.ctr, percent, whole),
        rate(_("Conversion rate"), sums.cvr, percent, whole),
    ]


@page(Right.SALES_VIEW)
def store_view(request: HttpRequest, code: str) -> HttpResponse:
    """Show the traffic of a store over the last 90 days."""
    seen = Store.objects.visible_to(request.scope)
    store = seen.filter(code=code.replace("\0", "")).first()
    if store is None:
        raise Http404
    today = request.scope.today
    days = days_until(today)
    found = store_traffic(store, days[0], today)
    rows = TrafficDay.objects.filter(store=store, day__gte=days[0])
    held = standings(rows, TrafficSource.TRAFFIC, today)
    pale = {day for day, one in held.items() if one is Standing.PRELIMINARY}
    names = {
        "impressions": _("Impressions"),
        "page_views": _("Page views"),
        "visitors": _("Unique visitors"),
        "add_to_cart": _("Add-to-cart"),
        "clicks": _("Clicks"),
    }
    context = {
        "title": _("Traffic of %(store)s") % {"store": store},
        "crumbs": [
            (_("Traffic by day"), reverse("admin:catalog_trafficday_changelist")),
            (str(store), reverse("admin:catalog_store_change", args=[store.pk])),
        ],
        "heading": f"{store.code} · {store.name}",
        "plots": [
            day_plot(title, {d: row[name] for d, row in found.items()}, days, whole, pale)
            for name, title in names.items()
        ],
    }
    return desk_page(request, "desk/catalog/days.html", context)


@admin.register(TrafficRestatement)
class TrafficRestatementAdmin(ReadOnlyAdmin):
    """Figures that their sources told otherwise later; those of closed months stay as they were."""

    view_right = Right.SALES_VIEW
    list_display = [
        "at",
        "source",
        "store",
        "subject",
        "day",
        "field",
        "before",
        "after",
        "standing_badge",
    ]
    list_select_related = ["store"]
    list_filter = ["source", "store", "settled", "frozen", ("day", RangeDateFilter)]
    search_fields = ["subject__istartswith", "store__code__istartswith"]

    @admin.display(description=gettext_lazy("then"))
    def standing_badge(self, row: TrafficRestatement) -> str:
        was_settled = Standing.SETTLED if row.settled else Standing.PRELIMINARY
        found = Standing.FROZEN if row.frozen else was_settled
        return badge(found.value, found.label)


@admin.register(SettlingWindow)
class SettlingWindowAdmin(DeskAdmin):
    """For how many days a source may still change; what was set before stays for its days."""

    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT
    list_display = ["source", "from_date", "days"]
    list_filter = ["source"]
