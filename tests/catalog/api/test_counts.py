"""Whole counts of a warehouse in the API."""

import pytest

from catalog.models import StockLevel, StockMovement, StockSnapshot
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/stock-snapshots/"


@pytest.fixture
def auth():
    client = factories.api_client(resources=("stock-snapshots:read", "stock-snapshots:write"))
    return {"HTTP_AUTHORIZATION": f"Api-Key {factories.api_key(client)}"}


@pytest.fixture
def level():
    return factories.stock(5, sku=factories.sku("CUP"))


def send(client, auth, **given):
    body = {"warehouse": "W1", "external_id": "N1", "taken_at": "2026-04-02T10:00:00Z"}
    body |= {"counts": [{"sku": "CUP", "counted": 3}]}
    return client.post(ADDRESS, body | given, content_type="application/json", **auth)


def test_a_count_is_taken_once_and_read(client, auth, level):
    assert [send(client, auth).status_code for _time in range(2)] == [201, 200]

    [row] = client.get(f"{ADDRESS}?warehouse=W1", **auth).json()["results"]

    names = ("warehouse", "external_id", "rows", "adjusted", "difference")
    assert [row[name] for name in names] == ["W1", "N1", 1, 1, -2]
    assert StockLevel.objects.get().on_hand == 3
    assert StockMovement.objects.filter(kind="adjustment").count() == 1


def test_what_a_complete_count_does_not_name_was_counted_as_none(client, auth, level):
    factories.stock(4, sku=factories.sku("CAP"))

    send(client, auth, complete=True)

    levels = StockLevel.objects.order_by("sku__code").values_list("sku__code", "on_hand")
    assert list(levels) == [("CAP", 0), ("CUP", 3)]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("warehouse", {"warehouse": "NONE"}),
        ("counts", {"counts": []}),
        ("counts", {"counts": [{"sku": "NONE", "counted": 1}, {"sku": "CUP", "counted": 1}]}),
        ("counts", {"counts": [{"sku": "CUP", "counted": 1}, {"sku": "CUP", "counted": 2}]}),
        ("counts", {"counts": [{"sku": "CUP", "counted": -1}]}),
    ],
)
def test_a_wrong_count_is_refused_as_a_whole(client, auth, level, field, wrong):
    answer = send(client, auth, **wrong)

    assert (answer.status_code, set(answer.json()["errors"])) == (400, {field})
    assert StockLevel.objects.get().on_hand == 5
    assert not StockSnapshot.objects.exists()


def test_another_count_of_the_same_number_is_refused(client, auth, level):
    send(client, auth)

    answer = send(client, auth, counts=[{"sku": "CUP", "counted": 4}])

    assert answer.status_code == 409
    assert StockLevel.objects.get().on_hand == 3
