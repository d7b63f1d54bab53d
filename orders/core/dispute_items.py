"""Disputes as they come from outside, and the checks each of them has to pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from opsdesk.core.exchange import Checks, FieldFault, decimals, future_fault
from orders.core.lifecycle import DISPUTED, DisputeStatus

AMOUNT_BOUND = Decimal(10) ** 12
REASON_LENGTH = 4000


class DisputeKind(TextChoices):
    """What a dispute is about, or who raises it."""

    A_TO_Z = "a_to_z", pgettext_lazy("dispute", "A-to-z claim")
    CHARGEBACK = "chargeback", pgettext_lazy("dispute", "Chargeback")
    NOT_RECEIVED = "not_received", pgettext_lazy("dispute", "Item not received")
    NOT_AS_DESCRIBED = "not_as_described", pgettext_lazy("dispute", "Not as described")
    INTELLECTUAL_PROPERTY = (
        "intellectual_property",
        pgettext_lazy("dispute", "Intellectual property"),
    )
    OTHER = "other", pgettext_lazy("dispute", "Other")


@dataclass(frozen=True, slots=True)
class DisputeItem:
    """A dispute from outside, identified by (store, number).

    What is ``None`` or blank is not given: it keeps what is stored, unless ``cleared`` names it.
    """

    store: str
    number: str
    opened_at: datetime
    order: str = ""
    kind: str = ""
    status: str = ""
    currency: str = ""
    amount: Decimal | None = None
    outcome_amount: Decimal | None = None
    reason: str | None = None
    respond_by: datetime | None = None
    closed_at: datetime | None = None
    cleared: frozenset[str] = frozenset()
    source_updated_at: datetime | None = None
    source_row: int | None = None

    @property
    def known_status(self) -> DisputeStatus | None:
        """The state it names, ``None`` for none and for a word that nobody has mapped."""
        return DisputeStatus(self.status) if self.status in DisputeStatus.values else None


def check_dispute(item: DisputeItem, at: datetime, own: tuple[str, int]) -> list[FieldFault]:
    """Return everything wrong with a dispute; ``own`` is its store's currency and its decimals."""
    checks = Checks(item.source_row)
    checks.text("number", item.number, 100)
    checks.text("order", item.order, 100, blank=True)
    checks.text("status", item.status, 60, blank=True)
    if item.kind and item.kind not in DisputeKind.values:
        message = _("%(field)s is “%(found)s”; known are: %(known)s.")
        words = {"field": "kind", "found": item.kind[:60], "known": ", ".join(DisputeKind.values)}
        checks.wrong("kind", message % words)
    checks.prose("reason", item.reason or "", REASON_LENGTH)
    _check_money(checks, item, own)
    _check_times(checks, item, at)
    return checks.faults


def _check_money(checks: Checks, item: DisputeItem, own: tuple[str, int]) -> None:
    currency, places = own
    if item.currency and item.currency != currency:
        message = _("Store %(store)s sells in %(own)s, not in %(given)s.")
        words = {"store": item.store, "own": currency, "given": item.currency[:10]}
        checks.wrong("currency", message % words)
    for field in ("amount", "outcome_amount"):
        amount = getattr(item, field)
        if amount is None:
            continue
        if not amount.is_finite() or not 0 <= amount < AMOUNT_BOUND:
            message = _("%(field)s lies between 0 and 12 digits.") % {"field": field}
            checks.wrong(field, message)
        elif decimals(amount) > places:
            message = _("The currency of the store has %(places)d decimals.")
            checks.wrong(field, message % {"places": places})


def _check_times(checks: Checks, item: DisputeItem, at: datetime) -> None:
    before = len(checks.faults)
    for field in ("opened_at", "respond_by", "closed_at", "source_updated_at"):
        if (given := getattr(item, field)) is not None:
            checks.instant(field, given)
    if len(checks.faults) > before:
        return
    for field in ("opened_at", "closed_at", "source_updated_at"):
        if late := future_fault(getattr(item, field), at):
            checks.wrong(field, late)
    if item.closed_at is not None:
        if item.closed_at < item.opened_at:
            checks.wrong("closed_at", _("A dispute is not decided before it is opened."))
        elif item.known_status in DISPUTED:
            message = _("A dispute that is decided is won, lost or settled: set its state right.")
            checks.wrong("closed_at", message)
