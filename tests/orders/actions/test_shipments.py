"""Shipments from outside: what is stored, what is refused, and never more than was bought."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.core.roles import Role
from accounts.queries.clients import scope_of_client
from opsdesk.actions.exchange import Source
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.models import AuditEntry, LifeEvent
from orders.actions.orders import upsert_orders
from orders.actions.shipments import send_parcel, upsert_shipments
from orders.core.shipment_items import EventItem, ShippedLine
from orders.models import Order, Shipment, ShipmentLine, TrackingEvent
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SENT = datetime(2026, 3, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def order():
    """Order 1001 of the store UK: three pieces of line 1, one of line 2."""
    make.channel()
    make.store("UK")
    return orders("1001")


def orders(*names, **values):
    lines = [make.line_item(1, quantity=3), make.line_item(2, sku="A2")]
    items = [make.order_item(n, lines=lines, status="allocated", **values) for n in names]
    assert {one.state for one in upsert_orders(items, source=Source(), at=NOW)} == {"created"}
    return Order.objects.get(external_id=names[-1])


def send(*items, at=NOW, scope=None):
    found = upsert_shipments(items, scope=scope, by=None, at=at)
    return [(one.state.value, [(f.field, f.message) for f in one.errors]) for one in found]


def states(*items, **how):
    return [state for state, _faults in send(*items, **how)]


def told(*items, **how):
    """What is said of the items, field by field."""
    return [fault for _state, faults in send(*items, **how) for fault in faults]


def written():
    models = (Shipment, ShipmentLine, TrackingEvent, LifeEvent, AuditEntry)
    return [model.objects.count() for model in models]


def holding(name, *lines, **values):
    return make.shipment_item(name, lines=tuple(ShippedLine(*line) for line in lines), **values)


def stands(name="S1"):
    row = Shipment.objects.get(external_id=name)
    return row.status, row.dispatched_on, row.promised_on, row.outcome_on, row.transit_days


def test_a_shipment_is_stored_with_the_days_of_its_store():
    # half past eleven in London on the last day of winter time is the day after in UTC
    sent = datetime(2026, 3, 27, 23, 30, tzinfo=UTC)
    arrived = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)  # half past midnight, summer time
    item = make.shipment_item(
        dispatched_at=sent,
        outcome="delivered",
        outcome_at=arrived,
        cost=Decimal("12.345"),
        remote_area=True,
    )

    assert states(item) == ["created"]

    row = Shipment.objects.get()
    assert stands() == (
        "delivered",
        date(2026, 3, 27),
        date(2026, 4, 11),  # fifteen days: a remote area
        date(2026, 4, 1),
        5,
    )
    assert (row.promised_days, row.cost, row.cost_currency) == (15, Decimal("12.345"), "CNY")
    assert (row.fx_rate, row.reporting_cost) == (Decimal(1), Decimal("12.35"))
    assert (row.last_event_at, row.is_late(date(2026, 5, 1))) == (arrived, False)
    [event] = LifeEvent.objects.filter(life="shipment")
    assert (event.life, event.verb, event.state) == ("shipment", "begin", "delivered")
    assert AuditEntry.objects.filter(model="orders.shipment", verb="created").count() == 1


def test_a_shipment_without_a_number_is_called_by_its_tracking_number():
    first = make.shipment_item("", tracking_number="RM1", dispatched_at=SENT)

    assert states(first) == ["created"]
    assert states(first) == ["unchanged"]
    assert Shipment.objects.get().external_id == "RM1"

    # the ERP has a number of its own by now: it is the same parcel
    assert states(make.shipment_item("S1", tracking_number="RM1")) == ["updated"]
    assert list(Shipment.objects.values_list("external_id", "tracking_number")) == [("S1", "RM1")]
    # and its tracking number alone still finds it
    assert states(make.shipment_item("", tracking_number="RM1", cost=Decimal(5))) == ["updated"]
    assert Shipment.objects.get().cost == 5


def test_the_same_again_changes_nothing():
    event = EventItem("UK", "S1", SENT, "picked_up", "Collected", "Shenzhen")
    item = holding("S1", (1, 2), events=(event,), cost=Decimal(9), source_updated_at=SENT)
    assert states(item) == ["created"]
    before = written()

    assert states(item) == ["unchanged"]
    assert states(item, item)[0] == "unchanged"

    assert written() == before


def test_the_second_of_one_name_in_a_delivery_is_refused():
    found = send(
        make.shipment_item("S1", tracking_number="T1"),
        make.shipment_item("S1", tracking_number="T2"),
        make.shipment_item("", tracking_number="T1"),
    )

    assert [state for state, _ in found] == ["created", "error", "error"]
    twice = "S1 is given twice in one delivery; the first one was taken."
    assert found[1][1] == [("external_id", twice)]
    assert found[2][1] == [("tracking_number", twice.replace("S1", "T1"))]
    assert Shipment.objects.count() == 1


def test_what_is_not_told_keeps_what_is_stored():
    given = {"dispatched_at": SENT, "cost": Decimal(7), "tracking_number": "T1"}
    send(holding("S1", (1, 1), remote_area=True, promised_days=4, **given))
    before = Shipment.objects.values().get()

    assert states(make.shipment_item("S1", order="", channel="")) == ["unchanged"]

    assert Shipment.objects.values().get() == before
    assert ShipmentLine.objects.get().quantity == 1


def test_an_older_item_brings_its_news_and_nothing_else():
    late, early = SENT + 2 * DAY, SENT + DAY
    send(make.shipment_item(cost=Decimal(8), source_updated_at=late))
    event = EventItem("UK", "S1", SENT, "picked_up")

    older = make.shipment_item(cost=Decimal(7), events=(event,), source_updated_at=early)
    assert states(older) == ["updated"]
    assert states(older) == ["unchanged"]

    row = Shipment.objects.get()
    assert (row.cost, row.status, row.source_updated_at) == (8, "in_transit", late)


def test_deliveries_in_any_order_end_in_the_same_state():
    def at(days):
        return SENT + days * DAY

    items = [
        make.shipment_item(source_updated_at=at(0), dispatched_at=at(0), cost=Decimal(5)),
        make.shipment_item(
            source_updated_at=at(3),
            dispatched_at=at(1),
            cost=Decimal(6),
            events=(EventItem("UK", "S1", at(2), "lost"),),
        ),
        make.shipment_item(
            source_updated_at=at(6),
            dispatched_at=at(1),
            cost=Decimal(6),
            outcome="delivered",
            outcome_at=at(5),
            events=(EventItem("UK", "S1", at(4), "in_transit"),),
        ),
    ]
    found = set()
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1, 0]):
        TrackingEvent.objects.all().delete()
        Shipment.objects.all().delete()

        for number in order:
            send(items[number])

        row = Shipment.objects.values().get()
        events = sorted(TrackingEvent.objects.values_list("at", "code"))
        found.add((str({k: v for k, v in row.items() if k != "id"}), str(events)))
    assert len(found) == 1
    assert stands()[0] == "delivered"


def test_a_source_may_correct_what_it_told():
    send(make.shipment_item(dispatched_at=SENT, outcome="delivered", outcome_at=SENT + 3 * DAY))

    send(make.shipment_item(dispatched_at=SENT + DAY, outcome="lost", outcome_at=SENT + 2 * DAY))

    assert stands() == ("lost", date(2026, 3, 21), date(2026, 3, 31), date(2026, 3, 22), None)
    verbs = LifeEvent.objects.filter(life="shipment").values_list("verb", "from_state", "state")
    assert list(verbs) == [
        ("begin", "", "delivered"),
        ("correct", "delivered", "in_transit"),
        ("lose", "in_transit", "lost"),
    ]


def test_another_channel_promises_something_else_unless_the_promise_was_given():
    make.channel("AIR", promised_days=3, promised_days_remote=None)
    send(make.shipment_item("S1", dispatched_at=SENT))
    send(make.shipment_item("S2", dispatched_at=SENT, promised_days=0))

    send(*[make.shipment_item(name, channel="AIR", remote_area=True) for name in ("S1", "S2")])

    assert (stands("S1")[2], stands("S2")[2]) == (date(2026, 3, 23), date(2026, 3, 20))


def test_a_promise_is_taken_from_the_channel_at_the_dispatch():
    send(make.shipment_item("S1"))
    assert stands() == ("ready", None, None, None, None)
    channel = make.channel()
    channel.promised_days = 6
    channel.save()

    send(make.shipment_item("S1", dispatched_at=SENT))
    channel.promised_days = 4
    channel.save()
    send(make.shipment_item("S1", dispatched_at=SENT + DAY))

    # the promise stays, its day goes along with the dispatch
    assert stands()[1:3] == (date(2026, 3, 21), date(2026, 3, 27))


COST = [
    # the rate of the day of dispatch, or of the last day before it
    ("8.0", date(2026, 3, 19), "80.00"),
    ("9.0", date(2026, 3, 20), "90.00"),
]


@pytest.mark.parametrize(("rate", "on", "reporting"), COST)
def test_a_cost_is_told_in_reporting_currency_by_the_rate_of_the_dispatch(rate, on, reporting):
    make.rate(rate, on=on, source="USD")
    make.rate("7.0", on=date(2026, 3, 21), source="USD")  # a day too late

    send(make.shipment_item(dispatched_at=SENT, cost=Decimal(10), cost_currency="USD"))

    row = Shipment.objects.get()
    assert (row.cost, row.cost_currency, row.reporting_cost) == (10, "USD", Decimal(reporting))


def test_a_cost_without_a_rate_is_refused_by_currency_and_day():
    waiting = make.shipment_item("S2", cost=Decimal(1), cost_currency="USD")
    assert states(waiting) == ["created"]  # not sent: no day, no rate asked for yet
    before = written()

    found = told(
        make.shipment_item("S1", dispatched_at=SENT, cost=Decimal(1), cost_currency="USD"),
        make.shipment_item("S2", dispatched_at=SENT),
    )

    sentence = (
        "There is no rate from USD to CNY on or before 2026-03-20. Load the rates of that day, "
        "then load the orders again."
    )
    assert found == [("cost", sentence)] * 2
    assert written() == before
    assert stands("S2")[0] == "ready"


AMOUNT = "An amount of 0 or more, such as 1.25, is expected."
TOO_LONG = "{} takes at most 100 characters, and no control characters."
DAYS = "promised_days lies between 0 and 365."
AHEAD = (
    "2026-04-03T09:00:01+00:00 is more than a day in the future: set the clock of the source right."
)
REFUSED = [
    (
        {"store": "XX"},
        "store",
        "There is no store XX that you see: load the stores first, or ask for it.",
    ),
    (
        {"store": "U\0K"},
        "store",
        "store takes at most 40 characters, and no control characters.",
    ),
    (
        {"warehouse": "\0"},
        "warehouse",
        "warehouse takes at most 40 characters, and no control characters.",
    ),
    ({"order": ""}, "order", "A new shipment needs its order: there is no shipment S1 yet."),
    (
        {"order": "77"},
        "order",
        "There is no order 77 in store UK yet: load the order first, then this shipment again.",
    ),
    ({"channel": ""}, "channel", "A new shipment needs its channel: there is no shipment S1 yet."),
    ({"channel": "NO"}, "channel", "There is no logistics channel NO: make it first."),
    ({"warehouse": "NO"}, "warehouse", "There is no warehouse NO: make it first."),
    (
        {"external_id": ""},
        "tracking_number",
        "Give the tracking number, or the number of the shipment in external_id.",
    ),
    (
        {"tracking_number": "a/b"},
        "tracking_number",
        "tracking_number has no “/”: it stands in addresses.",
    ),
    ({"external_id": "x" * 101}, "external_id", TOO_LONG.format("external_id")),
    ({"tracking_number": "a\0b"}, "tracking_number", TOO_LONG.format("tracking_number")),
    (
        {"outcome": "eaten", "outcome_at": SENT},
        "outcome",
        "outcome is “eaten”; known are: delivered, lost, returned_to_sender.",
    ),
    ({"outcome": "lost"}, "outcome_at", "An outcome happened at some time: give outcome_at."),
    ({"outcome_at": SENT}, "outcome", "outcome_at tells when, outcome what: give both."),
    (
        {"dispatched_at": datetime(1999, 12, 31, tzinfo=UTC)},
        "dispatched_at",
        "dispatched_at is 1999-12-31T00:00:00+00:00; a time of our years with an offset is "
        "expected.",
    ),
    # a day ahead to the second is taken for a clock that is wrong
    ({"dispatched_at": NOW + DAY + timedelta(seconds=1)}, "dispatched_at", AHEAD),
    ({"source_updated_at": NOW + DAY + timedelta(seconds=1)}, "source_updated_at", AHEAD),
    ({"promised_days": 366}, "promised_days", DAYS),
    ({"promised_days": -1}, "promised_days", DAYS),
    ({"cost": Decimal("-0.01")}, "cost", AMOUNT),
    ({"cost": Decimal("NaN")}, "cost", AMOUNT),
    ({"cost": Decimal("1.00001")}, "cost", AMOUNT),
    (
        {"cost": Decimal(1), "cost_currency": "XXX"},
        "cost_currency",
        "XXX is no ISO 4217 currency such as EUR.",
    ),
    (
        {"cost_currency": "EUR"},
        "cost",
        "A currency without an amount says nothing: give the cost.",
    ),
    (
        {"lines": (ShippedLine(1, 0),)},
        "lines.0.quantity",
        "A quantity is a whole number from 1 to 1,000,000.",
    ),
    (
        {"lines": (ShippedLine(1, 1), ShippedLine(1, 1))},
        "lines",
        "Name each line of the order once, and at most 2000 of them.",
    ),
    ({"lines": (ShippedLine(9, 1),)}, "lines", "Order 1001 has no line 9."),
    (
        {"events": (EventItem("UK", "S1", SENT, "flown"),)},
        "events.0.code",
        "events.0.code is “flown”; known are: picked_up, in_transit, out_for_delivery, delivered, "
        "failed_attempt, customs_held, damaged, lost, returned_to_sender, other.",
    ),
]


@pytest.mark.parametrize(("values", "field", "sentence"), REFUSED)
def test_what_cannot_be_is_refused_and_keeps_no_other_out(values, field, sentence):
    before = written()
    given = {"external_id": "S1"} | values

    found = send(make.shipment_item(**given), make.shipment_item("S2"))

    assert found == [("error", [(field, sentence)]), ("created", [])]
    assert [b - a for a, b in zip(before, written(), strict=True)] == [1, 0, 0, 1, 1]


def test_a_shipment_stays_with_its_order_and_a_tracking_number_with_its_parcel():
    orders("1002")
    send(make.shipment_item("S1", tracking_number="T1"), make.shipment_item("S2"))
    before = written()

    found = told(
        make.shipment_item("S1", order="1002"),
        make.shipment_item("S2", tracking_number="T1"),
        make.shipment_item("S3", tracking_number="T1"),
    )

    taken = "The tracking number T1 is that of shipment S1."
    assert found == [
        ("order", "Shipment S1 is of order 1001, not of 1002."),
        ("tracking_number", taken),
        ("tracking_number", taken),
    ]
    assert written() == before


def test_a_tracking_number_names_the_parcel_that_is_tracked_by_it():
    send(
        make.shipment_item("X", tracking_number="T1"),
        make.shipment_item("S2", tracking_number="X"),
        make.shipment_item("Y", tracking_number="T3"),
    )

    assert states(make.shipment_item("", tracking_number="X", cost=Decimal(5))) == ["updated"]
    assert Shipment.objects.get(cost=5).external_id == "S2"
    # nobody is tracked by it, but one is called so: which of the two is meant is not guessed
    before = written()
    assert told(make.shipment_item("", tracking_number="Y")) == [
        (
            "tracking_number",
            "Shipment Y has the tracking number T3: give its number in external_id to change that.",
        )
    ]
    assert written() == before
    assert states(make.shipment_item("Y", tracking_number="Y")) == ["updated"]


def test_a_number_of_one_store_is_another_shipment_in_another():
    make.store("DE")
    upsert_orders([make.order_item("1001", store="DE")], source=Source(), at=NOW)
    items = [make.shipment_item("S1", store=store, tracking_number="T1") for store in ("UK", "DE")]

    assert states(*items) == ["created", "created"]
    assert states(*items) == ["unchanged", "unchanged"]


def test_a_store_that_is_not_seen_is_as_one_that_does_not_exist():
    client = make.api_client("bound", resources=("shipments:write",), stores=("DE",))
    scope = scope_of_client(client, make.TODAY)

    found = send(make.shipment_item("S1"), scope=scope)

    sentence = "There is no store UK that you see: load the stores first, or ask for it."
    assert found == [("error", [("store", sentence)])]
    assert Shipment.objects.count() == 0


# ---- what is in a parcel


def test_an_order_goes_in_several_parcels_and_never_more_than_was_bought():
    assert states(holding("S1", (1, 1)), holding("S2", (1, 2), (2, 1))) == ["created"] * 2
    before = written()

    found = told(holding("S3", (1, 1)), holding("S1", (1, 2)))

    assert [field for field, _message in found] == ["lines", "lines"]
    assert found[0][1].startswith("Of line 1 of order 1001 3 were bought and 3 are in other")
    assert found[1][1].startswith("Of line 1 of order 1001 3 were bought and 2 are in other")
    assert written() == before


def test_within_one_delivery_parcels_are_counted_together():
    found = states(holding("S1", (1, 2)), holding("S2", (1, 2)), holding("S3", (1, 1)))

    assert found == ["created", "error", "created"]


def test_what_was_lost_or_cancelled_may_be_sent_again():
    send(holding("S1", (1, 3)))
    lost = {"outcome": "lost", "outcome_at": SENT}

    assert states(make.shipment_item("S1", **lost), holding("S2", (1, 3))) == ["updated", "created"]
    assert states(holding("S3", (1, 1))) == ["error"]
    Shipment.objects.filter(external_id="S2").update(status="cancelled")
    assert states(holding("S3", (1, 1))) == ["created"]


def test_lines_that_are_told_anew_take_the_place_of_the_old_ones():
    send(holding("S1", (1, 3)))

    assert states(holding("S1", (1, 1), (2, 1))) == ["updated"]
    assert states(holding("S1", (2, 1), (1, 1))) == ["unchanged"]

    rows = ShipmentLine.objects.order_by("order_line__line_no")
    assert list(rows.values_list("order_line__line_no", "quantity")) == [(1, 1), (2, 1)]


def test_an_order_cannot_lose_what_is_in_a_parcel(order):
    send(holding("S1", (1, 2)), holding("S2", (2, 1)))
    Shipment.objects.filter(external_id="S2").update(status="cancelled")
    smaller = [make.line_item(1, quantity=1)]
    without = [make.line_item(1, quantity=2)]

    [refused] = upsert_orders(
        [make.order_item("1001", lines=smaller, status="allocated")], source=Source(), at=NOW
    )
    assert (refused.state, [e.field for e in refused.errors]) == ("error", ["lines"])
    assert order.lines.count() == 2

    # what is left of line 2 in a cancelled parcel goes along with it
    [taken] = upsert_orders(
        [make.order_item("1001", lines=without, status="allocated")], source=Source(), at=NOW
    )
    assert taken.state == "updated"
    assert list(ShipmentLine.objects.values_list("shipment__external_id", "quantity")) == [
        ("S1", 2)
    ]


# ---- by hand


def mover(role=Role.TEAM_MEMBER):
    by = make.user(role=role)
    make.employment(make.person(user=by))
    return make.mover(by)


def test_a_person_sends_a_parcel():
    who = mover()

    row = send_parcel(holding("S1", (1, 2), tracking_number="T1"), who)

    assert (row.pk, stands()[0]) == (Shipment.objects.get().pk, "ready")
    assert AuditEntry.objects.get(model="orders.shipment").actor == who.by


def test_what_a_person_cannot_send_is_said_at_its_field():
    who = mover()
    send_parcel(make.shipment_item("S1", tracking_number="T1"), who)
    before = written()

    for item, field in [
        (make.shipment_item("S1"), "tracking_number"),
        (make.shipment_item("", tracking_number="T1"), "tracking_number"),
        (holding("S2", (1, 4)), "lines"),
        (make.shipment_item("S2", order="none"), "order"),
    ]:
        with pytest.raises(InvalidData) as refusal:
            send_parcel(item, who)
        assert refusal.value.field == field
    with pytest.raises(NotAllowed):
        send_parcel(make.shipment_item("S2"), mover(Role.AUDITOR))

    assert written() == before


def test_a_delivery_asks_the_same_number_of_questions_however_long():
    asked = []
    for count in (1, 3):
        names = [f"A{count}{number}" for number in range(count)]
        orders(*names)
        items = [holding(name, (1, 1), order=name, cost=Decimal(1)) for name in names]

        with CaptureQueriesContext(connection) as queries:
            assert states(*items) == ["created"] * count
        asked.append(len(queries))
    assert asked[0] == asked[1]
