"""Returns and refunds in the API."""

import pytest

from opsdesk.models import AuditEntry, LifeEvent
from orders.models import Refund, Return
from tests import factories as make

pytestmark = pytest.mark.django_db
RETURNS, REFUNDS = "/api/v1/returns/", "/api/v1/refunds/"
USES = ("returns:read", "returns:write", "refunds:read")


def headers(*stores, resources=USES):
    known = make.api_client(resources=resources, stores=stores)
    return {"authorization": f"Api-Key {make.api_key(known)}"}


@pytest.fixture
def case():
    order = make.sold((5, "49.99", "9.50"), external_id="1001", shipping_charge=5)
    return make.return_case(order, lines=[(1, 3)], status="inspected", external_id="R1")


def send(client, body, key=None, name="UK/R1"):
    return client.post(
        f"{RETURNS}{name}/refund/",
        {"external_id": "n1"} | body,
        content_type="application/json",
        headers=key or headers(),
    )


def test_a_return_is_found_by_store_and_number_with_its_lines(client, case):
    found = client.get(f"{RETURNS}UK/R1/", headers=headers()).json()

    assert found == {
        "store": "UK",
        "external_id": "R1",
        "order": "1001",
        "status": "inspected",
        "reason": "",
        "requested_at": "2026-04-02T17:00:00+08:00",
        "refunded_at": None,
        "refunded_on": None,
        "currency": "CNY",
        "amount": "0.00",
        "units": 3,
        "refunded_here": False,
        "handled_at": None,
        "inspected_at": None,
        "lines": [
            {
                "line_no": 1,
                "order_line_no": 1,
                "kind": "goods",
                "sku": "T1",
                "item_code": "T1",
                "title": "Thing 1",
                "quantity": 3,
                "refund_amount": "0.00",
                "reason": "defective",
                "received": None,
                "restock": None,
                "pieces": [],
            }
        ],
        "refunds": [],
    }


def test_a_refund_is_looked_at_and_then_made_once(client, case):
    body = {"lines": [{"line_no": 1, "quantity": 2}], "shipping": "1.50", "reference": "TX"}
    key = headers()

    looked = send(client, body | {"preview": True}, key)
    before = Refund.objects.count()
    made = send(client, body | {"expected_total": "25.30"}, key)
    again = send(client, body, key)

    assert (looked.status_code, looked.json(), before) == (
        200,
        {
            "amount": "20.00",
            "tax": "3.80",
            "shipping": "1.50",
            "total": "25.30",
            "lines": [{"line_no": 1, "quantity": 2, "amount": "20.00", "tax": "3.80"}],
        },
        0,
    )
    refund = made.json()
    assert (made.status_code, again.status_code, Refund.objects.count()) == (201, 200, 1)
    assert again.json() == refund
    assert refund.pop("refunded_at")
    assert refund.pop("refunded_on")
    assert refund == {
        "store": "UK",
        "return": "R1",
        "number": 1,
        "external_id": "n1",
        "currency": "CNY",
        "amount": "20.00",
        "tax": "3.80",
        "shipping": "1.50",
        "total": "25.30",
        "units": 2,
        "method": "original",
        "reference": "TX",
        "early": False,
        "lines": [{"line_no": 1, "quantity": 2, "amount": "20.00", "tax": "3.80", "restocked": 0}],
    }
    assert list(LifeEvent.objects.values_list("verb", "client_name")) == [("refund", "ERP")]
    found = client.get(f"{RETURNS}UK/R1/", headers=key).json()
    assert (found["status"], found["refunded_here"], len(found["refunds"])) == (
        "refunded",
        True,
        1,
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"lines": [{"line_no": 1, "quantity": 4}]}, 400),
        ({"lines": [{"line_no": 1, "quantity": 1}], "expected_total": "1.00"}, 409),
        ({"lines": [{"line_no": 1, "quantity": -1}]}, 400),
        ({"lines": [{"line_no": 0, "quantity": 1}]}, 400),
        ({"lines": "x"}, 400),
        ({"lines": [7]}, 400),
        ({"extra": "1e9"}, 400),
        ({"extra": "NaN"}, 400),
        ({"extra": "0.0001"}, 400),
        ({"shipping": "5.01"}, 400),
        ({"extra": "1.00", "method": "cash"}, 400),
        ({"extra": "1.00", "reference": "a\u0000b"}, 400),
        ({"extra": "1.00", "note": "a\u0007b"}, 400),
        ({"extra": "1.00", "external_id": ""}, 400),
        ({}, 400),
    ],
)
def test_what_cannot_be_refunded_is_refused(client, case, body, status):
    AuditEntry.objects.all().delete()
    key = headers()
    before = AuditEntry.objects.count()

    answer = send(client, body, key)

    assert answer.status_code == status
    assert not Refund.objects.exists()
    assert AuditEntry.objects.count() == before


