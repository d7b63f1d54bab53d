"""Many at once who want the last pieces for their orders, screen them, and let them go."""

from functools import partial

import pytest

from catalog.models import StockLevel, StockMovement
from opsdesk.actions.exchange import Source
from opsdesk.actions.moves import move
from orders.actions.order_course import ORDER_COURSE
from orders.actions.orders import upsert_orders
from orders.actions.screening import screen_orders
from orders.models import AllocationSource, Order, OrderAnomaly
from tests import factories as make
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def orders():
    make.stock(10, sku=make.sku("S1"), warehouse=make.warehouse())
    AllocationSource.objects.create(store=make.store(), warehouse=make.warehouse())
    items = [
        make.order_item(str(n), status="paid", lines=[make.line_item(sku="S1")]) for n in range(20)
    ]
    upsert_orders(items, source=Source(), at=make.NOW)
    return list(Order.objects.order_by("pk"))


def level():
    return StockLevel.objects.values_list("on_hand", "reserved").get()


def step(verb, pk):
    move(ORDER_COURSE, Order.objects.get(pk=pk), verb, make.mover(), reason="Because")
    return "moved"


def test_of_twenty_orders_that_want_the_last_ten_pieces_ten_get_one(orders):
    found = at_once(*[partial(step, "allocate", order.pk) for order in orders])

    assert found == {"moved": 10, "NotReady": 10}
    assert level() == (10, 10)
    assert Order.objects.filter(status="allocated", warehouse__code="W1").count() == 10


def test_one_order_leaves_once_or_is_cancelled_once(orders):
    step("allocate", orders[0].pk)
    works = [partial(step, verb, orders[0].pk) for verb in ("dispatch", "cancel") * 10]

    found = at_once(*works)

    assert found == {"moved": 1, "InvalidTransition": 19}
    left = Order.objects.get(pk=orders[0].pk).status == "dispatched"
    assert level() == ((9, 0) if left else (10, 0))
    assert StockMovement.objects.filter(kind="sale").count() == int(left)


def test_four_screenings_at_once_are_one(orders):
    found = at_once(*[lambda: str(screen_orders(at=make.NOW) >= 0)] * 4)

    assert found == {"True": 4}
    assert level() == (10, 10)
    assert Order.objects.filter(status="allocated").count() == 10
    assert Order.objects.filter(status="on_hold").count() == 10
    assert OrderAnomaly.objects.count() == 10
