"""Tickets and their events as they come from outside: by file, and through the API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.scope import Scope
from catalog.actions.standing import store_fault
from catalog.actions.stores import lock_stores
from catalog.models import Store
from catalog.queries.stores import seen_stores
from opsdesk.actions.audit import Actor, person_id, record_many
from opsdesk.actions.moves import Mover, begin_many
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
from opsdesk.core.periods import business_date
from opsdesk.core.wording import twice
from opsdesk.models import LifeEvent
from orders.actions.clocks import behind_all, refresh_clocks
from orders.actions.tickets import TICKET_COURSE
from orders.core.lifecycle import TicketStatus
from orders.core.sla import Happening
from orders.core.ticket_items import GONE, TicketItem, check_ticket
from orders.core.tickets import Priority
from orders.models import Customer, Order, Ticket, TicketStep
from orders.queries.intake import customers_by_key, orders_by_key
from orders.queries.standings import vip_customers

Key = tuple[int, str]
_FACTS = (
    "subject",
    "language",
    "kind",
    "priority",
    "order",
    "customer",
    "csat",
    "csat_at",
    "status",
    "opened_at",
    "business_date",
    "source_updated_at",
    "updated_at",
)


@dataclass
class TicketIntake:
    """A delivery being read: what is known, what is to be written, and the answers."""

    stores: dict[str, Store]
    mover: Mover
    tickets: dict[Key, Ticket] = field(default_factory=dict)
    orders: dict[Key, Order] = field(default_factory=dict)
    customers: dict[Key, Customer] = field(default_factory=dict)
    vips: set[int] = field(default_factory=set)
    fresh: list[Ticket] = field(default_factory=list)
    changed: dict[int, tuple[Ticket, str]] = field(default_factory=dict)
    steps: list[TicketStep] = field(default_factory=list)

    @classmethod
    def begun(cls, items: Sequence[Any], mover: Mover) -> TicketIntake:
        """Return the intake with the stores held and the tickets looked up."""
        stores = seen_stores((item.store for item in items), mover.scope)
        lock_stores(store.pk for store in stores.values())
        intake = cls(stores, mover)
        keys = [(stores[i.store].pk, i.external_id) for i in items if i.store in stores]
        intake.tickets = _tickets_by_key(keys, stores.values())
        return intake

    def write(self) -> None:
        """Write tickets, steps and events, and bring the clocks up to them."""
        at, by = self.mover.at, self.mover.by
        Ticket.objects.bulk_create(self.fresh, batch_size=500)
        touched = {}
        for step in self.steps:
            # set anew, now that it has a number
            step.ticket = ticket = step.ticket
            touched[ticket.pk] = ticket
        changed = [ticket for ticket, _before in self.changed.values()]
        Ticket.objects.bulk_update(changed, _FACTS, batch_size=500)
        TicketStep.objects.bulk_create(self.steps, batch_size=1_000)
        begin_many(TICKET_COURSE, self.fresh, self.mover)
        LifeEvent.objects.bulk_create(
            [
                LifeEvent(
                    life=TICKET_COURSE.life.name,
                    object_id=ticket.pk,
                    verb="told",
                    from_state=before,
                    state=ticket.status,
                    by_id=person_id(by),
                    client_name=self.mover.client_name,
                    at=at,
                )
                for ticket, before in self.changed.values()
                if before != ticket.status
            ],
            batch_size=1_000,
        )
        record_many("created", Ticket, self.fresh, by=by, at=at)
        record_many("changed", Ticket, changed, by=by, at=at)
        refresh_clocks([*({t.pk: t for t in changed} | touched).values()], at=at)


@transaction.atomic
def upsert_tickets(
    items: Sequence[TicketItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the tickets, one answer per item in their order.

    Its times make the steps of its clocks. What an item leaves blank is kept as it is. Where
    somebody works on a ticket here, the source still tells subject, order and satisfaction, but no
    longer where it stands. An item that says nothing new, or is older than what is stored, is
    ``unchanged``. A new one of a VIP customer has the high priority where the item names none.
    """
    intake = TicketIntake.begun(items, Mover(at, by, scope))
    stores = intake.stores
    known = [item for item in items if item.store in stores]
    intake.orders = orders_by_key((stores[i.store].pk, i.order) for i in known if i.order)
    intake.customers = customers_by_key(
        (stores[i.store].pk, i.customer) for i in known if i.customer
    )
    intake.vips = vip_customers(
        [one.pk for one in intake.customers.values()]
        + [one.customer_id for one in intake.orders.values()]
    )
    seen: set[tuple[str, str]] = set()
    outcomes = []
    for item in items:
        key = (item.store, item.external_id)
        if faults := _faults(item, intake, at):
            outcomes.append(Outcome(State.ERROR, tuple(faults)))
        elif key in seen:
            outcomes.append(refused("external_id", twice(item.external_id), item.source_row))
        else:
            outcomes.append(_take(item, intake))
        seen.add(key)
    intake.write()
    return outcomes


def _faults(item: TicketItem, intake: TicketIntake, at: datetime) -> list[FieldFault]:
    if fault := store_fault(item, intake.stores):
        return [fault]
    faults = check_ticket(item, at)
    store = intake.stores[item.store].pk
    for name, number, known, message in (
        ("order", item.order, intake.orders, _("%(store)s has no order %(number)s.")),
        ("customer", item.customer, intake.customers, _("%(store)s has no customer %(number)s.")),
    ):
        if number and (store, number) not in known:
            words = {"store": item.store, "number": number[:100]}
            faults.append(FieldFault(name, message % words, item.source_row))
    return faults


