"""Prices for machines: read, and set once however often they are sent."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Listing, ListingPrice
from opsdesk.core.periods import business_date
from tests import factories as make

pytestmark = pytest.mark.django_db
URL = "/api/v1/prices/"


def client(*uses, stores=()):
    resources = uses or ("prices:read", "prices:write")
    key = make.api_key(make.api_client(resources=resources, stores=stores))
    return Client(headers={"Authorization": f"Api-Key {key}"})


@pytest.fixture
def today():
    return business_date(timezone.now(), "Europe/London").isoformat()


def body(today, **values):
    given = {"store": "UK", "seller_sku": "A-1", "price": "20.00", "reason": "ERP"}
    return given | {"from_date": today} | values


def post(asking, data):
    return asking.post(URL, data, content_type="application/json")


def test_a_price_sent_twice_is_set_once(today):
    make.listing("A-1")
    asking = client()

    first, again = post(asking, body(today)), post(asking, body(today))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json() == {
        "id": ListingPrice.objects.get().pk,
        "store": "UK",
        "seller_sku": "A-1",
        "currency": "CNY",
        "from_date": today,
        "price": "20.00",
        "list_price": None,
        "floor": "11.77",
        "margin": "0.35",
        "reason": "ERP",
        "replaced": False,
    }
    assert Listing.objects.get().price == Decimal("20.00")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"price": "11.00"}, "price"),
        ({"price": "x"}, "price"),
        ({"seller_sku": "B"}, "seller_sku"),
        ({"store": "FR"}, "seller_sku"),
        ({"from_date": "2000-01-01"}, "from_date"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_price_that_cannot_be_is_refused_by_its_field(today, values, field):
    make.listing("A-1")

    answer = post(client(), body(today, **values))

    assert (answer.status_code, set(answer.json()["errors"])) == (400, {field})
    assert ListingPrice.objects.count() == 0


def test_a_machine_of_another_store_finds_no_such_listing(today):
    make.listing("A-1")
    make.store("FR")

    answer = post(client(stores=("FR",)), body(today))

    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"seller_sku"})
    assert ListingPrice.objects.count() == 0


def test_reading_is_no_leave_to_write(today):
    make.listing("A-1")

    assert post(client("prices:read"), body(today)).status_code == 403
    assert ListingPrice.objects.count() == 0
