"""Which machine may do what."""

import pytest

from tests import factories
from tests.opsdesk.api.calling import get, header_of, problem, told

pytestmark = pytest.mark.django_db

STORES = "/api/v1/stores/"


def not_open(use):
    return problem(403, "Forbidden", f"This key does not open “stores:{use}”.", "resource_not_open")


@pytest.mark.parametrize("resources", [("orders:read",), ("stores:write",), ("skus:read",)])
def test_a_resource_that_is_not_named_is_not_read(client, resources):
    key = factories.api_key(factories.api_client(resources=resources))
    factories.store()

    assert [told(get(client, path, key)) for path in (STORES, f"{STORES}UK/")] == [
        not_open("read"),
        not_open("read"),
    ]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_who_only_reads_does_not_write(client, method):
    key = factories.api_key(factories.api_client(resources=("stores:read",)))

    response = getattr(client, method)(STORES, **header_of(key))

    assert told(response) == not_open("write")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_what_cannot_be_done_yet_is_said_to_those_who_might(client, method):
    key = factories.api_key(factories.api_client(resources=("stores:read", "stores:write")))

    response = getattr(client, method)(STORES, **header_of(key))

    said = f'Method "{method.upper()}" not allowed.'
    assert told(response) == problem(405, "Method Not Allowed", said, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD"


def test_every_machine_sees_what_there_is(client):
    key = factories.api_key(factories.api_client(resources=("orders:read",)))

    response = get(client, "/api/v1/", key)

    names = ("stores", "categories", "products", "skus", "listings", "prices", "suppliers")
    names += ("purchase-orders", "inbound-shipments", "store-ratings", "violations", "traffic")
    names += (
        "ads",
        "warehouses",
        "stock-levels",
        "stock-movements",
        "promotions",
        "experiments",
        "orders",
        "returns",
        "refunds",
        "me",
    )
    names += ("stock-snapshots", "competitor-prices", "product-signals", "tickets")
    names += ("stock-snapshots", "competitor-prices", "product-signals", "disputes", "reviews")
    names += ("stock-snapshots", "competitor-prices", "product-signals")
    names += ("channels", "shipments", "shipment-exceptions", "customers")
    assert response.json() == {name: f"http://testserver/api/v1/{name}/" for name in names}


def test_nobody_else_does(client):
    assert told(client.get("/api/v1/"))[0] == 401
