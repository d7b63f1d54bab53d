"""From the rows of a file to listings, or to why a row cannot be taken."""

from pathlib import Path

from catalog.core.formats.rows import Row, Rows, read_rows, whole_in
from catalog.core.listing_items import ListingItem

COLUMNS = ("store", "seller_sku", "sku")
MORE = (
    "external_id",
    "locale",
    "title",
    "keywords",
    "bullet_points",
    "description",
    "images",
    "video",
)


def read_listings(path: Path) -> Rows:
    """Return the listings of a file with the fields as columns."""
    return read_rows(path, COLUMNS, (*MORE, "video_seconds"), _listing)


def _listing(row: Row, row_no: int) -> ListingItem:
    texts = {name: row.get(name, "") for name in MORE}
    return ListingItem(
        **{name: row[name] for name in COLUMNS},
        **texts,
        video_seconds=whole_in("video_seconds", row, row_no),
        source_row=row_no,
    )
