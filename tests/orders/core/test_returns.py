"""What a delivery may change of a return that people work on, and what an inspection needs."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from orders.core.returns import (
    Delivered,
    Standing,
    becomes,
    cost_of_part,
    further,
    restocked_of,
)
from tests.factories import NOW

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("handled_at", "in_parts", "told_at", "expected"),
    [
        (None, False, None, "whole"),
        (None, False, NOW, "whole"),
        (NOW, False, None, "nothing"),
        (NOW, False, NOW - SECOND, "nothing"),
        (NOW, False, NOW, "nothing"),  # told at the very instant: the person knows better
        (NOW, False, NOW + SECOND, "news"),
        (NOW, True, NOW + SECOND, "nothing"),  # its money went back here
    ],
)
def test_older_deliveries_undo_nothing(handled_at, in_parts, told_at, expected):
    stored = Standing("approved", handled_at, in_parts)

    assert becomes(stored, told_at) is Delivered(expected)


@pytest.mark.parametrize(
    ("stored", "told", "expected"),
    [
        ("approved", "requested", "approved"),
        ("approved", "received", "received"),
        ("inspected", "approved", "inspected"),
        ("received", "refunded", "refunded"),
        ("received", "rejected", "rejected"),
        ("rejected", "approved", "rejected"),
        ("rejected", "refunded", "refunded"),
        ("refunded", "rejected", "refunded"),
        ("refunded", "closed", "closed"),
        ("closed", "refunded", "closed"),
    ],
)
def test_newer_news_take_a_return_further_and_never_back(stored, told, expected):
    assert further(stored, told) == expected


@pytest.mark.parametrize(
    ("units", "before", "stocked", "expected"),
    [(2, 0, 0, 0), (2, 0, 1, 1), (2, 1, 1, 0), (2, 1, 5, 2), (0, 0, 5, 0)],
)
def test_pieces_in_stock_are_refunded_first(units, before, stocked, expected):
    assert restocked_of(units, before, stocked) == expected


def test_the_cost_of_a_part_is_its_share():
    assert cost_of_part(D("10.00"), 1, 3, "CNY") == D("3.33")
    assert cost_of_part(D("10.00"), 3, 3, "CNY") == D("10.00")
    assert cost_of_part(D("10.00"), 0, 0, "CNY") == D("0")
    assert cost_of_part(None, 1, 3, "CNY") is None
