"""Where orders go, written with the orders."""

from collections.abc import Iterable
from dataclasses import asdict

from orders.core.address_items import ADDRESS_LIMITS, AddressItem
from orders.models import OrderAddress


def write_addresses(given: Iterable[tuple[int, AddressItem | None]]) -> None:
    """Store the addresses by the orders' primary keys; an order without one keeps what it has."""
    OrderAddress.objects.bulk_create(
        [
            OrderAddress(order_id=order_id, **asdict(address))
            for order_id, address in given
            if address is not None and not address.blank
        ],
        update_conflicts=True,
        unique_fields=["order"],
        update_fields=list(ADDRESS_LIMITS),
    )
