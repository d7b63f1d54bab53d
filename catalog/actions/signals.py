"""Signals of products: raised and lapsed each night, accepted or dismissed by a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from catalog.actions.selection import PRODUCT_COURSE
from catalog.core.signals import Found
from catalog.models import ProductSignal, SignalRule, SignalStatus
from catalog.models.signals import DECIDED
from catalog.queries.signals import signals_on
from opsdesk.actions.audit import person_id, record, record_many
from opsdesk.actions.moves import Mover, move
from opsdesk.actions.records import delete_record, save_record
from opsdesk.actions.sql import take_turn
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed
from opsdesk.core.periods import business_date
from opsdesk.models import LifeEvent

DAY = timedelta(days=1)
Key = tuple[int, str]


@transaction.atomic
def raise_signals(as_of: date, *, at: datetime) -> int:
    """Make the open signals those that hold at the end of ``as_of``; return how many there are.

    One that holds on keeps its row and takes on the night's numbers; one that does not any more
    has lapsed. What somebody decided on is not raised again before the rule's quiet days are over.
    """
    take_turn("product signals")
    found = signals_on(as_of)
    rows = ProductSignal.objects.open().order_by("pk").select_for_update(no_key=True)
    known = {(row.product_id, row.kind): row for row in rows}
    quiet = _quiet(found, at)
    held = [_filled(known[key], one, as_of) for key, one in found.items() if key in known]
    gone = [row for key, row in known.items() if key not in found]
    fresh = [
        _filled(ProductSignal(product_id=key[0], kind=key[1], raised_on=as_of), one, as_of)
        for key, one in found.items()
        if key not in known and key not in quiet
    ]
    for row in gone:
        row.status = SignalStatus.LAPSED
    still_open = ProductSignal.objects.open()
    still_open.bulk_update(held, ["verb", "evidence", "seen_on"], batch_size=500)
    still_open.bulk_update(gone, ["status"], batch_size=500)
    made = ProductSignal.objects.bulk_create(fresh, batch_size=500)
    record_many("signal: raised", ProductSignal, made, by=None, at=at)
    record_many("signal: lapsed", ProductSignal, gone, by=None, at=at)
    return len(held) + len(made)


def _quiet(found: Mapping[Key, Found], at: datetime) -> set[Key]:
    """Return of ``found`` what somebody decided on so lately that nothing is said of it."""
    longest = max((one.bound.quiet_days for one in found.values()), default=0)
    rows = ProductSignal.objects.filter(status__in=DECIDED, decided_at__gt=at - DAY * longest)
    decided = rows.values_list("product_id", "kind", "decided_at")
    return {
        (product, kind)
        for product, kind, then in decided
        if (one := found.get((product, kind))) and then and then > at - DAY * one.bound.quiet_days
    }


def _filled(row: ProductSignal, found: Found, as_of: date) -> ProductSignal:
    row.verb, row.evidence, row.seen_on = found.bound.verb, found.evidence.kept(), as_of
    return row


@transaction.atomic
def accept_signal(signal: ProductSignal, mover: Mover) -> LifeEvent:
    """Make the move that ``signal`` proposes and return its event; of two at once one succeeds.

    Refused where it is not open, or proposes another move by now than ``signal`` says; for a
    machine, as it takes a person's judgement; and as the move itself would be. Nothing is written
    then.
    """
    _refuse_mover(mover)
    _decide(signal, SignalStatus.ACCEPTED, mover)
    told = {"signal": signal.get_kind_display(), "sentence": signal.sentence}
    reason = _("Signal “%(signal)s”. %(sentence)s") % told
    event = move(PRODUCT_COURSE, signal.product, signal.verb, mover, reason=reason)
    record("signal: accepted", signal, by=mover.by, at=mover.at, detail={"verb": signal.verb})
    return event


@transaction.atomic
def dismiss_signal(signal: ProductSignal, mover: Mover, *, reason: str) -> None:
    """Say why nothing is done; the signal stays away for the rule's quiet days."""
    _refuse_mover(mover)
    reason = reason.replace("\0", "").strip()
    if not reason or len(reason) > 500:
        raise InvalidData(_("Say why, in at most 500 characters."), field="reason")
    _decide(signal, SignalStatus.DISMISSED, mover, reason)
    record("signal: dismissed", signal, by=mover.by, at=mover.at, detail={"reason": reason})


def _refuse_mover(mover: Mover) -> None:
    if mover.is_machine:
        raise NotAllowed(_("Deciding on a signal takes a person."), code="no_person")
    if mover.scope is not None and not mover.scope.may(Right.CATALOGUE_EDIT):
        raise NotAllowed(_("You don't have the right to decide on a signal."), code="no_right")


def _decide(signal: ProductSignal, status: SignalStatus, mover: Mover, reason: str = "") -> None:
    decided = {"decided_by": person_id(mover.by), "decided_at": mover.at, "reason": reason}
    rows = ProductSignal.objects.open().filter(pk=signal.pk, verb=signal.verb)
    if not rows.update(status=status, **decided):
        raise InvalidTransition(
            _("This signal is not open any more, or proposes another step now: look again.")
        )
    signal.refresh_from_db()


@transaction.atomic
def save_signal_rule(rule: SignalRule, mover: Mover) -> SignalRule:
    """Write a rule; ``InvalidData`` for one that would hold on days that have gone by."""
    _refuse_past(rule, mover.at)
    if rule.from_date is not None and rule.from_date < _today(mover.at):
        message = _("A rule holds from today on at the earliest: past nights went by the old one.")
        raise InvalidData(message, field="from_date")
    return save_record(rule, by=mover.by, at=mover.at)


@transaction.atomic
def delete_signal_rule(rule: SignalRule, mover: Mover) -> None:
    """Delete a rule that has held on no day yet."""
    _refuse_past(rule, mover.at)
    delete_record(rule, by=mover.by, at=mover.at)


def is_used(rule: SignalRule, today: date) -> bool:
    """Tell whether nights have gone by the rule, so that it is not changed any more."""
    return rule.from_date < today


def _refuse_past(rule: SignalRule, at: datetime) -> None:
    stored = SignalRule.objects.filter(pk=rule.pk).first() if rule.pk else None
    if stored is not None and is_used(stored, _today(at)):
        message = _("This rule has held since %(day)s: write another one from a later day on.")
        raise InvalidTransition(message % {"day": stored.from_date})


def _today(at: datetime) -> date:
    return business_date(at, settings.COMPANY_TIME_ZONE)
