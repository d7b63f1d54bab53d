"""Suppliers, purchase orders and deliveries as they come from outside, and their checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.core.items import COST_BOUND, YEARS
from opsdesk.core.exchange import Checks, FieldFault, decimals
from opsdesk.core.money import known_currency

UNITS_BOUND = 1_000_000_000
# Stands between the parts of a composed name, such as that of an inbound shipment.
COLON = ":"


@dataclass(frozen=True, slots=True)
class SupplierItem:
    """A supplier; ``annual_capacity`` and ``active`` are ``None`` where nothing is said."""

    code: str
    name: str
    country: str
    currency: str
    contact: str = ""
    annual_capacity: int | None = None
    active: bool | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class PurchaseLineItem:
    """One SKU of a purchase order; a blank ``currency`` is the supplier's."""

    order: str
    supplier: str
    warehouse: str
    sku: str
    units: int
    unit_cost: Decimal
    expected_on: date | None = None
    currency: str = ""
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class ReceiptItem:
    """Pieces of a SKU that came with a delivery note, good and rejected ones."""

    order: str
    sku: str
    delivery_note: str
    received_on: date
    accepted: int
    rejected: int = 0
    note: str = ""
    source_row: int | None = None


def check_supplier(item: SupplierItem) -> list[FieldFault]:
    """Return everything wrong with a supplier; empty when it is fine."""
    checks = Checks(item.source_row)
    checks.text("code", item.code, 40)
    checks.text("name", item.name, 200)
    checks.text("contact", item.contact, 200, blank=True)
    if not (len(item.country) == 2 and item.country.isascii() and item.country.isupper()):
        checks.wrong("country", _("A country code of two capitals is expected, such as DE."))
    if not known_currency(item.currency):
        message = _("%(code)s is no ISO 4217 currency such as EUR.")
        checks.wrong("currency", message % {"code": item.currency[:20] or "-"})
    if item.annual_capacity is not None and not 0 <= item.annual_capacity <= UNITS_BOUND:
        checks.wrong("annual_capacity", _("A number of pieces up to a thousand million."))
    return checks.faults


def check_purchase_line(item: PurchaseLineItem) -> list[FieldFault]:
    """Return everything wrong with a line of a purchase order; empty when it is fine."""
    checks = Checks(item.source_row)
    checks.text("order", item.order, 40)
    if fault := code_fault(item.order):
        checks.wrong("order", fault)
    checks.text("supplier", item.supplier, 40)
    checks.text("warehouse", item.warehouse, 40)
    checks.text("sku", item.sku, 60)
    if not 0 < item.units <= UNITS_BOUND:
        checks.wrong("units", _("At least one piece is expected, and a thousand million at most."))
    cost = item.unit_cost
    if not cost.is_finite() or not 0 <= cost < COST_BOUND or decimals(cost) > 4:
        checks.wrong("unit_cost", _("A cost is not negative and has at most 4 decimals."))
    if item.expected_on is not None and item.expected_on.year not in YEARS:
        checks.wrong("expected_on", _("A date of the years 1990 to 2100 is expected."))
    return checks.faults


def check_receipt(item: ReceiptItem) -> list[FieldFault]:
    """Return everything wrong with what came in; empty when it is fine."""
    checks = Checks(item.source_row)
    checks.text("order", item.order, 40)
    checks.text("sku", item.sku, 60)
    checks.text("delivery_note", item.delivery_note, 60)
    checks.text("note", item.note, 500, blank=True)
    for field, count in (("accepted", item.accepted), ("rejected", item.rejected)):
        if not 0 <= count <= UNITS_BOUND:
            checks.wrong(field, _("A number of pieces is expected, 0 or more."))
    if not item.accepted and not item.rejected:
        checks.wrong("accepted", _("Nothing came: give the pieces accepted or rejected."))
    if item.received_on.year not in YEARS:
        checks.wrong("received_on", _("A date of the years 1990 to 2100 is expected."))
    return checks.faults


def code_fault(code: str) -> str:
    """Return why a purchase order cannot be called that, or nothing."""
    if COLON not in code:
        return ""
    return _("The number of a purchase order has no colon: “%(code)s”.") % {"code": code[:40]}
