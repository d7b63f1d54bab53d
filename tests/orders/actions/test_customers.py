"""Customers and addresses as deliveries tell of them: what is kept, and what is left as it was."""

from dataclasses import asdict
from datetime import timedelta

import pytest

from opsdesk.actions.exchange import Source
from opsdesk.models import AuditEntry
from orders.actions.orders import upsert_orders
from orders.actions.returns import upsert_returns
from orders.core.address_items import AddressItem, CustomerItem
from orders.models import Customer, OrderAddress
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LI = CustomerItem("c1", "GB", name="Li Na", email="li@example.com", phone="+44 1", address="1 Lane")
HOME = AddressItem("Li Na", "+44 1", "1 Lane", "Flat 2", "Leeds", "Yorkshire", "LS1 1AA", "GB")
CONTACTS = ("name", "email", "phone", "address")


def send(*items, at=NOW):
    outcomes = upsert_orders(items, source=Source(), at=at)
    return [str(outcome.state) for outcome in outcomes]


def contacts():
    return Customer.objects.values_list(*CONTACTS).get()


def address():
    return OrderAddress.objects.values(*asdict(HOME)).get()


def item(number="1", *, customer=LI, hour=0, **values):
    return make.order_item(
        number, customer=customer, source_updated_at=NOW + timedelta(hours=hour), **values
    )


def test_an_order_brings_its_customer_and_its_address():
    make.store()

    assert send(item(ship_to=HOME)) == ["created"]
    assert contacts() == ("Li Na", "li@example.com", "+44 1", "1 Lane")
    assert Customer.objects.get().details_at == NOW
    assert address() == asdict(HOME)


def test_the_same_again_is_unchanged():
    make.store()
    send(item(ship_to=HOME))

    assert send(item(ship_to=HOME)) == ["unchanged"]


def test_a_new_address_replaces_the_whole_one():
    make.store()
    send(item(ship_to=HOME))
    moved = AddressItem(line1="2 Road", city="York", country="GB")

    assert send(item(hour=1, ship_to=moved)) == ["updated"]
    assert address() == asdict(moved)


@pytest.mark.parametrize("silent", [None, AddressItem()])
def test_an_item_that_tells_nothing_leaves_what_is_stored(silent):
    make.store()
    send(item(ship_to=HOME))

    assert send(item(customer=CustomerItem("c1"), hour=1, ship_to=silent)) == ["updated"]
    assert contacts() == ("Li Na", "li@example.com", "+44 1", "1 Lane")
    assert address() == asdict(HOME)


@pytest.mark.parametrize("hours", [(1, 2), (2, 1)])
def test_of_two_orders_the_one_told_last_counts_in_whatever_order_they_come(hours):
    make.store()
    moved = {1: LI, 2: CustomerItem("c1", phone="+44 2", address="2 Road")}

    for hour in hours:
        send(item(str(hour), customer=moved[hour], hour=hour))

    assert contacts() == ("Li Na", "li@example.com", "+44 2", "2 Road")
    assert Customer.objects.get().details_at == NOW + timedelta(hours=2)


def test_two_orders_of_one_call_do_likewise():
    make.store()

    send(item("2", customer=CustomerItem("c1", phone="+44 2"), hour=2), item("1", hour=1))

    assert contacts() == ("Li Na", "li@example.com", "+44 2", "1 Lane")


def test_a_return_may_bring_the_customer():
    make.store()
    case = make.return_item(customer=LI)

    upsert_returns([case], source=Source(), at=NOW)

    assert contacts() == ("Li Na", "li@example.com", "+44 1", "1 Lane")


def test_the_trail_holds_nothing_of_it():
    make.store()

    send(item(ship_to=HOME))

    kept = str(list(AuditEntry.objects.values_list("object_id", "detail", "actor_name")))
    assert [text for text in (*asdict(HOME).values(), LI.email) if text in kept] == []


@pytest.mark.parametrize("count", [1, 3])
def test_addresses_cost_one_statement_and_none_where_there_are_none(
    count, django_assert_num_queries
):
    make.store()
    told = [item(str(n), ship_to=HOME) for n in range(count)]
    silent = [item(str(n), customer=CustomerItem("c1")) for n in range(count, 2 * count)]

    with django_assert_num_queries(19):
        send(*told)
    with django_assert_num_queries(16):  # the customer is known now
        send(*silent)
