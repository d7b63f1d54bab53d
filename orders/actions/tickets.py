"""The life of a ticket: opening, taking, resolving, closing, merging, rating it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from accounts.models import User
from catalog.actions.standing import refuse_unseen
from opsdesk.actions.audit import person_id, record
from opsdesk.actions.moves import Course, Mover, begin, move
from opsdesk.actions.records import save_record
from opsdesk.core.errors import Conflict, InvalidData, InvalidTransition, NotAllowed
from opsdesk.core.periods import business_date
from opsdesk.models import LifeEvent
from orders.actions.clocks import behind_all, refresh_clocks
from orders.core.lifecycle import TICKET, TICKET_DONE, TICKET_WORKED_ON, TicketStatus
from orders.core.sla import Happening
from orders.core.tickets import Priority, TicketKind
from orders.models import Direction, Ticket, TicketHandover, TicketMessage, TicketStep
from orders.queries.standings import vip_customers

TEXT_LENGTH = 50_000
MOST_STARS = 5
_STEPS = {
    "wait": Happening.WAIT,
    "resume": Happening.RESUME,
    "resolve": Happening.RESOLVE,
    "reopen": Happening.REOPEN,
    "merge": Happening.RESOLVE,
}


@dataclass(frozen=True, slots=True)
class Closing:
    """How a ticket was resolved and why it came: primary keys, ``None`` leaves what is there."""

    resolution: int | None = None
    root_cause: int | None = None


def missing_of(ticket: Ticket, verb: str) -> list[str]:
    """Return what a move of a ticket still needs, in whole sentences."""
    if verb == "wait" and ticket.first_answered_at is None:
        return [_("Answer the customer first: nobody is waited for who was not asked.")]
    if verb != "close":
        return []
    found = []
    if ticket.resolution_id is None:
        found.append(_("Say how it was resolved."))
    if ticket.root_cause_id is None:
        found.append(_("Say what the root cause was."))
    return found


def _then(ticket: Ticket, verb: str, mover: Mover) -> None:
    """Write down what follows from a move: owner, times, and the step of the clocks."""
    changed: dict[str, Any] = {"updated_at": mover.at}
    if verb == "take" and ticket.owner_id is None:
        changed["owner_id"] = person_id(mover.by)
    if verb == "close":
        changed["closed_at"] = mover.at
    if verb == "reopen":
        changed["closed_at"] = None
    Ticket.objects.filter(pk=ticket.pk).update(**changed)
    for name, value in changed.items():
        setattr(ticket, name, value)
    if ticket.status in TICKET_DONE:
        withdraw_offer(ticket, mover)
    if verb in _STEPS:
        note_step(ticket, _STEPS[verb], mover.at)
    refresh_clocks([ticket], at=mover.at)


TICKET_COURSE = Course(TICKET, Ticket, missing_of, _then)


def held_ticket(ticket: Ticket) -> Ticket:
    """Return the ticket as it stands, held until the end of the transaction."""
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("store", "owner")
    return rows.get(pk=ticket.pk)


def withdraw_offer(ticket: Ticket, mover: Mover) -> None:
    """Withdraw what is offered of a held ticket: somebody else has it now, or nobody any more."""
    waiting = TicketHandover.objects.filter(ticket=ticket, state=TicketHandover.State.OFFERED)
    if (offer := waiting.first()) is None:
        return
    waiting.update(state=TicketHandover.State.WITHDRAWN, decided_at=mover.at)
    told = {"ticket": str(ticket)}
    record("ticket handover: withdrawn", offer, by=mover.by, at=mover.at, detail=told)


def note_step(ticket: Ticket, what: str, at: datetime) -> TicketStep:
    """Write down something that moves the clocks."""
    return TicketStep.objects.create(
        ticket=ticket, at=at, what=what, kind=ticket.kind, priority=ticket.priority
    )


def refuse_stranger(ticket: Ticket, mover: Mover) -> None:
    """Raise ``NotAllowed`` where somebody else works on the ticket, or the right is missing.

    Supervisors and managers step in; machines and the system are not asked.
    """
    if not mover.may(Right.SERVICE_EDIT):
        raise NotAllowed(_("You don't have the right to work on tickets."), code="no_right")
    if mover.is_machine or mover.scope is None or mover.scope.may(Right.SERVICE_ALLOW):
        return
    if ticket.owner_id not in (None, person_id(mover.by)):
        message = _("%(owner)s works on ticket %(ticket)s: ask for a handover, or write a note.")
        raise NotAllowed(message % {"owner": ticket.owner, "ticket": ticket}, code="not_owner")


def clean_text(text: str) -> str:
    """Return what was written without what no database keeps; ``InvalidData`` where it is blank."""
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not text:
        raise InvalidData(_("Write something first."), field="text")
    if len(text) > TEXT_LENGTH:
        message = _("A message has at most %(limit)d characters.") % {"limit": TEXT_LENGTH}
        raise InvalidData(message, field="text")
    return text


@transaction.atomic
def open_ticket(ticket: Ticket, text: str, mover: Mover) -> Ticket:
    """Store a ticket that somebody opens here, with what the customer said, and start its clocks.

    Raises ``NotAllowed`` for a store that is not seen, ``InvalidData`` where order or return are
    of another store. The priority of a VIP customer's is at least high.
    """
    if not mover.may(Right.SERVICE_EDIT):
        raise NotAllowed(_("You don't have the right to work on tickets."), code="no_right")
    refuse_unseen(ticket.store, mover)
    _refuse_other_store(ticket)
    text = clean_text(text)
    ticket.priority = _priority(ticket)
    ticket.opened_at = ticket.created_at = ticket.updated_at = mover.at
    ticket.business_date = business_date(mover.at, ticket.store.time_zone)
    ticket.queue_at = behind_all(mover.at)
    save_record(ticket, by=mover.by, at=mover.at)
    begin(TICKET_COURSE, ticket, mover)
    note_step(ticket, Happening.OPENED, mover.at)
    said = TicketMessage.objects.create(
        ticket=ticket, at=mover.at, direction=Direction.IN, text=text
    )
    record("created", said, by=mover.by, at=mover.at)
    refresh_clocks([ticket], at=mover.at)
    return ticket


def _priority(ticket: Ticket) -> str:
    """Return the priority of a new ticket: at least high for a VIP customer."""
    order = ticket.order
    vips = vip_customers([ticket.customer_id, order.customer_id if order else None])
    raised = vips and ticket.priority in (Priority.LOW, Priority.NORMAL)
    return Priority.HIGH if raised else ticket.priority


def _refuse_other_store(ticket: Ticket) -> None:
    for field in ("customer", "order", "return_case"):
        linked = getattr(ticket, field)
        if linked is not None and linked.store_id != ticket.store_id:
            message = _("%(thing)s is of another store than the ticket.") % {"thing": linked}
            raise InvalidData(message, field=field)


@transaction.atomic
def take_ticket(ticket: Ticket, mover: Mover) -> LifeEvent | None:
    """Take a ticket that nobody works on; of many at once exactly one gets it.

    One that came with its first answer is open or waits already: it gets its owner and stays in
    its state, with ``None``. Raises ``Conflict`` with the name of who was quicker.
    """
    held = held_ticket(ticket)
    me = person_id(mover.by)
    if held.owner_id not in (None, me):
        message = _("%(owner)s took ticket %(ticket)s already.")
        raise Conflict(message % {"owner": held.owner, "ticket": held}, code="taken")
    event = None
    if not own_ticket(held, mover):
        event = move(TICKET_COURSE, held, "take", mover)
    ticket.refresh_from_db()
    return event


def own_ticket(ticket: Ticket, mover: Mover) -> bool:
    """Make who moves the owner of a held ticket that is worked on and nobody's; tell whether."""
    me = person_id(mover.by)
    if me is None or ticket.owner_id is not None or ticket.status not in TICKET_WORKED_ON:
        return False
    refuse_stranger(ticket, mover)
    Ticket.objects.filter(pk=ticket.pk).update(owner=me, updated_at=mover.at)
    ticket.owner_id, ticket.updated_at = me, mover.at
    record("ticket: taken", ticket, by=mover.by, at=mover.at)
    return True


