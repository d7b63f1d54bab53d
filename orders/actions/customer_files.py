"""Customers as a source tells of them by themselves, not with an order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.core.scope import Scope
from catalog.actions.stores import lock_stores
from catalog.queries.stores import seen_stores
from opsdesk.actions.audit import Actor, record_many
from opsdesk.core.exchange import (
    CREATED,
    UNCHANGED,
    UPDATED,
    Fault,
    FieldFault,
    Outcome,
    State,
    future_fault,
    refused,
)
from opsdesk.core.wording import twice
from orders.actions.customers import LEARNT, learn
from orders.actions.ticket_files import store_fault
from orders.core.address_items import CustomerRecord
from orders.core.items import check_customer
from orders.models import Customer
from orders.queries.intake import customers_by_key


@transaction.atomic
def upsert_customers(
    items: Sequence[CustomerRecord], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the customers, one answer per item in their order.

    What an item leaves blank is kept; one older than what is stored only fills in blanks. An item
    that says nothing new is ``unchanged``, and so is every one of a customer whose personal data
    was erased, as far as it is personal.
    """
    stores = seen_stores((item.store for item in items), scope)
    lock_stores(store.pk for store in stores.values())
    known = customers_by_key(
        (stores[item.store].pk, item.customer.external_id) for item in items if item.store in stores
    )
    fresh: list[Customer] = []
    changed: list[Customer] = []
    seen: set[tuple[str, str]] = set()
    outcomes = []
    for item in items:
        number = item.customer.external_id
        key = (item.store, number)
        if fault := store_fault(item, stores):
            outcomes.append(Outcome(State.ERROR, (fault,)))
        elif faults := _faults(item, at):
            outcomes.append(Outcome(State.ERROR, tuple(faults)))
        elif key in seen:
            outcomes.append(refused("external_id", twice(number), item.source_row))
        else:
            store = stores[item.store].pk
            stored = known.get((store, number))
            customer = stored or Customer(store_id=store, external_id=number)
            # A source without times cannot tell what is newer than an erasure.
            told_at = item.source_updated_at or customer.erased_at or at
            news = learn(customer, [(told_at, item.customer)])
            if stored is None:
                fresh.append(customer)
            elif news:
                changed.append(customer)
            outcomes.append(CREATED if stored is None else UPDATED if news else UNCHANGED)
        seen.add(key)
    Customer.objects.bulk_create(fresh, batch_size=500)
    Customer.objects.bulk_update(changed, LEARNT, batch_size=500)
    record_many("created", Customer, fresh, by=by, at=at)
    record_many("changed", Customer, changed, by=by, at=at)
    return outcomes


def _faults(item: CustomerRecord, at: datetime) -> list[Fault]:
    found: list[Fault] = list(check_customer(item))
    if future := future_fault(item.source_updated_at, at):
        found.append(FieldFault("source_updated_at", future, item.source_row))
    return found
