"""Setting a mailbox up, and trying whether it can be reached."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from opsdesk.actions.audit import record
from opsdesk.actions.moves import Mover
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData, NotAllowed
from orders.actions.mail_servers import ServerFault, open_folder, open_sender, sealed_password
from orders.core.mail_words import Security
from orders.models import Mailbox

# Whoever points a mailbox elsewhere gives its password anew: nobody has it sent to another server.
_WHERE = (
    "imap_host imap_port imap_security imap_user smtp_host smtp_port smtp_security smtp_user"
).split()


@transaction.atomic
def save_mailbox(mailbox: Mailbox, password: str, mover: Mover) -> Mailbox:
    """Store a mailbox; ``password`` blank keeps the one that is stored.

    Raises ``InvalidData`` at the password where it has to be given, ``ValidationError`` for a row
    that breaks a rule.
    """
    if not mover.may(Right.ACCESS_EDIT):
        raise NotAllowed(_("Only administrators set mailboxes up."), code="no_right")
    stored = Mailbox.objects.select_for_update().filter(pk=mailbox.pk).first()
    _refuse_unsafe(mailbox)
    if stored is None:
        mailbox.created_at = mover.at
    elif not password and any(getattr(stored, one) != getattr(mailbox, one) for one in _WHERE):
        message = _("Give the password again: it goes to another server or user now.")
        raise InvalidData(message, field="new_password")
    elif (stored.imap_host, stored.imap_user, stored.imap_folder) != (
        mailbox.imap_host,
        mailbox.imap_user,
        mailbox.imap_folder,
    ):
        mailbox.uid_validity, mailbox.last_uid = None, 0
    if password:
        mailbox.password = sealed_password(password)
    if mailbox.active and not mailbox.password:
        message = _("Give the password, or switch the mailbox off.")
        raise InvalidData(message, field="new_password")
    if password and stored is not None:
        # first: without it the mailbox could not be switched on
        Mailbox.objects.filter(pk=mailbox.pk).update(password=mailbox.password)
        record("password set", mailbox, by=mover.by, at=mover.at)
    return save_record(mailbox, by=mover.by, at=mover.at)


def _refuse_unsafe(mailbox: Mailbox) -> None:
    """Refuse a password that would go over the network to be read by anybody."""
    for name in ("imap", "smtp"):
        open_way = getattr(mailbox, f"{name}_security") == Security.NONE
        local = getattr(mailbox, f"{name}_host") in ("localhost", "127.0.0.1", "::1")
        if open_way and not local and getattr(mailbox, f"{name}_user"):
            message = _("Choose TLS or STARTTLS: without them the password can be read on its way.")
            raise InvalidData(message, field=f"{name}_security")


def try_mailbox(mailbox: Mailbox) -> list[tuple[str, ServerFault | None]]:
    """Sign in at both servers and open the folder; return for each what went wrong, or nothing."""
    found: list[tuple[str, ServerFault | None]] = []
    for name, way in (("IMAP", open_folder), ("SMTP", open_sender)):
        try:
            with way(mailbox):
                found.append((name, None))
        except ServerFault as fault:
            found.append((name, fault))
    return found
