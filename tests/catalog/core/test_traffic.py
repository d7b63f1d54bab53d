"""How long figures are preliminary, and what days and campaigns come to."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.core.traffic import AdSums, Standing, Window, said, standing_of, whole_day, window_on
from opsdesk.core.ratios import Ratio

DAY = date(2026, 3, 1)
WINDOWS = [Window("ads", date(2000, 1, 1), 28), Window("ads", DAY, 14), Window("traffic", DAY, 3)]


@pytest.mark.parametrize(
    ("source", "day", "days"),
    [
        ("ads", date(2026, 2, 28), 28),
        ("ads", DAY, 14),
        ("traffic", DAY, 3),
        ("traffic", date(2026, 2, 28), 0),  # nobody has set it for that day
    ],
)
def test_the_window_of_a_day_is_the_latest_that_began(source, day, days):
    assert window_on(WINDOWS, source, day) == days


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (0, Standing.PRELIMINARY),
        (3, Standing.PRELIMINARY),  # the last day of the window
        (4, Standing.SETTLED),
    ],
)
def test_a_figure_settles_after_the_window(passed, expected):
    today = DAY + timedelta(days=passed)

    assert standing_of(DAY, today, 3) == expected
    assert standing_of(DAY, today, 3, closed=True) == Standing.FROZEN


def test_the_whole_day_goes_before_the_sum_of_its_parts():
    parts = [[1, 2, 3, 4, 5], [10, 20, 30, 40, None]]

    assert whole_day([7, None, 8, 9, 0], parts) == [7, None, 8, 9, 0]
    assert whole_day(None, parts) == [11, 22, None, 44, None]


COUNTS = st.integers(0, 10**9)
AMOUNTS = st.integers(0, 10**10).map(lambda steps: Decimal(steps).scaleb(-4))
SUMS = st.builds(
    AdSums,
    spend=AMOUNTS,
    impressions=st.none() | COUNTS,
    clicks=COUNTS,
    orders=COUNTS,
    sales=AMOUNTS,
)


@given(SUMS, SUMS)
def test_sums_of_ads_add_both_numbers_of_each_rate(one, other):
    both = one + other

    assert both == other + one
    assert both.acos == one.acos + other.acos
    assert both.cvr == Ratio(Decimal(one.orders + other.orders), Decimal(one.clicks + other.clicks))
    assert (both.ctr is None) == (one.impressions is None or other.impressions is None)


def test_rates_of_nothing_have_no_value():
    assert [one.value for one in (AdSums().acos, AdSums().roas, AdSums().cvr)] == [None] * 3


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0, "0"), (1200, "1200"), (Decimal("100.00"), "100"), (Decimal("0.5"), "0.5")],
)
def test_a_figure_always_reads_the_same(value, text):
    assert said(value) == text
