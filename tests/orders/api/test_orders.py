"""Orders in the API: what is told of them, and by what they are asked for."""

from decimal import Decimal as D

import pytest

from orders.models import Order, Payment
from tests import factories as make
from tests.factories import NOW
from tests.opsdesk.api.calling import header_of, told

pytestmark = pytest.mark.django_db
ORDERS = "/api/v1/orders/"


def headers(**how):
    return header_of(make.api_key(make.api_client(resources=("orders:read",), **how)))


def test_an_order_is_found_by_store_and_number_with_all_that_belongs_to_it(client):
    order = make.sold(
        (2, "5.00", "0.95"),
        external_id="O1",
        status="on_hold",
        held_from="paid",
        customer=make.customer("c9"),
    )
    make.anomaly(order)
    Payment.objects.create(order=order, external_id="p", amount=D("5.95"), collected_at=NOW)

    found = client.get(f"{ORDERS}UK/O1/", **headers()).json()

    assert {name: found[name] for name in ("store", "external_id", "status", "amount")} == {
        "store": "UK",
        "external_id": "O1",
        "status": "on_hold",
        "amount": "5.00",
    }
    assert found["customer"] == {"external_id": "c9", "country": ""}
    assert found["lines"] == [
        {
            "line_no": 1,
            "kind": "goods",
            "sku": "T1",
            "item_code": "T1",
            "title": "Thing 1",
            "quantity": 2,
            "unit_price": "5.00",
            "discount": "0.00",
            "tax": "0.95",
            "unit_cost": "4.00",
            "amount": "5.00",
        }
    ]
    assert [one["external_id"] for one in found["payments"]] == ["p"]
    assert found["held_for"] == [
        {
            "kind": "amount",
            "found_at": "2026-04-02T17:00:00+08:00",
            "message": "9.00 CNY; by 9 orders before it, 1.00 to 2.00 is usual.",
        }
    ]
    assert found["allocated_in"] is None


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("", ["A", "B"]),
        ("?store=FR", ["B"]),
        ("?status=paid", ["A"]),
        ("?placed_after=2026-03-11T00:00:00Z", ["B"]),
        ("?placed_before=2026-03-11T00:00:00Z", ["A"]),
    ],
)
def test_orders_are_asked_for(client, asked, numbers):
    make.order(external_id="A", status="paid")
    make.order(external_id="B", store=make.store("FR"), on=NOW.date().replace(month=3, day=12))

    found = client.get(ORDERS + asked, **headers()).json()["results"]

    assert [one["external_id"] for one in found] == numbers


def test_a_key_of_one_store_opens_no_order_of_another(client):
    make.order(external_id="A")
    key = headers(stores=(make.store("FR").code,))

    assert told(client.get(f"{ORDERS}UK/A/", **key))[0] == 404
    assert client.get(ORDERS, **key).json()["results"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_statements_for_one_and_for_three(
    client, count, django_assert_max_num_queries
):
    for number in range(count):
        make.anomaly(make.order(external_id=str(number), customer=make.customer(str(number))))
    key = headers()

    with django_assert_max_num_queries(9):
        client.get(ORDERS, **key)
    assert Order.objects.count() == count
