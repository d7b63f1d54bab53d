"""What is known of a customer, and what of it is personal data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from orders.core.address_items import ADDRESS_LIMITS, CONTACT_LIMITS
from orders.core.pseudonyms import is_personal
from orders.core.ticket_items import GONE
from orders.models import Customer, OrderAddress, Ticket, TicketMessage


@dataclass(frozen=True, slots=True)
class Erasable:
    """How much personal data there is of a customer: fields, addresses, tickets and messages."""

    contacts: int
    addresses: int
    tickets: int
    messages: int

    @property
    def counts(self) -> dict[str, int]:
        """The counts by name, as the audit trail keeps them."""
        return {
            "contacts": self.contacts,
            "addresses": self.addresses,
            "tickets": self.tickets,
            "messages": self.messages,
        }

    @property
    def anything(self) -> bool:
        """True where there is something to erase."""
        return any(self.counts.values())


def tickets_of(customers: Collection[int]) -> QuerySet[Ticket]:
    """Return the tickets that are about these customers or about orders of theirs."""
    return Ticket.objects.filter(Q(customer__in=customers) | Q(order__customer__in=customers))


def erasable(customer: Customer) -> Erasable:
    """Return what an erasure of the customer would take away."""
    of_order = Q(order__customer=customer)
    told = Q()
    for name in ADDRESS_LIMITS:
        if name != "country":
            told |= ~Q(**{name: ""})
    tickets = tickets_of([customer.pk])
    said = TicketMessage.objects.filter(ticket__in=tickets.values("pk"))
    return Erasable(
        contacts=sum(bool(getattr(customer, name)) for name in CONTACT_LIMITS),
        addresses=OrderAddress.objects.filter(told, of_order).count(),
        tickets=tickets.exclude(contact="", csat_note="", subject=GONE).count(),
        messages=said.exclude(text="", author_name="").count(),
    )


def personal_texts(customer: Customer) -> set[str]:
    """Return the texts that name or reach the customer, to look for elsewhere."""
    texts = {getattr(customer, name) for name in CONTACT_LIMITS}
    if is_personal(customer.external_id):
        texts.add(customer.external_id)
    return {text for text in texts if text}
