"""What the newest orders of the sample company are held for, and where its goods come from."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from catalog.models import Store, Warehouse
from opsdesk.actions.exchange import Source
from opsdesk.actions.records import save_record
from orders.actions.orders import upsert_orders
from orders.actions.screening import screen_orders
from orders.core.address_items import AddressItem, CustomerItem
from orders.core.items import LineItem, OrderItem
from orders.core.lifecycle import OrderStatus
from orders.models import AllocationSource, Order

MINUTE = timedelta(minutes=1)


def write(*, at: datetime) -> None:
    """Name a warehouse for the first store, write orders in which something is odd, and look."""
    store = Store.objects.order_by("code")[0]
    home = Warehouse.objects.get(code="NINGBO")
    save_record(AllocationSource(store=store, warehouse=home), by=None, at=at)
    paid = Order.objects.filter(store=store, status=OrderStatus.PAID, customer__isnull=False)
    last = paid.select_related("customer", "store").order_by("-placed_at").first()
    if last is not None:
        again = _item(last, "TWICE", at - 3 * MINUTE)
        dear = _item(last, "DEAR", at - 2 * MINUTE, times=40)
        cheap = _item(last, "CHEAP", at - MINUTE, price=Decimal("0.50"), city="")
        upsert_orders([again, dear, cheap], source=Source(), at=at)
    screen_orders(at=at)


def _item(
    order: Order,
    suffix: str,
    placed_at: datetime,
    *,
    times: int = 1,
    price: Decimal | None = None,
    city: str = "Leeds",
) -> OrderItem:
    """Return an order like the given one, of the same customer."""
    assert order.customer is not None  # noqa: S101  (chosen above)
    return OrderItem(
        store=order.store.code,
        external_id=f"{order.external_id}-{suffix}",
        placed_at=placed_at,
        currency=order.currency,
        status=OrderStatus.PAID,
        customer=CustomerItem(order.customer.external_id),
        ship_to=AddressItem("Alex Reed", "", "4 Mill Lane", "", city, "", "LS1 4AB", "GB"),
        lines=tuple(
            LineItem(
                line_no=line.line_no,
                kind=line.kind,
                sku=line.sku.code if line.sku else None,
                title=line.title,
                quantity=line.quantity * times,
                unit_price=line.unit_price if price is None else price,
                discount=line.discount * times if price is None else Decimal(0),
            )
            for line in order.lines.select_related("sku").order_by("line_no")
        ),
    )
