"""Categories, products and SKUs."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from catalog.models import Category, Product, Sku
from opsdesk.admin.base import DeskAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.templatetags.desk import figure, money, whole

enter(
    Entry(
        Section.CATALOGUE,
        40,
        _("Products"),
        "admin:catalog_product_changelist",
        "inventory_2",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.CATALOGUE,
        50,
        _("SKUs"),
        "admin:catalog_sku_changelist",
        "barcode",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.CATALOGUE,
        60,
        _("Categories"),
        "admin:catalog_category_changelist",
        "category",
        Right.SALES_VIEW,
    ),
)


@admin.register(Category)
class CategoryAdmin(DeskAdmin):
    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT
    list_display = ["code", "name", "parent"]
    list_select_related = ["parent"]
    search_fields = ["code__istartswith", "name__icontains"]


@admin.register(Product)
class ProductAdmin(DeskAdmin):
    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT
    list_display = ["code", "title", "category", "brand", "goods_class", "range_role"]
    list_select_related = ["category"]
    list_filter = ["goods_class", "range_role"]
    search_fields = ["code__istartswith", "title__istartswith"]
    autocomplete_fields = ["category"]


@admin.register(Sku)
class SkuAdmin(DeskAdmin):
    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT
    list_display = ["code", "title", "product", "cost_figure", "stock_figure", "lead_time_days"]
    list_select_related = ["product"]
    search_fields = ["code__istartswith", "title__istartswith"]
    autocomplete_fields = ["product"]

    @admin.display(description=_("unit cost"), ordering="unit_cost")
    def cost_figure(self, sku: Sku) -> str:
        if sku.unit_cost is None:
            return figure(_("unknown"))
        return figure(f"{money(sku.unit_cost, sku.cost_currency)} {sku.cost_currency}")

    @admin.display(description=_("safety stock"), ordering="safety_stock")
    def stock_figure(self, sku: Sku) -> str:
        return figure(whole(sku.safety_stock))
