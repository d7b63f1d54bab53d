"""News of shipments, from carriers and by hand: taken in any order, and once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from accounts.core.scope import Scope
from catalog.actions.standing import store_fault
from catalog.actions.stores import lock_stores
from catalog.models import Store
from catalog.queries.stores import seen_stores
from opsdesk.actions.audit import Actor, person_id
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import InvalidData, NoRate, NotAllowed
from opsdesk.core.exchange import UNCHANGED, UPDATED, Outcome, State, refused
from orders.actions.shipment_drafts import Drafts, ShipmentDraft, held_shipments, store_drafts
from orders.actions.shipment_state import rates_for
from orders.core.shipment_items import EventItem, check_event
from orders.models import Shipment

Taken = tuple[Outcome, ShipmentDraft | None]


@transaction.atomic
def upsert_events(
    items: Sequence[EventItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the news, one answer per item: ``updated`` where it is news, else ``unchanged``.

    Whatever its order, the same news leads to the same state. ``scope``: only shipments of stores
    that are seen by it; ``None`` is the system itself.
    """
    return _store(items, Mover(at, by, scope))


def _store(items: Sequence[EventItem], mover: Mover, *, by_hand: bool = False) -> list[Outcome]:
    scope, at = mover.scope, mover.at
    faults = [check_event(item, at) for item in items]
    sound = [item for item, wrong in zip(items, faults, strict=True) if not wrong]
    stores = seen_stores((item.store for item in sound), scope)
    lock_stores(store.pk for store in stores.values())
    named = [(stores[i.store].pk, i.shipment) for i in sound if i.store in stores]
    drafts = Drafts(held_shipments(named))
    taken: list[Taken] = [
        (Outcome(State.ERROR, tuple(wrong)), None) if wrong else _take(item, stores, drafts, mover)
        for item, wrong in zip(items, faults, strict=True)
    ]
    touched = {draft.row.pk: draft for _outcome, draft in taken if draft is not None}
    wrong = _without_rate(touched.values())
    for event in (event for draft in touched.values() for event in draft.events):
        event.by_id = person_id(mover.by) if by_hand else None
    store_drafts([draft for pk, draft in touched.items() if pk not in wrong], mover)
    return [
        refused("cost", wrong[draft.row.pk].message, item.source_row)
        if draft is not None and draft.row.pk in wrong
        else outcome
        for item, (outcome, draft) in zip(items, taken, strict=True)
    ]


def _take(item: EventItem, stores: dict[str, Store], drafts: Drafts, mover: Mover) -> Taken:
    """Return the answer to an item, and the shipment that it brings news of."""
    if fault := store_fault(item, stores):
        return Outcome(State.ERROR, (fault,)), None
    draft = drafts.find(stores[item.store], item.shipment)
    if draft is None:
        message = _("There is no shipment %(name)s in store %(store)s: load it first.")
        words = {"name": item.shipment, "store": item.store}
        return refused("shipment", message % words, item.source_row), None
    return (UPDATED, draft) if draft.take_events([item], mover) else (UNCHANGED, None)


def _without_rate(drafts: Iterable[ShipmentDraft]) -> dict[int, NoRate]:
    """Bring the shipments to where their news puts them; return those that this is refused of."""
    rows = list(drafts)
    rates = rates_for(draft.row for draft in rows)
    found = {}
    for draft in rows:
        try:
            draft.put_right(rates)
        except NoRate as error:
            found[draft.row.pk] = error
    return found


@transaction.atomic
def record_event(shipment: Shipment, item: EventItem, mover: Mover) -> Shipment:
    """Write down news that somebody has of a shipment; return it as it stands then.

    ``NotAllowed`` without the right, ``InvalidData`` for what cannot be or is known already.
    """
    if not mover.may(Right.SERVICE_EDIT):
        raise NotAllowed(_("You don't have the right to record news."), code="no_right")
    [outcome] = _store([item], mover, by_hand=True)
    if outcome.state is State.ERROR:
        fault = outcome.errors[0]
        raise InvalidData(fault.message, field=fault.field)
    if outcome.state is State.UNCHANGED:
        raise InvalidData(_("Exactly this news is recorded already."), field="at")
    shipment.refresh_from_db()
    return shipment
