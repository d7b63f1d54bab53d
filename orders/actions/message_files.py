"""Files that are given with what is said on a ticket, and taking one back."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from opsdesk.actions.audit import record_many
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import InvalidData
from orders.actions.attachments import Owner, attach, withdraw_attachment
from orders.actions.tickets import held_ticket, refuse_stranger
from orders.core.attachments import GivenFile
from orders.core.lifecycle import TICKET
from orders.models import Attachment, MessageFile, Ticket, TicketMessage

MOST_AT_ONCE = 10


def keep_files(message: TicketMessage, files: Sequence[GivenFile], mover: Mover) -> None:
    """Keep ``files`` beside the ticket of ``message``, which the caller holds.

    What the ticket has already is not kept twice. Refused where a message brings too many.
    """
    if len(files) > MOST_AT_ONCE:
        told = _("A message takes at most %(most)d files: send the others with another one.")
        raise InvalidData(told % {"most": MOST_AT_ONCE}, code="too_many_files", field="file")
    owner = Owner(TICKET.name, message.ticket_id, message.ticket.store_id)
    given = {sha256(file.data).hexdigest(): file for file in reversed(files)}
    rows = Attachment.objects.of(owner.kind, owner.pk).kept().filter(digest__in=given)
    kept = {row.digest: row for row in rows}
    made = [
        MessageFile(
            message=message,
            attachment=kept.get(digest) or attach(owner, file, mover),
            name=file.name,
        )
        for digest, file in reversed(given.items())
    ]
    made = MessageFile.objects.bulk_create(made)
    record_many("created", MessageFile, made, by=mover.by, at=mover.at)


@transaction.atomic
def withdraw_file(ticket: Ticket, attachment: Attachment, reason: str, mover: Mover) -> None:
    """Take a file of a ticket back with a reason: nobody gets it any more.

    Raises ``NotAllowed`` where somebody else works on the ticket.
    """
    refuse_stranger(held_ticket(ticket), mover)
    withdraw_attachment(attachment, mover, reason=reason)
