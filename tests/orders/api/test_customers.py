"""Customers as the ERP reads and stores them; how to reach them never comes out."""

from datetime import timedelta
from decimal import Decimal

import pytest

from opsdesk.models import AuditEntry
from orders.actions.customer_erasure import Request, erase_customer
from orders.models import Customer
from tests import factories as make
from tests.factories import NOW
from tests.opsdesk.api.calling import get, header_of, told

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/customers/"
USES = ("customers:read", "customers:write")
LI = {"name": "Li Na", "email": "li@example.com", "phone": "+44 1", "address": "1 Lane"}


@pytest.fixture
def key():
    make.store()
    return make.api_key(make.api_client(resources=USES))


def send(client, key, *items):
    body = {"items": list(items)}
    return client.post(
        f"{ADDRESS}bulk/", body, content_type="application/json", **header_of(key)
    ).json()["results"]


def item(**given):
    return {"store": "UK", "external_id": "c1", "country": "GB"} | LI | given


def states(results):
    return [one["state"] for one in results]


def kept():
    return Customer.objects.values(*LI).get()


def test_a_customer_goes_in_and_comes_out_masked(client, key):
    assert send(client, key, item()) == [{"state": "created", "errors": {}}]
    make.customer_standing(Customer.objects.get(), segment="loyal", spend=Decimal("12.50"))

    assert kept() == LI
    assert get(client, f"{ADDRESS}UK/c1/", key).json() == {
        "store": "UK",
        "external_id": "c1",
        "country": "GB",
        "name": "L•••",
        "email": "l•••@e•••",
        "phone": "+•••",
        "address": "1•••",
        "erased_at": None,
        "tier": "none",
        "segment": "loyal",
        "first_order_on": "2026-03-01",
        "last_order_on": "2026-03-01",
        "orders": 1,
        "spend": "12.50",
        "as_of": "2026-04-02",
    }


def test_one_without_orders_has_no_standing(client, key):
    make.customer("c2")

    found = get(client, f"{ADDRESS}UK/c2/", key).json()

    names = ("tier", "segment", "first_order_on", "orders", "spend", "as_of")
    assert [found[name] for name in names] == [None] * 6


def test_again_is_unchanged_and_a_newer_one_is_taken(client, key):
    send(client, key, item(source_updated_at="2026-04-01T12:00:00Z"))

    results = [
        send(client, key, item(source_updated_at="2026-04-01T12:00:00Z")),
        send(client, key, item(phone="+44 2", source_updated_at="2026-04-01T13:00:00Z")),
        send(client, key, item(phone="+44 3", source_updated_at="2026-04-01T11:00:00Z")),
    ]

    assert [states(one) for one in results] == [["unchanged"], ["updated"], ["unchanged"]]
    assert kept() == LI | {"phone": "+44 2"}


def test_what_is_wrong_is_told_without_the_data_and_spoils_no_other(client, key):
    results = send(
        client,
        key,
        item(phone="1" * 41),
        item(external_id="c2", store="XX"),
        item(external_id="c3"),
        item(external_id="c3"),
        item(external_id="c4", nickname="Nana"),
    )

    assert states(results) == ["error", "error", "created", "error", "error"]
    assert [sorted(one["errors"]) for one in results] == [
        ["phone"],
        ["store"],
        [],
        ["external_id"],
        ["nickname"],
    ]
    assert list(Customer.objects.values_list("external_id", flat=True)) == ["c3"]
    assert "1" * 41 not in str(results)


def test_it_is_written_down_without_the_data(client, key):
    send(client, key, item())
    send(client, key, item(phone="+44 2"))

    entries = AuditEntry.objects.filter(model="orders.customer").order_by("pk")
    assert list(entries.values_list("verb", flat=True)) == ["created", "changed"]
    assert [text for text in LI.values() if text in str(list(entries.values()))] == []


def test_an_erased_customer_stays_erased(client, key):
    send(client, key, item())
    boss = make.manager()
    erase_customer(
        Customer.objects.get(), Request("Asked"), scope=make.scope(boss), by=boss, at=NOW
    )
    later = (NOW + timedelta(minutes=1)).isoformat()

    assert states(send(client, key, item())) == ["unchanged"]
    assert states(send(client, key, item(source_updated_at=later))) == ["unchanged"]
    assert kept() == dict.fromkeys(LI, "")


def test_the_list_is_narrowed_and_asks_a_constant_number_of_questions(
    client, key, django_assert_max_num_queries
):
    make.customer_standing(make.customer("c1"), tier="vip", segment="champion")
    with django_assert_max_num_queries(15) as few:
        assert len(get(client, ADDRESS, key).json()["results"]) == 1
    for number in range(2, 6):
        make.customer(f"c{number}")

    with django_assert_max_num_queries(len(few)):
        assert len(get(client, ADDRESS, key).json()["results"]) == 5
    for asked in ("tier=vip", "segment=champion", "store=UK&tier=vip"):
        found = get(client, f"{ADDRESS}?{asked}", key).json()["results"]
        assert [one["external_id"] for one in found] == ["c1"]


@pytest.mark.parametrize("asked", ["email=li@example.com", "name=Li", "segment=best"])
def test_nobody_is_found_by_what_is_masked(client, key, asked):
    assert get(client, f"{ADDRESS}?{asked}", key).status_code == 400


def test_a_key_of_another_store_neither_sees_nor_writes(client):
    make.store()
    make.customer("c1")
    make.store("DE")
    other = make.api_key(make.api_client("DE", resources=USES, stores=("DE",)))

    assert told(get(client, f"{ADDRESS}UK/c1/", other))[0] == 404
    assert states(send(client, other, item(external_id="c9"))) == ["error"]
    assert Customer.objects.count() == 1
