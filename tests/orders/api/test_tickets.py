"""Tickets in the API: read with their clocks, and stored many at once."""

from datetime import datetime

import pytest

from orders.actions.attachments import given_file, withdraw_attachment
from orders.actions.ticket_talk import note_ticket
from orders.models import MessageFile, Ticket
from tests import factories as make
from tests.factories import NOW
from tests.opsdesk.api.calling import get, header_of

pytestmark = pytest.mark.django_db
BULK = "/api/v1/tickets/bulk/"


@pytest.fixture
def key():
    make.store("UK")
    return make.api_key(make.api_client(resources=("tickets:read", "tickets:write")))


def given(number="A1", **values):
    return {
        "store": "UK",
        "external_id": number,
        "channel": "chat",
        "kind": "complaint",
        "subject": "Broken",
        "opened_at": "2026-03-10T09:00:00Z",
    } | values


def send(client, key, *items, query="", **more):
    body = {"items": list(items)} | more
    answer = client.post(BULK + query, body, content_type="application/json", **header_of(key))
    return answer.status_code, answer.json()


def test_many_are_stored_with_an_answer_for_each(client, key):
    status, answer = send(client, key, given("A1"), given("A2", kind="anger"), given("A1"))

    assert (status, answer["stored"]) == (200, True)
    assert answer["results"] == [
        {"state": "created", "errors": {}},
        {
            "state": "error",
            "errors": {"kind": ["kind is “anger”; known are: enquiry, after_sales, complaint."]},
        },
        {"state": "error", "errors": answer["results"][2]["errors"]},
    ]
    assert list(Ticket.objects.values_list("external_id", flat=True)) == ["A1"]


@pytest.mark.parametrize(
    ("query", "more"), [("?dry_run=true", {}), ("", {"mode": "all_or_nothing"})]
)
def test_nothing_is_stored_where_it_is_not_to_be(client, key, query, more):
    status, answer = send(client, key, given("A1"), given("A2", csat=9), query=query, **more)

    assert (status, answer["stored"]) == (200, False)
    assert [one["state"] for one in answer["results"]] == ["created", "error"]
    assert Ticket.objects.count() == 0


def test_an_unknown_field_is_an_error_at_its_place(client, key):
    _status, answer = send(client, key, given(colour="red"))

    assert answer["results"] == [
        {"state": "error", "errors": {"colour": ["There is no such field here."]}}
    ]
    assert Ticket.objects.count() == 0


def test_a_ticket_is_told_with_its_clocks_and_without_what_was_said(client, key):
    ticket = make.ticket(text="My secret", contact="buyer@example.com")

    answer = get(client, f"/api/v1/tickets/UK/{ticket.number}/", key)

    told = answer.json()
    assert (told["number"], told["status"], told["subject"]) == (ticket.number, "new", "Parcel")
    assert [(c["measure"], c["state"], c["promised_seconds"]) for c in told["clocks"]] == [
        ("first_response", "running", 86400),
        ("resolution", "running", None),
    ]
    assert datetime.fromisoformat(told["opened_at"]) == NOW
    assert "secret" not in answer.content.decode()
    assert "buyer@" not in answer.content.decode()


def test_a_client_of_one_store_sees_no_other(client, key):
    bound = make.api_key(
        make.api_client("other", resources=("tickets:read",), stores=(make.store("DE").code,))
    )
    make.ticket(external_id="A1")

    assert get(client, "/api/v1/tickets/UK/A1/", bound).status_code == 404
    assert get(client, "/api/v1/tickets/", bound).json()["results"] == []


def test_the_files_of_a_ticket_are_listed_and_handed_out(client, key, settings, tmp_path):
    settings.VAR = tmp_path
    ticket, other = make.ticket(), make.ticket()
    file = given_file("proof.txt", b"It is broken.")
    note_ticket(ticket, "Mine.", make.mover(), [file])
    number = MessageFile.objects.get().attachment_id
    path = f"/api/v1/tickets/UK/{ticket.number}/files/"

    assert get(client, path, key).json() == {
        "results": [
            {
                "number": number,
                "name": "proof.txt",
                "kind": "text/plain",
                "bytes": 13,
                "internal": True,
                "at": "2026-04-02T17:00:00+08:00",
            }
        ]
    }
    answer = get(client, f"{path}{number}/", key)
    assert (answer.status_code, answer.content) == (200, b"It is broken.")
    assert get(client, f"{path}999/", key).status_code == 404
    assert get(client, f"/api/v1/tickets/UK/{other.number}/files/{number}/", key).status_code == 404
    withdraw_attachment(MessageFile.objects.get().attachment, make.mover(), reason="Wrong")
    assert get(client, path, key).json() == {"results": []}
    assert get(client, f"{path}{number}/", key).status_code == 404
