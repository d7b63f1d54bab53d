"""Where a shipment stands by its news, in whatever order it came, and what is wrong with it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.core.lifecycle import SHIPMENT, ShipmentStatus
from orders.core.shipping import (
    EventCode,
    ExceptionKind,
    Fact,
    Standing,
    Told,
    Watched,
    exceptions_on,
    is_late,
    standing,
)

DAY = date(2026, 4, 10)
BACK = "returned_to_sender"


def at(hour):
    return datetime(2026, 4, 1, tzinfo=UTC) + timedelta(hours=hour)


def news(*told):
    """Facts of (hour, code)."""
    return [Fact(at(hour), code) for hour, code in told]


# news, status, hours of: dispatch, outcome, last news, damage
CASES = [
    ((), "ready", None, None, None, None),
    # a label was printed: nobody has picked anything up
    (((1, "other"),), "ready", None, None, 1, None),
    (((1, "picked_up"),), "in_transit", 1, None, 1, None),
    # no scan at the pick-up: the first time the carrier had it
    (((2, "in_transit"), (5, "customs_held")), "in_transit", 2, None, 5, None),
    # a scan elsewhere bears an earlier time than the pick-up: the pick-up counts
    (((2, "in_transit"), (3, "picked_up")), "in_transit", 3, None, 3, None),
    (((1, "picked_up"), (4, "picked_up")), "in_transit", 1, None, 4, None),
    (((1, "picked_up"), (9, "out_for_delivery")), "in_transit", 1, None, 9, None),
    (((1, "picked_up"), (9, "failed_attempt")), "in_transit", 1, None, 9, None),
    (((1, "picked_up"), (9, "delivered")), "delivered", 1, 9, 9, None),
    # told twice: the buyer has had it since the first time
    (((1, "picked_up"), (9, "delivered"), (11, "delivered")), "delivered", 1, 9, 11, None),
    # nobody saw it go: delivered all the same, from when on is not known
    (((9, "delivered"),), "delivered", None, 9, 9, None),
    (((1, "picked_up"), (9, "lost")), "lost", 1, 9, 9, None),
    # seen again later
    (((1, "picked_up"), (5, "lost"), (9, "in_transit")), "in_transit", 1, None, 9, None),
    # seen at the very instant it was given up: taken for lost
    (((1, "picked_up"), (5, "lost"), (5, "in_transit")), "lost", 1, 5, 5, None),
    # given up, seen again, given up again: lost since the second time
    (
        ((1, "picked_up"), (5, "lost"), (6, "in_transit"), (9, "lost"), (12, "lost")),
        "lost",
        1,
        9,
        12,
        None,
    ),
    (((1, "picked_up"), (5, "lost"), (9, "delivered")), "delivered", 1, 9, 9, None),
    # the carrier took it for lost after the buyer had it
    (((1, "picked_up"), (5, "delivered"), (9, "lost")), "delivered", 1, 5, 9, None),
    # nobody fetched it from the pick-up point
    (((1, "picked_up"), (5, "delivered"), (9, BACK)), BACK, 1, 9, 9, None),
    # the way back ends with a delivery, too: to the sender
    (((1, "picked_up"), (5, BACK), (9, "delivered")), BACK, 1, 5, 9, None),
    (((1, "picked_up"), (3, "damaged"), (4, "damaged")), "in_transit", 1, None, 4, 3),
    (((1, "picked_up"), (3, "lost"), (4, "damaged")), "in_transit", 1, None, 4, 4),
    (((1, "lost"),), "lost", None, 1, 1, None),
]


@pytest.mark.parametrize(("told", "status", "sent", "ended", "last", "damaged"), CASES)
def test_a_shipment_stands_where_its_news_puts_it(told, status, sent, ended, last, damaged):
    found = standing(news(*told))

    hours = [None if hour is None else at(hour) for hour in (sent, ended, last, damaged)]
    assert found == Standing(status, *hours)


TOLD = [
    # the source's word on the whole holds where it names the instant
    (Told(dispatched_at=at(2)), (), ("in_transit", 2, None)),
    (Told(dispatched_at=at(2)), ((1, "picked_up"),), ("in_transit", 2, None)),
    (Told(at(2), "delivered", at(8)), (), ("delivered", 2, 8)),
    (Told(at(2), "delivered", at(8)), ((7, "delivered"),), ("delivered", 2, 8)),
    (Told(at(2), "lost", at(8)), ((9, "in_transit"),), ("in_transit", 2, None)),
    (Told(at(2), "lost", at(8)), ((7, "in_transit"),), ("lost", 2, 8)),
    # what the events say is stronger: it was delivered, it went back
    (Told(at(2), "lost", at(8)), ((7, "delivered"),), ("delivered", 2, 7)),
    (Told(at(2), "delivered", at(8)), ((9, "returned_to_sender"),), ("returned_to_sender", 2, 9)),
    (Told(None, "returned_to_sender", at(8)), ((9, "delivered"),), ("returned_to_sender", None, 8)),
    # an outcome without an instant is no outcome
    (Told(at(2), "delivered", None), (), ("in_transit", 2, None)),
]


@pytest.mark.parametrize(("told", "facts", "expected"), TOLD)
def test_what_the_source_says_of_the_whole_stands_beside_the_news(told, facts, expected):
    found = standing(news(*facts), told)

    status, sent, ended = expected
    hours = [None if hour is None else at(hour) for hour in (sent, ended)]
    assert [found.status, found.dispatched_at, found.outcome_at] == [status, *hours]


FACTS = st.lists(
    st.builds(Fact, st.integers(0, 9).map(at), st.sampled_from([code.value for code in EventCode])),
    max_size=12,
)
OUTCOMES = ("", "delivered", "lost", "returned_to_sender")
WORDS = st.builds(
    Told,
    st.none() | st.integers(0, 9).map(at),
    st.sampled_from(OUTCOMES),
    st.integers(0, 9).map(at),
)


@given(facts=FACTS, told=WORDS, data=st.data())
def test_the_order_and_repeats_of_the_news_change_nothing(facts, told, data):
    repeats = data.draw(st.lists(st.sampled_from(facts), max_size=3)) if facts else []
    again = data.draw(st.permutations([*facts, *repeats]))

    assert standing(again, told) == standing(facts, told)


@given(facts=FACTS, told=WORDS)
def test_however_the_news_comes_the_life_leads_there_step_by_step(facts, told):
    status = standing([], told).status
    route = SHIPMENT.route(ShipmentStatus.READY, status)
    assert route is not None

    for known in range(1, len(facts) + 1):
        now = standing(facts[:known], told).status
        assert SHIPMENT.route(status, now) is not None
        status = now

    assert status == standing(facts, told).status


@pytest.mark.parametrize(
    ("before", "after", "route"),
    [
        ("ready", "ready", ()),
        ("ready", "in_transit", ("dispatch",)),
        ("ready", "delivered", ("dispatch", "deliver")),
        ("lost", "delivered", ("find", "deliver")),
        ("delivered", "returned_to_sender", ("return_to_sender",)),
        # the source takes back what it said
        ("delivered", "lost", ("correct", "lose")),
        ("returned_to_sender", "delivered", ("correct", "deliver")),
        ("delivered", "ready", None),
        ("cancelled", "in_transit", None),
    ],
)
def test_the_shortest_way_through_the_life_is_taken(before, after, route):
    assert SHIPMENT.route(before, after) == route


@pytest.mark.parametrize(
    ("promised", "delivered", "day", "late"),
    [
        (None, None, DAY, None),
        (None, DAY, DAY, None),
        (DAY, DAY, DAY, False),  # promised to the day: on time
        (DAY, DAY + timedelta(1), DAY + timedelta(1), True),  # a day after
        (DAY, DAY - timedelta(1), DAY + timedelta(9), False),
        (DAY, None, DAY, False),  # it may still come today
        (DAY, None, DAY + timedelta(1), True),
    ],
)
def test_what_comes_on_the_promised_day_is_on_time(promised, delivered, day, late):
    assert is_late(promised, delivered, day) is late


@pytest.mark.parametrize(
    ("watched", "kinds"),
    [
        (Watched("ready"), set()),
        (Watched("ready", None, date(2026, 1, 1)), set()),  # not sent: nothing to hear of
        (Watched("in_transit", None, date(2026, 4, 4)), set()),  # six days
        (Watched("in_transit", None, date(2026, 4, 3)), {"silent"}),  # seven days to the day
        (Watched("in_transit", date(2026, 4, 10), date(2026, 4, 9)), set()),  # promised today
        (Watched("in_transit", date(2026, 4, 9), date(2026, 4, 9)), {"late"}),
        (Watched("in_transit", date(2026, 4, 9), date(2026, 4, 1)), {"late", "silent"}),
        (Watched("in_transit"), set()),  # nothing is known: nothing is said
        (Watched("delivered", date(2026, 4, 1), date(2026, 4, 1)), set()),
        (Watched("delivered", None, DAY, DAY), {"damaged"}),
        (Watched("lost", date(2026, 4, 1), date(2026, 4, 1)), {"lost"}),
        (Watched("lost", None, None, DAY), {"lost", "damaged"}),
        (Watched("returned_to_sender", date(2026, 4, 1), date(2026, 4, 1)), set()),
        (Watched("cancelled", date(2026, 4, 1), date(2026, 4, 1)), set()),
    ],
)
def test_what_is_wrong_with_a_shipment_on_a_day(watched, kinds):
    assert exceptions_on(watched, 7, DAY) == {ExceptionKind(kind) for kind in kinds}
