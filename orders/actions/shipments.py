"""Shipments as they come from outside and from people, never more than was bought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from accounts.core.scope import Scope
from catalog.actions.standing import store_fault
from catalog.actions.stores import lock_stores
from catalog.models import Warehouse
from catalog.queries.fx import RateTable
from catalog.queries.stores import seen_stores
from opsdesk.actions.audit import Actor
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import InvalidData, NoRate, NotAllowed
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
from opsdesk.core.wording import twice
from orders.actions.shipment_drafts import Drafts, ShipmentDraft, held_shipments, store_drafts
from orders.core.shipment_items import ShipmentItem, check_shipment
from orders.core.shipping import NOT_SHIPPED
from orders.models import LogisticsChannel, Shipment
from orders.queries.intake import lines_by_order, orders_by_key
from orders.queries.shipments import lines_of, shipped_books


@transaction.atomic
def upsert_shipments(
    items: Sequence[ShipmentItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the shipments, one answer per item; give it a thousand at a time.

    What an item does not tell keeps what is stored. Of one older than what is stored only its
    events are news. Of a line of an order never more is in parcels than was bought, over all of
    them: the store is held, so that two deliveries at once cannot both pass. ``scope``: only
    stores that are seen by it; ``None`` is the system itself.
    """
    reader = _ShipmentReader(items, Mover(at, by, scope))
    outcomes = reader.read()
    store_drafts(reader.told, reader.mover)
    if reader.newer:
        Shipment.objects.bulk_update(reader.newer, ["source_updated_at"], batch_size=500)
    return outcomes


@transaction.atomic
def send_parcel(item: ShipmentItem, mover: Mover) -> Shipment:
    """Make a shipment that somebody writes down; ``InvalidData`` says what is wrong with it."""
    if not mover.may(Right.SERVICE_EDIT):
        raise NotAllowed(_("You don't have the right to send parcels."), code="no_right")
    reader = _ShipmentReader([item], mover)
    if reader.drafts.all:
        message = _("There is a shipment %(name)s in this store already.")
        raise InvalidData(message % {"name": item.name}, field="tracking_number")
    [outcome] = reader.read()
    if outcome.state is State.ERROR:
        fault = outcome.errors[0]
        raise InvalidData(fault.message, field=fault.field.partition(".")[0])
    store_drafts(reader.told, mover)
    return reader.told[0].row


