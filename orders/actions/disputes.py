"""Storing disputes, from outside and by hand, and their life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.scope import Scope
from catalog.actions.standing import refuse_unseen, store_fault
from catalog.actions.stores import lock_stores, mark_dirty
from catalog.models import FactFamily, Store
from catalog.queries.stores import seen_stores
from opsdesk.actions.audit import Actor, record_many
from opsdesk.actions.moves import Course, Mover, begin, begin_many, move
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData
from opsdesk.core.exchange import (
    CREATED,
    UNCHANGED,
    UPDATED,
    FieldFault,
    Outcome,
    State,
    is_older,
    latest,
    refused,
)
from opsdesk.core.money import minor_places
from opsdesk.core.periods import business_date
from opsdesk.core.wording import twice
from orders.core.dispute_items import DisputeItem, check_dispute
from orders.core.lifecycle import DISPUTE, DISPUTED, DisputeStatus
from orders.models import Dispute, Order
from orders.queries.disputes import disputes_by_key, kept_evidence
from orders.queries.intake import Key, orders_by_key

# What an item may say of a stored dispute; what it does not give stays.
TOLD = ("order", "kind", "amount", "outcome_amount", "reason", "respond_by", "opened_at")
COLUMNS = (
    *TOLD,
    "business_date",
    "closed_at",
    "closed_on",
    "source_status",
    "source_updated_at",
)


def _missing(dispute: Dispute, verb: str) -> list[str]:
    if verb not in ("mediate", "arbitrate") or kept_evidence(dispute).exists():
        return []
    return [_("There is no evidence yet: add a text or a file that proves our side.")]


def _then(dispute: Dispute, verb: str, mover: Mover) -> None:
    """Note when it was decided, and that whoever makes the first step handles it."""
    taken: dict[str, Any] = {}
    if dispute.status not in DISPUTED:
        day = business_date(mover.at, dispute.store.time_zone)
        taken = {"closed_at": mover.at, "closed_on": day}
    person = None if mover.scope is None else mover.scope.person_id
    if person is not None and dispute.handled_by_id is None:
        taken["handled_by_id"] = person
    if taken:
        Dispute.objects.filter(pk=dispute.pk).update(**taken)
    if "closed_on" in taken:
        mark_dirty(FactFamily.DISPUTES, [(dispute.store_id, taken["closed_on"])])


DISPUTE_COURSE = Course(DISPUTE, Dispute, _missing, _then)
# What the platform says has happened: nothing that we lack stands against it.
REPORTED_COURSE = Course(DISPUTE, Dispute, then=_then)


@transaction.atomic
def upsert_disputes(
    items: Sequence[DisputeItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the disputes, one answer per item; what is not given keeps what is stored.

    A state that is given moves a stored dispute there by its life, or is refused where no way
    leads there; a word that nobody has mapped is kept beside it. An item older at its source than
    what is stored changes nothing. An order that is not there yet is an error: sent again later
    the item is taken. ``scope``: only stores that are seen by it; ``None`` is the system itself.
    """
    intake = _Intake.of(items, Mover(at, by, scope))
    outcomes = [intake.take(item) for item in items]
    intake.write()
    return outcomes


