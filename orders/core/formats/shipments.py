"""From the rows of a file to channels, shipments and their news, or to why one cannot be read."""

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
    yes_or_no,
)
from orders.core.shipment_items import ChannelItem, EventItem, ShipmentItem

CHANNEL_COLUMNS = ("code", "name", "kind", "promised_days")
CHANNEL_MORE = ("promised_days_remote", "carrier", "silent_days", "active")
SHIPMENT_COLUMNS = ("store", "tracking_number")
SHIPMENT_MORE = (
    "external_id",
    "order",
    "channel",
    "warehouse",
    "dispatched_at",
    "promised_days",
    "outcome",
    "outcome_at",
    "remote_area",
    "cost",
    "cost_currency",
    "source_updated_at",
)
EVENT_COLUMNS = ("store", "shipment", "at", "code")
EVENT_MORE = ("text", "place")
# Other names that a column may have; the first is taken where the file has not the own one.
ALSO = {
    "external_id": ("shipment", "number"),
    "order": ("order_no", "order_id"),
    "tracking_number": ("tracking_no", "tracking"),
    "shipment": ("tracking_number", "tracking_no", "tracking", "external_id"),
    "at": ("happened_at", "time"),
    "code": ("event", "status"),
    "text": ("description",),
    "place": ("location",),
}


def read_channels(path: Path) -> Rows:
    """Return the logistics channels of a file."""
    return read_named(path, (CHANNEL_COLUMNS, CHANNEL_MORE), _channel, {})


def read_shipments(path: Path) -> Rows:
    """Return the shipments of a file; a blank cell is not told."""
    return read_named(path, (SHIPMENT_COLUMNS, SHIPMENT_MORE), _shipment, ALSO)


def read_events(path: Path) -> Rows:
    """Return the news of shipments, a row for each event."""
    return read_named(path, (EVENT_COLUMNS, EVENT_MORE), _event, ALSO)


def _channel(row: Row, row_no: int) -> ChannelItem:
    days = whole_in("promised_days", row, row_no)
    if days is None:
        raise cell_refused("promised_days", "", _("a whole number"), row_no)
    return ChannelItem(
        code=row["code"],
        name=row["name"],
        kind=row["kind"].lower(),
        promised_days=days,
        promised_days_remote=whole_in("promised_days_remote", row, row_no),
        carrier=row["carrier"],
        silent_days=whole_in("silent_days", row, row_no),
        active=yes_or_no("active", row, row_no),
        source_row=row_no,
    )


def _shipment(row: Row, row_no: int) -> ShipmentItem:
    return ShipmentItem(
        store=row["store"],
        external_id=row["external_id"],
        tracking_number=row["tracking_number"],
        order=row["order"],
        channel=row["channel"],
        warehouse=row["warehouse"],
        dispatched_at=_time("dispatched_at", row, row_no),
        promised_days=whole_in("promised_days", row, row_no),
        outcome=row["outcome"].lower(),
        outcome_at=_time("outcome_at", row, row_no),
        remote_area=yes_or_no("remote_area", row, row_no),
        cost=_amount("cost", row, row_no),
        cost_currency=row["cost_currency"].upper(),
        source_updated_at=_time("source_updated_at", row, row_no),
        source_row=row_no,
    )


def _event(row: Row, row_no: int) -> EventItem:
    return EventItem(
        store=row["store"],
        shipment=row["shipment"],
        at=instant_in("at", row, row_no),
        code=row["code"].lower(),
        text=row["text"],
        place=row["place"],
        source_row=row_no,
    )


def _time(field: str, row: Row, row_no: int) -> datetime | None:
    return instant_in(field, row, row_no) if row[field] else None


def _amount(field: str, row: Row, row_no: int) -> Decimal | None:
    return decimal_in(field, row[field], row_no) if row[field] else None
