"""Stores, whose they are, and who is credited with their sales."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from catalog.actions.assignments import assign_store
from catalog.actions.stores import place_store
from catalog.admin.standing import standing_context
from catalog.models import Store, StoreAssignment, StoreDepartment
from opsdesk.admin.base import DeskAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.templatetags.desk import badge, figure, percent

enter(
    Entry(
        Section.CATALOGUE,
        10,
        _("Stores"),
        "admin:catalog_store_changelist",
        "storefront",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.CATALOGUE,
        20,
        _("Stores' departments"),
        "admin:catalog_storedepartment_changelist",
        "account_tree",
        Right.MASTER_EDIT,
    ),
    Entry(
        Section.CATALOGUE,
        30,
        _("Store assignments"),
        "admin:catalog_storeassignment_changelist",
        "assignment_ind",
        Right.PEOPLE_VIEW,
    ),
)


@admin.register(Store)
class StoreAdmin(DeskAdmin):
    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT
    deletable = False
    list_display = [
        "code",
        "name",
        "marketplace",
        "country",
        "currency",
        "time_zone",
        "stage",
        "fee_figure",
        "status_badge",
    ]
    list_filter = ["marketplace", "country", "currency", "stage", "status"]
    search_fields = ["code__istartswith", "name__icontains"]
    change_form_outer_after_template = "desk/catalog/standing.html"

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kw: Any) -> Any:
        obj = kw.get("obj")
        if obj is not None and obj.pk:
            context["standing"] = standing_context(request, obj)
        return super().render_change_form(request, context, *args, **kw)

    def get_readonly_fields(self, request: HttpRequest, obj: Store | None = None) -> list[str]:
        # The orders of a store are kept in its currency.
        return ["code", "currency", "status"] if obj else ["status"]

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, store: Store) -> str:
        return badge(store.status, store.get_status_display())

    @admin.display(description=_("platform fee"), ordering="platform_fee_rate")
    def fee_figure(self, store: Store) -> str:
        return figure(percent(store.platform_fee_rate))


class OfStore(DeskAdmin):
    """Dated rows of a store; ending one means giving it a last day, not deleting it."""

    deletable = False

    def visible(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.filter(store__in=Store.objects.visible_to(request.scope))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "store":
            kwargs["queryset"] = Store.objects.visible_to(request.scope)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(StoreDepartment)
class StoreDepartmentAdmin(OfStore):
    view_right = Right.MASTER_EDIT
    edit_right = Right.MASTER_EDIT
    list_display = ["store", "department", "from_date", "to_date"]
    list_select_related = ["store", "department"]
    list_filter = ["department"]
    search_fields = ["store__code__istartswith", "store__name__icontains"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The one before ends by itself on the day the new one begins.
        return obj is None and super().has_change_permission(request, obj)

    def save(self, request: HttpRequest, obj: StoreDepartment, change: bool) -> None:
        place_store(obj, by=request.user, at=timezone.now())


@admin.register(StoreAssignment)
class StoreAssignmentAdmin(OfStore):
    """First assignments; what somebody has goes to another by a handover."""

    view_right = Right.PEOPLE_VIEW
    edit_right = Right.ASSIGN
    list_display = ["store", "person", "duty", "share_figure", "from_date", "to_date"]
    list_select_related = ["store", "person"]
    list_filter = ["duty", "store"]
    search_fields = ["store__code__istartswith", "person__name__icontains"]

    def save(self, request: HttpRequest, obj: StoreAssignment, change: bool) -> None:
        assign_store(obj, by=request.user, at=timezone.now(), scope=request.scope)

    @admin.display(description=_("share"), ordering="share")
    def share_figure(self, assignment: StoreAssignment) -> str:
        return figure(percent(assignment.share))