@transaction.atomic
def move_ticket(ticket: Ticket, verb: str, mover: Mover, *, reason: str = "") -> LifeEvent | None:
    """Take a ticket through a move that its owner makes; raises as ``move`` does."""
    if verb == "take":
        return take_ticket(ticket, mover)
    held = held_ticket(ticket)
    refuse_stranger(held, mover)
    event = move(TICKET_COURSE, held, verb, mover, reason=reason)
    ticket.refresh_from_db()
    return event


@transaction.atomic
def resolve_ticket(
    ticket: Ticket, closing: Closing, mover: Mover, *, close: bool = False
) -> LifeEvent:
    """Resolve a ticket with its codes; with ``close`` also close it, which needs both of them."""
    held = held_ticket(ticket)
    refuse_stranger(held, mover)
    say_closing(held, closing, mover)
    if held.status != TicketStatus.RESOLVED or not close:
        event = move(TICKET_COURSE, held, "resolve", mover)
    if close:
        event = move(TICKET_COURSE, held, "close", mover)
    ticket.refresh_from_db()
    return event


def say_closing(ticket: Ticket, closing: Closing, mover: Mover) -> None:
    """Write down how it was resolved and why it came; ``InvalidData`` for unknown codes."""
    changed = False
    for name in ("resolution", "root_cause"):
        pk = getattr(closing, name)
        if pk is None or pk == getattr(ticket, f"{name}_id"):
            continue
        words = Ticket._meta.get_field(name).related_model
        if not words._default_manager.filter(pk=pk, active=True).exists():  # type: ignore[union-attr]
            raise InvalidData(_("Choose one of the list."), field=name)
        setattr(ticket, f"{name}_id", pk)
        changed = True
    if changed:
        save_record(ticket, by=mover.by, at=mover.at)


