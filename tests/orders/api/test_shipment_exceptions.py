"""Exceptions of shipments, read by machines."""

import pytest

from tests import factories as make

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/shipment-exceptions/"


def key(**how):
    client = make.api_client(
        f"C{next(make.NUMBERS)}", resources=("shipment-exceptions:read",), **how
    )
    return {"HTTP_AUTHORIZATION": f"Api-Key {make.api_key(client)}"}


def test_what_went_wrong_is_read_by_store_kind_and_status(client):
    parcel = make.shipment("S1", store=make.store("UK"), status="lost", tracking_number="T1")
    row = make.shipment_exception(parcel, "lost")
    make.shipment_exception(make.shipment("S2", store=make.store("DE")), "late", status="taken")

    [found] = client.get(f"{ADDRESS}?store=UK&kind=lost&status=open", **key()).json()["results"]

    assert found == {
        "id": row.pk,
        "store": "UK",
        "shipment": "S1",
        "tracking_number": "T1",
        "channel": "POST",
        "kind": "lost",
        "about": "2026-03-25",
        "raised_on": "2026-04-01",
        "status": "open",
        "closed_at": None,
    }
    assert client.get(f"{ADDRESS}{row.pk}/", **key()).json() == found
    bound = key(stores=("DE",))
    assert client.get(f"{ADDRESS}{row.pk}/", **bound).status_code == 404
    assert [r["shipment"] for r in client.get(ADDRESS, **bound).json()["results"]] == ["S2"]
