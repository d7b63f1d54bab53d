"""Reviews as the ERP reads and stores them; following one up takes a person."""

import pytest

from orders.models import Review
from tests import factories as make
from tests.opsdesk.api.calling import get, header_of, told

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/reviews/"
USES = ("reviews:read", "reviews:write")


@pytest.fixture
def key():
    return make.api_key(make.api_client(resources=USES))


def send(client, key, *items):
    body = {"items": list(items)}
    return client.post(
        f"{ADDRESS}bulk/", body, content_type="application/json", **header_of(key)
    ).json()["results"]


def item(**given):
    return {
        "store": "UK",
        "external_id": "R-1",
        "stars": 2,
        "reviewed_at": "2026-04-01T12:00:00Z",
    } | given


def test_a_review_goes_in_and_comes_out_again(client, key):
    store = make.store()
    make.order(external_id="O-1")
    make.listing("CUP-UK", store=store, sku=make.sku("CUP", of=make.product("P")))
    text = "<script>alert(1)</script> broken"

    answer = send(
        client, key, item(order="O-1", sku="CUP-UK", title="Hm", text=text, language="en")
    )

    assert answer == [{"state": "created", "errors": {}}]
    assert get(client, f"{ADDRESS}UK/R-1/", key).json() == {
        "store": "UK",
        "external_id": "R-1",
        "order": "O-1",
        "item": "CUP-UK",
        "sku": "CUP",
        "product": "P",
        "stars": 2,
        "title": "Hm",
        "text": text,
        "language": "en",
        "reviewed_at": "2026-04-01T20:00:00+08:00",
        "business_date": "2026-04-01",
        "follow_up": "open",
        "source_updated_at": None,
    }


@pytest.mark.parametrize("verb", ["contact", "solve", "leave"])
def test_a_follow_up_takes_a_person(client, key, verb):
    make.review("R-1", stars=1, status="open")

    answer = client.post(
        f"{ADDRESS}UK/R-1/moves/",
        {"verb": verb, "reason": "x"},
        content_type="application/json",
        **header_of(key),
    )

    assert (told(answer)[0], Review.objects.get().status) == (403, "open")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?stars=1", ["A"]),
        ("?follow_up=open", ["A"]),
        ("?product=P", ["B"]),
        ("?sku=CUP", ["B"]),
        ("?store=UK", ["A", "B"]),
        ("?store=DE", []),
        ("?from_date=2026-04-01&to_date=2026-04-01", ["A", "B"]),
    ],
)
def test_reviews_are_asked_for_by(client, key, query, found):
    cup = make.sku("CUP", of=make.product("P"))
    make.review("A", stars=1, status="open")
    make.review("B", stars=5, sku=cup, product=cup.product)

    rows = get(client, f"{ADDRESS}{query}", key).json()["results"]

    assert [row["external_id"] for row in rows] == found


@pytest.mark.parametrize("query", ["?stars=0", "?stars=6", "?stars=1e400", "?text=broken"])
def test_another_question_is_refused(client, key, query):
    assert told(get(client, f"{ADDRESS}{query}", key))[0] == 400


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_a_constant_number_of_questions(
    client, key, count, django_assert_max_num_queries
):
    for _number in range(count):
        cup = make.sku()
        make.review(order=make.order(), sku=cup, product=cup.product)

    with django_assert_max_num_queries(6):
        get(client, ADDRESS, key)