@transaction.atomic
def classify_ticket(ticket: Ticket, kind: str, priority: str, mover: Mover) -> bool:
    """Change kind and priority; what was promised changes from now on. Tell whether it did.

    What was used and paused so far is kept.
    """
    held = held_ticket(ticket)
    refuse_stranger(held, mover)
    if held.status in TICKET_DONE:
        raise InvalidTransition(_("%(ticket)s is done: reopen it first.") % {"ticket": held})
    if kind not in TicketKind.values:
        raise InvalidData(_("Choose one of the list."), field="kind")
    if priority not in Priority.values:
        raise InvalidData(_("Choose one of the list."), field="priority")
    if (held.kind, held.priority) == (kind, priority):
        return False
    held.kind, held.priority, held.updated_at = kind, priority, mover.at
    save_record(held, by=mover.by, at=mover.at)
    note_step(held, "", mover.at)
    refresh_clocks([held], at=mover.at)
    ticket.refresh_from_db()
    return True


@transaction.atomic
def merge_tickets(duplicates: Sequence[Ticket], into: Ticket, mover: Mover) -> int:
    """Make ``duplicates`` parts of ``into``, which goes on alone; return how many there were.

    Raises ``InvalidData`` where they are of several stores or ``into`` is among them, and
    ``InvalidTransition`` where one of them is done already.
    """
    pks = sorted({into.pk, *(one.pk for one in duplicates)})
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("store", "owner")
    held = {one.pk: one for one in rows.filter(pk__in=pks).order_by("pk")}
    main = held[into.pk]
    refuse_stranger(main, mover)
    if main.status in TICKET_DONE:
        raise InvalidTransition(_("%(ticket)s is done: reopen it first.") % {"ticket": main})
    merged = 0
    for duplicate in duplicates:
        one = held[duplicate.pk]
        if one.pk == main.pk or one.store_id != main.store_id:
            message = _(
                "%(ticket)s cannot be merged into %(main)s: choose another one of its store."
            )
            raise InvalidData(message % {"ticket": one, "main": main}, code="other_store")
        refuse_stranger(one, mover)
        Ticket.objects.filter(pk=one.pk).update(merged_into=main)
        one.merged_into = main
        move(TICKET_COURSE, one, "merge", mover.follow(), reason=str(main))
        merged += 1
    return merged


@transaction.atomic
def rate_ticket(ticket: Ticket, score: int, note: str, mover: Mover) -> Ticket:
    """Write down how content the customer was, 1 to 5, once the ticket is resolved."""
    held = held_ticket(ticket)
    refuse_stranger(held, mover)
    if held.status not in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
        message = _("%(ticket)s is not resolved: a customer rates what was done.")
        raise InvalidTransition(message % {"ticket": held})
    if not 1 <= score <= MOST_STARS:
        raise InvalidData(_("A satisfaction score is a whole number from 1 to 5."), field="csat")
    held.csat, held.csat_note, held.csat_at = score, note.replace("\0", "").strip()[:500], mover.at
    save_record(held, by=mover.by, at=mover.at)
    ticket.refresh_from_db()
    return held


@transaction.atomic
def give_ticket(ticket: Ticket, to: User, reason: str, mover: Mover) -> Ticket:
    """Give a ticket to somebody without being asked: for supervisors, with a reason."""
    if mover.scope is not None and not mover.scope.may(Right.SERVICE_ALLOW):
        message = _("You don't have the right to give tickets away: offer a handover.")
        raise NotAllowed(message, code="no_right")
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise InvalidData(_("Give the reason."), field="reason")
    held = held_ticket(ticket)
    set_owner(held, to, mover, reason=reason[:500])
    ticket.refresh_from_db()
    return held


def set_owner(ticket: Ticket, to: User, mover: Mover, *, reason: str) -> None:
    """Make ``to`` the owner of a held ticket that is not done, and write it down."""
    if ticket.status in TICKET_DONE:
        raise InvalidTransition(_("%(ticket)s is done: reopen it first.") % {"ticket": ticket})
    before = ticket.owner_id
    Ticket.objects.filter(pk=ticket.pk).update(owner=to, updated_at=mover.at)
    ticket.owner = to
    withdraw_offer(ticket, mover)
    told = {"from": before, "to": to.pk, "reason": reason}
    record("ticket: given", ticket, by=mover.by, at=mover.at, detail=told)
    if ticket.status in TICKET.moves["take"].sources:
        # Somebody works on it from now on.
        move(TICKET_COURSE, ticket, "take", Mover(mover.at, mover.by, following=True))
