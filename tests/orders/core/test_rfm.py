"""Scores by fifths, and the table of classes."""

from collections import Counter
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.core.rfm import Segment, quintiles, segment, year_before

NUMBERS = st.lists(st.integers(-1_000, 1_000))


@pytest.mark.parametrize(
    ("values", "scores"),
    [
        ([], []),
        ([7], [None]),
        ([1, 2, 3, 4], [None] * 4),  # a fifth of four is nobody
        ([10, 20, 30, 40, 50], [1, 2, 3, 4, 5]),
        ([50, 10, 30, 20, 40], [5, 1, 3, 2, 4]),
        ([1, 1, 1, 1, 1], [1] * 5),
        # eight of ten bought once: the two who came back stand above four fifths
        ([1, 1, 1, 1, 1, 1, 1, 1, 2, 2], [1] * 8 + [5] * 2),
        ([1, 1, 2, 2, 3, 3, 4, 4, 5, 5], [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
    ],
)
def test_scores(values, scores):
    assert quintiles(values) == scores


@given(NUMBERS)
def test_equal_values_share_a_score_and_more_is_never_less(values):
    scores = quintiles(values)
    pairs = sorted(zip(values, scores, strict=True), key=lambda pair: pair[0])

    assert all(score is None or 1 <= score <= 5 for score in scores)
    assert len(set(pairs)) == len(set(values))
    assert all(scores) or len(values) < 5
    if all(scores):
        assert [score for _value, score in pairs] == sorted(scores)


@given(NUMBERS)
def test_the_order_of_the_customers_makes_no_difference(values):
    backwards = quintiles(values[::-1])[::-1]

    assert quintiles(values) == backwards


@given(st.lists(st.integers(), min_size=5, unique=True))
def test_a_score_is_given_to_about_a_fifth(values):
    counts = Counter(quintiles(values))

    assert sum(counts.values()) == len(values)
    assert max(counts.values()) - min(counts.values()) <= 1


@pytest.mark.parametrize(
    ("scores", "orders", "found"),
    [
        ((5, 5, 5), 9, Segment.CHAMPION),
        ((4, 4, 4), 2, Segment.CHAMPION),
        ((5, 5, 5), 1, Segment.NEW),
        ((4, 1, 1), 1, Segment.NEW),
        ((3, 1, 1), 1, Segment.ATTENTION),
        ((3, 4, 1), 3, Segment.LOYAL),
        ((5, 4, 3), 3, Segment.LOYAL),
        ((5, 3, 5), 3, Segment.PROMISING),
        ((2, 5, 5), 9, Segment.CANNOT_LOSE),
        ((1, 4, 4), 9, Segment.CANNOT_LOSE),
        ((2, 3, 1), 2, Segment.AT_RISK),
        ((1, 1, 5), 1, Segment.AT_RISK),
        ((2, 1, 1), 1, Segment.HIBERNATING),
        ((1, 1, 1), 1, Segment.LOST),
    ],
)
def test_classes(scores, orders, found):
    assert segment(*scores, orders) == found


def test_every_customer_is_of_a_class():
    every = product(range(1, 6), range(1, 6), range(1, 6), (1, 2))

    assert {segment(*one) for one in every} == set(Segment)


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 3, 31), date(2025, 3, 31)),
        (date(2024, 2, 29), date(2023, 2, 28)),
        (date(2025, 2, 28), date(2024, 2, 28)),
    ],
)
def test_twelve_months(day, before):
    assert year_before(day) == before
