"""Evidence in disputes: added while they are open, never changed, withdrawn with a reason."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from opsdesk.actions.audit import person_id, record
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed, NotReady
from orders.actions.attachments import (
    Owner,
    attach,
    withdraw_attachment,
    withdraw_row,
    withdrawal_reason,
)
from orders.core.attachments import GivenFile
from orders.core.lifecycle import DISPUTE, DisputeStatus
from orders.models import Dispute, DisputeEvidence
from orders.models.disputes import TEXT_LENGTH
from orders.queries.disputes import kept_evidence

# Where a third party decides, there is always something for it to look at.
JUDGED = (DisputeStatus.MEDIATION, DisputeStatus.ARBITRATION)


@transaction.atomic
def add_evidence(
    dispute: Dispute, mover: Mover, *, text: str = "", file: GivenFile | None = None
) -> DisputeEvidence:
    """Add a text, a file or both to an open dispute and return the evidence.

    Nothing is written where the person may not, the dispute is decided, or nothing is given.
    """
    _refuse_mover(mover)
    held = _held_open(dispute)
    text = text.replace("\0", "").strip()
    if not text and file is None:
        raise InvalidData(_("Write a text or choose a file: one of them is the evidence."))
    if len(text) > TEXT_LENGTH:
        message = _("The text of an evidence has at most %(limit)d characters.")
        raise InvalidData(message % {"limit": TEXT_LENGTH}, field="text")
    if file is None and kept_evidence(held).filter(text=text).exists():
        # A form that was sent twice.
        raise InvalidData(_("The same text is there already."), code="same_text", field="text")
    owner = Owner(DISPUTE.name, held.pk, held.store_id)
    made = DisputeEvidence.objects.create(
        dispute=held,
        text=text,
        attachment=attach(owner, file, mover) if file else None,
        by_id=person_id(mover.by),
        at=mover.at,
    )
    told = {"dispute": held.external_id, "has_text": bool(text), "has_file": file is not None}
    record("evidence: added", made, by=mover.by, at=mover.at, detail=told)
    return made


@transaction.atomic
def withdraw_evidence(evidence: DisputeEvidence, mover: Mover, *, reason: str) -> None:
    """Take an evidence back, with its file; it stays on the list with the reason.

    ``NotReady`` for the last one of a dispute in mediation or arbitration.
    """
    _refuse_mover(mover)
    reason = withdrawal_reason(reason)
    held = _held_open(evidence.dispute)
    others = kept_evidence(held).exclude(pk=evidence.pk)
    if held.status in JUDGED and not others.exists():
        message = _("It is the only evidence in a dispute in “%(state)s”: add the right one first.")
        raise NotReady(message % {"state": held.get_status_display()})
    withdraw_row(evidence, mover, reason)
    if evidence.attachment is not None:
        withdraw_attachment(evidence.attachment, mover, reason=reason)
    told = {"dispute": held.external_id, "reason": reason}
    record("evidence: withdrawn", evidence, by=mover.by, at=mover.at, detail=told)


def _held_open(dispute: Dispute) -> Dispute:
    held = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute.pk)
    if not held.is_open:
        message = _("The dispute %(number)s is decided: its evidence stays as it is.")
        raise InvalidTransition(message % {"number": held.external_id})
    return held


def _refuse_mover(mover: Mover) -> None:
    if mover.is_machine or not mover.may(Right.SERVICE_EDIT):
        raise NotAllowed(_("You don't have the right to change the evidence."), code="no_right")
