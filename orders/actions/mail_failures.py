"""What becomes of an answer that cannot be sent, or that comes back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from opsdesk.actions.audit import record
from orders.core.mail_words import Fault, SendState
from orders.core.mails import Bounce
from orders.models import Mailbox, OutgoingMail, TicketMessage

_FAILED = TicketMessage.Delivery.FAILED


@transaction.atomic
def fail_mail(mail: OutgoingMail, fault: Fault, detail: str, *, at: datetime) -> None:
    """Write down that an answer, which the caller holds, did not reach the customer, and why."""
    mail.state, mail.fault, mail.detail = SendState.FAILED, fault, detail[:500]
    mail.leased_until = None
    mail.save(update_fields=["state", "fault", "detail", "leased_until"])
    TicketMessage.objects.filter(pk=mail.said_id).update(delivery=_FAILED)
    record("mail: failed", mail, by=None, at=at, detail={"fault": str(fault.value)})


@transaction.atomic
def note_bounce(mailbox: Mailbox, bounce: Bounce, *, at: datetime) -> bool:
    """Write down that an answer of this mailbox came back; tell whether there is such a one.

    Our numbers cannot be guessed: only who got the mail can send it back.
    """
    rows = OutgoingMail.objects.select_for_update(of=("self",)).select_related("said")
    found = rows.filter(mailbox=mailbox, said__message_id=bounce.message_id).first()
    if found is None:
        return False
    fail_mail(found, Fault.BOUNCED, bounce.detail, at=at)
    return True