def _take(item: TicketItem, intake: TicketIntake) -> Outcome:
    store, at = intake.stores[item.store], intake.mover.at
    key = (store.pk, item.external_id)
    stored = intake.tickets.get(key)
    if stored is not None and is_older(item.source_updated_at, stored.source_updated_at):
        return UNCHANGED
    order = intake.orders.get((store.pk, item.order)) or (stored.order if stored else None)
    customer = intake.customers.get((store.pk, item.customer))
    customer = customer or (stored.customer if stored else None) or _buyer(order)
    told: dict[str, Any] = {
        "subject": _subject(item, customer),
        "order": order,
        "customer": customer,
        "csat": item.csat if item.csat is not None or stored is None else stored.csat,
    }
    if stored is None or stored.owner_id is None:
        first = customer is not None and customer.pk in intake.vips
        told |= _standing(item, store, stored, Priority.HIGH if first else Priority.NORMAL)
    if stored is None:
        return _make(item, told, intake)
    old = [(s.at, s.what, s.kind, s.priority) for s in stored.source_steps]  # type: ignore[attr-defined]
    moves = "status" in told
    new = _steps(item, told) if moves else []
    newer = latest(item.source_updated_at, stored.source_updated_at)
    same = all(getattr(stored, name) == value for name, value in told.items())
    if same and (not moves or old == new) and newer == stored.source_updated_at:
        return UNCHANGED
    before = stored.status
    if told["csat"] != stored.csat:
        stored.csat_at = at
    for name, value in told.items():
        setattr(stored, name, value)
    stored.source_updated_at, stored.updated_at = newer, at
    if moves and old != new:
        TicketStep.objects.filter(ticket=stored, from_source=True).delete()
        intake.steps += [_step(stored, *one) for one in new]
    intake.changed[stored.pk] = (stored, before)
    return UNCHANGED if same and old == new else UPDATED


def _subject(item: TicketItem, customer: Customer | None) -> str:
    """Return the subject; nothing of what a customer wrote whose personal data was erased since."""
    erased = customer is not None and not customer.takes(item.opened_at)
    return GONE if erased else item.subject.strip()


def _buyer(order: Order | None) -> Customer | None:
    return order.customer if order else None


def _standing(
    item: TicketItem, store: Store, stored: Ticket | None, usual: Priority
) -> dict[str, Any]:
    status = TicketStatus.NEW
    if item.resolved_at is not None:
        status = TicketStatus.RESOLVED
    elif item.first_response_at is not None:
        status = TicketStatus.OPEN
    return {
        "status": status,
        "language": item.language or (stored.language if stored else ""),
        "kind": item.kind,
        "priority": item.priority or (stored.priority if stored else usual),
        "opened_at": item.opened_at,
        "business_date": business_date(item.opened_at, store.time_zone),
    }


def _make(item: TicketItem, told: dict[str, Any], intake: TicketIntake) -> Outcome:
    store, at = intake.stores[item.store], intake.mover.at
    ticket = Ticket(
        store=store,
        external_id=item.external_id,
        channel=item.channel,
        source_updated_at=item.source_updated_at,
        csat_at=at if item.csat is not None else None,
        queue_at=behind_all(item.opened_at),
        created_at=at,
        updated_at=at,
        **told,
    )
    intake.fresh.append(ticket)
    intake.steps += [_step(ticket, *one) for one in _steps(item, told)]
    return CREATED


def _steps(item: TicketItem, told: dict[str, Any]) -> list[tuple[datetime, str, str, str]]:
    """Return the steps that the times of an item make, in order."""
    times = [
        (item.opened_at, Happening.OPENED),
        (item.first_response_at, Happening.ANSWER),
        (item.resolved_at, Happening.RESOLVE),
    ]
    steps = [
        (at, what.value, str(told["kind"]), str(told["priority"]))
        for at, what in times
        if at is not None
    ]
    return sorted(steps, key=lambda one: one[0])


def _step(ticket: Ticket, at: datetime, what: str, kind: str, priority: str) -> TicketStep:
    return TicketStep(
        ticket=ticket, at=at, what=what, kind=kind, priority=priority, from_source=True
    )


def _tickets_by_key(keys: Iterable[Key], stores: Iterable[Store]) -> dict[Key, Ticket]:
    """Return the tickets with these keys, each held and with its steps from the source."""
    wanted = {key for key in keys if key[1]}
    rows = Ticket.objects.filter(
        store__in={store for store, _number in wanted},
        external_id__in={number for _store, number in wanted},
    ).select_related("order", "customer")
    by_pk = {store.pk: store for store in stores}
    found = {}
    for row in rows.order_by("pk").select_for_update(of=("self",)):
        if (row.store_id, row.external_id) in wanted:
            row.store = by_pk[row.store_id]
            row.source_steps = []  # type: ignore[attr-defined]
            found[(row.store_id, row.external_id)] = row
    by_ticket = {row.pk: row for row in found.values()}
    steps = TicketStep.objects.filter(ticket__in=by_ticket, from_source=True)
    for step in steps.order_by("at", "id"):
        by_ticket[step.ticket_id].source_steps.append(step)  # type: ignore[attr-defined]
    return found
