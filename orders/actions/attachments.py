"""Keeping a file beside a record, and withdrawing it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from opsdesk.actions.audit import person_id, record
from opsdesk.actions.files import keep_attachment
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import InvalidData, InvalidTransition
from orders.core.attachments import GivenFile, look_at
from orders.models import Attachment, DisputeEvidence

MOST_FILES = 30
WITHDRAWAL_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Owner:
    """The record that a file belongs to; whoever sees its store sees the file."""

    kind: str
    pk: int
    store_id: int


def given_file(name: str, data: bytes) -> GivenFile:
    """Return a file that somebody gives, ``InvalidData`` where it is none that is kept here."""
    return look_at(name, data, settings.ATTACHMENT_MAX_BYTES)


@transaction.atomic
def attach(owner: Owner, file: GivenFile, mover: Mover) -> Attachment:
    """Keep ``file`` beside ``owner``, which the caller holds; return it.

    Refused where the record has the same content already, or too many files.
    """
    digest = sha256(file.data).hexdigest()
    kept = Attachment.objects.of(owner.kind, owner.pk).kept()
    if (twin := kept.filter(digest=digest).first()) is not None:
        message = _("The same file is there already, as %(name)s.") % {"name": twin.name}
        raise InvalidData(message, code="same_file", field="file")
    if kept.count() >= MOST_FILES:
        message = _("There are %(most)d files already: withdraw one that is not needed first.")
        raise InvalidData(message % {"most": MOST_FILES}, code="too_many_files", field="file")
    made = Attachment.objects.create(
        owner_kind=owner.kind,
        owner_id=owner.pk,
        store_id=owner.store_id,
        name=file.name,
        kind=file.kind,
        size=len(file.data),
        digest=digest,
        stored_name=secrets.token_hex(32),
        by_id=person_id(mover.by),
        client_name=mover.client_name,
        at=mover.at,
    )
    told = {"kind": str(file.kind), "bytes": len(file.data), "digest": digest}
    record("attached", made, by=mover.by, at=mover.at, detail=told)
    keep_attachment(made.stored_name, file.data)
    return made


@transaction.atomic
def withdraw_attachment(attachment: Attachment, mover: Mover, *, reason: str) -> None:
    """Take a file back with a reason: it stays on the list, and nobody gets it any more."""
    reason = withdrawal_reason(reason)
    withdraw_row(attachment, mover, reason)
    record("withdrawn", attachment, by=mover.by, at=mover.at, detail={"reason": reason})


def withdrawal_reason(given: str) -> str:
    """Return the reason as it is kept, ``InvalidData`` where none is given."""
    reason = given.replace("\0", "").strip()
    if not reason or len(reason) > WITHDRAWAL_LENGTH:
        raise InvalidData(_("Say why, in at most 500 characters."), field="reason")
    return reason


def withdraw_row(row: Attachment | DisputeEvidence, mover: Mover, reason: str) -> None:
    """Mark ``row`` as withdrawn; of two who do it at once one succeeds."""
    taken: dict[str, int | str | datetime | None] = {
        "withdrawn_by_id": person_id(mover.by),
        "withdrawn_at": mover.at,
        "withdrawal_reason": reason,
    }
    rows = type(row)._default_manager.filter(pk=row.pk, withdrawn_at__isnull=True)
    if not rows.update(**taken):
        raise InvalidTransition(_("It has been withdrawn already: look again."))
    for name, value in taken.items():
        setattr(row, name, value)
