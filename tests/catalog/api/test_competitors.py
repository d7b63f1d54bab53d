"""Prices of competitors, stored many at once."""

from decimal import Decimal

import pytest

from catalog.models import CompetitorPrice
from opsdesk.models import AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/competitor-prices/"
USES = ("competitor-prices:read", "competitor-prices:write")


@pytest.fixture
def listing():
    return factories.listing("CUP-UK")


def key(**how):
    client = factories.api_client(resources=USES, **how)
    return {"HTTP_AUTHORIZATION": f"Api-Key {factories.api_key(client)}"}


def item(**given):
    one = {"store": "UK", "seller_sku": "CUP-UK", "competitor": "Rival"}
    return one | {"seen_on": "2026-03-30", "price": "9.90"} | given


def send(client, auth, *items, **given):
    body = {"items": list(items)} | given
    return client.post(f"{ADDRESS}bulk/", body, content_type="application/json", **auth)


def states(answer):
    return [one["state"] for one in answer.json()["results"]]


def stored():
    rows = CompetitorPrice.objects.order_by("competitor")
    return list(rows.values_list("competitor", "price"))


def test_prices_are_stored_changed_and_left_as_they_are(client, listing):
    auth = key()

    first = send(client, auth, item(), item(competitor="Other"), item(price="9.50"))
    again = send(client, auth, item(price="9.50"), item(competitor="Other", price="8.00"))

    assert states(first) == ["created", "created", "updated"]
    assert states(again) == ["unchanged", "updated"]
    assert stored() == [("Other", Decimal("8.00")), ("Rival", Decimal("9.50"))]
    entries = AuditEntry.objects.filter(model="catalog.competitorprice").order_by("pk")
    assert list(entries.values_list("verb", flat=True)) == ["created", "created", "changed"]
    [row] = client.get(f"{ADDRESS}?competitor=Rival", **auth).json()["results"]
    assert (row["price"], row["currency"], row["seller_sku"]) == ("9.50", "CNY", "CUP-UK")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("seller_sku", {"seller_sku": "NONE"}),
        ("seen_on", {"seen_on": "2099-01-01"}),
        ("price", {"price": "0"}),
        ("price", {"price": "9.999"}),
        ("competitor", {"competitor": "a\nb"}),
        ("url", {"url": "javascript:alert(1)"}),
    ],
)
def test_a_wrong_one_is_told_and_the_others_are_stored(client, listing, field, wrong):
    answer = send(client, key(), item(competitor="Bad") | wrong, item())

    [refused, fine] = answer.json()["results"]
    assert (refused["state"], set(refused["errors"])) == ("error", {field})
    assert (fine["state"], answer.json()["stored"]) == ("created", True)
    assert stored() == [("Rival", Decimal("9.90"))]


def test_all_or_nothing_stores_nothing_where_one_is_wrong(client, listing):
    answer = send(client, key(), item(), item(price="0"), mode="all_or_nothing")

    assert (answer.json()["stored"], states(answer)) == (False, ["created", "error"])
    assert stored() == []


def test_a_key_of_another_store_finds_no_listing(client, listing):
    factories.store("DE")

    assert states(send(client, key(stores=("DE",)), item())) == ["error"]
    assert stored() == []


def test_many_are_stored_in_few_statements(client, listing, django_assert_max_num_queries):
    auth = key()
    send(client, auth, item())

    with django_assert_max_num_queries(30):
        answer = send(client, auth, *[item(competitor=f"C{number}") for number in range(200)])

    assert set(states(answer)) == {"created"}


def test_one_of_another_shape_is_told_and_the_others_are_stored(client, listing):
    answer = send(client, key(), {"store": "UK"}, item(cost="1"), 7, item())

    assert [sorted(one["errors"]) for one in answer.json()["results"]] == [
        ["competitor", "price", "seen_on", "seller_sku"],
        ["cost"],
        [""],
        [],
    ]
    assert (states(answer), stored()) == (
        ["error", "error", "error", "created"],
        [("Rival", Decimal("9.90"))],
    )


def test_a_dry_run_stores_nothing(client, listing):
    body, auth = {"items": [item()]}, key()

    answer = client.post(
        f"{ADDRESS}bulk/?dry_run=true", body, content_type="application/json", **auth
    )

    assert (answer.json()["stored"], states(answer)) == (False, ["created"])
    assert stored() == []


@pytest.mark.parametrize("body", [{}, {"items": []}, {"items": [item()], "more": 1}])
def test_a_body_of_another_shape_is_refused(client, listing, body):
    answer = client.post(f"{ADDRESS}bulk/", body, content_type="application/json", **key())

    assert answer.status_code == 400
