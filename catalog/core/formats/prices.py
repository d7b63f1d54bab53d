"""Prices of listings from a table."""

from pathlib import Path

from catalog.core.formats.rows import Row, Rows, date_in, decimal_in, read_rows
from catalog.core.price_items import PriceItem

COLUMNS = ("store", "seller_sku", "price", "from_date", "reason")


def read_prices(path: Path) -> Rows:
    """Return the prices of a file with the fields as columns."""
    return read_rows(path, COLUMNS, ("list_price",), _price)


def _price(row: Row, row_no: int) -> PriceItem:
    listed = row.get("list_price", "")
    return PriceItem(
        store=row["store"],
        seller_sku=row["seller_sku"],
        price=decimal_in("price", row["price"], row_no),
        from_date=date_in("from_date", row, row_no),
        list_price=decimal_in("list_price", listed, row_no) if listed else None,
        reason=row["reason"],
        source_row=row_no,
    )
