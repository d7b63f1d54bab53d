"""What prices are judged by: margin policies, minimum prices, costs, and competitors."""

from django.contrib import admin
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.core.roles import Right
from catalog.models import (
    BrandMinimum,
    CompetitorPrice,
    InboundCost,
    MarginPolicy,
    SellingCost,
)
from opsdesk.admin.base import DeskAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.templatetags.desk import figure, money, percent

enter(
    *(
        Entry(
            Section.CATALOGUE,
            order,
            title,
            f"admin:catalog_{model}_changelist",
            icon,
            Right.SALES_VIEW,
        )
        for order, title, model, icon in (
            (84, gettext_lazy("Competitor prices"), "competitorprice", "compare_arrows"),
            (86, gettext_lazy("Margin policies"), "marginpolicy", "percent"),
            (88, gettext_lazy("Minimum prices"), "brandminimum", "gpp_maybe"),
            (90, gettext_lazy("Inbound costs"), "inboundcost", "local_shipping"),
            (92, gettext_lazy("Selling costs"), "sellingcost", "receipt"),
        )
    )
)


class RuleAdmin(DeskAdmin):
    """Dated rules: a new row from a later day on, the old one stays."""

    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT


@admin.register(MarginPolicy)
class MarginPolicyAdmin(RuleAdmin):
    list_display = ["range_role", "from_date", "lowest", "highest", "markup_figure"]
    list_filter = ["range_role"]

    @admin.display(description=gettext_lazy("lowest margin"))
    def lowest(self, policy: MarginPolicy) -> str:
        return figure(percent(policy.min_margin))

    @admin.display(description=gettext_lazy("highest margin"))
    def highest(self, policy: MarginPolicy) -> str:
        return figure(percent(policy.max_margin))

    @admin.display(description=gettext_lazy("mark-up on cost"))
    def markup_figure(self, policy: MarginPolicy) -> str:
        return figure(percent(policy.markup))


@admin.register(BrandMinimum)
class BrandMinimumAdmin(RuleAdmin):
    list_display = ["brand", "sku", "amount_figure", "from_date", "to_date"]
    list_select_related = ["sku"]
    search_fields = ["brand__istartswith"]
    autocomplete_fields = ["sku"]

    @admin.display(description=gettext_lazy("minimum price"))
    def amount_figure(self, row: BrandMinimum) -> str:
        return figure(f"{money(row.amount, row.currency)} {row.currency}")


@admin.register(InboundCost)
class InboundCostAdmin(RuleAdmin):
    edit_right = Right.CATALOGUE_EDIT
    list_display = ["sku", "from_date", "freight_figure", "duty_figure"]
    list_select_related = ["sku"]
    search_fields = ["sku__code__istartswith"]
    autocomplete_fields = ["sku"]

    @admin.display(description=gettext_lazy("inbound freight"))
    def freight_figure(self, row: InboundCost) -> str:
        return figure(money(row.inbound_freight, row.sku.cost_currency))

    @admin.display(description=pgettext_lazy("customs", "duty"))
    def duty_figure(self, row: InboundCost) -> str:
        return figure(money(row.duty, row.sku.cost_currency))


@admin.register(SellingCost)
class SellingCostAdmin(RuleAdmin):
    edit_right = Right.CATALOGUE_EDIT
    list_display = ["store", "sku", "from_date", "shipping_figure", "tax_figure"]
    list_select_related = ["store", "sku"]
    list_filter = ["store"]
    search_fields = ["sku__code__istartswith"]
    autocomplete_fields = ["sku"]

    @admin.display(description=gettext_lazy("shipping"))
    def shipping_figure(self, row: SellingCost) -> str:
        return figure(money(row.shipping, row.store.currency))

    @admin.display(description=gettext_lazy("tax in the price"))
    def tax_figure(self, row: SellingCost) -> str:
        return figure(percent(row.tax_rate))


@admin.register(CompetitorPrice)
class CompetitorPriceAdmin(DeskAdmin):
    view_right = Right.SALES_VIEW
    edit_right = Right.CATALOGUE_EDIT
    list_display = ["listing", "competitor", "seen_on", "price_figure", "own_figure"]
    list_select_related = ["listing__store"]
    list_filter = ["listing__store"]
    search_fields = ["listing__seller_sku__istartswith", "competitor__istartswith"]
    autocomplete_fields = ["listing"]

    @admin.display(description=gettext_lazy("price"))
    def price_figure(self, row: CompetitorPrice) -> str:
        return figure(money(row.price, row.listing.store.currency))

    @admin.display(description=gettext_lazy("our price"))
    def own_figure(self, row: CompetitorPrice) -> str:
        price = row.listing.price
        return figure("–" if price is None else money(price, row.listing.store.currency))
