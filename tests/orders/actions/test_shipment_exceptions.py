"""Exceptions of shipments: raised once by the night, passed by themselves, solved by people."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.core.roles import Role
from opsdesk.actions.moves import Mover, move
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed
from opsdesk.models import AuditEntry, LifeEvent
from orders.actions.shipment_exceptions import (
    EXCEPTION_COURSE,
    pass_exceptions,
    raise_exceptions,
    take_exceptions,
)
from orders.models import Shipment, ShipmentException
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 2)
DAY = timedelta(days=1)


def under_way(name, *, silent=1, promised=1, **values):
    """A parcel whose last news is so many days old, promised in so many days."""
    given = {"status": "in_transit", "last_event_on": TODAY - silent * DAY}
    given |= {"promised_on": TODAY + promised * DAY}
    return make.shipment(name, store=make.store("UK"), **given | values)


def night(day=TODAY, *, most=2_000):
    """Raise and let pass as the night does; return how many of each."""
    mover = Mover(datetime(day.year, day.month, day.day, 20, tzinfo=UTC))
    return (
        raise_exceptions(day, mover, most=most),
        pass_exceptions(day, mover, most=most),
    )


def found():
    rows = ShipmentException.objects.order_by("shipment__external_id", "kind", "pk")
    return [(r.shipment.external_id, r.kind, r.status) for r in rows]


def decide(row, verb, at=NOW, reason="Asked the carrier"):
    by = make.user(role=Role.MANAGER)
    return move(EXCEPTION_COURSE, row, verb, make.mover(by, at=at), reason=reason)


def test_the_night_raises_what_is_wrong_and_nothing_else():
    under_way("fine", silent=6, promised=0)  # six days; promised today: it may still come
    under_way("late", promised=-1)
    under_way("silent", silent=7)  # seven days to the day
    under_way("both", silent=9, promised=-3)
    make.shipment("lost", store=make.store("UK"), status="lost", outcome_on=TODAY)
    make.shipment("broken", store=make.store("UK"), damaged_on=TODAY)
    make.shipment("waiting", store=make.store("UK"))
    under_way("gone", silent=99, promised=-99, status="delivered", outcome_on=TODAY)

    assert night() == (6, 0)

    assert found() == [
        ("both", "late", "open"),
        ("both", "silent", "open"),
        ("broken", "damaged", "open"),
        ("late", "late", "open"),
        ("lost", "lost", "open"),
        ("silent", "silent", "open"),
    ]
    row = ShipmentException.objects.get(shipment__external_id="silent")
    assert (row.about, row.raised_on, row.store.code) == (date(2026, 3, 26), TODAY, "UK")
    assert LifeEvent.objects.filter(life="shipment_exception", verb="begin").count() == 6
    assert AuditEntry.objects.filter(verb="shipment_exception: begin").count() == 6


def test_a_second_night_raises_nothing_anew():
    under_way("both", silent=9, promised=-3)
    night()

    assert night() == (0, 0)
    assert night(TODAY + DAY) == (0, 0)
    assert len(found()) == 2


def test_each_channel_has_its_own_patience():
    quick = make.channel("AIR", silent_days=2)
    under_way("post", silent=2)
    under_way("air", silent=2, channel=quick)

    night()

    assert found() == [("air", "silent", "open")]


def test_what_is_better_by_now_passes_by_itself():
    shipment = under_way("S1", silent=9, promised=-3)
    night()
    decide(ShipmentException.objects.get(kind="late"), "take")
    Shipment.objects.update(last_event_on=TODAY, promised_on=TODAY)

    assert night() == (0, 2)

    assert found() == [("S1", "late", "passed"), ("S1", "silent", "passed")]
    events = LifeEvent.objects.filter(life="shipment_exception", verb="pass")
    assert set(events.values_list("from_state", "by")) == {("open", None), ("taken", None)}
    # and is raised again where it is wrong again
    Shipment.objects.filter(pk=shipment.pk).update(promised_on=TODAY - DAY)
    assert night() == (1, 0)


def test_a_promise_that_nobody_knows_any_more_is_no_cause():
    under_way("S1", promised=-3)
    night()
    Shipment.objects.update(promised_on=None)

    assert night() == (0, 1)


def test_what_was_solved_stays_quiet_for_the_days_of_the_channel():
    under_way("S1", silent=9, promised=99)
    night()
    decide(ShipmentException.objects.get(), "solve")  # on April 2nd

    assert night(TODAY + 6 * DAY) == (0, 0)  # the seventh day of quiet
    assert night(TODAY + 7 * DAY) == (1, 0)
    assert found() == [("S1", "silent", "solved"), ("S1", "silent", "open")]


def test_a_loss_that_was_solved_is_not_raised_again_unless_it_is_another_one():
    make.shipment("S1", store=make.store("UK"), status="lost", outcome_on=TODAY)
    night()
    decide(ShipmentException.objects.get(), "solve")

    assert night(TODAY + 99 * DAY) == (0, 0)
    Shipment.objects.update(outcome_on=TODAY + DAY)
    assert night(TODAY + 99 * DAY) == (1, 0)


def test_a_night_goes_on_in_pieces():
    for number in range(5):
        under_way(f"S{number}", silent=9)

    assert [night(most=2)[0] for _ in range(4)] == [2, 2, 1, 0]
    Shipment.objects.update(last_event_on=TODAY)
    assert [night(most=2)[1] for _ in range(4)] == [2, 2, 1, 0]


def test_the_questions_of_a_night_do_not_grow_with_the_shipments():
    asked = []
    for count in (1, 3):
        for number in range(count):
            under_way(f"S{count}{number}", silent=9, promised=9)

        with CaptureQueriesContext(connection) as queries:
            assert night() == (count, 0)
        asked.append(len(queries))
    assert asked[0] == asked[1]


# ---- people


def test_who_takes_one_has_it_until_it_is_put_back_or_solved():
    row = make.shipment_exception()
    me = make.mover(make.user(role=Role.MANAGER))

    move(EXCEPTION_COURSE, row, "take", me)
    row.refresh_from_db()
    assert (row.status, row.taken_by) == ("taken", me.by)

    move(EXCEPTION_COURSE, row, "put_back", me)
    row.refresh_from_db()
    assert (row.status, row.taken_by) == ("open", None)

    move(EXCEPTION_COURSE, row, "take", me)
    move(EXCEPTION_COURSE, row, "solve", me, reason="Sent another one")
    row.refresh_from_db()
    assert (row.status, row.taken_by, row.closed_at) == ("solved", me.by, NOW)
    assert LifeEvent.objects.last().reason == "Sent another one"


@pytest.mark.parametrize(
    ("verb", "refusal"),
    [("put_back", InvalidTransition), ("pass", NotAllowed), ("solve", InvalidData)],
)
def test_what_cannot_be_decided_writes_nothing(verb, refusal):
    row = make.shipment_exception()

    with pytest.raises(refusal):
        decide(row, verb, reason="")

    assert found()[0][2] == "open"
    assert LifeEvent.objects.count() == 0


def test_many_are_taken_at_once_and_those_of_others_are_left():
    rows = [make.shipment_exception(kind=kind) for kind in ("late", "lost", "silent")]
    mine, other = (make.mover(make.user(role=Role.MANAGER)) for _ in range(2))
    numbers = [row.pk for row in rows]

    assert take_exceptions(numbers[:1], other) == 1
    assert take_exceptions(numbers, mine) == 2
    assert take_exceptions(numbers, mine) == 0

    owners = ShipmentException.objects.order_by("pk").values_list("taken_by", flat=True)
    assert list(owners) == [other.by.pk, mine.by.pk, mine.by.pk]
    assert LifeEvent.objects.filter(verb="take").count() == 3


def test_who_may_not_take_takes_none():
    row = make.shipment_exception()

    for mover in (make.mover(make.user(role=Role.AUDITOR)), make.mover()):
        with pytest.raises(NotAllowed):
            take_exceptions([row.pk], mover)

    assert found()[0][2] == "open"
