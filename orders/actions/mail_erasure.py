"""Erasing what came and went by mail, and the files of what was said."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower

from opsdesk.actions.files import forget_attachment
from orders.core.lifecycle import TICKET
from orders.core.mail_words import Fault, MailState, SendState, Why
from orders.core.ticket_items import GONE
from orders.models import Attachment, Customer, IncomingMail, MessageFile, OutgoingMail, Ticket

_BLANK_MAIL = dict.fromkeys(
    ("sender", "subject", "quoted", "left_out", "detail", "stored_name"), ""
)


def erase_mails(customers: Collection[int], tickets: Collection[int], *, at: datetime) -> None:
    """Blank the mails of these tickets, and those that the customers' addresses sent besides.

    Mails as they came and files of tickets are deleted once the transaction holds. An answer that
    waits to be sent has nobody to go to any more.
    """
    stored = _erase_incoming(customers, tickets) + _erase_files(tickets, at)
    outgoing = OutgoingMail.objects.filter(said__ticket__in=tickets)
    waiting = outgoing.filter(state__in=(SendState.WAITING, SendState.SENDING))
    waiting.update(state=SendState.FAILED, fault=Fault.ADDRESS, leased_until=None)
    outgoing.update(recipient="", detail="")
    for name in stored:
        transaction.on_commit(partial(forget_attachment, name))


def _erase_incoming(customers: Collection[int], tickets: Collection[int]) -> list[str]:
    reached = Customer.objects.filter(pk__in=customers).exclude(email="")
    addresses = set(reached.values_list(Lower("email"), "store"))
    written = Ticket.objects.filter(pk__in=tickets).exclude(contact="")
    addresses |= set(written.values_list(Lower("contact"), "store"))
    of_tickets = Q(said__ticket__in=tickets)
    by_address = Q(said=None, from_address__in={address for address, _store in addresses})
    by_address &= Q(mailbox__store__in={store for _address, store in addresses})
    mails = IncomingMail.objects.annotate(from_address=Lower("sender"))
    chosen = dict(mails.filter(of_tickets | by_address).values_list("pk", "stored_name"))
    rows = IncomingMail.objects.filter(pk__in=chosen)
    rows.filter(state=MailState.WAITING).update(state=MailState.PASSED, why=Why.ERASED)
    rows.update(**_BLANK_MAIL)
    return [name for name in chosen.values() if name]


def _erase_files(tickets: Collection[int], at: datetime) -> list[str]:
    MessageFile.objects.filter(message__ticket__in=tickets).update(name=GONE)
    files = Attachment.objects.filter(owner_kind=TICKET.name, owner_id__in=tickets)
    stored = list(files.exclude(name=GONE).values_list("stored_name", flat=True))
    files.kept().update(withdrawn_at=at, withdrawal_reason=GONE)
    files.update(name=GONE)
    return stored
