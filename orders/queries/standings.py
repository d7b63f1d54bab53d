"""Who of the customers comes first."""

from collections.abc import Iterable

from orders.models import CustomerStanding


def vip_customers(customer_ids: Iterable[int | None]) -> set[int]:
    """Return which of these customers are of a VIP tier; no statement where there is nobody."""
    wanted = {pk for pk in customer_ids if pk is not None}
    if not wanted:
        return set()
    rows = CustomerStanding.objects.vip().filter(customer__in=wanted)
    return set(rows.values_list("customer", flat=True))
