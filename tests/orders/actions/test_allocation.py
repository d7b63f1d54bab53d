"""Goods are kept for an order, leave with it, or are given free: to the piece."""

import pytest

from catalog.models import StockLevel, StockMovement
from opsdesk.actions.exchange import Source
from opsdesk.actions.moves import move
from opsdesk.core.errors import NotReady
from opsdesk.models import LifeEvent
from orders.actions.order_course import ORDER_COURSE
from orders.actions.orders import upsert_orders
from orders.models import AllocationSource, Order
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def step(verb, order=None, reason="Because"):
    made = order or Order.objects.get()
    move(ORDER_COURSE, made, verb, make.mover(), reason=reason)
    return made


def level():
    row = StockLevel.objects.get()
    return row.on_hand, row.reserved


def movements():
    return list(StockMovement.objects.order_by("pk").values_list("kind", "units", "reserved"))[1:]


@pytest.fixture
def place():
    make.stock(5, sku=make.sku("S1"), warehouse=make.warehouse())
    AllocationSource.objects.create(store=make.store(), warehouse=make.warehouse())
    return make.warehouse()


def send(status="paid", quantity=3):
    line = make.line_item(sku="S1", quantity=quantity)
    item = make.order_item("1", status=status, lines=[line])
    return str(upsert_orders([item], source=Source(), at=NOW)[0].state)


def test_allocated_goods_leave_with_the_order(place):
    send()
    order = step("allocate")

    assert (order.status, Order.objects.get().warehouse, level()) == ("allocated", place, (5, 3))
    step("dispatch")
    assert (Order.objects.get().warehouse, level()) == (place, (2, 0))
    assert movements() == [("reservation", 0, 3), ("sale", -3, -3)]
    names = StockMovement.objects.order_by("pk").values_list("reference", flat=True)
    assert set(names[1:]) == {f"ORDER:{order.pk}:1"}


def test_cancelling_gives_free_what_was_kept(place):
    send()
    step("allocate")
    step("cancel")

    assert (level(), Order.objects.get().warehouse) == ((5, 0), None)
    assert movements() == [("reservation", 0, 3), ("reservation", 0, -3)]


def test_a_hold_keeps_the_goods_and_a_cancel_from_it_gives_them_free(place):
    send()
    step("allocate")
    step("hold")
    assert level() == (5, 3)
    step("cancel")
    assert level() == (5, 0)


def test_what_has_left_cannot_be_cancelled_from_a_hold(place):
    send()
    for verb in ("allocate", "dispatch", "hold"):
        step(verb)

    with pytest.raises(NotReady) as refusal:
        step("cancel")

    assert refusal.value.message == "Its goods have left: take them back by a return."
    assert (Order.objects.get().status, level()) == ("on_hold", (2, 0))
    assert step("release").status == "dispatched"


def test_without_enough_pieces_it_is_refused_and_nothing_is_kept(place):
    send(quantity=6)

    with pytest.raises(NotReady) as refusal:
        step("allocate")

    assert refusal.value.message == ("Of S1 it takes 6 pieces; the fullest warehouse has 5.")
    assert (Order.objects.get().status, level()) == ("paid", (5, 0))
    assert LifeEvent.objects.filter(life="order", verb="allocate").count() == 0


def test_a_line_without_a_sku_cannot_be_allocated(place):
    line = make.line_item(sku="UNKNOWN")
    upsert_orders([make.order_item("1", status="paid", lines=[line])], source=Source(), at=NOW)

    with pytest.raises(NotReady) as refusal:
        step("allocate")

    assert refusal.value.message == "Nobody knows the SKU of line 1: give the SKU first."


def test_a_store_without_warehouses_keeps_nothing():
    make.sku("S1")
    make.store()
    send()
    step("allocate")
    step("dispatch")

    assert Order.objects.get().status == "dispatched"
    assert StockMovement.objects.count() == 0


@pytest.mark.parametrize(
    ("told", "quantity", "status", "kept"),
    [
        ("paid", 3, "allocated", (5, 3)),
        ("allocated", 3, "allocated", (5, 3)),
        ("paid", 2, "paid", (5, 0)),
        ("cancelled", 3, "cancelled", (5, 0)),
        ("dispatched", 3, "dispatched", (2, 0)),
        ("completed", 3, "completed", (2, 0)),
        # one piece fewer left than was kept: the other is free again
        ("dispatched", 2, "dispatched", (3, 0)),
        # of what was added nobody knows where it came from
        ("dispatched", 4, "dispatched", (2, 0)),
    ],
)
def test_the_stock_follows_what_the_source_tells(place, told, quantity, status, kept):
    send()
    step("allocate")

    send(told, quantity)

    assert (Order.objects.get().status, level()) == (status, kept)
    send(told, quantity)
    assert level() == kept


def test_what_left_from_here_does_not_leave_again(place):
    send()
    step("allocate")
    step("dispatch")

    send("paid", 3)
    send("dispatched", 3)
    send("delivered", 3)

    assert (Order.objects.get().status, level()) == ("delivered", (2, 0))
