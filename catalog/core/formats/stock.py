"""From the rows of a file to warehouses, movements of stock and counts."""

from pathlib import Path

from catalog.core.formats.rows import Row, Rows, instant_in, read_rows, signed_in, yes_or_no
from catalog.core.stock_items import CountItem, MovementItem, WarehouseItem

WAREHOUSE_COLUMNS = ("code", "name", "country")
WAREHOUSE_MORE = ("kind", "allows_negative", "active")
MOVEMENT_COLUMNS = ("warehouse", "sku", "kind", "external_id")
MOVEMENT_MORE = ("units", "reserved", "happened_at", "reference", "reason")
COUNT_COLUMNS = ("warehouse", "number", "taken_at", "sku", "counted")


def read_warehouses(path: Path) -> Rows:
    """Return the warehouses of a file with the fields as columns."""
    return read_rows(path, WAREHOUSE_COLUMNS, WAREHOUSE_MORE, _warehouse)


def read_movements(path: Path) -> Rows:
    """Return the movements of a file, one row each; what leaves is below 0."""
    return read_rows(path, MOVEMENT_COLUMNS, MOVEMENT_MORE, _movement)


def read_counts(path: Path) -> Rows:
    """Return the counts of a file, one row per SKU that was counted."""
    return read_rows(path, COUNT_COLUMNS, (), _count)


def _warehouse(row: Row, row_no: int) -> WarehouseItem:
    return WarehouseItem(
        **{name: row[name] for name in WAREHOUSE_COLUMNS},
        kind=row.get("kind", ""),
        allows_negative=yes_or_no("allows_negative", row, row_no),
        active=yes_or_no("active", row, row_no),
        source_row=row_no,
    )


def _movement(row: Row, row_no: int) -> MovementItem:
    return MovementItem(
        **{name: row[name] for name in MOVEMENT_COLUMNS},
        units=signed_in("units", row, row_no) if row.get("units") else 0,
        reserved=signed_in("reserved", row, row_no) if row.get("reserved") else 0,
        happened_at=instant_in("happened_at", row, row_no) if row.get("happened_at") else None,
        reference=row.get("reference", ""),
        reason=row.get("reason", ""),
        source_row=row_no,
    )


def _count(row: Row, row_no: int) -> CountItem:
    return CountItem(
        warehouse=row["warehouse"],
        number=row["number"],
        taken_at=instant_in("taken_at", row, row_no),
        sku=row["sku"],
        counted=signed_in("counted", row, row_no),
        source_row=row_no,
    )
