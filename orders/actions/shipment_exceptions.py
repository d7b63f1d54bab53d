"""Exceptions of shipments: raised and passed by the night and by news, worked on by people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from opsdesk.actions.audit import person_id, record_many
from opsdesk.actions.moves import Course, Mover, begin_many
from opsdesk.actions.sql import take_turn
from opsdesk.core.errors import NotAllowed
from opsdesk.core.periods import business_date, day_start
from opsdesk.models import LifeEvent
from orders.core.lifecycle import SHIPMENT_EXCEPTION, ShipmentStatus
from orders.core.shipping import exceptions_on
from orders.models import Shipment, ShipmentException
from orders.queries.shipment_exceptions import (
    Cause,
    causes_on,
    gone_on,
    lasting_causes,
    to_raise,
    waiting_of,
)

PIECE = 2_000
TURN = "shipment exceptions"


def _then(exception: ShipmentException, verb: str, mover: Mover) -> None:
    """Keep whose it is, and when it came to its end."""
    if verb == "take":
        exception.taken_by_id = person_id(mover.by)
    elif verb == "put_back":
        exception.taken_by_id = None
    else:
        exception.closed_at = mover.at
    exception.save(update_fields=["taken_by", "closed_at"])


EXCEPTION_COURSE = Course(SHIPMENT_EXCEPTION, ShipmentException, then=_then)


def raise_exceptions(as_of: date, mover: Mover, *, most: int = PIECE) -> int:
    """Raise at most ``most`` exceptions that hold at the end of ``as_of``; return how many.

    Called until it raises fewer: each call is one transaction. Where one waits already, or was
    solved lately, nothing is raised.
    """
    done = 0
    for cause in causes_on(as_of):
        if done == most:
            break
        done += _raise(cause, as_of, mover, most - done)
    return done


@transaction.atomic
def _raise(cause: Cause, day: date, mover: Mover, most: int) -> int:
    take_turn(TURN)
    quiet = None
    if cause.quiet_from is not None:
        quiet = day_start(cause.quiet_from, settings.COMPANY_TIME_ZONE)
    found = to_raise(cause, quiet)[:most]
    rows = list(found.values_list("pk", "store", "external_id", cause.since))
    made = ShipmentException.objects.bulk_create(
        [
            ShipmentException(
                shipment_id=pk, store_id=store, kind=cause.kind, about=about, raised_on=day
            )
            for pk, store, _name, about in rows
        ],
        batch_size=500,
    )
    begin_many(EXCEPTION_COURSE, made, mover)
    named = [(one.pk, f"{one.kind} {row[2]}") for one, row in zip(made, rows, strict=True)]
    record_many("shipment_exception: begin", ShipmentException, named, by=mover.by, at=mover.at)
    return len(made)


def raise_for(shipments: Iterable[Shipment], mover: Mover) -> int:
    """Raise losses and damage of these shipments at once; the rest is found by the night."""
    wrong = [row.pk for row in shipments if row.damaged_on or row.status == ShipmentStatus.LOST]
    if not wrong:
        return 0
    day = business_date(mover.at, settings.COMPANY_TIME_ZONE)
    return sum(
        _raise(
            Cause(cause.kind, cause.since, cause.shipments.filter(pk__in=wrong)),
            day,
            mover,
            len(wrong),
        )
        for cause in lasting_causes()
    )


@transaction.atomic
def pass_exceptions(as_of: date, mover: Mover, *, most: int = PIECE) -> int:
    """Let at most ``most`` exceptions pass whose cause is gone; return how many there were."""
    return _pass(gone_on(as_of)[:most].values_list("pk", flat=True), mover)


def pass_gone(shipments: Sequence[Shipment], mover: Mover) -> int:
    """Let those exceptions of the shipments pass whose cause is gone by their news."""
    rows = {row.pk: row for row in shipments}
    gone = []
    for waiting in waiting_of(rows):
        row = rows[waiting.shipment_id]
        day = business_date(mover.at, row.store.time_zone)
        if waiting.kind not in exceptions_on(row.watched, row.channel.silent_days, day):
            gone.append(waiting.pk)
    return _pass(gone, mover)


@transaction.atomic
def take_exceptions(numbers: Iterable[int], mover: Mover) -> int:
    """Take all of these that are nobody's; return how many. The others are left as they are.

    ``NotAllowed`` without the right, and for a machine: it takes a person.
    """
    if mover.is_machine or person_id(mover.by) is None or not mover.may(Right.SERVICE_EDIT):
        raise NotAllowed(_("You don't have the right to take exceptions."), code="no_right")
    return _step("take", numbers, mover, taken_by=person_id(mover.by))


def _pass(numbers: Iterable[int], mover: Mover) -> int:
    return _step("pass", numbers, mover, closed_at=mover.at)


def _step(verb: str, numbers: Iterable[int], mover: Mover, **values: Any) -> int:
    """Make a step with all of these that it starts from, at once; return how many there were."""
    step = SHIPMENT_EXCEPTION.moves[verb]
    rows = ShipmentException.objects.filter(pk__in=list(numbers), status__in=step.sources)
    held = list(rows.select_for_update(of=("self",)).select_related("shipment").order_by("pk"))
    if not held:
        return 0
    chosen = ShipmentException.objects.filter(pk__in=[one.pk for one in held])
    chosen.update(status=step.to, **values)
    LifeEvent.objects.bulk_create(
        [
            LifeEvent(
                life=SHIPMENT_EXCEPTION.name,
                object_id=one.pk,
                verb=verb,
                from_state=one.status,
                state=step.to,
                by_id=person_id(mover.by),
                client_name=mover.client_name,
                at=mover.at,
            )
            for one in held
        ],
        batch_size=500,
    )
    named = [(one.pk, f"{one.kind} {one.shipment.external_id}") for one in held]
    word = f"{SHIPMENT_EXCEPTION.name}: {verb}"
    record_many(word, ShipmentException, named, by=mover.by, at=mover.at)
    return len(held)
