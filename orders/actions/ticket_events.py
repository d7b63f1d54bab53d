"""What happened to tickets at their source, event by event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.scope import Scope
from catalog.actions.standing import store_fault
from opsdesk.actions.audit import Actor
from opsdesk.actions.moves import Mover
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED, Outcome, State, refused
from opsdesk.core.periods import business_date
from orders.actions.clocks import behind_all
from orders.actions.ticket_files import TicketIntake
from orders.core.lifecycle import TicketStatus
from orders.core.sla import Happening
from orders.core.ticket_items import TicketEventItem, check_event, status_after
from orders.core.tickets import Channel, Priority, TicketKind
from orders.models import Ticket, TicketStep


@transaction.atomic
def upsert_ticket_events(
    items: Sequence[TicketEventItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store what happened to tickets, one answer per item in their order.

    An event that is stored already changes nothing. ``opened`` makes a ticket that is not there;
    the events of a ticket come in order of time, and where somebody works on it here they move its
    clocks no more.
    """
    intake = TicketIntake.begun(items, Mover(at, by, scope))
    known = {
        (step.ticket_id, step.at, step.what, step.kind, step.priority)
        for ticket in intake.tickets.values()
        for step in ticket.source_steps  # type: ignore[attr-defined]
    }
    outcomes = []
    for item in items:
        if fault := store_fault(item, intake.stores):
            outcomes.append(Outcome(State.ERROR, (fault,)))
        elif faults := check_event(item, at):
            outcomes.append(Outcome(State.ERROR, tuple(faults)))
        else:
            outcomes.append(_take(item, intake, known))
    intake.write()
    return outcomes


def _take(item: TicketEventItem, intake: TicketIntake, known: set[tuple]) -> Outcome:
    store = intake.stores[item.store]
    key = (store.pk, item.external_id)
    ticket = intake.tickets.get(key)
    if ticket is None:
        if item.event != Happening.OPENED:
            message = _("There is no ticket %(number)s: it begins with the event “opened”.")
            number = item.external_id[:100]
            return refused("external_id", message % {"number": number}, item.source_row)
        ticket = intake.tickets[key] = _made(item, intake)
        intake.steps.append(_step(ticket, item))
        return CREATED
    if ticket.owner_id is not None:
        return UNCHANGED
    kind, priority = item.kind or ticket.kind, item.priority or ticket.priority
    what = item.event if item.event in list(Happening) else ""
    mark = (ticket.pk, item.at, what, kind, priority)
    if ticket.pk is not None and mark in known:
        return UNCHANGED
    known.add(mark)
    status = status_after(ticket.status, item.event)
    if not what and (kind, priority, status) == (ticket.kind, ticket.priority, ticket.status):
        return UNCHANGED
    before = ticket.status
    ticket.kind, ticket.priority, ticket.status = kind, priority, status
    ticket.updated_at = intake.mover.at
    if what or kind or priority:
        intake.steps.append(_step(ticket, item))
    if ticket.pk is not None:
        first = intake.changed.get(ticket.pk, (ticket, before))[1]
        intake.changed[ticket.pk] = (ticket, first)
    return UPDATED


def _made(item: TicketEventItem, intake: TicketIntake) -> Ticket:
    store = intake.stores[item.store]
    ticket = Ticket(
        store=store,
        external_id=item.external_id,
        channel=item.channel or Channel.EMAIL,
        kind=item.kind or TicketKind.ENQUIRY,
        priority=item.priority or Priority.NORMAL,
        subject=item.subject or item.external_id,
        status=TicketStatus.NEW,
        opened_at=item.at,
        business_date=business_date(item.at, store.time_zone),
        queue_at=behind_all(item.at),
        created_at=intake.mover.at,
        updated_at=intake.mover.at,
    )
    intake.fresh.append(ticket)
    return ticket


def _step(ticket: Ticket, item: TicketEventItem) -> TicketStep:
    what = item.event if item.event in list(Happening) else ""
    return TicketStep(
        ticket=ticket,
        at=item.at,
        what=what,
        kind=ticket.kind,
        priority=ticket.priority,
        from_source=True,
    )
