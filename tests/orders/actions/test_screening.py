"""New orders are looked at: what is odd waits for a person, the rest is allocated."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from accounts.core.roles import Role
from catalog.models import Sku, StockLevel, StockMovement
from opsdesk.actions.exchange import Source
from opsdesk.actions.moves import Mover, move
from opsdesk.core.errors import NotAllowed, NotReady
from opsdesk.models import AuditEntry, LifeEvent
from orders.actions.order_course import ORDER_COURSE
from orders.actions.orders import upsert_orders
from orders.actions.screening import screen_orders
from orders.core.address_items import CustomerItem
from orders.models import AllocationSource, HoldPolicy, Order, OrderAnomaly
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def send(*items):
    return [str(one.state) for one in upsert_orders(items, source=Source(), at=NOW)]


def item(number="1", *, status="paid", quantity=1, price="10.00", at=NOW, **values):
    line = make.line_item(sku="S1", quantity=quantity, unit_price=price)
    return make.order_item(number, status=status, placed_at=at, lines=[line], **values)


def screened(at=NOW):
    """Number, status and what each order is held for, in words of the rows."""
    screen_orders(at=at)
    rows = Order.objects.order_by("external_id")
    return [
        (row.external_id, row.status, dict(row.anomalies.waiting().values_list("kind", "found")))
        for row in rows
    ]


@pytest.fixture
def store():
    make.sku("S1", unit_cost=D("4.00"), cost_currency="CNY")
    return make.store()


def usual(amounts=("10.00", "12.00", "14.00", "16.00") * 2):
    """Sales of the days before, of which none is looked at any more."""
    for number, amount in enumerate(amounts):
        make.order(amount, on=(NOW - (number + 1) * DAY).date(), store=make.store())


def test_an_order_in_which_nothing_is_odd_goes_on(store):
    usual()
    send(item())

    assert screened()[0] == ("1", "paid", {})
    assert Order.objects.get(external_id="1").screened_at == NOW
    assert OrderAnomaly.objects.count() == 0


def test_each_thing_that_is_odd_is_found_with_its_numbers(store):
    usual()
    send(item("1", price="40.00", customer=CustomerItem("c")))
    send(item("2", price="40.00", customer=CustomerItem("c"), at=NOW + timedelta(hours=1)))
    send(item("3", price="3.99"))
    make.order_address(Order.objects.get(external_id="3"), city="")

    found = {number: what for number, _status, what in screened(NOW + timedelta(hours=1))}

    # quartiles of 10, 10, 12, 12, 14, 14, 16, 16: 11.5 and 14.5, so 7 to 19
    unusual = {"low": "7.00", "high": "19.00", "currency": "CNY", "count": 8}
    assert found["1"] == {"amount": unusual | {"amount": "40.00"}}
    assert found["2"] == {
        "amount": unusual | {"amount": "40.00"},
        "duplicate": {"order": "1", "placed_at": NOW.isoformat()},
    }
    assert found["3"] == {
        "amount": unusual | {"amount": "3.99"},
        "address": {"missing": ["city"]},
        "loss": {"margin": "-0.01", "currency": "CNY"},
    }
    held = Order.objects.filter(external_id__in="123")
    assert set(held.values_list("status", "held_from")) == {("on_hold", "paid")}
    events = LifeEvent.objects.filter(life="order", verb="hold")
    assert set(events.values_list("from_state", "state", "by")) == {("paid", "on_hold", None)}
    assert AuditEntry.objects.filter(verb="order: hold").count() == 3


@pytest.mark.parametrize(
    ("second", "twice"),
    [
        ({}, True),
        ({"at": NOW + timedelta(hours=24)}, True),
        ({"at": NOW + timedelta(hours=24, seconds=1)}, False),
        ({"quantity": 2, "price": "5.00"}, False),
        ({"price": "10.01"}, False),
        ({"customer": CustomerItem("d")}, False),
        ({"customer": None}, False),
    ],
)
def test_a_duplicate_is_the_same_of_the_same_customer_within_a_day(store, second, twice):
    send(item("1", customer=CustomerItem("c")))
    send(item("2", **{"customer": CustomerItem("c")} | second))

    found = screened(NOW + 2 * DAY)

    assert [("duplicate" in what) for _number, _status, what in found] == [False, twice]


def test_what_was_cancelled_has_no_duplicate(store):
    send(item("1", customer=CustomerItem("c"), status="cancelled"))
    send(item("2", customer=CustomerItem("c")))

    assert screened()[1] == ("2", "paid", {})


@pytest.mark.parametrize("status", ["dispatched", "delivered", "completed", "cancelled", "on_hold"])
def test_what_has_left_or_ended_is_not_looked_at(store, status):
    send(item(price="1.00", status=status))

    assert screened() == [("1", status, {})]
    assert Order.objects.get().screened_at is None


def test_history_is_not_looked_at(store):
    send(item("1", price="1.00", at=NOW - 14 * DAY), item("2", price="1.00", at=NOW - 15 * DAY))

    assert [(number, status) for number, status, _what in screened()] == [
        ("1", "on_hold"),
        ("2", "paid"),
    ]


def test_a_store_has_a_policy_of_its_own(store):
    HoldPolicy.objects.create(store=store, checks_margin=False)
    send(item(price="1.00"))

    assert screened() == [("1", "paid", {})]


def source(units=5, code="W1", rank=1):
    place = make.warehouse(code)
    made = AllocationSource.objects.create(store=make.store(), warehouse=place, rank=rank)
    if units:
        make.stock(units, sku=Sku.objects.get(code="S1"), warehouse=place)
    return made


def levels():
    rows = StockLevel.objects.order_by("warehouse__code")
    return [(row.warehouse.code, row.on_hand, row.reserved) for row in rows]


def test_what_is_paid_is_allocated_from_the_first_warehouse_that_has_all(store):
    source(2)
    source(5, "W2", rank=2)
    send(item("1", quantity=2), item("2", quantity=3), item("3", status="placed"))

    assert screened() == [("1", "allocated", {}), ("2", "allocated", {}), ("3", "placed", {})]
    assert levels() == [("W1", 2, 2), ("W2", 5, 3)]
    assert list(
        Order.objects.order_by("external_id").values_list("warehouse__code", flat=True)
    ) == [
        "W1",
        "W2",
        None,
    ]
    assert screen_orders(at=NOW) == 0
    assert levels() == [("W1", 2, 2), ("W2", 5, 3)]


def test_without_stock_it_waits_and_goes_on_once_there_is_some(store):
    source(2)
    send(item("1", quantity=2), item("2", quantity=2, at=NOW + timedelta(seconds=1)))

    assert screened(NOW + DAY) == [
        ("1", "allocated", {}),
        ("2", "on_hold", {"stock": {"short": [["S1", 2, 0]]}}),
    ]
    make.stock(2, sku=Order.objects.first().lines.get().sku, warehouse=make.warehouse())
    assert screened(NOW + DAY)[1] == ("2", "allocated", {})
    assert OrderAnomaly.objects.get().outcome == "passed"
    assert levels() == [("W1", 4, 4)]


def test_a_store_that_names_no_warehouse_is_not_held_for_stock(store):
    send(item(quantity=1000))

    assert screened() == [("1", "paid", {})]
    assert StockMovement.objects.count() == 0


def released(reason="", verb="release", role=Role.TEAM_MEMBER):
    by = make.user(role=role)
    order = Order.objects.get()
    move(ORDER_COURSE, order, verb, Mover(NOW, by, make.scope(by)), reason=reason)
    return order


def test_what_was_released_is_not_held_for_the_same_again(store):
    usual()
    Order.objects.update(screened_at=NOW)
    send(item("x", price="40.00"))
    order = Order.objects.get(external_id="x")
    screen_orders(at=NOW)
    by = make.user(role=Role.TEAM_MEMBER)

    move(ORDER_COURSE, order, "release", Mover(NOW, by, make.scope(by)))

    row = OrderAnomaly.objects.get()
    assert (row.outcome, row.closed_by, row.closed_at) == ("released", by, NOW)
    assert screened()[-1] == ("x", "paid", {})
    # but for something else it is
    send(item("x", price="50.00"))
    assert screened()[-1][1] == "on_hold"


def test_a_loss_is_released_by_a_supervisor_with_a_reason(store):
    send(item(price="1.00"))
    screen_orders(at=NOW)

    with pytest.raises(NotReady) as refusal:
        released()
    assert refusal.value.message == "It would be sold at a loss: a supervisor releases it."
    with pytest.raises(NotAllowed):
        released("Clearance", "release_loss")
    assert Order.objects.get().status == "on_hold"
    assert OrderAnomaly.objects.waiting().count() == 1

    released("Clearance", "release_loss", Role.MANAGER)

    assert Order.objects.get().status == "paid"
    assert screened() == [("1", "paid", {})]


def test_cancelling_a_held_order_closes_what_it_was_held_for(store):
    send(item(price="1.00"))
    screen_orders(at=NOW)

    released("Nobody would sell it so", "cancel")

    assert (Order.objects.get().status, OrderAnomaly.objects.get().outcome) == (
        "cancelled",
        "cancelled",
    )


@pytest.mark.parametrize(
    ("told", "status", "outcome"),
    [
        ("placed", "on_hold", ""),
        ("allocated", "on_hold", ""),
        ("dispatched", "dispatched", "overtaken"),
        ("cancelled", "cancelled", "overtaken"),
    ],
)
def test_a_source_does_not_lift_a_hold_but_overtakes_it(store, told, status, outcome):
    send(item(price="1.00"))
    screen_orders(at=NOW)

    send(item(price="1.00", status=told, platform_fee=D("0.10")))

    assert (Order.objects.get().status, OrderAnomaly.objects.get().outcome) == (status, outcome)


@pytest.mark.parametrize("count", [1, 4])
def test_statements_do_not_grow_with_the_orders(store, count, django_assert_max_num_queries):
    source(100)
    send(*(item(str(n), customer=CustomerItem(f"c{n}")) for n in range(count)))

    with django_assert_max_num_queries(42):
        screen_orders(at=NOW)
    assert Order.objects.filter(status="allocated").count() == count
