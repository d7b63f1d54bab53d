"""Warehouses, what lies in them, and every piece that came and went."""

from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList

from accounts.core.roles import Right
from catalog.actions.stock import Entry as StockEntry
from catalog.actions.stock import move_stock, save_warehouse
from catalog.admin.stock_forms import form_urls
from catalog.models import (
    AbcClass,
    MovementKind,
    StockCount,
    StockLevel,
    StockMovement,
    Stockout,
    StockSnapshot,
    Warehouse,
)
from opsdesk.actions.moves import Mover
from opsdesk.admin.base import DeskAdmin, DeskInline, ReadOnlyAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.templatetags.desk import figure, whole

PAGES = (
    (110, _("Warehouses"), "warehouse", "warehouse"),
    (112, _("Stock"), "stocklevel", "shelves"),
    (114, _("Stock movements"), "stockmovement", "swap_vert"),
    (116, _("Stock counts"), "stocksnapshot", "fact_check"),
    (118, _("Stockouts"), "stockout", "remove_shopping_cart"),
)
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
        for order, title, model, icon in PAGES
    )
)


@admin.register(Warehouse)
class WarehouseAdmin(DeskAdmin):
    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT
    deletable = False
    list_display = ["code", "name", "kind", "country", "allows_negative", "active"]
    list_filter = ["kind", "active"]
    search_fields = ["code__istartswith", "name__icontains"]

    def save(self, request: HttpRequest, obj: Warehouse, change: bool) -> None:
        save_warehouse(obj, Mover(timezone.now(), request.user, request.scope))


class LevelList(ChangeList):
    """Levels that open to the page on which the whole SKU stands."""

    def url_for_result(self, result: StockLevel) -> str:
        return reverse("admin:catalog_sku_stock", args=[result.sku_id])


@admin.register(StockLevel)
class StockLevelAdmin(ReadOnlyAdmin):
    view_right = Right.SALES_VIEW
    list_display = [
        "sku",
        "warehouse",
        "on_hand_figure",
        "reserved_figure",
        "available_figure",
        "letter",
    ]
    list_filter = ["warehouse"]
    list_select_related = ["sku", "warehouse"]
    search_fields = ["sku__code__istartswith"]
    fields = ["warehouse", "sku", "on_hand", "reserved"]
    change_list_template = "desk/catalog/stock_list.html"

    def get_urls(self) -> list[URLPattern]:
        return [*form_urls(), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LevelList

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may = {"may_keep": request.scope.may(Right.STOCK_EDIT)}
        return super().changelist_view(request, {**(extra_context or {}), **may})

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        letter = AbcClass.objects.filter(sku=OuterRef("sku")).values("letter")
        rows = super().get_queryset(request)
        return rows.annotate(abc=Subquery(letter), left=F("on_hand") - F("reserved"))

    @admin.display(description=_("on hand"), ordering="on_hand")
    def on_hand_figure(self, level: StockLevel) -> str:
        return figure(whole(level.on_hand))

    @admin.display(description=_("reserved"), ordering="reserved")
    def reserved_figure(self, level: StockLevel) -> str:
        return figure(whole(level.reserved))

    @admin.display(description=_("available"), ordering="left")
    def available_figure(self, level: StockLevel) -> str:
        return figure(whole(level.available))

    @admin.display(description=_("ABC class"), ordering="abc")
    def letter(self, level: Any) -> str:
        return level.abc or self.empty_value_display


@admin.register(StockMovement)
class StockMovementAdmin(DeskAdmin):
    """A movement is added, never changed; transfers and reservations follow from other things."""

    view_right = Right.SALES_VIEW
    edit_right = Right.STOCK_EDIT
    deletable = False
    list_display = [
        "happened_at",
        "warehouse",
        "sku",
        "kind",
        "units_figure",
        "reserved_figure",
        "reference",
        "reason",
    ]
    list_filter = ["kind", "warehouse"]
    list_select_related = ["sku", "warehouse"]
    search_fields = ["sku__code__istartswith", "reference__istartswith"]
    autocomplete_fields = ["sku"]
    fields = ["warehouse", "sku", "kind", "units", "reference", "reason", "external_id"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def formfield_for_choice_field(self, field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if field.name == "kind":
            derived = (MovementKind.TRANSFER, MovementKind.RESERVATION)
            kwargs["choices"] = [one for one in MovementKind.choices if one[0] not in derived]
        return super().formfield_for_choice_field(field, request, **kwargs)

    def save(self, request: HttpRequest, obj: StockMovement, change: bool) -> None:
        entry = StockEntry(
            obj.warehouse,
            obj.sku,
            obj.kind,
            obj.units,
            external_id=obj.external_id,
            reference=obj.reference,
            reason=obj.reason,
        )
        mover = Mover(timezone.now(), request.user, request.scope)
        obj.pk = move_stock([entry], mover)[0].movement.pk

    @admin.display(description=_("pieces"), ordering="units")
    def units_figure(self, movement: StockMovement) -> str:
        return figure(f"{movement.units:+,d}".replace("-", "−"))

    @admin.display(description=_("reserved"), ordering="reserved")
    def reserved_figure(self, movement: StockMovement) -> str:
        return figure(f"{movement.reserved:+,d}".replace("-", "−"))


class StockCountInline(DeskInline):
    model = StockCount
    fields = ["sku", "counted", "expected"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("sku")


@admin.register(StockSnapshot)
class StockSnapshotAdmin(ReadOnlyAdmin):
    view_right = Right.SALES_VIEW
    list_display = ["taken_at", "warehouse", "external_id", "rows", "adjusted", "difference"]
    list_filter = ["warehouse"]
    list_select_related = ["warehouse"]
    search_fields = ["external_id__istartswith"]
    inlines = [StockCountInline]


@admin.register(Stockout)
class StockoutAdmin(ReadOnlyAdmin):
    view_right = Right.SALES_VIEW
    list_display = ["sku", "warehouse", "from_day", "to_day"]
    list_filter = ["warehouse"]
    list_select_related = ["sku", "warehouse"]
    search_fields = ["sku__code__istartswith"]
