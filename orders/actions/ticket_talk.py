"""What is said on a ticket: the customer's words, our answers, internal notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from accounts.models import User
from opsdesk.actions.audit import person_id, record
from opsdesk.actions.moves import Mover, move
from opsdesk.core.errors import InvalidTransition, NotAllowed
from orders.actions.clocks import refresh_clocks
from orders.actions.mail_out import queue_mail
from orders.actions.message_files import keep_files
from orders.actions.tickets import (
    TICKET_COURSE,
    clean_text,
    held_ticket,
    note_step,
    own_ticket,
    refuse_stranger,
)
from orders.core.attachments import GivenFile
from orders.core.lifecycle import TicketStatus
from orders.core.sla import Happening
from orders.core.tickets import fill
from orders.models import Direction, ReplyTemplate, Ticket, TicketMessage

_UNTAKEN = (TicketStatus.NEW, TicketStatus.REOPENED)
_ENDED = (TicketStatus.RESOLVED, TicketStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to the customer; ``then`` is a move made with it: wait, or blank."""

    text: str
    template: ReplyTemplate | None = None
    then: str = ""
    files: tuple[GivenFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """What a customer wrote; ``message_id`` is that of a mail, blank otherwise."""

    text: str
    message_id: str = ""
    author_name: str = ""
    files: tuple[GivenFile, ...] = ()


def filled(template: ReplyTemplate, ticket: Ticket, agent: User) -> str:
    """Return the text of a template for a ticket; what is unknown stays in braces to be seen."""
    values = {
        "customer": ticket.customer.shown_number if ticket.customer else "",
        "order": ticket.order.external_id if ticket.order else "",
        "ticket": ticket.number,
        "store": ticket.store.name,
        "agent": agent.get_full_name() or agent.username,
    }
    return fill(template.text, values)


@transaction.atomic
def answer_ticket(ticket: Ticket, answer: Answer, mover: Mover) -> TicketMessage:
    """Answer the customer; who answers a ticket that nobody took takes it.

    Raises ``NotAllowed`` where somebody else works on it, ``InvalidTransition`` where it is done.
    """
    held = held_ticket(ticket)
    refuse_stranger(held, mover)
    if held.status in _ENDED or held.status == TicketStatus.MERGED:
        raise InvalidTransition(_("%(ticket)s is done: reopen it first.") % {"ticket": held})
    if held.status in _UNTAKEN:
        # a machine answers, too, and takes nothing by it
        taker = mover if person_id(mover.by) else Mover(mover.at, mover.by, following=True)
        move(TICKET_COURSE, held, "take", taker)
    else:
        own_ticket(held, mover)
    message = TicketMessage.objects.create(
        ticket=held,
        at=mover.at,
        direction=Direction.OUT,
        author_id=person_id(mover.by),
        author_name=mover.client_name,
        text=clean_text(answer.text),
        template=answer.template,
    )
    record("created", message, by=mover.by, at=mover.at)
    keep_files(message, answer.files, mover)
    queue_mail(message, mover)
    note_step(held, Happening.ANSWER, mover.at)
    refresh_clocks([held], at=mover.at)
    if answer.then and answer.then in TICKET_COURSE.life.from_state(held.status):
        move(TICKET_COURSE, held, answer.then, mover)
    ticket.refresh_from_db()
    return message


@transaction.atomic
def note_ticket(
    ticket: Ticket, text: str, mover: Mover, files: Sequence[GivenFile] = ()
) -> TicketMessage:
    """Write an internal note, which no customer sees; anybody who works on tickets may."""
    if not mover.may(Right.SERVICE_EDIT):
        raise NotAllowed(_("You don't have the right to work on tickets."), code="no_right")
    message = TicketMessage.objects.create(
        ticket=held_ticket(ticket),
        at=mover.at,
        direction=Direction.NOTE,
        author_id=person_id(mover.by),
        author_name=mover.client_name,
        text=clean_text(text),
    )
    record("created", message, by=mover.by, at=mover.at)
    keep_files(message, files, mover)
    return message


@transaction.atomic
def customer_wrote(ticket: Ticket, letter: Letter, mover: Mover) -> TicketMessage:
    """Write down what the customer said: the clock runs on, and a ticket that was done is reopened.

    What was merged goes on where it was merged into. A mail that is known already changes nothing.
    """
    held = held_ticket(ticket)
    while held.merged_into_id is not None and held.merged_into is not None:
        held = held_ticket(held.merged_into)
    known = TicketMessage.objects.filter(ticket=held, message_id=letter.message_id)
    if letter.message_id and (message := known.first()) is not None:
        return message
    message = TicketMessage.objects.create(
        ticket=held,
        at=mover.at,
        direction=Direction.IN,
        author_name=letter.author_name[:150],
        text=clean_text(letter.text),
        message_id=letter.message_id,
    )
    record("created", message, by=mover.by, at=mover.at)
    keep_files(message, letter.files, mover)
    following = mover.follow()
    if held.status == TicketStatus.WAITING:
        move(TICKET_COURSE, held, "resume", following)
    elif held.status in _ENDED:
        move(TICKET_COURSE, held, "reopen", following, reason=_("The customer wrote again."))
    note_step(held, Happening.CUSTOMER, mover.at)
    refresh_clocks([held], at=mover.at)
    if held.pk == ticket.pk:
        ticket.refresh_from_db()
    return message