@dataclass
class _Intake:
    """One delivery: what its items are looked up in, and the rows to write."""

    mover: Mover
    stores: dict[str, Store]
    orders: dict[Key, Order]
    known: dict[Key, Dispute]
    fresh: list[Dispute] = field(default_factory=list)
    changed: list[Dispute] = field(default_factory=list)
    confirmed: list[Dispute] = field(default_factory=list)
    moved: list[tuple[Dispute, tuple[str, ...]]] = field(default_factory=list)
    decided: dict[int, datetime] = field(default_factory=dict)
    days: set[tuple[int, date]] = field(default_factory=set)
    seen: set[Key] = field(default_factory=set)

    @classmethod
    def of(cls, items: Sequence[DisputeItem], mover: Mover) -> _Intake:
        """Look up what the items name, and hold their stores."""
        stores = seen_stores((item.store for item in items), mover.scope)
        lock_stores(store.pk for store in stores.values())
        there = [item for item in items if item.store in stores]
        return cls(
            mover,
            stores,
            orders_by_key((stores[item.store].pk, item.order) for item in there if item.order),
            disputes_by_key((stores[item.store].pk, item.number) for item in there),
        )

    def take(self, item: DisputeItem) -> Outcome:
        """Return the answer to ``item``, and note what is to be written of it."""
        if fault := store_fault(item, self.stores):
            return Outcome(State.ERROR, (fault,))
        store = self.stores[item.store]
        own = (store.currency, minor_places(store.currency))
        if faults := check_dispute(item, self.mover.at, own):
            return Outcome(State.ERROR, tuple(faults))
        key = (store.pk, item.number)
        if key in self.seen:
            return refused("number", twice(f"{item.store} {item.number}"), item.source_row)
        self.seen.add(key)
        if item.order and (store.pk, item.order) not in self.orders:
            return refused("order", no_order(item.store, item.order), item.source_row)
        stored = self.known.get(key)
        if stored is None:
            made = self._fill(Dispute(store=store, external_id=item.number), item)
            self.fresh.append(made)
            self.days |= days_of(made)
            return CREATED
        if is_older(item.source_updated_at, stored.source_updated_at):
            return UNCHANGED
        return self._change(stored, item)

    def _change(self, stored: Dispute, item: DisputeItem) -> Outcome:
        way = self._way(stored, item)
        if isinstance(way, FieldFault):
            return Outcome(State.ERROR, (way,))
        before, told, days = _state_of(stored), stored.source_updated_at, days_of(stored)
        self._fill(stored, item)
        if way:
            self.moved.append((stored, way))
            if item.closed_at is not None:
                self.decided[stored.pk] = item.closed_at
        if _state_of(stored) != before:
            self.days |= days | days_of(stored)
            self.changed.append(stored)
            return UPDATED
        if stored.source_updated_at != told:
            self.confirmed.append(stored)
        return UPDATED if way else UNCHANGED

    def _way(self, stored: Dispute, item: DisputeItem) -> tuple[str, ...] | FieldFault:
        """Return the steps to the state that the item names, or why it cannot be reached."""
        goal = item.known_status
        if goal is None or goal == stored.status:
            if item.closed_at is not None and stored.is_open:
                message = _("The dispute is open here: say whether it was won, lost or settled.")
                return FieldFault("status", message, item.source_row)
            return ()
        way = DISPUTE.route(stored.status, goal)
        if way is None:
            message = _("%(dispute)s is “%(state)s”; no step leads from there to “%(goal)s”.")
            words = {"dispute": stored, "state": stored.get_status_display(), "goal": goal.label}
            return FieldFault("status", message % words, item.source_row)
        return way

    def _fill(self, row: Dispute, item: DisputeItem) -> Dispute:
        store = self.stores[item.store]
        if row.pk is None:
            row.currency = store.currency
            row.status = item.known_status or DisputeStatus.OPENED
        opened_at = row.opened_at
        given = {name: getattr(item, name) for name in TOLD} | {
            "order": self.orders.get((store.pk, item.order)),
            "kind": item.kind or None,
        }
        for name, value in given.items():
            if value is not None or name in item.cleared:
                setattr(row, name, value)
        if row.opened_at != opened_at:
            # One that is stored stays: another zone of the store is for later ones only.
            row.business_date = business_date(row.opened_at, store.time_zone)
        if item.status:
            row.source_status = "" if item.known_status else item.status
        if item.closed_at is not None and not row.is_open:
            row.closed_at = item.closed_at
            row.closed_on = business_date(item.closed_at, store.time_zone)
        row.source_updated_at = latest(item.source_updated_at, row.source_updated_at)
        return row

    def write(self) -> None:
        """Write the rows with their audit, then make the steps of those that moved."""
        mover = self.mover
        Dispute.objects.bulk_create(self.fresh, batch_size=500)
        Dispute.objects.bulk_update(self.changed, COLUMNS, batch_size=200)
        Dispute.objects.bulk_update(self.confirmed, ["source_updated_at"], batch_size=500)
        begin_many(DISPUTE_COURSE, self.fresh, mover)
        for verb, rows in (("created", self.fresh), ("changed", self.changed)):
            named = [(row.pk, row.external_id) for row in rows]
            record_many(verb, Dispute, named, by=mover.by, at=mover.at)
        for dispute, way in self.moved:
            for verb in way:
                reason = _("As reported by the source.")
                move(REPORTED_COURSE, dispute, verb, mover.follow(), reason=reason)
            if (decided := self.decided.get(dispute.pk)) is not None:
                day = business_date(decided, dispute.store.time_zone)
                row = Dispute.objects.filter(pk=dispute.pk)
                row.update(closed_at=decided, closed_on=day)
                self.days.add((dispute.store_id, day))
        mark_dirty(FactFamily.DISPUTES, self.days)


def days_of(dispute: Dispute) -> set[tuple[int, date]]:
    """Return the days of the store whose figures a dispute is part of."""
    days = (dispute.business_date, dispute.closed_on)
    return {(dispute.store_id, day) for day in days if day is not None}


def _state_of(dispute: Dispute) -> list[Any]:
    names = [name for name in COLUMNS if name != "source_updated_at"]
    return [dispute.order_id if name == "order" else getattr(dispute, name) for name in names]


def no_order(store: str, number: str) -> str:
    """Return why a row that names an order cannot be taken."""
    message = _("There is no order %(order)s in store %(store)s: load it first.")
    return message % {"order": number[:100], "store": store}


@transaction.atomic
def save_dispute(dispute: Dispute, mover: Mover) -> Dispute:
    """Store a dispute as somebody wrote it down or changed it, and begin the life of a new one.

    ``NotAllowed`` for a store they do not see; ``InvalidData`` for an order of another store.
    """
    store = dispute.store
    refuse_unseen(store, mover)
    if dispute.order is not None and dispute.order.store_id != store.pk:
        raise InvalidData(no_order(store.code, dispute.order.external_id), field="order")
    is_new = dispute.pk is None
    if is_new:
        dispute.currency = store.currency
    own = (store.currency, minor_places(store.currency))
    for fault in check_dispute(_item_of(dispute), mover.at, own):
        name = {"number": "external_id"}.get(fault.field, fault.field)
        raise InvalidData(fault.message, field=name)
    stored = None if is_new else Dispute.objects.filter(pk=dispute.pk).first()
    if stored is None or stored.opened_at != dispute.opened_at:
        dispute.business_date = business_date(dispute.opened_at, store.time_zone)
    save_record(dispute, by=mover.by, at=mover.at)
    days = days_of(dispute) | (days_of(stored) if stored else set())
    mark_dirty(FactFamily.DISPUTES, days)
    if is_new:
        begin(DISPUTE_COURSE, dispute, mover)
    return dispute


def _item_of(dispute: Dispute) -> DisputeItem:
    return DisputeItem(
        store=dispute.store.code,
        number=dispute.external_id,
        opened_at=dispute.opened_at,
        kind=dispute.kind,
        amount=dispute.amount,
        outcome_amount=dispute.outcome_amount,
        reason=dispute.reason,
        respond_by=dispute.respond_by,
    )
