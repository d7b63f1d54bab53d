"""Storing many at once: each answer on its own, or nothing at all."""

import pytest

from opsdesk.models import AuditEntry
from orders.models import Review
from tests import factories as make
from tests.opsdesk.api.calling import header_of, told

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/reviews/bulk/"
USES = ("reviews:read", "reviews:write")


@pytest.fixture
def key():
    make.store()
    return make.api_key(make.api_client(resources=USES))


def item(number="R-1", **given):
    one = {"store": "UK", "external_id": number, "stars": 5, "reviewed_at": "2026-04-01T12:00:00Z"}
    return one | given


def send(client, key, *items, query="", **given):
    body = {"items": list(items)} | given
    address = f"{ADDRESS}{query}"
    return client.post(address, body, content_type="application/json", **header_of(key))


def results(answer):
    assert answer.status_code == 200
    return [(one["state"], sorted(one["errors"])) for one in answer.json()["results"]]


def stored():
    return sorted(Review.objects.values_list("external_id", flat=True))


def test_answers_stand_in_the_order_of_the_items(client, key):
    answer = send(client, key, item("R-1"), item("R-2", stars=9), 7, item("R-3"), item("R-1"))

    assert results(answer) == [
        ("created", []),
        ("error", ["stars"]),
        ("error", [""]),
        ("created", []),
        ("error", ["external_id"]),
    ]
    assert (answer.json()["stored"], stored()) == (True, ["R-1", "R-3"])


def test_all_or_nothing_stores_nothing_where_one_is_wrong(client, key):
    answer = send(client, key, item("R-1"), item("R-2", stars="x"), mode="all_or_nothing")

    assert results(answer) == [("created", []), ("error", ["stars"])]
    assert (answer.json()["stored"], stored()) == (False, [])
    assert AuditEntry.objects.filter(model="orders.review").count() == 0


@pytest.mark.parametrize("word", ["true", "1", "TRUE"])
def test_a_dry_run_answers_and_stores_nothing(client, key, word):
    answer = send(client, key, item(), query=f"?dry_run={word}")

    assert (results(answer), answer.json()["stored"], stored()) == ([("created", [])], False, [])


def test_a_dry_run_is_true_or_false(client, key):
    answer = send(client, key, item(), query="?dry_run=perhaps")

    assert told(answer)[1]["errors"] == {"dry_run": ["true or false is expected."]}
    assert stored() == []


def test_a_field_that_nobody_reads_is_an_error_and_not_lost_in_silence(client, key):
    answer = send(client, key, item("R-1", reviewer="Kim"), item("R-2"))

    assert results(answer) == [("error", ["reviewer"]), ("created", [])]
    assert stored() == ["R-2"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reviewed_at": "2026-04-01T12:00:00"}, "reviewed_at"),  # whose clock?
        ({"reviewed_at": "0001-01-01T00:00:00+14:00"}, "reviewed_at"),
        ({"reviewed_at": "9999-12-31T23:59:59-14:00"}, "reviewed_at"),
        ({"reviewed_at": 7}, "reviewed_at"),
        ({"reviewed_at": None}, "reviewed_at"),
        ({"stars": 10**40}, "stars"),
        ({"stars": "five"}, "stars"),
        ({"stars": 4.5}, "stars"),
        ({"stars": [5]}, "stars"),
        ({"store": {"code": "UK"}}, "store"),
        ({"store": ""}, "store"),
        ({"external_id": "x" * 101}, "external_id"),
        ({"text": 5 * ["x"]}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "bell \u0007"}, "text"),
        ({"sku": "a\tb"}, "sku"),
        ({"language": "€"}, "language"),
    ],
)
def test_no_value_breaks_it(client, key, given, field):
    answer = send(client, key, item("BAD", **given), item("FINE"))

    assert [errors for _state, errors in results(answer)] == [[field], []]
    assert stored() == ["FINE"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        7,
        {"items": []},
        {"items": "many"},
        {"items": {"a": 1}},
        {"items": [{}] * 5001},
        {"items": [{}], "mode": "some"},
        {"items": [{}], "comment": "x"},
    ],
)
def test_a_body_of_another_shape_is_refused(client, key, body):
    answer = client.post(ADDRESS, body, content_type="application/json", **header_of(key))

    assert told(answer)[0] == 400
    assert stored() == []


def test_who_only_reads_stores_nothing(client, key):
    reader = make.api_key(make.api_client("Reader", resources=("reviews:read",)))

    assert told(send(client, reader, item()))[0] == 403
    assert stored() == []


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_many_are_posted(client, key, method):
    answer = getattr(client, method)(ADDRESS, **header_of(key))

    assert told(answer)[0] in (404, 405)
