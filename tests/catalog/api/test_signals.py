"""Signals of products for machines: to be read, by product, category, kind and status."""

from datetime import date

import pytest
from django.test import Client

from catalog.models import ProductSignal
from tests import factories as make

pytestmark = pytest.mark.django_db
URL = "/api/v1/product-signals/"
EVIDENCE = {"part": 3, "whole": 40, "threshold": "5.00", "window_days": 30}


def client(*, stores=()):
    uses = ("product-signals:read", "products:write")
    key = make.api_key(make.api_client(resources=uses, stores=stores))
    return Client(headers={"Authorization": f"Api-Key {key}"})


def signal(product, kind="slow_sales", **values):
    days = {"raised_on": date(2026, 3, 1), "seen_on": date(2026, 4, 1)}
    return ProductSignal.objects.create(
        product=product, kind=kind, verb="optimise", evidence=EVIDENCE, **days, **values
    )


def test_a_signal_is_shown_with_its_numbers():
    one = signal(make.product("P1"))

    assert client().get(f"{URL}{one.pk}/").json() == {
        "id": one.pk,
        "product": "P1",
        "kind": "slow_sales",
        "verb": "optimise",
        "evidence": EVIDENCE,
        "raised_on": "2026-03-01",
        "seen_on": "2026-04-01",
        "status": "open",
        "reason": "",
        "decided_at": None,
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["P1", "P1", "P2"]),
        ("?status=open", ["P1", "P2"]),
        ("?kind=stock_age", ["P1"]),
        ("?product=P2", ["P2"]),
        ("?category=c&status=open", ["P1", "P2"]),
        ("?category=other", []),
    ],
)
def test_signals_are_asked_for(asked, found):
    one = make.product("P1")
    signal(one)
    signal(one, "stock_age", status="lapsed")
    signal(make.product("P2"))

    rows = client().get(URL + asked).json()["results"]

    assert [row["product"] for row in rows] == found


def test_a_machine_of_a_store_sees_the_signals_of_what_is_listed_there():
    listed = make.listing(store=make.store("DE"), sku=make.sku(of=make.product("P1")))
    signal(listed.sku.product)
    other = signal(make.product("P2"))
    bound = client(stores=("DE",))

    assert [row["product"] for row in bound.get(URL).json()["results"]] == ["P1"]
    assert bound.get(f"{URL}{other.pk}/").status_code == 404


def test_no_machine_decides_on_one():
    one = signal(make.product())

    machine = client()

    answers = [machine.post(URL, {}), machine.post(f"{URL}{one.pk}/", {"status": "accepted"})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert ProductSignal.objects.get().status == "open"


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_asks_a_constant_number_of_questions(count, django_assert_max_num_queries):
    for _ in range(count):
        signal(make.product())
    machine = client()
    machine.get(URL)

    with django_assert_max_num_queries(6):
        assert len(machine.get(URL).json()["results"]) == count
