"""Where orders go, written with the orders."""

from collections.abc import Iterable
from dataclasses import asdict

from orders.core.address_items import ADDRESS_LIMITS, AddressItem
from orders.models import Order, OrderAddress


def write_addresses(given: Iterable[tuple[Order, AddressItem | None]]) -> None:
    """Store the addresses of orders; an order without one keeps what it has.

    None is stored of an order whose customer's personal data was erased after it was placed.
    """
    OrderAddress.objects.bulk_create(
        [
            OrderAddress(order=order, **asdict(address))
            for order, address in given
            if address is not None
            and not address.blank
            and (order.customer is None or order.customer.takes(order.placed_at))
        ],
        update_conflicts=True,
        unique_fields=["order"],
        update_fields=list(ADDRESS_LIMITS),
    )
