"""Customers, made when their first order or return comes in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from orders.core.address_items import CONTACT_LIMITS, CustomerItem
from orders.models import Customer
from orders.queries.intake import Key, customers_by_key

Told = tuple[datetime, CustomerItem]
LEARNT = ("country", *CONTACT_LIMITS, "details_at", "erased_at", "erased_for")


def ensure_customers(wanted: Iterable[tuple[int, Told]]) -> Mapping[Key, Customer]:
    """Return the customers by (store, number), made where they are new.

    Each item comes with the source's time of it. A country that was unknown is filled in; a known
    one stays. Of name, e-mail, phone and address what was told last counts; an older item only
    fills in what nobody told yet. What was erased does not come back (``Customer.takes``).
    """
    given: dict[Key, list[Told]] = defaultdict(list)
    for store_id, told in wanted:
        given[(store_id, told[1].external_id)].append(told)
    known = customers_by_key(given)
    missing = [
        Customer(store_id=key[0], external_id=key[1]) for key in sorted(given.keys() - known)
    ]
    for customer in missing:
        learn(customer, given[(customer.store_id, customer.external_id)])
    if missing:
        Customer.objects.bulk_create(missing, ignore_conflicts=True)
        known |= customers_by_key((c.store_id, c.external_id) for c in missing)
    changed = [customer for key, customer in known.items() if learn(customer, given[key])]
    if changed:
        Customer.objects.bulk_update(changed, LEARNT, batch_size=500)
    return known


def learn(customer: Customer, told: list[Told]) -> bool:
    """Take over what the items say; tell whether the customer differs now."""
    before = [getattr(customer, name) for name in LEARNT]
    for _at, item in told:
        customer.country = customer.country or item.country
    for at, item in sorted(told, key=lambda one: one[0]):
        contacts = item.contacts if customer.takes(at) else {}
        newer = customer.details_at is None or at >= customer.details_at
        for name, text in contacts.items():
            if newer or not getattr(customer, name):
                setattr(customer, name, text)
        if contacts and newer:
            customer.details_at = at
            customer.erased_at, customer.erased_for = None, ""
    return before != [getattr(customer, name) for name in LEARNT]
