"""Comparing channels by sums that add up; nothing known is told as nothing."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.core.ratios import Ratio
from orders.core.channels import (
    HALF,
    NINE_TENTHS,
    Cell,
    Compared,
    compare,
    days_within,
    histogram,
    together,
)


def cell(status="delivered", days=5, on_time=True, parcels=1, *, channel=1, cost="", costed=0):
    return Cell(channel, status, days, on_time, parcels, Decimal(cost) if cost else None, costed)


CELLS = [
    cell(days=5, parcels=6, cost="60.00", costed=6),
    cell(days=9, on_time=False, parcels=3, cost="33.50", costed=2),
    cell(days=None, on_time=None, parcels=1),  # delivered, and nobody saw it go
    cell("in_transit", None, None, 4, cost="40.00", costed=4),
    cell("lost", None, None, 2),
    cell("returned_to_sender", None, None, 1),
    cell("cancelled", None, None, 1),
    cell(channel=2, parcels=10),
]


def test_a_channel_is_told_by_sums_of_its_parcels():
    found = compare(CELLS)

    one = found[1]
    assert (one.parcels, one.delivered, one.lost, one.returned, one.under_way) == (18, 10, 2, 1, 5)
    assert one.delivered_rate == Ratio(Decimal(10), Decimal(13))
    assert one.on_time == Ratio(Decimal(6), Decimal(9))
    assert one.mean_days == Ratio(Decimal(57), Decimal(9))
    assert (one.half_within, one.most_within) == (5, 9)
    assert one.cost == Ratio(Decimal("133.50"), Decimal(12))


def test_where_nothing_is_known_there_is_no_figure():
    found = compare([cell("in_transit", None, None, 4)])[1]

    rates = (found.delivered_rate, found.on_time, found.mean_days, found.cost)
    assert [rate.value for rate in rates] == [None, None, None, None]
    assert (found.half_within, found.most_within) == (None, None)


def test_all_channels_together_are_one_channel_of_all_their_parcels():
    whole = together(compare(CELLS).values())

    alike = compare([replace(one, channel=1) for one in CELLS])
    assert whole == alike[1]
    assert together([]) == Compared()


@pytest.mark.parametrize(
    ("by_days", "share", "days"),
    [
        ({}, NINE_TENTHS, None),
        ({3: 1}, NINE_TENTHS, 3),
        ({3: 9, 7: 1}, NINE_TENTHS, 3),  # nine of ten to the parcel
        ({3: 8, 5: 1, 7: 1}, NINE_TENTHS, 5),
        ({3: 89, 5: 11}, NINE_TENTHS, 5),  # one parcel short of nine of ten
        ({0: 1, 1: 1}, HALF, 0),  # half to the parcel
        ({0: 1, 1: 2}, HALF, 1),
        ({4: 0, 6: 2}, HALF, 6),  # a day without a parcel is none
    ],
)
def test_the_days_within_which_a_share_came(by_days, share, days):
    assert days_within(by_days, share) == days


@given(st.lists(st.integers(0, 60), min_size=1), st.integers(1, 100))
def test_of_so_many_at_least_the_share_came_within_and_fewer_a_day_before(days, percent):
    share = Decimal(percent) / 100

    found = days_within(Counter(days), share)

    assert sum(1 for one in days if one <= found) >= len(days) * share
    assert sum(1 for one in days if one < found) < len(days) * share


def test_the_histogram_has_every_day_and_puts_the_slowest_together():
    assert histogram({2: 3, 4: 1}, 60) == [(0, 0), (1, 0), (2, 3), (3, 0), (4, 1)]
    assert histogram({0: 1, 70: 2, 90: 1}, 3) == [(0, 1), (1, 0), (2, 0), (3, 3)]
    assert histogram({}, 60) == []
