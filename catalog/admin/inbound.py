"""Inbound shipments and where they stand with customs."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from catalog.actions.inbound import CUSTOMS_COURSE, save_shipment
from catalog.models import InboundShipment
from opsdesk.admin.moves import MovingAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.templatetags.desk import badge

enter(
    Entry(
        Section.CATALOGUE,
        134,
        _("Inbound shipments"),
        "admin:catalog_inboundshipment_changelist",
        "directions_boat",
        Right.SALES_VIEW,
    )
)


@admin.register(InboundShipment)
class InboundShipmentAdmin(MovingAdmin):
    course = CUSTOMS_COURSE
    view_right = Right.SALES_VIEW
    edit_right = Right.STOCK_EDIT
    deletable = False
    list_display = [
        "reference",
        "order",
        "supplier_name",
        "status_badge",
        "shipped_on",
        "expected_on",
    ]
    list_filter = ["status"]
    list_select_related = ["order__supplier"]
    search_fields = ["reference__istartswith", "order__code__istartswith"]
    autocomplete_fields = ["order"]
    fields = ["order", "reference", "shipped_on", "expected_on"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["order"] if obj else []

    def save(self, request: HttpRequest, obj: InboundShipment, change: bool) -> None:
        save_shipment(obj, self.mover(request))

    @admin.display(description=_("supplier"), ordering="order__supplier__name")
    def supplier_name(self, shipment: InboundShipment) -> str:
        return shipment.order.supplier.name

    @admin.display(description=_("customs"), ordering="status")
    def status_badge(self, shipment: InboundShipment) -> str:
        return badge(shipment.status, shipment.get_status_display())
