"""Steps of a shipment made by hand: they are news, and what follows from them follows."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.core.roles import Role
from opsdesk.actions.moves import move
from opsdesk.core.errors import InvalidData, InvalidTransition, NoRate
from opsdesk.models import LifeEvent
from orders.actions.shipment_state import SHIPMENT_COURSE
from orders.actions.tracking import upsert_events
from orders.models import Shipment, ShipmentException, TrackingEvent
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipment():
    return make.shipment("S1", order=make.order(store=make.store("UK"), status="allocated"))


@pytest.fixture
def person():
    return make.mover(make.user(role=Role.MANAGER))


def step(shipment, verb, person, reason=""):
    move(SHIPMENT_COURSE, shipment, verb, person, reason=reason)
    shipment.refresh_from_db()
    return shipment.status


def news():
    return list(TrackingEvent.objects.order_by("at").values_list("code", "at"))


def test_a_step_by_hand_is_written_down_as_news(shipment, person):
    assert step(shipment, "dispatch", person) == "in_transit"

    assert news() == [("picked_up", NOW)]
    assert TrackingEvent.objects.get().by == person.by
    assert (shipment.dispatched_at, shipment.dispatched_on) == (NOW, date(2026, 4, 2))
    assert (shipment.promised_on, shipment.updated_at) == (date(2026, 4, 12), NOW)
    shipment.order.refresh_from_db()
    assert shipment.order.status == "dispatched"

    later = make.mover(person.by, at=NOW + timedelta(days=3))
    assert step(shipment, "deliver", later) == "delivered"

    assert (shipment.outcome_on, shipment.transit_days) == (date(2026, 4, 5), 3)
    shipment.order.refresh_from_db()
    assert shipment.order.status == "delivered"


def test_what_the_carrier_reports_later_goes_on_from_there(shipment, person):
    step(shipment, "dispatch", person)
    assert step(shipment, "lose", person, "Nobody can find it") == "lost"

    found = make.event_item("in_transit", NOW + timedelta(hours=5))
    upsert_events([found], scope=None, by=None, at=NOW + timedelta(hours=6))

    shipment.refresh_from_db()
    assert (shipment.status, shipment.outcome_on) == ("in_transit", None)
    verbs = LifeEvent.objects.filter(life="shipment").order_by("pk").values_list("verb", "reason")
    assert list(verbs) == [("dispatch", ""), ("lose", "Nobody can find it"), ("find", "")]


def test_a_step_counts_after_all_that_is_known(shipment, person):
    # the carrier's clock is ahead of ours
    ahead = NOW + timedelta(hours=20)
    events = [make.event_item("picked_up", NOW), make.event_item("lost", ahead)]
    upsert_events(events, scope=None, by=None, at=NOW)
    shipment.refresh_from_db()

    assert step(shipment, "find", person) == "in_transit"

    assert news()[-1] == ("in_transit", ahead + timedelta(seconds=1))


def test_a_cancelled_shipment_brings_no_news(shipment, person):
    assert step(shipment, "cancel", person, "Address is wrong") == "cancelled"

    assert news() == []
    shipment.order.refresh_from_db()
    assert shipment.order.status == "allocated"


def test_a_step_lets_the_exception_pass_whose_cause_it_ends(shipment, person):
    Shipment.objects.update(
        status="in_transit", dispatched_at=NOW, promised_on=date(2026, 3, 1), promised_days=1
    )
    make.shipment_exception(shipment, "late")

    step(shipment, "deliver", person)

    row = ShipmentException.objects.get()
    assert (row.status, row.closed_at) == ("passed", NOW)


def test_a_step_that_is_refused_writes_nothing(shipment, person):
    with pytest.raises(InvalidTransition):
        step(shipment, "deliver", person)
    with pytest.raises(InvalidData):
        step(shipment, "cancel", person)
    Shipment.objects.update(cost=Decimal(5), cost_currency="USD")
    with pytest.raises(NoRate) as refusal:
        step(shipment, "dispatch", person)

    assert "from USD to CNY on or before 2026-04-02" in refusal.value.message
    assert Shipment.objects.get().status == "ready"
    assert (news(), LifeEvent.objects.count()) == ([], 0)
