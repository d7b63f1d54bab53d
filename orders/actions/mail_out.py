"""Sending answers: queued with the answer itself, handed over once, tried again by a timetable."""

from __future__ import annotations

import secrets
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import formataddr

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from opsdesk.actions.audit import record
from opsdesk.actions.files import kept_attachment
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import InvalidTransition
from orders.actions.mail_failures import fail_mail
from orders.actions.mail_servers import Sender, ServerFault, mark_key, open_sender, server_words
from orders.actions.tickets import held_ticket, refuse_stranger
from orders.core.mail_marks import mark_of, plain_subject
from orders.core.mail_words import Fault, SendState
from orders.core.tickets import Channel
from orders.models import Direction, Mailbox, MessageFile, OutgoingMail, Ticket, TicketMessage

Clock = Callable[[], datetime]
LEASE = timedelta(minutes=10)
# How long to wait after the first, second … failure; after the last one a person looks at it.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 480))
MOST = 100
MOST_REFERENCES = 10
_SENT = TicketMessage.Delivery.SENT
_WAITING = TicketMessage.Delivery.WAITING


def queue_mail(said: TicketMessage, mover: Mover) -> OutgoingMail | None:
    """Queue an answer of a ticket that came by e-mail, in the transaction that writes it.

    ``None`` where it goes out by hand: another channel, no address, or no mailbox of the store.
    """
    ticket = said.ticket
    if said.direction != Direction.OUT or ticket.channel != Channel.EMAIL or not ticket.contact:
        return None
    mailbox = _mailbox_for(ticket)
    try:
        validate_email(ticket.contact)
    except ValidationError:
        return None
    if mailbox is None:
        return None
    host = mailbox.address.rpartition("@")[2]
    said.message_id = f"<{secrets.token_hex(16)}.{ticket.pk}@{host}>"
    said.delivery = _WAITING
    said.save(update_fields=["message_id", "delivery"])
    made = OutgoingMail.objects.create(
        said=said, mailbox=mailbox, recipient=ticket.contact, not_before=mover.at
    )
    record("created", made, by=mover.by, at=mover.at)
    return made


def _mailbox_for(ticket: Ticket) -> Mailbox | None:
    """Return the mailbox the customer wrote to last, else one of the store, of its language."""
    active = Mailbox.objects.filter(store=ticket.store_id, active=True)
    last = active.filter(mails__said__ticket=ticket).order_by("-mails__pk").first()
    if last is not None:
        return last
    found = sorted(active.order_by("pk"), key=lambda one: one.language != ticket.language)
    return found[0] if found else None


def send_mails(mailbox_id: int, *, clock: Clock) -> int:
    """Send what is due from a mailbox; return how many mails went out. Safe to run twice at once.

    An answer is marked as being sent before it is handed over. One that is still marked when its
    time is up may have gone out or not: a person decides.
    """
    _end_unsure(mailbox_id, clock())
    mailbox = Mailbox.objects.get(pk=mailbox_id)
    due = OutgoingMail.objects.filter(
        mailbox=mailbox, state=SendState.WAITING, not_before__lte=clock()
    )
    numbers = list(due.order_by("not_before", "pk").values_list("pk", flat=True)[:MOST])
    if not numbers:
        return 0
    if not mailbox.active:
        for number in numbers:
            _fail(number, Fault.OFF, "", clock())
        return 0
    try:
        with open_sender(mailbox) as sender:
            sent = 0
            for number in numbers:
                sent += _send(number, sender, clock)
                if sender.lost:
                    break
            return sent
    except ServerFault as error:
        for number in numbers:
            _put_off(number, error.fault, error.detail, clock())
        return 0


@transaction.atomic
def send_again(ticket: Ticket, mail: OutgoingMail, mover: Mover) -> None:
    """Send an answer that failed once more, because a person says so."""
    refuse_stranger(held_ticket(ticket), mover)
    rows = OutgoingMail.objects.filter(pk=mail.pk, state=SendState.FAILED)
    told = {"fault": "", "detail": "", "failures": 0, "not_before": mover.at}
    if not rows.update(state=SendState.WAITING, **told):
        raise InvalidTransition(_("It is not failed any more: look again."))
    TicketMessage.objects.filter(pk=mail.said_id).update(delivery=_WAITING)
    record("mail: sent again", mail, by=mover.by, at=mover.at)


