"""Business dates of every zone, the first instant of a day, and periods."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsdesk.core.periods import (
    KINDS,
    Period,
    business_date,
    day_start,
    local_instant,
    month,
)

ZONES = sorted(available_timezones())
DAYS = st.dates(date(1950, 1, 1), date(2050, 12, 31))
SECOND = timedelta(seconds=1)


def utc(*numbers):
    return datetime(*numbers, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "zone", "expected"),
    [
        (utc(2011, 3, 31, 15, 59, 59), "Asia/Shanghai", date(2011, 3, 31)),
        (utc(2011, 3, 31, 16), "Asia/Shanghai", date(2011, 4, 1)),  # April's first instant
        (utc(2011, 4, 1, 3, 59, 59), "America/New_York", date(2011, 3, 31)),
        (utc(2011, 4, 1, 4), "America/New_York", date(2011, 4, 1)),
        # the clock went forward on 27 March: summer time moves the month's end by an hour
        (utc(2011, 3, 31, 22, 59, 59), "Europe/London", date(2011, 3, 31)),
        (utc(2011, 3, 31, 23), "Europe/London", date(2011, 4, 1)),
        (utc(2011, 2, 28, 23, 59, 59), "Europe/London", date(2011, 2, 28)),
        (utc(2012, 2, 29, 12), "Pacific/Kiritimati", date(2012, 3, 1)),  # 14 hours ahead
        (utc(2012, 3, 1, 10, 59), "Pacific/Pago_Pago", date(2012, 2, 29)),  # 11 behind
        # Samoa left out 30 December 2011
        (utc(2011, 12, 30, 9, 59, 59), "Pacific/Apia", date(2011, 12, 29)),
        (utc(2011, 12, 30, 10), "Pacific/Apia", date(2011, 12, 31)),
    ],
)
def test_a_business_date_is_that_of_the_stores_wall(instant, zone, expected):
    assert business_date(instant, zone) == expected


def test_an_instant_without_an_offset_has_no_business_date():
    with pytest.raises(ValueError, match="offset"):
        business_date(datetime(2011, 3, 1), "UTC")  # noqa: DTZ001


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe"])
def test_what_is_no_zone_is_refused(name):
    with pytest.raises(ValueError, match="time zone"):
        business_date(utc(2011, 3, 1), name)


@pytest.mark.parametrize("zone", ZONES)
def test_every_zone_splits_every_month_end_at_the_first_instant_of_the_next_month(zone):
    for year in (2010, 2011, 2012, 2019, 2024, 2026):
        for number in range(1, 13):
            first = date(year, number, 1)

            start = day_start(first, zone)

            assert business_date(start, zone) == first
            assert business_date(start - SECOND, zone) == first - timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        (date(2011, 3, 1), "Asia/Shanghai", utc(2011, 2, 28, 16)),
        (date(2011, 7, 1), "Europe/London", utc(2011, 6, 30, 23)),
        # midnight is skipped: 0:00 becomes 1:00
        (date(2018, 11, 4), "America/Sao_Paulo", utc(2018, 11, 4, 3)),
        (date(2023, 4, 28), "Africa/Cairo", utc(2023, 4, 27, 22)),
        # midnight happens twice: the first counts
        (date(2023, 11, 5), "America/Havana", utc(2023, 11, 5, 4)),
        # the clock goes from 0:00 back to 23:00: the day begins an hour later
        (date(2018, 2, 18), "America/Sao_Paulo", utc(2018, 2, 18, 3)),
        # a day that does not exist begins where the next one does
        (date(2011, 12, 30), "Pacific/Apia", utc(2011, 12, 30, 10)),
        (date(2011, 12, 31), "Pacific/Apia", utc(2011, 12, 30, 10)),
        # 23:30 became 0:30: the day has no midnight and begins at half past
        (date(1919, 3, 31), "America/Toronto", utc(1919, 3, 31, 4, 30)),
    ],
)
def test_a_day_begins_at_its_first_instant(day, zone, expected):
    assert day_start(day, zone) == expected


@settings(max_examples=3000, deadline=None)
@given(day=DAYS, zone=st.sampled_from(ZONES))
@example(day=date(2011, 12, 30), zone="Pacific/Apia")
@example(day=date(1993, 8, 21), zone="Pacific/Kwajalein")
@example(day=date(1994, 12, 31), zone="Pacific/Enderbury")
def test_a_day_begins_on_its_own_date_and_not_before(day, zone):
    start = day_start(day, zone)

    skipped = business_date(start, zone) != day
    assert business_date(start, zone) >= day
    assert business_date(start - SECOND, zone) < day
    # a date is left out only where the date line moved
    assert not skipped or day_start(day + timedelta(days=1), zone) == start


@settings(max_examples=300, deadline=None)
@given(
    wall=st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES),
)
def test_a_wall_time_is_never_before_its_own_date(wall, zone):
    assert business_date(local_instant(wall, zone), zone) >= wall.date()


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("2011", "year", date(2011, 1, 1), date(2012, 1, 1)),
        ("2011-Q1", "quarter", date(2011, 1, 1), date(2011, 4, 1)),
        ("2011-Q4", "quarter", date(2011, 10, 1), date(2012, 1, 1)),
        ("2011-12", "month", date(2011, 12, 1), date(2012, 1, 1)),
        ("2012-02", "month", date(2012, 2, 1), date(2012, 3, 1)),
        ("2011-W10", "week", date(2011, 3, 7), date(2011, 3, 14)),
        ("2009-W53", "week", date(2009, 12, 28), date(2010, 1, 4)),  # begins the year before
        ("2015-W01", "week", date(2014, 12, 29), date(2015, 1, 5)),
        ("2012-02-29", "day", date(2012, 2, 29), date(2012, 3, 1)),
    ],
)
def test_a_period_is_read_and_written(text, kind, start, end):
    period = Period.parse(text)

    assert (period, period.end, str(period)) == (Period(kind, start), end, text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2011-13", "2011-00", "2011-02-29", "2011-02-30", "2011-Q0", "2011-Q5", "2011-W54"),
        *("2011-W00", "2010-W53", "11-03", "2011-3", "2011/03", " 2011", "2011\n", "2011-03-1"),
        *("0000", "２０１１", "2011-０3", "-2011", "20111", "2011-w10", "2011-q1"),
        *("0001", "9999", "9999-12", "9999-12-31", "9999-Q4", "1899", "2200-01"),
    ],
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        Period.parse(text)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="decade"):
        Period.containing("decade", date(2011, 3, 1))


@settings(deadline=None)
@given(kind=st.sampled_from(KINDS), day=DAYS)
def test_a_period_survives_its_text_and_has_its_neighbours(kind, day):
    period = Period.containing(kind, day)

    assert Period.parse(str(period)) == period
    assert (period.next().previous(), period.previous().next()) == (period, period)
    assert (period.previous().end, period.next().start) == (period.start, period.end)
    assert period.contains(day)
    assert not period.contains(period.end)
    days = list(period.each_day())
    assert (days[0], days[-1], len(days)) == (period.start, period.last, period.days)


def test_a_month_by_one_of_its_days():
    february = month(date(2012, 2, 29))

    assert (str(february), february.days, february.last) == ("2012-02", 29, date(2012, 2, 29))
