"""Storing daily ratings of stores and their violations, and the life of a violation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.scope import Scope
from catalog.actions.stores import lock_stores
from catalog.core.lifecycle import VIOLATION
from catalog.core.standing import RatingItem, ViolationItem, check_rating, check_violation
from catalog.models import Store, StoreRating, Violation
from catalog.queries.stores import seen_stores
from opsdesk.actions.audit import Actor, record_many
from opsdesk.actions.moves import Course, Mover, begin
from opsdesk.actions.records import save_record
from opsdesk.core.errors import NotAllowed
from opsdesk.core.exchange import (
    CREATED,
    UNCHANGED,
    UPDATED,
    FieldFault,
    Outcome,
    State,
    future_fault,
    is_older,
    refused,
)
from opsdesk.core.periods import business_date
from opsdesk.core.wording import twice

RATED = ("account_health", "order_defect_rate", "chat_reply_rate")
TOLD = ("kind", "severity", "points", "happened_on", "lapses_on", "appeal_until", "detail")


def violation_course(at: datetime) -> Course:
    """Return the life of violations as it stands at ``at``: an appeal has a last day."""

    def missing(violation: Violation, verb: str) -> list[str]:
        last = violation.appeal_until
        if verb != "appeal" or last is None:
            return []
        if business_date(at, violation.store.time_zone) <= last:
            return []
        message = _("The last day to appeal was %(day)s: accept the violation instead.")
        return [message % {"day": last}]

    return Course(VIOLATION, Violation, missing)


def store_fault(item: Any, stores: dict[str, Store]) -> FieldFault | None:
    """Return why the item's store cannot be written, if so."""
    if item.store in stores:
        return None
    message = _("There is no store %(code)s that you see: load the stores first, or ask for it.")
    return FieldFault("store", message % {"code": item.store[:40]}, item.source_row)


def refuse_unseen(store: Store, mover: Mover) -> None:
    """Raise ``NotAllowed`` where the mover does not see the store."""
    if mover.scope is not None and not seen_stores([store.code], mover.scope):
        message = _("You don't see the store %(store)s: ask its department to do it.")
        raise NotAllowed(message % {"store": store.code}, field="store")


@transaction.atomic
def upsert_ratings(
    items: Sequence[RatingItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the ratings, one answer per item; what is not given keeps what is stored.

    An item older at its source than what is stored changes nothing. ``scope``: only stores that
    are seen by it; ``None`` is the system itself.
    """
    stores = seen_stores((item.store for item in items), scope)
    lock_stores(store.pk for store in stores.values())
    known = _ratings(items, stores)
    fresh: list[StoreRating] = []
    changed: list[StoreRating] = []
    confirmed: list[StoreRating] = []
    seen: set[tuple[str, date]] = set()
    outcomes: list[Outcome] = []
    for item in items:
        key = (item.store, item.day)
        if faults := _faults(item, stores, at):
            outcome = Outcome(State.ERROR, tuple(faults))
        elif key in seen:
            outcome = refused("day", twice(f"{item.store} {item.day}"), item.source_row)
        elif (row := known.get((stores[item.store].pk, item.day))) is None:
            given = {name: getattr(item, name) for name in (*RATED, "source_updated_at")}
            fresh.append(StoreRating(store=stores[item.store], day=item.day, **given))
            outcome = CREATED
        else:
            before = row.source_updated_at
            outcome = UPDATED if _rate_anew(row, item) else UNCHANGED
            if outcome is UPDATED:
                changed.append(row)
            elif row.source_updated_at != before:
                confirmed.append(row)
        seen.add(key)
        outcomes.append(outcome)
    made = StoreRating.objects.bulk_create(fresh, batch_size=1_000)
    StoreRating.objects.bulk_update(changed, (*RATED, "source_updated_at"), batch_size=500)
    StoreRating.objects.bulk_update(confirmed, ["source_updated_at"], batch_size=500)
    record_many("created", StoreRating, made, by=by, at=at)
    record_many("changed", StoreRating, changed, by=by, at=at)
    return outcomes


def _faults(item: RatingItem, stores: dict[str, Store], at: datetime) -> list[FieldFault]:
    if fault := store_fault(item, stores):
        return [fault]
    faults = check_rating(item, business_date(at, stores[item.store].time_zone))
    if late := future_fault(item.source_updated_at, at):
        faults.append(FieldFault("source_updated_at", late, item.source_row))
    return faults


def _ratings(
    items: Iterable[RatingItem], stores: dict[str, Store]
) -> dict[tuple[int, date], StoreRating]:
    days = {item.day for item in items}
    if not days or not stores:
        return {}
    rows = StoreRating.objects.select_related("store").filter(
        store__in=[store.pk for store in stores.values()], day__range=(min(days), max(days))
    )
    return {(row.store_id, row.day): row for row in rows}


def _rate_anew(row: StoreRating, item: RatingItem) -> bool:
    """Put what is given into the row; tell whether a figure changed."""
    if is_older(item.source_updated_at, row.source_updated_at):
        return False
    given = {n: value for n in RATED if (value := getattr(item, n)) is not None}
    differs = any(getattr(row, name) != value for name, value in given.items())
    for name, value in given.items():
        setattr(row, name, value)
    # Also where nothing else changed: what the source said before this comes too late from now on.
    row.source_updated_at = item.source_updated_at or row.source_updated_at
    return differs


@transaction.atomic
def upsert_violations(
    items: Sequence[ViolationItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the violations, one answer per item; where one stands in its life is not touched."""
    stores = seen_stores((item.store for item in items), scope)
    lock_stores(store.pk for store in stores.values())
    rows = Violation.objects.filter(
        store__in=[store.pk for store in stores.values()],
        external_id__in={item.number for item in items},
    )
    known = {(row.store_id, row.external_id): row for row in rows}
    seen: set[tuple[str, str]] = set()
    outcomes: list[Outcome] = []
    for item in items:
        key = (item.store, item.number)
        if fault := store_fault(item, stores):
            outcomes.append(Outcome(State.ERROR, (fault,)))
            continue
        store = stores[item.store]
        if faults := check_violation(item, business_date(at, store.time_zone)):
            outcomes.append(Outcome(State.ERROR, tuple(faults)))
        elif key in seen:
            outcomes.append(refused("number", twice(item.number), item.source_row))
        else:
            stored = known.get((store.pk, item.number))
            outcomes.append(_tell(stored, store, item, Mover(at, by, scope)))
        seen.add(key)
    return outcomes


def _tell(row: Violation | None, store: Store, item: ViolationItem, mover: Mover) -> Outcome:
    given = {name: getattr(item, name) for name in TOLD}
    if row is not None and all(getattr(row, name) == value for name, value in given.items()):
        return UNCHANGED
    is_new = row is None
    row = row or Violation(store=store, external_id=item.number)
    for name, value in given.items():
        setattr(row, name, value)
    save_record(row, by=mover.by, at=mover.at)
    if not is_new:
        return UPDATED
    begin(violation_course(mover.at), row, mover)
    return CREATED


@transaction.atomic
def save_violation(violation: Violation, mover: Mover) -> Violation:
    """Store a violation as somebody wrote it down; ``NotAllowed`` for a store they do not see."""
    refuse_unseen(violation.store, mover)
    is_new = violation.pk is None
    save_record(violation, by=mover.by, at=mover.at)
    if is_new:
        begin(violation_course(mover.at), violation, mover)
    return violation