def test_a_number_that_was_of_something_else_is_a_conflict(client, case):
    key = headers()
    send(client, {"extra": "1.00"}, key)

    answer = send(client, {"extra": "2.00"}, key)

    assert (answer.status_code, Refund.objects.count()) == (409, 1)


@pytest.mark.parametrize("status", ["requested", "approved", "received", "rejected"])
def test_a_machine_refunds_only_what_is_inspected(client, case, status):
    Return.objects.update(status=status)

    answer = send(client, {"extra": "1.00"})

    assert answer.status_code in (403, 409)
    assert not Refund.objects.exists()


def test_who_only_reads_refunds_nothing(client, case):
    answer = send(client, {"extra": "1.00"}, headers(resources=("returns:read",)))

    assert (answer.status_code, Refund.objects.count()) == (403, 0)


def test_a_key_of_one_store_opens_nothing_of_another(client, case):
    other = make.sold((1, "5.00", "0.00"), store=make.store("FR"))
    made = make.return_case(other, status="inspected", external_id="R9")
    make.part_refund(made, "1.00")
    make.part_refund(case, "2.00")
    key = headers("UK")

    returns = client.get(RETURNS, headers=key).json()["results"]
    refunds = client.get(REFUNDS, headers=key).json()["results"]

    assert [one["external_id"] for one in returns] == ["R1"]
    assert [one["amount"] for one in refunds] == ["2.00"]
    addresses = (f"{RETURNS}FR/R9/", f"{REFUNDS}FR/R9/1/")
    assert [client.get(one, headers=key).status_code for one in addresses] == [404, 404]
    assert send(client, {"extra": "1.00"}, key, "FR/R9").status_code == 404


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("", ["R1", "R2"]),
        ("?status=inspected", ["R1"]),
        ("?store=FR", ["R2"]),
        ("?order=1001", ["R1"]),
        ("?requested_after=2026-04-02T09:00:01Z", []),
        ("?requested_before=2026-04-02T09:00:01Z", ["R1", "R2"]),
    ],
)
def test_returns_are_asked_for(client, case, asked, numbers):
    other = make.sold((1, "5.00", "0.00"), store=make.store("FR"))
    make.return_case(other, external_id="R2")

    found = client.get(RETURNS + asked, headers=headers()).json()["results"]

    assert [one["external_id"] for one in found] == numbers


@pytest.mark.parametrize(
    ("asked", "amounts"),
    [
        ("", ["1.00", "2.00"]),
        ("?refunded_from=2026-03-13", ["2.00"]),
        ("?refunded_before=2026-03-13", ["1.00"]),
        ("?store=FR", []),
        ("?method=bank", []),
        ("?reference=TX", []),
    ],
)
def test_refunds_are_asked_for(client, case, asked, amounts):
    make.part_refund(case, "1.00")
    make.part_refund(case, "2.00", on=make.TODAY)

    found = client.get(REFUNDS + asked, headers=headers()).json()["results"]

    assert [one["amount"] for one in found] == amounts


@pytest.mark.parametrize("number", ["2", "x", "1" * 30])
def test_a_refund_that_is_not_there_is_404(client, case, number):
    make.part_refund(case, "1.00")
    key = headers()

    found = client.get(f"{REFUNDS}UK/R1/1/", headers=key)

    assert (found.status_code, found.json()["return"]) == (200, "R1")
    assert client.get(f"{REFUNDS}UK/R1/{number}/", headers=key).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_take_the_same_statements_for_one_row_and_for_three(
    client, rows, django_assert_num_queries
):
    for number in range(rows):
        order = make.sold((2, "5.00", "0.00"), external_id=f"o{number}")
        case = make.return_case(order)
        make.part_refund(case, "1.00")
        case.pieces.create(
            line=case.lines.get(),
            units=1,
            condition="opened",
            disposal="restock",
            warehouse=make.warehouse(),
        )
    key = headers()
    client.get(RETURNS, headers=key)  # the key is looked at once a minute

    with django_assert_num_queries(7):
        client.get(RETURNS, headers=key)
    with django_assert_num_queries(3):
        client.get(REFUNDS, headers=key)
