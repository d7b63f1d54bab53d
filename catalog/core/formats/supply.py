"""From the rows of a file to suppliers, lines of purchase orders and deliveries."""

from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from catalog.core.formats.rows import (
    Row,
    Rows,
    cell_refused,
    date_in,
    decimal_in,
    read_rows,
    whole_in,
)
from catalog.core.supply_items import PurchaseLineItem, ReceiptItem, SupplierItem

SUPPLIER_COLUMNS = ("code", "name", "country", "currency")
SUPPLIER_MORE = ("contact", "annual_capacity", "active")
LINE_COLUMNS = ("order", "supplier", "warehouse", "sku", "units", "unit_cost")
LINE_MORE = ("expected_on", "currency")
RECEIPT_COLUMNS = ("order", "sku", "delivery_note", "received_on", "accepted")
RECEIPT_MORE = ("rejected", "note")
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def read_suppliers(path: Path) -> Rows:
    """Return the suppliers of a file with the fields as columns."""
    return read_rows(path, SUPPLIER_COLUMNS, SUPPLIER_MORE, _supplier)


def read_purchase_lines(path: Path) -> Rows:
    """Return the purchase orders of a file, one row per line."""
    return read_rows(path, LINE_COLUMNS, LINE_MORE, _line)


def read_receipts(path: Path) -> Rows:
    """Return the deliveries of a file, one row per SKU of a delivery note."""
    return read_rows(path, RECEIPT_COLUMNS, RECEIPT_MORE, _receipt)


def _supplier(row: Row, row_no: int) -> SupplierItem:
    active = row.get("active", "")
    if active and active.casefold() not in _YES_NO:
        raise cell_refused("active", active, _("yes or no"), row_no)
    return SupplierItem(
        **{name: row[name] for name in SUPPLIER_COLUMNS},
        contact=row.get("contact", ""),
        annual_capacity=whole_in("annual_capacity", row, row_no),
        active=_YES_NO.get(active.casefold()),
        source_row=row_no,
    )


def _line(row: Row, row_no: int) -> PurchaseLineItem:
    return PurchaseLineItem(
        **{name: row[name] for name in LINE_COLUMNS[:4]},
        units=_pieces("units", row, row_no),
        unit_cost=_cost(row, row_no),
        expected_on=date_in("expected_on", row, row_no) if row.get("expected_on") else None,
        currency=row.get("currency", ""),
        source_row=row_no,
    )


def _receipt(row: Row, row_no: int) -> ReceiptItem:
    return ReceiptItem(
        **{name: row[name] for name in RECEIPT_COLUMNS[:3]},
        received_on=date_in("received_on", row, row_no),
        accepted=_pieces("accepted", row, row_no),
        rejected=whole_in("rejected", row, row_no) or 0,
        note=row.get("note", ""),
        source_row=row_no,
    )


def _pieces(field: str, row: Row, row_no: int) -> int:
    count = whole_in(field, row, row_no)
    if count is None:
        raise cell_refused(field, "", _("a whole number"), row_no)
    return count


def _cost(row: Row, row_no: int) -> Decimal:
    return decimal_in("unit_cost", row["unit_cost"], row_no)
