"""Tickets and what happened to them as they come from outside, and the checks of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from opsdesk.core.exchange import Checks, FieldFault, future_fault
from orders.core.lifecycle import TicketStatus
from orders.core.sla import Happening
from orders.core.tickets import Channel, Language, Priority, TicketKind

YEARS = range(2000, 2101)
CSAT = range(1, 6)
# What an event may be called; ``close`` and ``change`` move no clock.
EVENTS = (*(one.value for one in Happening), "close", "change")

# What stands in the place of a subject that was erased.
GONE = "–"


@dataclass(frozen=True, slots=True)
class TicketItem:
    """A ticket by its number at the source; blank or ``None`` where that says nothing."""

    store: str
    external_id: str
    channel: str
    kind: str
    subject: str
    opened_at: datetime
    language: str = ""
    priority: str = ""
    order: str = ""
    customer: str = ""
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    csat: int | None = None
    source_updated_at: datetime | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class TicketEventItem:
    """Something that happened to a ticket of the source; kind and priority as after it.

    The event ``opened`` makes a ticket that is not there yet, and names its channel.
    """

    store: str
    external_id: str
    at: datetime
    event: str
    kind: str = ""
    priority: str = ""
    channel: str = ""
    subject: str = ""
    source_row: int | None = None


_FROM_EVENT: Mapping[str, TicketStatus] = {
    "opened": TicketStatus.NEW,
    "wait": TicketStatus.WAITING,
    "resume": TicketStatus.OPEN,
    "resolve": TicketStatus.RESOLVED,
    "close": TicketStatus.CLOSED,
    "reopen": TicketStatus.REOPENED,
}


def status_after(status: str, event: str) -> str:
    """Return where an event leaves a ticket that was in ``status``."""
    if event == "answer":
        untaken = (TicketStatus.NEW, TicketStatus.REOPENED)
        return TicketStatus.OPEN if status in untaken else status
    if event == "customer" and status == TicketStatus.WAITING:
        return TicketStatus.OPEN
    return _FROM_EVENT.get(event, status)


def check_ticket(item: TicketItem, at: datetime) -> list[FieldFault]:
    """Return what is wrong with a ticket, nothing where it can be stored."""
    checks = Checks(item.source_row)
    checks.text("external_id", item.external_id, 100)
    checks.text("subject", item.subject, 200)
    _known(checks, "channel", item.channel, Channel.values)
    _known(checks, "kind", item.kind, TicketKind.values)
    _known(checks, "priority", item.priority, ("", *Priority.values))
    _known(checks, "language", item.language, Language.values)
    if item.csat is not None and item.csat not in CSAT:
        checks.wrong("csat", _("A satisfaction score is a whole number from 1 to 5."))
    _in_order(checks, item, at)
    if late := future_fault(item.source_updated_at, at):
        checks.wrong("source_updated_at", late)
    return checks.faults


def check_event(item: TicketEventItem, at: datetime) -> list[FieldFault]:
    """Return what is wrong with an event, nothing where it can be stored."""
    checks = Checks(item.source_row)
    checks.text("external_id", item.external_id, 100)
    checks.text("subject", item.subject, 200, blank=True)
    _known(checks, "event", item.event, EVENTS)
    _known(checks, "kind", item.kind, ("", *TicketKind.values))
    _known(checks, "priority", item.priority, ("", *Priority.values))
    _known(checks, "channel", item.channel, ("", *Channel.values))
    _our_time(checks, "at", item.at, at)
    return checks.faults


def _in_order(checks: Checks, item: TicketItem, at: datetime) -> None:
    _our_time(checks, "opened_at", item.opened_at, at)
    for name in ("first_response_at", "resolved_at"):
        given = getattr(item, name)
        if given is None:
            continue
        _our_time(checks, name, given, at)
        if given < item.opened_at:
            message = _("%(field)s lies before the ticket was opened.") % {"field": name}
            checks.wrong(name, message)


def _our_time(checks: Checks, field: str, given: datetime, at: datetime) -> None:
    if given.year not in YEARS:
        checks.wrong(field, _("%(time)s is no time of ours.") % {"time": given.isoformat()})
    elif late := future_fault(given, at):
        checks.wrong(field, late)


def _known(checks: Checks, field: str, value: str, known: Sequence[str]) -> None:
    names = [str(one) for one in known]
    if value not in names:
        message = _("%(field)s is “%(found)s”; known are: %(known)s.")
        words = {"field": field, "found": value[:60], "known": ", ".join(filter(None, names))}
        checks.wrong(field, message % words)
