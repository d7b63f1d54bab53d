"""Shipments as they are to be written, many at once, with all that follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from catalog.actions.stores import mark_dirty
from catalog.models import FactFamily, Store
from catalog.queries.fx import RateTable
from opsdesk.actions.audit import person_id, record_many
from opsdesk.actions.moves import Mover, begin_many
from opsdesk.models import LifeEvent
from orders.actions.shipment_exceptions import pass_gone, raise_for
from orders.actions.shipment_orders import bring_orders_along
from orders.actions.shipment_state import FOLLOWING, SHIPMENT_COURSE, made_event, put_right
from orders.core.lifecycle import SHIPMENT, ShipmentStatus
from orders.core.shipment_items import EventItem
from orders.core.shipping import Fact
from orders.models import Shipment, ShipmentLine, TrackingEvent
from orders.queries.shipments import KnownEvents, Name, events_of, shipments_named

GIVEN = (
    "external_id",
    "tracking_number",
    "channel",
    "warehouse",
    "remote_area",
    "promise_given",
    "told_dispatched_at",
    "told_outcome",
    "told_outcome_at",
    "cost",
    "cost_currency",
)
COLUMNS = ("status", *GIVEN, *FOLLOWING)
_ATTRIBUTES = tuple(
    field.attname for name in COLUMNS for field in Shipment._meta.fields if field.name == name
)


@dataclass
class ShipmentDraft:
    """A shipment as it is to be written, beside what is stored of it (``None``: it is new)."""

    row: Shipment
    known: KnownEvents
    before: tuple[Any, ...] | None
    events: list[TrackingEvent] = field(default_factory=list)
    # by primary key of the order's line; ``None``: nothing is said of them
    lines: dict[int, int] | None = None
    steps: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Shipment, known: KnownEvents | None = None) -> ShipmentDraft:
        """Begin with what is stored of a shipment, or with a new one."""
        before = contents(row) if row.pk else None
        return cls(row, known or KnownEvents([], set()), before)

    def take_events(self, items: Iterable[EventItem], mover: Mover) -> bool:
        """Keep the news that is not stored yet; tell whether there is any."""
        count = len(self.events)
        for item in items:
            key = (item.at, item.fingerprint)
            if key not in self.known.keys:
                self.known.keys.add(key)
                self.known.facts.append(Fact(item.at, item.code))
                self.events.append(made_event(self.row, item, mover))
        return len(self.events) > count

    def put_right(self, rates: RateTable) -> None:
        """Bring the row to where its news puts it; ``NoRate`` where its cost has no rate."""
        self.steps += put_right(self.row, self.known.facts, rates)

    def copy(self) -> ShipmentDraft:
        """Return it as it stands, to be restored from."""
        known = KnownEvents(list(self.known.facts), set(self.known.keys))
        return replace(self, row=copy(self.row), known=known, events=list(self.events))

    def restore(self, kept: ShipmentDraft) -> None:
        """Go back to where ``kept`` was copied: what was tried is refused."""
        for name in ("row", "known", "events", "lines", "steps"):
            setattr(self, name, getattr(kept, name))

    @property
    def row_changed(self) -> bool:
        """True where a column of the row differs from what is stored."""
        return self.before != contents(self.row)

    @property
    def changed(self) -> bool:
        """True where anything is to be written."""
        return self.row_changed or bool(self.events) or self.lines is not None

    def days(self) -> set[tuple[int, date]]:
        """Return the days (store, day) of dispatch and outcome that gain or lose the parcel."""
        days = {self.row.dispatched_on, self.row.outcome_on}
        if self.before is not None:
            stored = dict(zip(COLUMNS, self.before, strict=True))
            days |= {stored["dispatched_on"], stored["outcome_on"]}
        return {(self.row.store_id, day) for day in days if day is not None}


def contents(row: Shipment) -> tuple[Any, ...]:
    """Return what a row says, to be compared."""
    return tuple(getattr(row, name) for name in _ATTRIBUTES)


class Drafts:
    """The shipments of a delivery, found by number or by tracking number."""

    def __init__(self, drafts: Sequence[ShipmentDraft]) -> None:
        self.all: list[ShipmentDraft] = []
        self.by_number: dict[tuple[int, str], ShipmentDraft] = {}
        self.by_tracking: dict[tuple[int, str], ShipmentDraft] = {}
        for draft in drafts:
            self.add(draft)

    def add(self, draft: ShipmentDraft) -> None:
        """Keep one that can be found from now on."""
        self.all.append(draft)
        self.name(draft)

    def name(self, draft: ShipmentDraft) -> None:
        """Let one be found by the names it has now."""
        row = draft.row
        self.by_number[row.store_id, row.external_id] = draft
        if row.tracking_number:
            self.by_tracking[row.store_id, row.tracking_number] = draft

    def find(self, store: Store, name: str) -> ShipmentDraft | None:
        """Return the shipment of this number, or else of this tracking number."""
        key = (store.pk, name)
        return self.by_number.get(key) or self.by_tracking.get(key)


def held_shipments(names: Iterable[Name]) -> list[ShipmentDraft]:
    """Return the shipments with these names as drafts, held until the end of the transaction.

    Whoever calls holds their stores already.
    """
    rows = shipments_named(names).select_related("store", "channel", "order").order_by("pk")
    held = list(rows.select_for_update(of=("self",), no_key=True))
    events = events_of(row.pk for row in held)
    return [ShipmentDraft.of(row, events[row.pk]) for row in held]


def store_drafts(drafts: Sequence[ShipmentDraft], mover: Mover) -> None:
    """Write what changed: rows, lines, news, steps and audit; take orders and exceptions along."""
    drafts = [draft for draft in drafts if draft.changed]
    new = [draft for draft in drafts if draft.before is None]
    changed = [draft for draft in drafts if draft.before is not None]
    for draft in drafts:
        draft.row.updated_at = mover.at
    Shipment.objects.bulk_create([draft.row for draft in new], batch_size=1_000)
    Shipment.objects.bulk_create(
        [draft.row for draft in changed if draft.row_changed],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*COLUMNS, "source_updated_at", "updated_at"],
        batch_size=1_000,
    )
    _write_lines(drafts)
    TrackingEvent.objects.bulk_create(
        [event for draft in drafts for event in draft.events], batch_size=2_000
    )
    begin_many(SHIPMENT_COURSE, [draft.row for draft in new], mover)
    record_many("created", Shipment, _named(new), by=mover.by, at=mover.at)
    _write_steps(changed, mover)
    mark_dirty(FactFamily.SHIPMENTS, {day for draft in drafts for day in draft.days()})
    moved = [d.row for d in drafts if d.steps or d.row.status != ShipmentStatus.READY]
    bring_orders_along({row.order_id for row in moved}, mover)
    pass_gone([draft.row for draft in changed], mover)
    raise_for([draft.row for draft in drafts], mover)


def _named(drafts: Iterable[ShipmentDraft]) -> list[tuple[int, str]]:
    return [(draft.row.pk, draft.row.external_id) for draft in drafts]


def _write_lines(drafts: Sequence[ShipmentDraft]) -> None:
    told = [draft for draft in drafts if draft.lines is not None]
    if not told:
        return
    ShipmentLine.objects.filter(shipment__in=[draft.row.pk for draft in told]).delete()
    ShipmentLine.objects.bulk_create(
        [
            ShipmentLine(shipment_id=draft.row.pk, order_line_id=line, quantity=quantity)
            for draft in told
            for line, quantity in (draft.lines or {}).items()
        ],
        batch_size=2_000,
    )


def _write_steps(drafts: Sequence[ShipmentDraft], mover: Mover) -> None:
    """Write the steps of each shipment's life; what only changed besides is one entry."""
    events: list[LifeEvent] = []
    by_verb: dict[str, list[ShipmentDraft]] = defaultdict(list)
    for draft in drafts:
        state = dict(zip(COLUMNS, draft.before or (), strict=True))["status"]
        for verb in draft.steps:
            move = SHIPMENT.moves[verb]
            by_verb[f"{SHIPMENT.name}: {verb}"].append(draft)
            events.append(
                LifeEvent(
                    life=SHIPMENT.name,
                    object_id=draft.row.pk,
                    verb=verb,
                    from_state=state,
                    state=move.to,
                    by_id=person_id(mover.by),
                    client_name=mover.client_name,
                    at=mover.at,
                )
            )
            state = move.to
        if not draft.steps:
            by_verb["changed"].append(draft)
    LifeEvent.objects.bulk_create(events, batch_size=2_000)
    for verb, found in by_verb.items():
        record_many(verb, Shipment, _named(found), by=mover.by, at=mover.at)
