"""Handing a ticket over (首问负责制): offered by its owner, and moved when it is accepted."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from accounts.models import User
from accounts.queries.access import scope_of
from opsdesk.actions.audit import person_id, record
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed
from opsdesk.core.periods import business_date
from orders.actions.tickets import held_ticket, refuse_stranger, set_owner
from orders.core.lifecycle import TICKET_DONE
from orders.models import Ticket, TicketHandover

_State = TicketHandover.State


def can_take(to: User, ticket: Ticket, at: datetime) -> bool:
    """Tell whether ``to`` may work on the ticket: signs in, has the right, sees the store."""
    scope = scope_of(to, today=business_date(at, settings.COMPANY_TIME_ZONE))
    seen = Ticket.objects.visible_to(scope).filter(pk=ticket.pk)
    return scope.may(Right.SERVICE_EDIT) and seen.exists()


def refuse_taker(to: User, ticket: Ticket, at: datetime) -> None:
    """Raise ``InvalidData`` where ``to`` cannot work on the ticket."""
    if not can_take(to, ticket, at):
        message = _("%(person)s cannot work on tickets of %(store)s: choose somebody who can.")
        words = {"person": to, "store": ticket.store.code}
        raise InvalidData(message % words, field="taker", code="cannot_take")


@transaction.atomic
def offer_ticket(ticket: Ticket, to: User, reason: str, mover: Mover) -> TicketHandover:
    """Offer a ticket that one works on to somebody else, who accepts or declines.

    Raises ``NotAllowed`` where it is somebody else's, ``InvalidData`` for oneself, for who cannot
    work on it and without a reason, ``InvalidTransition`` where it is done or offered already.
    """
    held = held_ticket(ticket)
    refuse_stranger(held, mover)
    giver = held.owner_id or person_id(mover.by)
    if giver is None:
        raise NotAllowed(_("A handover takes a person."), code="no_person")
    if held.status in TICKET_DONE:
        raise InvalidTransition(_("%(ticket)s is done: reopen it first.") % {"ticket": held})
    if to.pk == giver:
        message = _("%(person)s works on it already.") % {"person": to}
        raise InvalidData(message, field="taker")
    refuse_taker(to, held, mover.at)
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise InvalidData(_("Give the reason."), field="reason")
    if TicketHandover.objects.filter(ticket=held, state=_State.OFFERED).exists():
        raise InvalidTransition(_("%(ticket)s is offered to somebody already.") % {"ticket": held})
    handover = TicketHandover.objects.create(
        ticket=held, giver_id=giver, taker=to, reason=reason[:500], offered_at=mover.at
    )
    told = {"ticket": str(held), "to": to.pk}
    record("ticket: offered", handover, by=mover.by, at=mover.at, detail=told)
    return handover


@transaction.atomic
def decide_handover(handover: TicketHandover, state: str, mover: Mover) -> TicketHandover:
    """Accept or decline what one was offered, or withdraw what one offered; of two one succeeds."""
    held = held_ticket(handover.ticket)
    offer = TicketHandover.objects.select_related("giver", "taker").get(pk=handover.pk)
    me = person_id(mover.by)
    asked = offer.giver_id if state == _State.WITHDRAWN else offer.taker_id
    supervises = mover.scope is not None and mover.scope.may(Right.SERVICE_ALLOW)
    if me != asked and not (state == _State.WITHDRAWN and supervises):
        message = _("This handover is between %(giver)s and %(taker)s.")
        raise NotAllowed(message % {"giver": offer.giver, "taker": offer.taker})
    moved = TicketHandover.objects.filter(pk=offer.pk, state=_State.OFFERED).update(
        state=state, decided_at=mover.at
    )
    if not moved:
        raise InvalidTransition(_("This handover was decided already."))
    told = {"ticket": str(held)}
    record(f"ticket handover: {state}", offer, by=mover.by, at=mover.at, detail=told)
    if state == _State.ACCEPTED:
        refuse_taker(offer.taker, held, mover.at)
        set_owner(held, offer.taker, mover, reason=offer.reason)
    handover.refresh_from_db()
    return handover
