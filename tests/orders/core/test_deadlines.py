"""How a deadline stands, in words, at each bound."""

from datetime import UTC, datetime, timedelta

import pytest

from orders.core.deadlines import Due, Standing, due

NOW = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (
    timedelta(**{name: 1}) for name in ("seconds", "minutes", "hours", "days")
)


@pytest.mark.parametrize(
    ("left", "standing", "words"),
    [
        (20 * DAY, Standing.LATER, "due in 20 days"),
        (2 * DAY, Standing.LATER, "due in 2 days"),
        (2 * DAY - SECOND, Standing.LATER, "due in 47 hours"),
        (DAY + SECOND, Standing.LATER, "due in 24 hours"),
        (DAY, Standing.SOON, "due in 24 hours"),  # just a day: it presses
        (2 * HOUR - SECOND, Standing.SOON, "due in 1 hour"),
        (HOUR, Standing.SOON, "due in 1 hour"),
        (HOUR - SECOND, Standing.SOON, "due in less than an hour"),
        (0 * SECOND, Standing.SOON, "due in less than an hour"),  # at the very second: in time
        (-SECOND, Standing.MISSED, "missed less than an hour ago"),
        (-HOUR, Standing.MISSED, "missed 1 hour ago"),
        (-2 * DAY + SECOND, Standing.MISSED, "missed 47 hours ago"),
        (-2 * DAY, Standing.MISSED, "missed 2 days ago"),
    ],
)
def test_a_deadline_is_told_in_hours_when_it_is_near_and_in_days_otherwise(left, standing, words):
    assert due(NOW + left, NOW, "UTC") == Due(standing, words)


def test_without_a_deadline_nothing_is_due():
    assert due(None, NOW, "UTC") == Due(Standing.NONE, "no deadline")


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("UTC", "due in 3 days"),  # Thursday 09:00 to Sunday 14:00
        ("Asia/Shanghai", "due in 3 days"),
        ("Pacific/Kiritimati", "due in 4 days"),  # there it is Monday 04:00
        ("Pacific/Pago_Pago", "due in 4 days"),  # there it is still Wednesday now
    ],
)
def test_days_are_those_of_the_stores_calendar(zone, words):
    assert due(NOW + 3 * DAY + 5 * HOUR, NOW, zone).words == words


def test_a_day_of_23_hours_is_a_day():
    before = datetime(2026, 3, 27, 12, tzinfo=UTC)  # clocks go forward on March 29th

    assert due(before + 3 * DAY - HOUR, before, "Europe/Berlin").words == "due in 3 days"
