"""Listings in the API."""

import pytest

from catalog.actions.listings import write_version
from catalog.core.listing_check import Content
from catalog.models import Listing
from opsdesk.actions.moves import Mover
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LISTINGS = "/api/v1/listings/"


def headers(*stores):
    resources = ("listings:read", "listings:write")
    known = factories.api_client(resources=resources, stores=stores)
    return {"authorization": f"Api-Key {factories.api_key(known)}"}


def test_a_listing_is_found_by_store_and_seller_sku(client):
    listing = factories.listing("L/1", price="12.5")
    write_version(listing, Content(title="A cup"), Mover(NOW), reason="why")
    other = factories.listing("L2")

    key = headers()

    found = client.get(LISTINGS, headers=key).json()["results"]
    one = client.get(f"{LISTINGS}UK:{other.seller_sku}/", headers=key).json()

    assert [(row["key"], row["price"]) for row in found] == [("UK:L/1", "12.50"), ("UK:L2", None)]
    assert (one["key"], one["content"]) == ("UK:L2", None)
    assert found[0]["content"]["title"] == "A cup"


def test_the_versions_and_the_check_can_be_read(client):
    listing = factories.listing("L1")
    for title in ("A cup", "A mug"):
        write_version(listing, Content(title=title), Mover(NOW), reason="why")
    key = headers()

    versions = client.get(f"{LISTINGS}UK:L1/versions/", headers=key).json()["results"]
    check = client.get(f"{LISTINGS}UK:L1/check/", headers=key).json()

    assert [(one["number"], one["title"]) for one in versions] == [(2, "A mug"), (1, "A cup")]
    assert check["score"] == listing.current.score
    assert check["findings"][0]["code"] == "title_short"


def test_a_listing_is_paused_with_a_reason(client):
    factories.listing("L1", price="10", external_id="B01", status="live")
    given = {"verb": "pause", "reason": "Out of stock"}

    answer = client.post(
        f"{LISTINGS}UK:L1/moves/", given, content_type="application/json", headers=headers()
    )

    assert answer.json()["status"] == "paused"
    assert Listing.objects.get().status == "paused"
