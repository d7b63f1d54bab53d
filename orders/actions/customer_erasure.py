"""Erasing the personal data of customers; orders and figures stay, under the number."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from accounts.core.scope import Scope
from catalog.actions.stores import lock_stores
from opsdesk.actions.audit import Actor, record
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.core.exchange import has_controls
from opsdesk.models import ImportReject
from orders.actions.mail_erasure import erase_mails
from orders.core.address_items import ADDRESS_LIMITS, CONTACT_LIMITS
from orders.core.pseudonyms import former_key, is_personal, pseudonym
from orders.core.ticket_items import GONE
from orders.models import Customer, ErasedFor, OrderAddress, Ticket, TicketMessage
from orders.queries.customers import Erasable, erasable, personal_texts, tickets_of
from orders.queries.intake import customer_key

REASON_LENGTH = 200
_ADDRESS = {name: "" for name in ADDRESS_LIMITS if name != "country"}
_CONTACTS = dict.fromkeys(CONTACT_LIMITS, "")


@dataclass(frozen=True, slots=True)
class Request:
    """Why a customer is erased, and whether the number itself is personal, besides."""

    reason: str
    number_too: bool = False


@transaction.atomic
def erase_customer(
    customer: Customer, request: Request, *, scope: Scope, by: Actor | None, at: datetime
) -> Erasable:
    """Take name, contacts, addresses and what was written away; return what it was.

    The row stays, and with it each order and what it counts in. An e-mail address or a phone number
    that is the customer's number is replaced, or any number where the request says so. Erasing
    twice is harmless: it takes what came in between, and writes nothing where nothing did. Raises
    ``NotAllowed`` without the right or for a store that is not seen, ``InvalidData`` without a
    reason.
    """
    if not scope.has(Right.CUSTOMER_ERASE):
        raise NotAllowed(_("You don't have the right to erase customers."), code="no_right")
    if not Customer.objects.visible_to(scope).filter(pk=customer.pk).exists():
        raise NotAllowed(_("You don't see the store of this customer."), code="no_right")
    reason = request.reason.strip()
    if not reason or len(reason) > REASON_LENGTH or has_controls(reason):
        message = _("Give the reason, in at most %(limit)d characters.")
        raise InvalidData(message % {"limit": REASON_LENGTH}, field="reason")
    # Deliveries of the store wait, and so see the customer before or after, never in between.
    lock_stores([customer.store_id])
    held = Customer.objects.get(pk=customer.pk)
    number_too = (request.number_too and held.former_key is None) or is_personal(held.external_id)
    found = erasable(held)
    if found.anything or number_too or held.erased_for != ErasedFor.REQUEST:
        _forget_rejects(held)
        if number_too:
            _replace_number(held)
        erase_rows([held.pk], ErasedFor.REQUEST, at=at)
        told = {"reason": reason, "number": number_too, **found.counts}
        record("erased", held, by=by, at=at, detail=told)
    customer.refresh_from_db()
    return found


def erase_rows(pks: Collection[int], why: ErasedFor, *, at: datetime) -> None:
    """Blank what is personal of these customers, on every row that hangs on them.

    The caller holds their stores and writes the audit entries.
    """
    tickets = list(tickets_of(pks).values_list("pk", flat=True))
    erase_mails(pks, tickets, at=at)
    TicketMessage.objects.filter(ticket__in=tickets).update(text="", author_name="")
    Ticket.objects.filter(pk__in=tickets).update(subject=GONE, contact="", csat_note="")
    OrderAddress.objects.filter(order__customer__in=pks).update(**_ADDRESS)
    Customer.objects.filter(pk__in=pks).update(
        **_CONTACTS, details_at=None, erased_at=at, erased_for=why
    )


def replaced(number: str) -> Mapping[str, str]:
    """Return the columns of a customer whose number is taken away."""
    digest = former_key(number, customer_key())
    return {"external_id": pseudonym(digest), "former_key": digest}


def _replace_number(customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).update(**replaced(customer.external_id))


def _forget_rejects(customer: Customer) -> None:
    """Delete what was said of refused rows that name the customer."""
    named = Q()
    for text in personal_texts(customer):
        named |= Q(reason__icontains=text)
    if named:
        ImportReject.objects.filter(named).delete()
