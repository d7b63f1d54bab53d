"""Stock in the API: levels are read, movements written once."""

import pytest

from catalog.models import StockLevel, StockMovement
from tests import factories

pytestmark = pytest.mark.django_db
RESOURCES = ("warehouses:read", "stock-levels:read", "stock-movements:read")


@pytest.fixture
def auth():
    client = factories.api_client(resources=(*RESOURCES, "stock-movements:write"))
    return {"HTTP_AUTHORIZATION": f"Api-Key {factories.api_key(client)}"}


def send(client, auth, **given):
    body = {"warehouse": "W1", "sku": "CUP", "kind": "sale", "units": -2, "external_id": "N1"}
    address = "/api/v1/stock-movements/"
    return client.post(address, body | given, content_type="application/json", **auth)


def test_warehouses_and_levels_are_read(client, auth):
    factories.stock(3, sku=factories.sku("CUP"))

    [place] = client.get("/api/v1/warehouses/", **auth).json()["results"]
    [level] = client.get("/api/v1/stock-levels/?sku=CUP", **auth).json()["results"]

    assert place["code"] == "W1"
    assert [level[name] for name in ("warehouse", "sku", "on_hand", "available")] == [
        *("W1", "CUP"),
        *(3, 3),
    ]


def test_a_movement_is_written_once_and_refused_in_words(client, auth):
    factories.stock(3, sku=factories.sku("CUP"))

    assert [send(client, auth).status_code for _time in range(2)] == [201, 200]
    refusals = [
        send(client, auth, units=-1),
        send(client, auth, external_id="N2"),
        send(client, auth, external_id="N3", sku="NONE"),
        send(client, auth, external_id="N3", warehouse="NONE"),
    ]

    assert all(400 <= one.status_code < 500 for one in refusals)
    assert StockLevel.objects.get().on_hand == 1
    assert StockMovement.objects.count() == 2
