"""Orders that many people or machines touch at the same moment."""

import pytest

from opsdesk.actions.exchange import Source
from opsdesk.actions.moves import move
from opsdesk.models import LifeEvent
from orders.actions.order_course import ORDER_COURSE
from orders.actions.orders import upsert_orders
from orders.core.address_items import CustomerItem
from orders.models import Customer, Order
from tests import factories as make
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def send(item):
    return str(upsert_orders([item], source=Source(), at=make.NOW)[0].state)


def test_of_fifty_who_cancel_at_once_one_does():
    make.store()
    send(make.order_item(status="paid"))
    pk = Order.objects.get().pk

    def cancel():
        move(ORDER_COURSE, Order.objects.get(pk=pk), "cancel", make.mover(), reason="Twice")
        return "moved"

    results = at_once(*[cancel] * 50)

    assert results == {"moved": 1, "InvalidTransition": 49}
    assert list(LifeEvent.objects.order_by("pk").values_list("state", flat=True)) == [
        "paid",
        "cancelled",
    ]


def test_one_new_order_sent_twenty_times_at_once_is_stored_once():
    make.store()
    item = make.order_item(customer=CustomerItem("c"))

    results = at_once(*[lambda: send(item)] * 20)

    assert results == {"created": 1, "unchanged": 19}
    assert Order.objects.count() == 1


def test_a_customers_orders_sent_at_once_are_numbered_without_a_gap():
    make.store()
    items = [
        make.order_item(
            str(1000 + number),
            placed_at=make.NOW - make.NOW.resolution * number,
            customer=CustomerItem("c"),
        )
        for number in range(20)
    ]

    at_once(*[lambda item=item: send(item) for item in items])

    assert Customer.objects.count() == 1
    numbers = Order.objects.order_by("placed_at").values_list("customer_order_no", flat=True)
    assert list(numbers) == list(range(1, 21))
