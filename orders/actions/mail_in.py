"""Fetching the mails of a mailbox: each is stored once, then taken in."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import F, Q, QuerySet

from opsdesk.actions.audit import record
from opsdesk.actions.files import keep_attachment
from orders.actions.mail_servers import Fetched, Folder, ServerFault, open_folder
from orders.actions.mail_taking import take_mail
from orders.core.mail_words import Fault, MailState, Why
from orders.core.mails import read_head, read_mail
from orders.models import IncomingMail, Mailbox

Clock = Callable[[], datetime]
LEASE = timedelta(minutes=5)
# So many at once; the others a minute later.
MOST = 200
# As IMAP writes them, whatever the language here.
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
# By how much a server's day may differ from ours.
SLACK = timedelta(days=1)


class LeaseLost(Exception):
    """Another worker fetches this mailbox now; this one must not write any more."""


def fetch_mailbox(mailbox_id: int, *, clock: Clock) -> int:
    """Fetch what is new in a mailbox and take it in; return how many mails were stored.

    Nothing is done where another worker does it. What goes wrong with the server stands at the
    mailbox afterwards; what was stored before is kept and taken in all the same.
    """
    mailbox = _claim(mailbox_id, clock())
    if mailbox is None:
        return 0
    stored, told = 0, (Fault.BROKEN.value, "")
    try:
        with open_folder(mailbox) as folder:
            stored = _fetch(mailbox, folder, clock)
        told = ("", "")
    except ServerFault as error:
        told = (error.fault.value, error.detail)
    except LeaseLost:
        return stored
    finally:
        fault, detail = told
        _mine(mailbox).update(
            leased_until=None, polled_at=clock(), fault=fault, fault_detail=detail
        )
    take_waiting(mailbox, clock=clock)
    return stored


def take_waiting(mailbox: Mailbox, *, clock: Clock) -> None:
    """Take in what is stored and not taken yet, the oldest first; one never stops the others."""
    rows = IncomingMail.objects.filter(mailbox=mailbox, state=MailState.WAITING)
    for number in list(rows.order_by("pk").values_list("pk", flat=True)[: 2 * MOST]):
        take_mail(number, at=clock())


def _claim(mailbox_id: int, now: datetime) -> Mailbox | None:
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    rows = Mailbox.objects.filter(free, pk=mailbox_id, active=True)
    if not rows.update(leased_until=now + LEASE, fence=F("fence") + 1):
        return None
    return Mailbox.objects.get(pk=mailbox_id)


def _mine(mailbox: Mailbox) -> QuerySet[Mailbox]:
    return Mailbox.objects.filter(pk=mailbox.pk, fence=mailbox.fence)


def _fetch(mailbox: Mailbox, folder: Folder, clock: Clock) -> int:
    """Store what is new, each mail in one transaction with how far the folder was read."""
    if folder.validity == mailbox.uid_validity:
        found = folder.after(mailbox.last_uid)
    else:
        # Read for the first time, or numbered anew: what came since we last looked. What is
        # stored already is known by its key.
        begun = (mailbox.polled_at or mailbox.created_at) - SLACK
        found = folder.since(f"{begun.day}-{_MONTHS[begun.month - 1]}-{begun.year}")
    stored = 0
    for uid in found[:MOST]:
        mail = folder.fetch(uid)
        stored += _store(mailbox, folder.validity, uid, mail, clock())
        if mail is not None:
            folder.mark(uid)
    if not found:
        known = folder.validity == mailbox.uid_validity
        _advance(mailbox, folder.validity, mailbox.last_uid if known else folder.last, clock())
    return stored


@transaction.atomic
def _store(mailbox: Mailbox, validity: int, uid: int, mail: Fetched | None, now: datetime) -> bool:
    """Write down a mail that was fetched, and that it was; tell whether it is a new one."""
    _advance(mailbox, validity, uid, now)
    return mail is not None and store_mail(mailbox, mail, now) is not None


def _advance(mailbox: Mailbox, validity: int, uid: int, now: datetime) -> None:
    held = _mine(mailbox).update(uid_validity=validity, last_uid=uid, leased_until=now + LEASE)
    if not held:
        raise LeaseLost


def store_mail(mailbox: Mailbox, mail: Fetched, now: datetime) -> IncomingMail | None:
    """Keep a mail as it came, ``None`` where it is there already.

    Of one that is larger than is taken only its head is told, and that a person looks after it.
    """
    key = _key_of(mailbox, mail)
    if IncomingMail.objects.filter(mailbox=mailbox, key=key).exists():
        return None
    head = read_head(mail.raw)
    made = IncomingMail(
        mailbox=mailbox,
        key=key,
        message_id=head.message_id,
        sender=head.sender,
        subject=head.subject,
        received_at=now,
        size=mail.size,
    )
    if mail.whole:
        made.stored_name = secrets.token_hex(32)
        keep_attachment(made.stored_name, mail.raw)
    else:
        made.state, made.detail = MailState.FAILED, mail.refused
        made.why = Why.UNREADABLE if mail.refused else Why.LARGE
    made.save(force_insert=True)
    record("created", made, by=None, at=now, detail={"bytes": mail.size})
    return made


def _key_of(mailbox: Mailbox, mail: Fetched) -> str:
    """Return what is the same for the same mail; of one that cannot be read, of its bytes."""
    if mail.refused:
        return sha256(f"{mailbox.uid_validity} {mail.uid}".encode()).hexdigest()
    try:
        read = read_mail(mail.raw) if mail.whole else None
    except Exception:
        # the parser fails in many ways at what strangers send; taking it in tells how
        read = None
    return read.key if read and read.message_id else sha256(mail.raw).hexdigest()
