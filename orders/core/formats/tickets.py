"""From the rows of a file to tickets and their events, or to why a row cannot be taken."""

from datetime import datetime
from pathlib import Path

from catalog.core.formats.rows import Row, Rows, instant_in, read_rows, whole_in
from orders.core.ticket_items import TicketEventItem, TicketItem

TICKET_COLUMNS = ("store", "external_id", "channel", "kind", "subject", "opened_at")
TICKET_TEXTS = ("language", "priority", "order", "customer")
TICKET_TIMES = ("first_response_at", "resolved_at", "source_updated_at")
EVENT_COLUMNS = ("store", "external_id", "at", "event")
EVENT_MORE = ("kind", "priority", "channel", "subject")


def read_tickets(path: Path) -> Rows:
    """Return the tickets of a file, a row each; times without an offset are UTC."""
    return read_rows(path, TICKET_COLUMNS, (*TICKET_TEXTS, *TICKET_TIMES, "csat"), _ticket)


def read_ticket_events(path: Path) -> Rows:
    """Return what happened to tickets, a row each, those of a ticket in order of time."""
    return read_rows(path, EVENT_COLUMNS, EVENT_MORE, _event)


def _ticket(row: Row, row_no: int) -> TicketItem:
    def time(name: str) -> datetime | None:
        return instant_in(name, row, row_no) if row.get(name) else None

    return TicketItem(
        row["store"],
        row["external_id"],
        row["channel"],
        row["kind"],
        row["subject"],
        instant_in("opened_at", row, row_no),
        **{name: row.get(name, "") for name in TICKET_TEXTS},
        first_response_at=time("first_response_at"),
        resolved_at=time("resolved_at"),
        csat=whole_in("csat", row, row_no),
        source_updated_at=time("source_updated_at"),
        source_row=row_no,
    )


def _event(row: Row, row_no: int) -> TicketEventItem:
    return TicketEventItem(
        row["store"],
        row["external_id"],
        instant_in("at", row, row_no),
        row["event"],
        **{name: row.get(name, "") for name in EVENT_MORE},
        source_row=row_no,
    )