def _send(number: int, sender: Sender, clock: Clock) -> int:
    """Hand one mail over; return 1 where the server took it."""
    now = clock()
    waiting = OutgoingMail.objects.filter(pk=number, state=SendState.WAITING)
    if not waiting.update(
        state=SendState.SENDING, attempts=F("attempts") + 1, leased_until=now + LEASE
    ):
        return 0
    rows = OutgoingMail.objects.select_related("said__ticket__store", "mailbox")
    mail = rows.get(pk=number)
    try:
        message = _letter(mail)
    except OSError:
        _fail(number, Fault.FILE, "", clock())
        return 0
    try:
        sender.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        _refused(number, Fault.ADDRESS, (code, words), clock())
        return 0
    except smtplib.SMTPResponseException as error:
        _refused(number, Fault.REFUSED, (error.smtp_code, error.smtp_error), clock())
        return 0
    except (OSError, ValueError) as error:
        sender.lost = True
        end, fault = (_fail, Fault.UNSURE) if sender.begun else (_put_off, Fault.BROKEN)
        end(number, fault, server_words(error), clock())
        return 0
    return _sent(mail, clock())


@transaction.atomic
def _sent(mail: OutgoingMail, now: datetime) -> int:
    # Also one that was given up for its time: now it is known that it went out.
    rows = OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts)
    told = {"state": SendState.SENT, "sent_at": now, "leased_until": None}
    if not rows.update(fault="", detail="", **told):
        return 0
    TicketMessage.objects.filter(pk=mail.said_id).update(delivery=_SENT)
    record("mail: sent", mail, by=None, at=now)
    return 1


def _refused(number: int, fault: Fault, answer: tuple[int, bytes | str], now: datetime) -> None:
    """Put off what the server does not take now, and end what it never takes."""
    code, words = answer
    detail = f"{code} {server_words(words)}"
    if 400 <= code < 500:
        _put_off(number, fault, detail, now)
    else:
        _fail(number, fault, detail, now)


@transaction.atomic
def _put_off(number: int, fault: Fault, detail: str, now: datetime) -> None:
    mail = _held(number)
    if mail is None:
        return
    if mail.failures >= len(PAUSES):
        fail_mail(mail, fault, detail, at=now)
        return
    mail.not_before = now + PAUSES[mail.failures]
    mail.state, mail.leased_until = SendState.WAITING, None
    mail.fault, mail.detail, mail.failures = fault, detail[:500], mail.failures + 1
    mail.save(update_fields=["not_before", "state", "leased_until", "fault", "detail", "failures"])


@transaction.atomic
def _fail(number: int, fault: Fault, detail: str, now: datetime) -> None:
    mail = _held(number)
    if mail is not None:
        fail_mail(mail, fault, detail, at=now)


def _held(number: int) -> OutgoingMail | None:
    rows = OutgoingMail.objects.select_for_update(of=("self",))
    return rows.filter(pk=number, state__in=(SendState.WAITING, SendState.SENDING)).first()


def _end_unsure(mailbox_id: int, now: datetime) -> None:
    late = OutgoingMail.objects.filter(
        mailbox=mailbox_id, state=SendState.SENDING, leased_until__lt=now
    )
    for number in list(late.values_list("pk", flat=True)):
        _fail(number, Fault.UNSURE, "", now)


def _letter(mail: OutgoingMail) -> EmailMessage:
    """Return the mail as it goes out; ``OSError`` where a file of it is gone."""
    said, mailbox = mail.said, mail.mailbox
    ticket = said.ticket
    before = TicketMessage.objects.filter(ticket=ticket, at__lte=said.at).exclude(pk=said.pk)
    numbers = before.exclude(message_id="").exclude(direction=Direction.NOTE).order_by("at", "pk")
    known = [one for one in numbers.values_list("message_id", flat=True) if one.isprintable()]
    headers = {"Message-ID": said.message_id, "Auto-Submitted": "no"}
    if known:
        headers["In-Reply-To"] = known[-1]
        headers["References"] = " ".join(known[-MOST_REFERENCES:])
    if ticket.language:
        headers["Content-Language"] = ticket.language
    subject = f"Re: {plain_subject(ticket.subject)} {mark_of(ticket.pk, mark_key())}"
    letter = EmailMessage(
        subject="".join(c if c.isprintable() else " " for c in subject),
        body=said.text,
        from_email=formataddr((mailbox.name, mailbox.address)),
        to=[mail.recipient],
        reply_to=[mailbox.address],
        headers=headers,
    )
    files = MessageFile.objects.filter(message=said, attachment__withdrawn_at=None)
    for file in files.select_related("attachment").order_by("pk"):
        data = kept_attachment(file.attachment.stored_name).read_bytes()
        letter.attach(file.name, data, file.attachment.kind)
    return letter
