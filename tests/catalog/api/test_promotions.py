"""Promotions in the API."""

from decimal import Decimal

import pytest

from catalog.models import Promotion
from opsdesk.models import LifeEvent
from tests import factories

pytestmark = pytest.mark.django_db
PROMOTIONS = "/api/v1/promotions/"


def headers(*stores, resources=("promotions:read", "promotions:write")):
    known = factories.api_client(resources=resources, stores=stores)
    return {"authorization": f"Api-Key {factories.api_key(known)}"}


def test_a_promotion_is_found_by_store_and_code_with_its_listings(client):
    promotion = factories.promotion(target_sales=Decimal("900"))
    listing = factories.listing("L1", store=promotion.store)
    factories.promotion_item(promotion, listing, units=4, price=Decimal("9.5"))

    found = client.get(f"{PROMOTIONS}UK/AUTUMN/", headers=headers()).json()

    assert found == {
        "store": "UK",
        "code": "AUTUMN",
        "name": "Promotion AUTUMN",
        "status": "planned",
        "category": None,
        "warms_up_on": "2026-04-01",
        "runs_on": "2026-04-03",
        "wraps_up_on": "2026-04-05",
        "ends_on": "2026-04-06",
        "currency": promotion.store.currency,
        "budget": "100.00",
        "spent": "0.00",
        "target_sales": "900.00",
        "items": [
            {"seller_sku": "L1", "price": "9.50", "warehouse": "W1", "reserved_units": 4},
        ],
    }


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("", ["A", "B"]),
        ("?status=running", ["B"]),
        ("?store=FR", ["B"]),
        ("?ends_after=2026-04-06", []),
        ("?starts_before=2026-04-02", ["A", "B"]),
    ],
)
def test_promotions_are_asked_for_by_store_state_and_days(client, asked, codes):
    factories.promotion("A")
    factories.promotion("B", store=factories.store("FR"), status="running")

    found = client.get(PROMOTIONS + asked, headers=headers()).json()["results"]

    assert [one["code"] for one in found] == codes


def test_a_key_of_one_store_opens_no_promotion_of_another(client):
    factories.promotion("A")
    factories.promotion("B", store=factories.store("FR"))
    key = headers("UK")

    found = client.get(PROMOTIONS, headers=key).json()["results"]

    assert [one["code"] for one in found] == ["A"]
    assert client.get(f"{PROMOTIONS}FR/B/", headers=key).status_code == 404


def test_a_promotion_is_cancelled_with_a_reason(client):
    factories.promotion()
    address, key = f"{PROMOTIONS}UK/AUTUMN/moves/", headers()

    def post(**given):
        return client.post(address, given, content_type="application/json", headers=key)

    refused = post(verb="cancel")
    events = LifeEvent.objects.count()
    done = post(verb="cancel", reason="Too early")

    assert (refused.status_code, events) == (400, 0)
    assert (done.status_code, done.json()) == (200, {"status": "cancelled", "moves": []})
    assert Promotion.objects.get().status == "cancelled"


def test_what_is_missing_is_told_and_refuses_the_start(client):
    factories.promotion()
    address, key = f"{PROMOTIONS}UK/AUTUMN/moves/", headers()

    told = client.get(address, headers=key).json()["moves"]
    answer = client.post(address, {"verb": "warm_up"}, content_type="application/json", headers=key)

    missing = ["Name at least one listing, or a category."]
    assert [(one["verb"], one["refusals"]) for one in told] == [
        ("warm_up", missing),
        ("run", missing),
        ("cancel", []),
    ]
    assert answer.status_code == 400
    assert (Promotion.objects.get().status, LifeEvent.objects.count()) == ("planned", 0)
