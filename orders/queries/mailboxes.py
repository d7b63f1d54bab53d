"""Which mailboxes have work, and which mails need a person."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from accounts.core.scope import Scope
from orders.core.mail_words import MailState, SendState
from orders.models import IncomingMail, Mailbox, OutgoingMail


def mailboxes_to_fetch() -> list[int]:
    """Return the mailboxes that are fetched."""
    return list(Mailbox.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))


def mailboxes_to_send(now: datetime) -> list[int]:
    """Return the mailboxes with answers that are due, or whose sending never ended."""
    due = Q(state=SendState.WAITING, not_before__lte=now)
    due |= Q(state=SendState.SENDING, leased_until__lt=now)
    rows = OutgoingMail.objects.filter(due).order_by("mailbox")
    return list(rows.values_list("mailbox", flat=True).distinct())


def failed_mails(scope: Scope) -> int:
    """Return how many mails that came in need a person."""
    return IncomingMail.objects.visible_to(scope).filter(state=MailState.FAILED).count()