class _ShipmentReader:
    """Reads one delivery of shipments; ``told`` are the drafts to be stored."""

    def __init__(self, items: Sequence[ShipmentItem], mover: Mover) -> None:
        self.items, self.mover = items, mover
        self.told: list[ShipmentDraft] = []
        self.newer: list[Shipment] = []
        # Looked at first: what is no text is asked for in no database.
        self.faults = [check_shipment(item, mover.at) for item in items]
        sound = [item for item, wrong in zip(items, self.faults, strict=True) if not wrong]
        self.stores = seen_stores((item.store for item in sound), mover.scope)
        lock_stores(store.pk for store in self.stores.values())
        known = [(self.stores[i.store].pk, i) for i in sound if i.store in self.stores]
        names = {(s, n) for s, i in known for n in (i.external_id, i.tracking_number) if n}
        self.drafts = Drafts(held_shipments(names))
        self.orders = orders_by_key((s, i.order) for s, i in known if i.order)
        self.channels = {one.code: one for one in LogisticsChannel.objects.all()}
        # By their codes, also for a machine bound to stores: a name tells it nothing.
        codes = {item.warehouse for item in sound if item.warehouse}
        self.warehouses = {one.code: one for one in Warehouse.objects.filter(code__in=codes)}
        self.rates = RateTable(self._currencies())
        self._read_lines()

    def _currencies(self) -> set[str]:
        found = {store.currency for store in self.stores.values()}
        found |= {item.cost_currency for item in self.items if item.cost_currency}
        found |= {d.row.cost_currency for d in self.drafts.all if d.row.cost_currency}
        return found | {settings.REPORTING_CURRENCY}

    def _read_lines(self) -> None:
        """Look up what was bought and sent, where an item says what is in a parcel."""
        telling = any(item.lines is not None for item in self.items)
        orders = {order.pk: order for order in self.orders.values()}
        orders |= {draft.row.order_id: draft.row.order for draft in self.drafts.all}
        self.bought = lines_by_order(orders) if telling else {}
        self.books = shipped_books(orders.values(), self.bought) if telling else {}
        self.sent = lines_of(draft.row.pk for draft in self.drafts.all) if telling else {}

    def read(self) -> list[Outcome]:
        """Return the answers, in the order of the items."""
        seen: set[tuple[str, str]] = set()
        touched: set[int] = set()
        outcomes: list[Outcome] = []
        for item, faults in zip(self.items, self.faults, strict=True):
            if not faults and (fault := store_fault(item, self.stores)):
                faults = [fault]
            if faults:
                outcomes.append(Outcome(State.ERROR, tuple(faults)))
                continue
            draft = self._find(item)
            key = (item.store, item.name)
            if key in seen or (draft is not None and id(draft) in touched):
                field = "external_id" if item.external_id else "tracking_number"
                outcomes.append(refused(field, twice(item.name), item.source_row))
                continue
            seen.add(key)
            outcome, draft = self._decide(item, draft)
            outcomes.append(outcome)
            if draft is not None:
                touched.add(id(draft))
        return outcomes

    def _find(self, item: ShipmentItem) -> ShipmentDraft | None:
        store = self.stores[item.store]
        if item.external_id:
            found = self.drafts.by_number.get((store.pk, item.external_id))
            if found is not None or not item.tracking_number:
                return found
            # One that had no number of its own yet is called by its tracking number.
            nameless = self.drafts.by_number.get((store.pk, item.tracking_number))
            same = nameless is not None and nameless.row.tracking_number == item.tracking_number
            return nameless if same else None
        key = (store.pk, item.tracking_number)
        # Of two that the name fits, the one that is tracked by it.
        return self.drafts.by_tracking.get(key) or self.drafts.by_number.get(key)

    def _decide(
        self, item: ShipmentItem, draft: ShipmentDraft | None
    ) -> tuple[Outcome, ShipmentDraft | None]:
        """Return the answer, and the draft of the shipment that the item is of."""
        is_new = draft is None
        if draft is None:
            made = self._new(item)
            if isinstance(made, FieldFault):
                return Outcome(State.ERROR, (made,)), None
            draft = made
        stored_at = draft.row.source_updated_at
        older = not is_new and is_older(item.source_updated_at, stored_at)
        kept = draft.copy()
        faults = [] if older else self._apply(item, draft)
        try:
            draft.take_events(item.events, self.mover)
            draft.put_right(self.rates)
        except NoRate as error:
            faults = [*faults, FieldFault("cost", error.message, item.source_row)]
        if faults or (faults := self._line_faults(item, draft, older)):
            draft.restore(kept)
            return Outcome(State.ERROR, tuple(faults)), draft
        self._book(item, draft, older)
        draft.row.source_updated_at = latest(item.source_updated_at, stored_at)
        self.drafts.name(draft)
        if draft.row.source_updated_at != stored_at and not draft.row_changed:
            self.newer.append(draft.row)
        if not draft.changed:
            return UNCHANGED, draft
        self.told.append(draft)
        return (CREATED if is_new else UPDATED), draft

    def _new(self, item: ShipmentItem) -> ShipmentDraft | FieldFault:
        """Return a new shipment of the order it names, or what it lacks."""
        store, row = self.stores[item.store], item.source_row
        order = self.orders.get((store.pk, item.order))
        if not item.order:
            message = _("A new shipment needs its order: there is no shipment %(name)s yet.")
            return FieldFault("order", message % {"name": item.name}, row)
        if order is None:
            message = _(
                "There is no order %(order)s in store %(store)s yet: load the order first, then "
                "this shipment again."
            )
            return FieldFault("order", message % {"order": item.order, "store": item.store}, row)
        if not item.channel:
            message = _("A new shipment needs its channel: there is no shipment %(name)s yet.")
            return FieldFault("channel", message % {"name": item.name}, row)
        if item.channel not in self.channels:
            return self._no_channel(item)
        return ShipmentDraft.of(
            Shipment(
                store=store,
                order=order,
                external_id=item.name,
                channel=self.channels[item.channel],
                created_at=self.mover.at,
                updated_at=self.mover.at,
            )
        )

    def _no_channel(self, item: ShipmentItem) -> FieldFault:
        message = _("There is no logistics channel %(code)s: make it first.")
        return FieldFault("channel", message % {"code": item.channel}, item.source_row)

    def _apply(self, item: ShipmentItem, draft: ShipmentDraft) -> list[FieldFault]:
        """Put what the item tells into the row; return what cannot be."""
        row, faults = draft.row, self._name_faults(item, draft)
        if item.order and item.order != row.order.external_id:
            message = _("Shipment %(name)s is of order %(order)s, not of %(other)s.")
            words = {"name": row, "order": row.order.external_id, "other": item.order}
            faults.append(FieldFault("order", message % words, item.source_row))
        if item.channel and item.channel not in self.channels:
            faults.append(self._no_channel(item))
        if item.warehouse and item.warehouse not in self.warehouses:
            message = _("There is no warehouse %(code)s: make it first.")
            words = {"code": item.warehouse}
            faults.append(FieldFault("warehouse", message % words, item.source_row))
        if faults:
            return faults
        if item.external_id:
            row.external_id = item.external_id
        if item.tracking_number:
            row.tracking_number = item.tracking_number
        if item.warehouse:
            row.warehouse = self.warehouses[item.warehouse]
        if item.dispatched_at is not None:
            row.told_dispatched_at = item.dispatched_at
        if item.outcome:
            row.told_outcome, row.told_outcome_at = item.outcome, item.outcome_at
        self._promise(item, row)
        self._cost(item, row)
        return []

    def _name_faults(self, item: ShipmentItem, draft: ShipmentDraft) -> list[FieldFault]:
        """Return why it cannot be called so: a tracking number is one parcel's."""
        key = (draft.row.store_id, item.tracking_number)
        named = not item.external_id and draft.row.tracking_number
        if named and draft.row.tracking_number != item.tracking_number:
            message = _(
                "Shipment %(name)s has the tracking number %(number)s: give its number in "
                "external_id to change that."
            )
            words = {"name": draft.row, "number": draft.row.tracking_number}
            return [FieldFault("tracking_number", message % words, item.source_row)]
        other = self.drafts.by_tracking.get(key) if item.tracking_number else None
        if other is None or other is draft:
            return []
        message = _("The tracking number %(number)s is that of shipment %(name)s.")
        words = {"number": item.tracking_number, "name": other.row}
        return [FieldFault("tracking_number", message % words, item.source_row)]

    def _promise(self, item: ShipmentItem, row: Shipment) -> None:
        before = (row.channel, row.remote_area)
        if item.channel:
            row.channel = self.channels[item.channel]
        if item.remote_area is not None:
            row.remote_area = item.remote_area
        if item.promised_days is not None:
            row.promised_days, row.promise_given = item.promised_days, True
        elif not row.promise_given and before != (row.channel, row.remote_area):
            # Another way promises something else; what is promised is taken from it.
            row.promised_days = None

    def _cost(self, item: ShipmentItem, row: Shipment) -> None:
        if item.cost is None:
            return
        row.cost = Decimal(item.cost)
        currency = item.cost_currency or row.cost_currency or row.store.currency
        if currency != row.cost_currency:
            row.cost_currency, row.fx_rate = currency, None

    def _line_faults(
        self, item: ShipmentItem, draft: ShipmentDraft, older: bool
    ) -> list[FieldFault]:
        if item.lines is None or older:
            return []
        counts = draft.row.status not in NOT_SHIPPED
        faults = self.books[draft.row.order_id].faults(_key(draft), item.lines, counts=counts)
        return [FieldFault(one.field, one.message, item.source_row) for one in faults]

    def _book(self, item: ShipmentItem, draft: ShipmentDraft, older: bool) -> None:
        """Note what is in the parcel, for the next ones of the same delivery as well."""
        held = self.sent.get(draft.row.pk or 0, {})
        if item.lines is not None and not older:
            given = {line.line_no: line.quantity for line in item.lines}
            if given != held:
                numbers = self.bought.get(draft.row.order_id, {})
                draft.lines = {numbers[no].pk: units for no, units in given.items()}
            held = given
        book = self.books.get(draft.row.order_id)
        if book is not None:
            counts = draft.row.status not in NOT_SHIPPED
            book.parcels[_key(draft)] = held if counts else {}


def _key(draft: ShipmentDraft) -> int | str:
    return draft.row.pk or draft.row.external_id
