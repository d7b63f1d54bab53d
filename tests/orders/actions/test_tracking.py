"""News of shipments: taken in any order and once; it moves the shipment and its order."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.core.roles import Role
from catalog.models import DirtyDay
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.models import AuditEntry, LifeEvent
from orders.actions.tracking import record_event, upsert_events
from orders.models import Shipment, ShipmentException, TrackingEvent
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SENT = datetime(2026, 3, 20, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def shipment():
    shop = make.store("UK")
    return make.shipment(
        "S1", order=make.order(store=shop, status="allocated"), tracking_number="T1"
    )


def send(*items, at=NOW, scope=None):
    found = upsert_events(items, scope=scope, by=None, at=at)
    return [(one.state.value, [(f.field, f.message) for f in one.errors]) for one in found]


def states(*items, **how):
    return [state for state, _faults in send(*items, **how)]


def event(code, hours=0, **values):
    return make.event_item(code, SENT + hours * HOUR, **values)


def order_events():
    return LifeEvent.objects.filter(life="order")


def written():
    models = (TrackingEvent, LifeEvent, AuditEntry, ShipmentException)
    return [model.objects.count() for model in models]


def steps():
    rows = LifeEvent.objects.filter(life="shipment").order_by("pk")
    return list(rows.values_list("verb", "from_state", "state"))


def test_news_moves_the_shipment_and_its_order_along(shipment):
    assert states(event("other", -1), event("picked_up")) == ["updated", "updated"]

    shipment.refresh_from_db()
    assert (shipment.status, shipment.dispatched_at, shipment.promised_days) == (
        "in_transit",
        SENT,
        10,
    )
    shipment.order.refresh_from_db()
    assert shipment.order.status == "dispatched"

    assert states(event("delivered", 50)) == ["updated"]

    shipment.refresh_from_db()
    assert (shipment.status, shipment.outcome_at, shipment.transit_days) == (
        "delivered",
        SENT + 50 * HOUR,
        2,
    )
    shipment.order.refresh_from_db()
    assert shipment.order.status == "delivered"
    assert steps() == [
        ("dispatch", "ready", "in_transit"),
        ("deliver", "in_transit", "delivered"),
    ]
    assert list(order_events().values_list("state", flat=True)) == ["dispatched", "delivered"]


def test_the_days_of_dispatch_and_outcome_are_noted_to_be_computed():
    send(event("picked_up"))
    send(event("delivered", 50), event("in_transit", 5))

    assert set(DirtyDay.objects.filter(family="shipments").values_list("store__code", "day")) == {
        ("UK", date(2026, 3, 20)),
        ("UK", date(2026, 3, 22)),
    }
    DirtyDay.objects.all().delete()
    send(event("picked_up", -24))  # it went a day earlier: both days change

    found = DirtyDay.objects.filter(family="shipments").values_list("day", flat=True)
    assert set(found) == {date(2026, 3, 19), date(2026, 3, 20), date(2026, 3, 22)}


def test_what_was_sent_before_changes_nothing():
    news = [event("picked_up"), event("in_transit", 5, place="Leipzig", text="Sorted")]
    assert states(*news) == ["updated", "updated"]
    before = written()

    assert states(*news, news[0]) == ["unchanged"] * 3
    # by its tracking number it is the same shipment
    assert states(event("picked_up", shipment="T1")) == ["unchanged"]

    assert written() == before


def test_two_words_of_one_instant_are_two_events():
    found = states(event("other", text="Label made"), event("other", text="Paid"), event("other"))

    assert found == ["updated"] * 3
    assert TrackingEvent.objects.count() == 3


def test_news_in_any_order_ends_in_the_same_state(shipment):
    news = [
        event("picked_up"),
        event("lost", 30),
        event("in_transit", 40),
        event("delivered", 50),
        event("damaged", 20),
    ]
    found = set()
    columns = [f.name for f in Shipment._meta.concrete_fields if f.name != "updated_at"]
    for order in permutations(news):
        ShipmentException.objects.all().delete()
        TrackingEvent.objects.all().delete()
        Shipment.objects.all().delete()
        shipment.save(force_insert=True)

        states(order[0])
        states(*order[1:])

        found.add(Shipment.objects.values_list(*columns).get())
    assert len(found) == 1
    row = Shipment.objects.get()
    assert (row.status, str(row.damaged_on)) == ("delivered", "2026-03-21")


def test_an_order_in_another_state_is_left_alone(shipment):
    for status in ("placed", "paid", "on_hold", "cancelled", "completed", "unmapped"):
        type(shipment.order).objects.update(status=status)
        TrackingEvent.objects.all().delete()
        Shipment.objects.update(status="ready")

        assert states(event("picked_up"), event("delivered", 5)) == ["updated", "updated"]

        shipment.order.refresh_from_db()
        assert shipment.order.status == status
    assert order_events().count() == 0


def test_an_order_is_delivered_with_its_last_parcel(shipment):
    order = shipment.order
    make.shipment("S2", order=order)
    make.shipment("S3", order=order, status="cancelled")

    def status():
        order.refresh_from_db()
        return order.status

    send(event("picked_up"), event("delivered", 5))
    assert status() == "dispatched"
    send(event("picked_up", shipment="S2"), event("lost", 5, shipment="S2"))
    assert status() == "dispatched"  # a lost parcel is not delivered
    send(event("delivered", 9, shipment="S2"))
    assert status() == "delivered"


def test_an_order_of_which_something_is_still_to_be_sent_is_not_delivered(shipment):
    [line] = shipment.order.lines.all()
    type(line).objects.update(quantity=2)
    shipment.lines.create(order_line=line, quantity=1)

    send(event("picked_up"), event("delivered", 5))

    shipment.order.refresh_from_db()
    assert shipment.order.status == "dispatched"
    second = make.shipment("S2", order=shipment.order)
    second.lines.create(order_line=line, quantity=1)
    send(event("picked_up", shipment="S2"), event("delivered", 5, shipment="S2"))
    shipment.order.refresh_from_db()
    assert shipment.order.status == "delivered"


def test_a_cancelled_shipment_keeps_its_news_and_its_state(shipment):
    Shipment.objects.update(status="cancelled")

    assert states(event("picked_up")) == ["updated"]

    shipment.refresh_from_db()
    assert (shipment.status, shipment.dispatched_at) == ("cancelled", None)
    assert TrackingEvent.objects.count() == 1


def test_loss_and_damage_wait_for_a_person_at_once():
    send(event("picked_up"), event("damaged", 3), event("lost", 9))

    rows = ShipmentException.objects.order_by("kind")
    assert [(r.kind, r.status, str(r.about)) for r in rows] == [
        ("damaged", "open", "2026-03-20"),
        ("lost", "open", "2026-03-20"),
    ]
    # found again: the loss has passed, the damage has not
    send(event("in_transit", 20))
    assert dict(rows.values_list("kind", "status")) == {"damaged": "open", "lost": "passed"}
    assert LifeEvent.objects.filter(life="shipment_exception", verb="pass").count() == 1


def test_news_of_nothing_and_of_the_future_is_refused():
    before = written()
    ahead = NOW + timedelta(days=1, seconds=1)

    found = send(
        event("picked_up", shipment="S9"),
        event("picked_up", store="XX"),
        event("flown"),
        make.event_item("picked_up", ahead),
        event("picked_up", shipment=""),
        event("picked_up", shipment="\0"),
        event("picked_up", store="\0"),
        event("picked_up", text="a\0b"),
        event("picked_up", place="x" * 101),
        make.event_item("picked_up", datetime(1, 1, 1, tzinfo=UTC)),
        make.event_item("picked_up", datetime(9999, 12, 31, tzinfo=UTC)),
    )

    assert [faults[0][0] for _state, faults in found] == [
        "shipment",
        "store",
        "code",
        "at",
        "shipment",
        "shipment",
        "store",
        "text",
        "place",
        "at",
        "at",
    ]
    assert found[0][1][0][1] == "There is no shipment S9 in store UK: load it first."
    assert written() == before


def test_news_whose_cost_has_no_rate_is_refused_and_the_others_are_taken(shipment):
    make.shipment("S2", order=shipment.order, cost=Decimal(5), cost_currency="USD")

    found = send(event("picked_up", shipment="S2"), event("picked_up"))

    assert [state for state, _ in found] == ["error", "updated"]
    assert found[0][1][0][0] == "cost"
    assert TrackingEvent.objects.get().shipment == shipment


def test_a_tracking_event_is_never_changed(shipment):
    send(event("picked_up"))
    row = TrackingEvent.objects.get()
    row.code = "delivered"

    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        TrackingEvent.objects.update(code="delivered")

    assert TrackingEvent.objects.get().code == "picked_up"


# ---- by hand


def mover(role=Role.TEAM_MEMBER):
    by = make.user(role=role)
    make.employment(make.person(user=by))
    return make.mover(by)


def test_a_person_writes_news_down(shipment):
    who = mover()

    found = record_event(shipment, event("picked_up", text="The driver called"), who)

    assert (found.status, found.dispatched_at) == ("in_transit", SENT)
    row = TrackingEvent.objects.get()
    assert (row.by, row.text, row.recorded_at) == (who.by, "The driver called", NOW)


def test_news_that_is_known_or_cannot_be_is_refused_at_its_field(shipment):
    who = mover()
    record_event(shipment, event("picked_up"), who)
    before = written()

    for item, field in [(event("picked_up"), "at"), (event("flown"), "code")]:
        with pytest.raises(InvalidData) as refusal:
            record_event(shipment, item, who)
        assert refusal.value.field == field
    with pytest.raises(NotAllowed):
        record_event(shipment, event("delivered"), mover(Role.AUDITOR))

    assert written() == before


def test_a_person_of_another_department_finds_no_such_store(shipment):
    by = make.user(role=Role.TEAM_MEMBER)
    make.employment(make.person(user=by), department=make.department("away"))

    with pytest.raises(InvalidData) as refusal:
        record_event(shipment, event("picked_up"), make.mover(by))

    assert refusal.value.field == "store"
    assert TrackingEvent.objects.count() == 0


def test_news_asks_the_same_number_of_questions_however_much():
    asked = []
    for count in (1, 3):
        names = [f"A{count}{number}" for number in range(count)]
        for name in names:
            make.shipment(name, order=make.order(store=make.store("UK"), status="placed"))
        news = [event("picked_up", shipment=name) for name in names]

        with CaptureQueriesContext(connection) as queries:
            assert states(*news) == ["updated"] * count
        asked.append(len(queries))
    assert asked[0] == asked[1]
