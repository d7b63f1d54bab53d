"""Parcels, their news and their exceptions that many touch at the same moment."""

from datetime import timedelta
from itertools import pairwise

import pytest

from accounts.core.roles import Role
from opsdesk.actions.exchange import Source
from opsdesk.actions.moves import move
from opsdesk.models import LifeEvent
from orders.actions.orders import upsert_orders
from orders.actions.shipment_exceptions import (
    EXCEPTION_COURSE,
    pass_exceptions,
    raise_exceptions,
    take_exceptions,
)
from orders.actions.shipment_state import SHIPMENT_COURSE
from orders.actions.shipments import upsert_shipments
from orders.actions.tracking import upsert_events
from orders.core.shipment_items import ShippedLine
from orders.models import Order, Shipment, ShipmentException, TrackingEvent
from tests import factories as make
from tests.factories import NOW, TODAY
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def order():
    """Order 1001: ten pieces, allocated."""
    make.store()
    make.channel()
    item = make.order_item(lines=[make.line_item(quantity=10)], status="allocated")
    upsert_orders([item], source=Source(), at=NOW)
    return Order.objects.get()


def send(name, pieces=0, **values):
    lines = (ShippedLine(1, pieces),) if pieces else None
    item = make.shipment_item(name, lines=lines, **values)
    return str(upsert_shipments([item], scope=None, by=None, at=NOW)[0].state)


def report(code, hours, name="S1"):
    news = make.event_item(code, NOW - 99 * HOUR + hours * HOUR, shipment=name)
    return str(upsert_events([news], scope=None, by=None, at=NOW)[0].state)


def test_of_thirty_parcels_sent_at_once_as_many_pass_as_were_bought(order):
    found = at_once(*[lambda n=n: send(f"S{n}", 1) for n in range(30)])

    assert found == {"created": 10, "error": 20}
    assert sum(Shipment.objects.values_list("lines__quantity", flat=True)) == 10


def test_one_parcel_sent_twenty_times_at_once_is_stored_once(order):
    found = at_once(*[lambda: send("S1", 1)] * 20)

    assert found == {"created": 1, "unchanged": 19}
    assert LifeEvent.objects.filter(life="shipment").count() == 1


def test_news_that_comes_at_once_ends_where_it_would_in_order(order):
    send("S1")
    codes = ("picked_up", "in_transit", "lost", "in_transit", "out_for_delivery", "delivered")
    news = list(enumerate(codes))

    found = at_once(*[lambda h=h, code=code: report(code, h) for h, code in news * 5])

    assert found == {"updated": 6, "unchanged": 24}
    row = Shipment.objects.get()
    assert (row.status, row.outcome_at) == ("delivered", NOW - 99 * HOUR + 5 * HOUR)
    assert TrackingEvent.objects.count() == 6
    # the order went along once, and each step of the parcel starts where the last one ended
    assert list(
        LifeEvent.objects.filter(life="order").order_by("pk").values_list("state", flat=True)
    ) == [
        "allocated",
        "dispatched",
        "delivered",
    ]
    steps = LifeEvent.objects.filter(life="shipment").order_by("pk")
    states = list(steps.values_list("from_state", "state"))
    assert all(a[1] == b[0] for a, b in pairwise(states))
    assert not ShipmentException.objects.waiting().exists()


def test_news_and_a_person_at_once_make_each_step_once(order):
    send("S1")
    by = make.mover(make.user(role=Role.MANAGER))
    row = Shipment.objects.get()

    def dispatching():
        move(SHIPMENT_COURSE, Shipment.objects.get(pk=row.pk), "dispatch", by)
        return "moved"

    found = at_once(*[dispatching] * 10, *[lambda: report("picked_up", 1)] * 10)

    assert found["moved"] + found["InvalidTransition"] == 10
    assert (found["updated"], found["unchanged"]) == (1, 9)
    assert LifeEvent.objects.filter(life="shipment", verb="dispatch").count() == 1
    order.refresh_from_db()
    assert (Shipment.objects.get().status, order.status) == ("in_transit", "dispatched")
    assert LifeEvent.objects.filter(life="order", state="dispatched").count() == 1


def test_parcels_orders_and_steps_at_once_wait_for_nobody_for_ever(order):
    """Whoever writes takes the store first: nothing ends in a deadlock."""
    send("S1")
    by = make.mover(make.user(role=Role.MANAGER))
    row = Shipment.objects.get()

    def stepping(verb):
        move(SHIPMENT_COURSE, Shipment.objects.get(pk=row.pk), verb, by, reason="Said so")
        return "moved"

    def ordering(n):
        line = make.line_item(quantity=10, title=f"T{n}")
        item = make.order_item(lines=[line], status="allocated")
        return str(upsert_orders([item], source=Source(), at=NOW)[0].state)

    works = [lambda n=n: report("damaged" if n % 2 else "lost", n) for n in range(10)]
    works += [lambda n=n: ordering(n) for n in range(10)]
    works += [lambda verb=verb: stepping(verb) for verb in ("dispatch", "find", "lose") * 4]
    works += [lambda: str(raise_exceptions(TODAY, make.mover()) >= 0)] * 5
    works += [lambda: str(pass_exceptions(TODAY, make.mover()) >= 0)] * 5
    found = at_once(*works)

    assert set(found) <= {"updated", "moved", "InvalidTransition", "True", "unchanged"}
    assert found["True"] == 10


def test_nights_that_run_at_once_raise_an_exception_once(order):
    send("S1")
    Shipment.objects.update(status="in_transit", last_event_on=TODAY - timedelta(days=9))

    found = at_once(*[lambda: raise_exceptions(TODAY, make.mover()) for _ in range(10)])

    assert found == {1: 1, 0: 9}
    assert ShipmentException.objects.count() == 1


def test_of_fifty_who_take_an_exception_one_has_it(order):
    send("S1")
    row = make.shipment_exception(Shipment.objects.get())
    people = [make.mover(make.user(role=Role.MANAGER)) for _ in range(25)]

    def taking(who):
        move(EXCEPTION_COURSE, ShipmentException.objects.get(), "take", who)
        return "one"

    works = [lambda who=who: taking(who) for who in people]
    works += [lambda who=who: f"many {take_exceptions([row.pk], who)}" for who in people]
    found = at_once(*works)

    assert found["one"] + found["many 1"] == 1
    assert found["InvalidTransition"] + found["many 0"] == 49
    assert LifeEvent.objects.filter(life="shipment_exception", verb="take").count() == 1
