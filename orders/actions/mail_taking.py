"""Taking a stored mail into a ticket: the one it answers, or a new one."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from opsdesk.actions.audit import record
from opsdesk.actions.files import kept_attachment
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import DomainError, InvalidData, InvalidTransition
from orders.actions.attachments import MOST_FILES, given_file
from orders.actions.mail_failures import note_bounce
from orders.actions.mail_servers import mark_key
from orders.actions.message_files import MOST_AT_ONCE, keep_files
from orders.actions.ticket_talk import Letter, customer_wrote
from orders.actions.tickets import TEXT_LENGTH, open_ticket
from orders.core.attachments import GivenFile
from orders.core.lifecycle import TICKET
from orders.core.mail_marks import marked_ticket, plain_subject
from orders.core.mail_words import MailState, Why
from orders.core.mails import Bounce, ReadMail, read_mail
from orders.core.tickets import Channel, TicketKind
from orders.models import (
    Attachment,
    Customer,
    IncomingMail,
    Mailbox,
    Order,
    Ticket,
    TicketMessage,
)

ATTEMPTS = 3
# More mails of one sender within an hour are a loop, not a customer.
MOST_OF_ONE = 30
HOUR = timedelta(hours=1)
_NUMBERS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{2,38})[A-Za-z0-9]", re.ASCII)
MOST_NUMBERS = 200
logger = logging.getLogger(__name__)


class _Passed(Exception):
    """Nobody answers this mail, or a person has to look at it first."""

    def __init__(
        self, state: MailState, why: Why, detail: str = "", bounce: Bounce | None = None
    ) -> None:
        super().__init__(why.value)
        self.state, self.why, self.detail, self.bounce = state, why, detail, bounce


def take_mail(number: int, *, at: datetime) -> None:
    """Take a waiting mail in; whatever is wrong with it stands at the mail afterwards.

    Safe to run twice and at the same time.
    """
    rows = IncomingMail.objects.filter(pk=number, state=MailState.WAITING)
    attempts = rows.values_list("attempts", flat=True).first()
    # One that ends the work without a word is not begun for ever.
    if attempts is None or not rows.filter(attempts=attempts).update(attempts=attempts + 1):
        return
    if attempts >= ATTEMPTS:
        _end(number, _Passed(MailState.FAILED, Why.STUCK), at)
        return
    try:
        _take(number, Mover(at), by_hand=False)
    except _Passed as passed:
        _end(number, passed, at)
    except DomainError as refusal:
        _end(number, _Passed(MailState.FAILED, Why.REFUSED, refusal.message), at)
    except OperationalError:
        logger.exception("Mail %s is taken in later", number)
    except Exception as error:
        logger.exception("Mail %s could not be taken in", number)
        _end(number, _Passed(MailState.FAILED, Why.UNREADABLE, type(error).__name__), at)


@transaction.atomic
def take_by_hand(mail: IncomingMail, mover: Mover) -> TicketMessage:
    """Take a mail in that was passed over or failed, because a person says so.

    Raises ``InvalidTransition`` where it was taken already, ``InvalidData`` where it still cannot
    be.
    """
    rows = IncomingMail.objects.filter(pk=mail.pk, state__in=(MailState.PASSED, MailState.FAILED))
    if not rows.exclude(stored_name="").update(state=MailState.WAITING, attempts=0):
        if not mail.stored_name:
            raise InvalidData(_("Only its head was fetched: look into the mailbox itself."))
        raise InvalidTransition(_("It is taken in already: look again."))
    try:
        return _take(mail.pk, mover, by_hand=True)
    except _Passed as passed:
        raise InvalidData(str(passed.why.label), code=passed.why.value) from passed
    except (OSError, ValueError, RecursionError) as error:
        message = _("It cannot be read: download it and write down what it says.")
        raise InvalidData(message) from error


@transaction.atomic
def _end(number: int, passed: _Passed, at: datetime) -> None:
    rows = IncomingMail.objects.filter(pk=number, state=MailState.WAITING)
    if rows.update(state=passed.state, why=passed.why, detail=passed.detail[:500]):
        mail = IncomingMail.objects.select_related("mailbox").get(pk=number)
        if passed.bounce is not None:
            note_bounce(mail.mailbox, passed.bounce, at=at)
        record(f"mail: {passed.state}", mail, by=None, at=at, detail={"why": str(passed.why)})


@transaction.atomic
def _take(number: int, mover: Mover, *, by_hand: bool) -> TicketMessage:
    rows = IncomingMail.objects.select_for_update(of=("self",)).select_related("mailbox__store")
    mail = rows.filter(pk=number, state=MailState.WAITING).first()
    if mail is None:
        raise InvalidTransition(_("It is taken in already: look again."))
    read = read_mail(kept_attachment(mail.stored_name).read_bytes())
    if not by_hand:
        _refuse_machines(mail, read, mover)
    if not read.sender:
        raise _Passed(MailState.FAILED, Why.NO_SENDER)
    ticket = _answered(mail.mailbox, read)
    files, left_out = _files(ticket, read)
    if ticket is None:
        said = _opened(mail.mailbox, read, files, mover)
    else:
        said = customer_wrote(ticket, _letter(ticket, read, files, mail.key), mover)
    stranger = ticket is not None and ticket.contact.lower() not in ("", read.sender)
    said_now = IncomingMail.objects.filter(pk=mail.pk, state=MailState.WAITING).update(
        state=MailState.TAKEN,
        why="",
        detail="",
        said=said,
        quoted=read.quoted,
        left_out="\n".join(left_out),
        stranger=stranger,
    )
    if not said_now:
        raise InvalidTransition(_("It is taken in already: look again."))
    told = {"ticket": said.ticket_id, "new": ticket is None, "stranger": stranger}
    record("mail: taken", mail, by=mover.by, at=mover.at, detail=told)
    return said


def _refuse_machines(mail: IncomingMail, read: ReadMail, mover: Mover) -> None:
    if Mailbox.objects.filter(address__iexact=read.sender).exists():
        raise _Passed(MailState.PASSED, Why.OWN)
    if read.machine:
        raise _Passed(MailState.PASSED, Why(read.machine), bounce=read.bounce)
    of_one = IncomingMail.objects.filter(
        mailbox=mail.mailbox, sender=read.sender, received_at__gt=mail.received_at - HOUR
    )
    if read.sender and of_one.filter(pk__lt=mail.pk).count() >= MOST_OF_ONE:
        raise _Passed(MailState.FAILED, Why.MANY)


def _answered(mailbox: Mailbox, read: ReadMail) -> Ticket | None:
    """Return the ticket that a mail answers: by the mails it names, then by its mark."""
    of_store = TicketMessage.objects.filter(ticket__store=mailbox.store)
    if read.answers:
        known = of_store.filter(message_id__in=read.answers).select_related("ticket")
        found = {one.message_id: one.ticket for one in known}
        nearest = next((found[one] for one in read.answers if one in found), None)
        if nearest is not None:
            return nearest
    number = marked_ticket(read.subject, mark_key())
    return Ticket.objects.filter(pk=number, store=mailbox.store).first() if number else None


def _files(ticket: Ticket | None, read: ReadMail) -> tuple[tuple[GivenFile, ...], list[str]]:
    """Return the files that are kept, and in words which are not and why."""
    room = MOST_AT_ONCE
    if ticket is not None:
        # what was merged goes on where it was merged into
        pks = (ticket.pk, ticket.merged_into_id or ticket.pk)
        there = Attachment.objects.filter(owner_kind=TICKET.name, owner_id__in=pks).kept()
        room = max(0, min(room, MOST_FILES - there.count()))
    kept: list[GivenFile] = []
    left_out: list[str] = []
    for file in read.files:
        try:
            given = given_file(file.name, file.data)
        except InvalidData as refusal:
            left_out.append(refusal.message)
            continue
        if len(kept) < room:
            kept.append(given)
        else:
            message = _("The file %(name)s is one too many of this ticket or mail.")
            left_out.append(message % {"name": given.name})
    return tuple(kept), left_out


def _letter(ticket: Ticket, read: ReadMail, files: tuple[GivenFile, ...], key: str) -> Letter:
    # some senders number all their mails alike: a second one is another one
    known = TicketMessage.objects.filter(ticket__store=ticket.store_id, message_id=read.message_id)
    name = read.message_id if read.message_id and not known.exists() else f"<{key}@mail>"
    return Letter(_text(read), name, read.sender_name, files)


def _text(read: ReadMail) -> str:
    text = read.text.strip()[: TEXT_LENGTH - 1]
    return text or _("(The mail has no text.)")


def _opened(
    mailbox: Mailbox, read: ReadMail, files: Sequence[GivenFile], mover: Mover
) -> TicketMessage:
    """Open a ticket with what the mail says."""
    order = _order_named(mailbox, read)
    ticket = Ticket(
        store=mailbox.store,
        subject=plain_subject(read.subject)[:200] or _("(no subject)"),
        channel=Channel.EMAIL,
        language=mailbox.language,
        kind=TicketKind.ENQUIRY,
        contact=read.sender,
        order=order,
        customer=order.customer if order else _customer_of(mailbox, read.sender),
    )
    open_ticket(ticket, _text(read), Mover(mover.at, mover.by, following=True))
    said = ticket.messages.select_related("ticket").get()
    said.message_id, said.author_name = read.message_id, read.sender_name
    TicketMessage.objects.filter(pk=said.pk).update(
        message_id=said.message_id, author_name=said.author_name
    )
    keep_files(said, files, mover)
    return said


def _customer_of(mailbox: Mailbox, sender: str) -> Customer | None:
    """Return the store's customer of this address, else whom its latest ticket was about."""
    known = list(Customer.objects.filter(store=mailbox.store, email__iexact=sender)[:2])
    if len(known) == 1:
        return known[0]
    rows = Ticket.objects.filter(store=mailbox.store, contact__iexact=sender)
    latest = rows.exclude(customer=None).select_related("customer").order_by("-pk").first()
    return latest.customer if latest else None


def _order_named(mailbox: Mailbox, read: ReadMail) -> Order | None:
    """Return the order that subject or text name, where it is exactly one of the store's."""
    words = _NUMBERS.findall(f"{read.subject}\n{read.text[:20_000]}")
    named = {word for word in words if any(c.isdigit() for c in word)}
    rows = Order.objects.filter(store=mailbox.store, external_id__in=sorted(named)[:MOST_NUMBERS])
    found = list(rows.select_related("customer")[:2])
    return found[0] if len(found) == 1 else None
