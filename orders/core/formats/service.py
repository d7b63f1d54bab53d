"""From the rows of a file to disputes and reviews, or to why one cannot be read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from catalog.core.formats.rows import (
    Row,
    Rows,
    cell_refused,
    decimal_in,
    instant_in,
    read_named,
    whole_in,
)
from orders.core.dispute_items import DisputeItem
from orders.core.review_items import ReviewItem

DISPUTE_COLUMNS = ("store", "number", "opened_at")
DISPUTE_MORE = (
    "order",
    "kind",
    "status",
    "currency",
    "amount",
    "outcome_amount",
    "reason",
    "respond_by",
    "closed_at",
    "source_updated_at",
)
REVIEW_COLUMNS = ("store", "number", "stars", "written_at")
REVIEW_MORE = ("order", "item", "title", "text", "language", "source_updated_at")
# Other names that a column may have; the first is taken where the file has not the own one.
ALSO = {
    "number": ("external_id",),
    "status": ("state",),
    "item": ("sku", "seller_sku", "asin"),
    "stars": ("rating",),
    "written_at": ("reviewed_at", "date"),
    "text": ("body", "content"),
}


def read_disputes(path: Path) -> Rows:
    """Return the disputes of a file; a blank cell keeps what is stored."""
    return read_named(path, (DISPUTE_COLUMNS, DISPUTE_MORE), _dispute, ALSO)


def read_reviews(path: Path) -> Rows:
    """Return the reviews of a file; who wrote them is not read."""
    return read_named(path, (REVIEW_COLUMNS, REVIEW_MORE), _review, ALSO)


def _dispute(row: Row, row_no: int) -> DisputeItem:
    return DisputeItem(
        store=row["store"],
        number=row["number"],
        order=row["order"],
        kind=row["kind"],
        status=row["status"],
        currency=row["currency"],
        opened_at=instant_in("opened_at", row, row_no),
        amount=_amount("amount", row, row_no),
        outcome_amount=_amount("outcome_amount", row, row_no),
        reason=row["reason"] or None,
        respond_by=_time("respond_by", row, row_no),
        closed_at=_time("closed_at", row, row_no),
        source_updated_at=_time("source_updated_at", row, row_no),
        source_row=row_no,
    )


def _review(row: Row, row_no: int) -> ReviewItem:
    stars = whole_in("stars", row, row_no)
    if stars is None:
        raise cell_refused("stars", "", _("a whole number"), row_no)
    return ReviewItem(
        store=row["store"],
        number=row["number"],
        order=row["order"],
        item=row["item"],
        stars=stars,
        written_at=instant_in("written_at", row, row_no),
        title=row["title"] or None,
        text=row["text"] or None,
        language=row["language"] or None,
        source_updated_at=_time("source_updated_at", row, row_no),
        source_row=row_no,
    )


def _amount(field: str, row: Row, row_no: int) -> Decimal | None:
    return decimal_in(field, row[field], row_no) if row[field] else None


def _time(field: str, row: Row, row_no: int) -> datetime | None:
    return instant_in(field, row, row_no) if row[field] else None
