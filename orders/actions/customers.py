"""Customers, made when their first order or return comes in."""

from collections.abc import Iterable, Mapping

from orders.core.items import CustomerItem
from orders.models import Customer
from orders.queries.intake import Key, customers_by_key


def ensure_customers(wanted: Iterable[tuple[int, CustomerItem]]) -> Mapping[Key, Customer]:
    """Return the customers by (store, number), made where they are new.

    A country that was unknown is filled in; a known one stays.
    """
    given: dict[Key, CustomerItem] = {}
    for store_id, item in wanted:
        key = (store_id, item.external_id)
        if key not in given or not given[key].country:
            given[key] = item
    known = customers_by_key(given)
    missing = [
        Customer(store_id=key[0], external_id=key[1], country=given[key].country)
        for key in sorted(given)
        if key not in known
    ]
    if missing:
        Customer.objects.bulk_create(missing, ignore_conflicts=True)
        known |= customers_by_key((c.store_id, c.external_id) for c in missing)
    named = [c for key, c in known.items() if not c.country and given[key].country]
    for customer in named:
        customer.country = given[(customer.store_id, customer.external_id)].country
    if named:
        Customer.objects.bulk_update(named, ["country"], batch_size=500)
    return known
