"""Working time of calendars with several spans, holidays and zones."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from opsdesk.core.errors import InvalidData
from orders.core.calendars import Hours, after, next_open, overlap, told, worked

NINE_TO_SIX = ((540, 1080),)
SPLIT = ((540, 720), (780, 1080))
OFFICE = Hours("Office", "Europe/London", (NINE_TO_SIX,) * 5 + ((),) * 2)
ALWAYS = Hours("Round the clock")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-03-02T12:00", "2026-03-02T12:00"),
        # the first minute is work, the last one is not
        ("2026-03-02T09:00", "2026-03-02T09:00"),
        ("2026-03-02T18:00", "2026-03-03T09:00"),
        ("2026-03-06T23:00", "2026-03-09T09:00"),
        # summer time has begun: nine o'clock in London is eight in UTC
        ("2026-03-28T12:00", "2026-03-30T08:00"),
    ],
)
def test_work_begins_again_with_the_next_span(at, opens):
    assert next_open(OFFICE, utc(at)) == utc(opens)


def test_nothing_waits_for_a_calendar_round_the_clock():
    assert next_open(ALWAYS, utc("2026-03-07T03:00")) == utc("2026-03-07T03:00")


def test_a_calendar_without_hours_is_named():
    shut = Hours("Shut", "UTC", ((),) * 7)

    with pytest.raises(InvalidData) as refusal:
        after(shut, utc("2026-03-02T12:00"), timedelta(hours=1))

    assert refusal.value.message == (
        "The calendar “Shut” has no working hours after 2026-03-02: give it some."
    )


def test_a_span_that_the_clock_skips_has_no_time():
    # London, 29 March 2026: one o'clock is followed by two
    early = Hours("Early", "Europe/London", (((60, 120),),) * 7)

    assert worked(early, utc("2026-03-28T12:00"), utc("2026-03-29T12:00")) == timedelta(0)
    assert worked(early, utc("2026-03-29T12:00"), utc("2026-03-30T12:00")) == timedelta(hours=1)


def test_hours_are_told_in_one_line():
    week = (SPLIT,) * 5 + (NINE_TO_SIX, ())

    assert told(Hours("Team", "Asia/Shanghai", week)) == (
        "1–5 09:00–12:00 13:00–18:00, 6 09:00–18:00, Asia/Shanghai"
    )
    assert told(Hours("Night", "UTC", (((0, 1440),),) * 7)) == "1–7 00:00–24:00, UTC"
    assert told(ALWAYS) == "24/7"


def test_spans_that_touch_do_not_overlap():
    assert not overlap(((540, 720), (720, 1080)))
    assert overlap(((720, 1080), (540, 721)))


START = utc("2026-01-01T00:00")


@given(some.integers(0, 600_000), some.integers(1, 40_000), some.integers(1, 40_000))
def test_time_worked_adds_up(begin, first, second):
    start = START + timedelta(minutes=begin)
    middle = start + timedelta(minutes=first)
    end = middle + timedelta(minutes=second)

    whole = worked(OFFICE, start, end)

    assert whole == worked(OFFICE, start, middle) + worked(OFFICE, middle, end)


@given(some.integers(0, 600_000), some.integers(1, 40_000))
def test_what_is_worked_until_the_end_of_a_budget_is_the_budget(begin, budget):
    start, whole = START + timedelta(minutes=begin), timedelta(minutes=budget)

    end = after(OFFICE, start, whole)

    assert worked(OFFICE, start, end) == whole
    assert worked(OFFICE, start, end - timedelta(seconds=1)) < whole


@given(some.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_a_holiday_takes_its_day_and_no_other(day):
    closed = Hours("Closed", OFFICE.zone, OFFICE.week, {day: ()})
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    span = (noon - timedelta(days=40), noon + timedelta(days=40))

    lost = worked(OFFICE, *span) - worked(closed, *span)

    assert lost == (timedelta(hours=9) if day.weekday() < 5 else timedelta(0))
