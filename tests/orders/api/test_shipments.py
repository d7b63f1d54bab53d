"""Shipments as the ERP sends, reads, moves and compares them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Shipment, ShipmentLine, TrackingEvent
from tests import factories as make
from tests.opsdesk.api.calling import told

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/shipments/"
USES = ("shipments:read", "shipments:write")


@pytest.fixture(autouse=True)
def order():
    make.channel("POST")
    return make.order(store=make.store("UK"), external_id="1001", status="allocated")


def key(*, uses=USES, **how):
    client = make.api_client(f"ERP{next(make.NUMBERS)}", resources=uses, **how)
    return {"HTTP_AUTHORIZATION": f"Api-Key {make.api_key(client)}"}


def item(**given):
    """An item with the fields of the specification."""
    one = {"store": "UK", "tracking_number": "RM1", "order": "1001", "channel": "POST"}
    return one | {"dispatched_at": "2026-03-20T09:00:00Z"} | given


def send(client, auth, *items, query="", **given):
    body = {"items": list(items)} | given
    return client.post(f"{ADDRESS}bulk/{query}", body, content_type="application/json", **auth)


def states(answer):
    return [one["state"] for one in answer.json()["results"]]


def test_a_shipment_is_stored_changed_and_read_by_its_natural_key(client):
    auth = key()
    event = {"at": "2026-03-21T02:30:00+08:00", "code": "in_transit", "place": "Shenzhen"}
    first = item(cost="12.50", warehouse=None, remote_area=True, promised_days=7, events=[event])

    assert states(send(client, auth, first)) == ["created"]
    assert states(send(client, auth, first)) == ["unchanged"]
    ended = {"outcome": "delivered", "outcome_at": "2026-03-26T10:00:00Z"}
    assert states(send(client, auth, item(**ended, external_id="S1"))) == ["updated"]

    expected = {
        "store": "UK",
        "external_id": "S1",
        "tracking_number": "RM1",
        "order": "1001",
        "channel": "POST",
        "warehouse": None,
        "status": "delivered",
        "outcome": "delivered",
        "outcome_at": "2026-03-26T18:00:00+08:00",
        "outcome_on": "2026-03-26",
        "dispatched_at": "2026-03-20T17:00:00+08:00",
        "dispatched_on": "2026-03-20",
        "promised_days": 7,
        "promised_on": "2026-03-27",
        "transit_days": 6,
        "remote_area": True,
        "cost": "12.50",
        "cost_currency": "CNY",
        "reporting_cost": "12.50",
        "last_event_at": "2026-03-26T18:00:00+08:00",
        "lines": [],
        "events": [event | {"at": "2026-03-21T02:30:00+08:00", "text": ""}],
        "source_updated_at": None,
    }
    for name in ("RM1", "S1"):
        found = client.get(f"{ADDRESS}UK/{name}/", **auth).json()
        assert {k: v for k, v in found.items() if k != "updated_at"} == expected
    [row] = client.get(f"{ADDRESS}?status=delivered&order=1001", **auth).json()["results"]
    assert row["external_id"] == "S1"


def test_each_item_is_answered_for_itself(client):
    lines = [{"line_no": 1, "quantity": 1}]
    found = send(
        client,
        key(),
        item(lines=lines),
        item(tracking_number="RM2", lines=lines),
        item(tracking_number="RM3", dispatched_at="2026-03-20T09:00:00"),
        item(tracking_number="RM4", weight=5),
        item(tracking_number="RM5", events=[{"at": "x", "code": "flown"}]),
        item(
            tracking_number="RM6", events=[{"at": "2026-03-20T09:00:00Z", "code": "lost", "a": 1}]
        ),
        item(tracking_number="RM7", cost="-1"),
        item(tracking_number="RM8", outcome="eaten"),
        "RM9",
        item(tracking_number="RM10", order="none"),
        item(tracking_number="RM11", lines=[]),
    ).json()

    errors = [sorted(one["errors"]) for one in found["results"]]
    assert errors == [
        [],
        ["lines"],
        ["dispatched_at"],
        ["weight"],
        ["events.0.at", "events.0.code"],
        ["events.0.a"],
        ["cost"],
        ["outcome"],
        [""],
        ["order"],
        [],
    ]
    assert found["stored"] is True
    assert list(Shipment.objects.order_by("pk").values_list("tracking_number", flat=True)) == [
        "RM1",
        "RM11",
    ]
    assert ShipmentLine.objects.count() == 1


@pytest.mark.parametrize(("query", "mode"), [("", "all_or_nothing"), ("?dry_run=true", "partial")])
def test_nothing_is_stored_where_one_is_wrong_or_it_is_a_trial(client, query, mode):
    items = [item(), item(tracking_number="RM2", order="none")]

    found = send(client, key(), *items, query=query, mode=mode).json()

    assert found["stored"] is False
    assert [one["state"] for one in found["results"]] == ["created", "error"]
    assert (Shipment.objects.count(), TrackingEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": []},
        {"items": "x"},
        {"items": [{}] * 5001},
        {"items": [{}], "mode": "some"},
        {"items": [{}], "more": 1},
    ],
)
def test_a_call_of_another_shape_is_refused(client, body):
    answer = client.post(f"{ADDRESS}bulk/", body, content_type="application/json", **key())

    assert (told(answer)[0], Shipment.objects.count()) == (400, 0)


@pytest.mark.parametrize(
    "given",
    [
        {"dispatched_at": "0001-01-01T00:00:00+23:59"},
        {"dispatched_at": "9999-12-31T23:59:59-23:59"},
        {"source_updated_at": "2199-01-01T00:00:00Z"},
        {"promised_days": 10**30},
        {"promised_days": "x"},
        {"cost": "1e999"},
        {"cost": 10**40},
        {"cost_currency": "€€€€"},
        {"lines": [{"line_no": 10**12, "quantity": 1}]},
        {"lines": [{"line_no": 1, "quantity": -1}]},
        {"lines": {"line_no": 1}},
        {"events": [[]]},
        {"events": "x"},
        {"store": 7},
        {"store": ["UK"]},
        {"channel": "x" * 500},
        {"tracking_number": "RM\u200b1" * 60},
        {"remote_area": "perhaps"},
        {"outcome": "lost"},
    ],
)
def test_whatever_an_item_holds_it_is_an_error_of_its_own(client, given):
    answer = send(client, key(), item(**given), item(tracking_number="RM2"))

    assert (answer.status_code, states(answer)) == (200, ["error", "created"])


def test_the_store_of_another_is_not_there(client, order):
    auth = key(stores=("DE",))
    make.store("DE")
    send(client, key(), item())

    answer = send(client, auth, item(tracking_number="RM2"))

    assert states(answer) == ["error"]
    assert list(answer.json()["results"][0]["errors"]) == ["store"]
    assert client.get(f"{ADDRESS}UK/RM1/", **auth).status_code == 404
    assert client.get(ADDRESS, **auth).json()["results"] == []
    compared = client.get(f"{ADDRESS}comparison/?dispatched_from=2026-03-01", **auth).json()
    assert (compared["channels"], compared["total"]["parcels"]) == ([], 0)


def test_a_key_that_only_reads_sends_nothing(client):
    answer = send(client, key(uses=("shipments:read",)), item())

    assert (answer.status_code, Shipment.objects.count()) == (403, 0)


def test_a_machine_makes_steps_and_the_order_goes_along(client, order):
    auth = key()
    send(client, auth, {k: v for k, v in item().items() if k != "dispatched_at"})

    found = client.post(
        f"{ADDRESS}UK/RM1/moves/", {"verb": "dispatch"}, content_type="application/json", **auth
    )

    assert found.json()["status"] == "in_transit"
    order.refresh_from_db()
    assert order.status == "dispatched"
    assert TrackingEvent.objects.get().by is None


def test_a_longer_list_asks_no_more_questions(client, order):
    auth = key()
    client.get(ADDRESS, **auth)  # notes that the key was used
    asked = []
    for count in (1, 3):
        for number in range(count):
            parcel = make.shipment(f"N{count}{number}", order=order)
            parcel.lines.create(order_line=order.lines.get(), quantity=1)
        with CaptureQueriesContext(connection) as queries:
            client.get(ADDRESS, **auth)
        asked.append(len(queries))

    assert asked[0] == asked[1]


# ---- channels


def test_channels_are_read_by_code(client):
    make.channel("AIR", kind="dedicated", promised_days_remote=None, active=False)
    auth = key(uses=("channels:read",))

    rows = client.get("/api/v1/channels/?active=false", **auth).json()["results"]

    assert rows == [client.get("/api/v1/channels/AIR/", **auth).json()]
    assert rows[0] == {
        "code": "AIR",
        "name": "Channel AIR",
        "kind": "dedicated",
        "carrier": "",
        "promised_days": 10,
        "promised_days_remote": None,
        "silent_days": 7,
        "active": False,
    }
    assert client.get(f"{ADDRESS}comparison/", **auth).status_code == 403


def test_channels_are_compared_as_on_the_page(client, order):
    sent = datetime(2026, 3, 20, 9, tzinfo=UTC)
    ended = [("delivered", "2026-03-24"), ("delivered", "2026-04-01"), ("lost", "2026-03-30")]
    items = [
        item(
            tracking_number=f"RM{number}",
            outcome=status,
            outcome_at=f"{day}T09:00:00Z",
            cost="10.01" if number else None,
        )
        for number, (status, day) in enumerate(ended)
    ]
    items.append(item(tracking_number="RM9", dispatched_at="2026-03-21T09:00:00Z"))
    send(client, key(), *items)
    query = f"?dispatched_from={sent:%Y-%m-%d}&dispatched_to=2026-03-20&store=UK&country=GB"

    found = client.get(f"{ADDRESS}comparison/{query}", **key()).json()

    figures = {
        "parcels": 3,
        "under_way": 0,
        "delivered": 2,
        "lost": 1,
        "returned_to_sender": 0,
        "delivered_rate": {"value": "0.6667", "numerator": 2, "denominator": 3},
        "on_time_rate": {"value": "0.5000", "numerator": 1, "denominator": 2},
        "mean_days": {"value": "8.0000", "numerator": 16, "denominator": 2},
        "days_p50": 4,
        "days_p90": 12,
        "cost_per_parcel": "10.01",
        "cost_total": "20.02",
        "parcels_with_cost": 2,
        "parcels_by_days": {"4": 1, "12": 1},
    }
    assert found == {
        "dispatched_from": "2026-03-20",
        "dispatched_to": "2026-03-20",
        "store": "UK",
        "country": "GB",
        "currency": "CNY",
        "channels": [{"channel": "POST"} | figures],
        "total": {"channel": None} | figures,
    }


def test_where_nothing_is_known_a_comparison_says_null(client):
    send(client, key(), item())

    [found] = client.get(f"{ADDRESS}comparison/?dispatched_from=2026-03-01", **key()).json()[
        "channels"
    ]

    nothing = {"value": None, "numerator": 0, "denominator": 0}
    assert [found[name] for name in ("delivered_rate", "on_time_rate", "mean_days")] == [
        nothing
    ] * 3
    assert [found[n] for n in ("days_p50", "days_p90", "cost_per_parcel", "cost_total")] == [
        None
    ] * 4


@pytest.mark.parametrize(
    "query",
    [
        "dispatched_from=2026-04-01&dispatched_to=2026-03-01",
        "dispatched_from=2024-01-01&dispatched_to=2026-03-01",  # more than two years
        "dispatched_from=x",
        "dispatched_to=0000-01-01",
        "from=2026-03-01",
        f"store={'x' * 41}",
    ],
)
def test_a_range_that_is_none_is_refused(client, query):
    assert told(client.get(f"{ADDRESS}comparison/?{query}", **key()))[0] == 400


def test_the_first_day_there_is_can_be_asked_for(client):
    answer = client.get(f"{ADDRESS}comparison/?dispatched_to=0001-01-01", **key())

    assert (answer.status_code, answer.json()["dispatched_from"]) == (200, "0001-01-01")
    assert Decimal(answer.json()["total"]["parcels"]) == 0
