"""Disputes as the ERP reads, stores and moves them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orders.models import Dispute
from tests import factories as make
from tests.opsdesk.api.calling import get, header_of, told

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/disputes/"
USES = ("disputes:read", "disputes:write")


def key(**how):
    return make.api_key(make.api_client(f"ERP{next(make.NUMBERS)}", resources=USES, **how))


def send(client, auth, *items):
    body = {"items": list(items)}
    return client.post(
        f"{ADDRESS}bulk/", body, content_type="application/json", **header_of(auth)
    ).json()["results"]


def item(**given):
    return {"store": "UK", "external_id": "D-1", "opened_at": "2026-04-01T14:00:00+02:00"} | given


def test_a_dispute_goes_in_and_comes_out_again(client):
    make.store()
    make.order(external_id="O-1")
    auth = key()
    given = item(
        order="O-1",
        kind="chargeback",
        state="investigating",
        currency="CNY",
        amount="12.50",
        reason="Card holder does not know it",
        respond_by="2026-04-09T00:00:00Z",
        source_updated_at="2026-04-01T13:00:00Z",
    )

    assert send(client, auth, given) == [{"state": "created", "errors": {}}]

    assert get(client, f"{ADDRESS}UK/D-1/", auth).json() == {
        "store": "UK",
        "external_id": "D-1",
        "order": "O-1",
        "kind": "chargeback",
        "state": "investigating",
        "state_at_source": "",
        "amount": "12.50",
        "outcome_amount": None,
        "currency": "CNY",
        "reason": "Card holder does not know it",
        "opened_at": "2026-04-01T20:00:00+08:00",
        "business_date": "2026-04-01",
        "respond_by": "2026-04-09T08:00:00+08:00",
        "closed_at": None,
        "closed_on": None,
        "source_updated_at": "2026-04-01T21:00:00+08:00",
    }
    assert Dispute.objects.get().opened_at == datetime(2026, 4, 1, 12, tzinfo=UTC)


def test_null_clears_and_what_is_left_out_stays(client):
    make.store()
    auth = key()
    send(client, auth, item(amount="3", respond_by="2026-04-09T00:00:00Z", kind="a_to_z"))

    send(client, auth, item(respond_by=None))

    stored = Dispute.objects.get()
    assert (stored.amount, stored.respond_by, stored.kind) == (Decimal(3), None, "a_to_z")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"state": "won", "closed_at": "2026-01-01T00:00:00Z"}, "closed_at"),
        ({"kind": "theft"}, "kind"),
        ({"order": "none"}, "order"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1e30"}, "amount"),
        ({"external_id": "a\nb"}, "external_id"),
    ],
)
def test_faults_are_told_by_the_names_of_the_api(client, given, field):
    make.store()

    [answer] = send(client, key(), item(**given))

    assert (answer["state"], list(answer["errors"])) == ("error", [field])
    assert Dispute.objects.count() == 0


def test_a_state_that_no_step_leads_to_is_told_as_such(client):
    make.dispute("D-1", status="won")

    [answer] = send(client, key(), item(state="lost"))

    assert list(answer["errors"]) == ["state"]


def test_a_key_of_another_store_neither_sees_nor_writes(client):
    make.dispute("D-1")
    make.store("DE")
    auth = key(stores=("DE",))

    assert get(client, ADDRESS, auth).json()["results"] == []
    assert told(get(client, f"{ADDRESS}UK/D-1/", auth))[0] == 404
    assert [one["state"] for one in send(client, auth, item(kind="a_to_z"))] == ["error"]
    assert Dispute.objects.get().kind == "other"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["A", "B", "C"]),
        ("?state=won", ["B"]),
        ("?kind=a_to_z", ["A"]),
        ("?order=O-1", ["A"]),
        ("?store=DE", ["C"]),
        ("?from_date=2026-04-02", ["C"]),
        ("?to_date=2026-04-01", ["A", "B"]),
    ],
)
def test_disputes_are_asked_for_by(client, query, found):
    uk, de = make.store(), make.store("DE")
    make.dispute("A", store=uk, kind="a_to_z", order=make.order(external_id="O-1"))
    make.dispute("B", store=uk, status="won")
    make.dispute("C", store=de, business_date=datetime(2026, 4, 2, tzinfo=UTC).date())

    rows = get(client, f"{ADDRESS}{query}", key()).json()["results"]

    assert [row["external_id"] for row in rows] == found


@pytest.mark.parametrize("query", ["?state=gone", "?from_date=x", "?status=won", "?stars=1"])
def test_another_question_is_refused(client, query):
    assert told(get(client, f"{ADDRESS}{query}", key()))[0] == 400


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_a_constant_number_of_questions(client, count, django_assert_max_num_queries):
    auth = key()
    for _number in range(count):
        make.dispute(order=make.order())

    with django_assert_max_num_queries(6):
        get(client, ADDRESS, auth)
