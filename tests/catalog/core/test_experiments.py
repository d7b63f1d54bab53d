"""What the counts of an A/B experiment say, against published figures and by their symmetries."""

from datetime import date
from decimal import Decimal
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.core.experiments import (
    Comparison,
    Counts,
    Measure,
    Share,
    Verdict,
    compare,
    cumulative,
    exact,
    fisher,
    missing_days,
    needed_size,
    newcombe,
    size_for,
    split_differs,
    sum_of,
    too_small,
    two_sided,
    wilson,
    z_value,
)

CLICKS, ORDERS = Measure.CLICK_RATE, Measure.ORDER_RATE


def shares(limit):
    return st.integers(1, limit).flatmap(
        lambda whole: st.integers(0, whole).map(lambda part: Share(part, whole))
    )


def rounded(interval):
    return round(interval.low, 4), round(interval.high, 4)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # Newcombe, Two-sided confidence intervals for the single proportion, Statistics in
        # Medicine 17 (1998) 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_rate_is_the_published_one(part, whole, low, high):
    assert rounded(wilson(Share(part, whole))) == (low, high)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe, Interval estimation for the difference between independent proportions,
        # Statistics in Medicine 17 (1998) 873-890, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference_is_the_published_one(first, second, low, high):
    assert rounded(newcombe(Share(*second), Share(*first))) == (low, high)


@pytest.mark.parametrize(
    ("a", "b", "z"),
    [
        # by hand: 395/540 = 0.7314815, √(0.7314815 · 0.2685185 · (1/200 + 1/340)) = 0.0394940,
        # -0.05 / 0.0394940 = -1.266
        ((255, 340), (140, 200), -1.266),
        # "Time" poll of 1994 on a tax on cigarettes, a standing textbook example: 351 of 605
        # nonsmokers, 41 of 195 smokers; by hand 0.369909 / 0.0411654 = 8.986
        ((41, 195), (351, 605), 8.986),
        ((1, 2), (1, 2), 0.0),
        ((0, 9), (0, 7), 0.0),  # nobody clicked: nothing differs
    ],
)
def test_the_pooled_z_value_is_the_one_worked_by_hand(a, b, z):
    assert round(z_value(Share(*a), Share(*b)), 3) == z


@pytest.mark.parametrize(
    ("z", "p"), [(0.0, 1.0), (1.959964, 0.05), (-2.575829, 0.01), (3.290527, 0.001)]
)
def test_the_two_sided_p_value_is_that_of_the_tables(z, p):
    assert two_sided(z) == pytest.approx(p, abs=1e-7)


@pytest.mark.parametrize(
    ("a", "b", "p"),
    [
        # Fisher's tea tasting: three of four cups right, 34 of 70; all right, 2 of 70
        ((3, 4), (1, 4), 34 / 70),
        ((4, 4), (0, 4), 2 / 70),
        # Fisher's convicts with a twin, fisher.test in R: p-value = 0.0005367
        ((10, 13), (2, 17), 0.0005367),
    ],
)
def test_fishers_exact_test_gives_the_published_p_value(a, b, p):
    assert fisher(Share(*a), Share(*b)) == pytest.approx(p, abs=5e-8)


@given(shares(40), shares(40))
def test_fishers_test_is_the_sum_of_all_tables_no_more_probable(a, b):
    parts = a.part + b.part
    span = range(max(0, parts - b.whole), min(a.whole, parts) + 1)
    ways = [comb(a.whole, k) * comb(b.whole, parts - k) for k in span]
    own = comb(a.whole, a.part) * comb(b.whole, b.part)

    expected = sum(way for way in ways if way <= own) / comb(a.whole + b.whole, parts)

    assert fisher(a, b) == pytest.approx(expected, abs=1e-9)


def test_fishers_test_holds_where_one_side_is_huge_and_the_other_small():
    assert fisher(Share(4, 10**9), Share(0, 1000)) == 1.0
    assert fisher(Share(3000, 10**6), Share(1000, 1000)) == 0.0
    # what would be billions of tables is answered from the few that weigh anything
    assert fisher(Share(0, 9 * 10**18), Share(4 * 10**9, 4 * 10**9)) == 0.0


@pytest.mark.parametrize(
    ("a", "b", "power", "size"),
    [
        # R, example of power.prop.test: p1 = .50, p2 = .75, power = .90 gives n = 76.7
        (0.50, 0.75, 0.9, 77),
        (0.75, 0.50, 0.9, 77),
    ],
)
def test_the_size_to_be_shown_is_that_of_fleiss(a, b, power, size):
    assert size_for(a, b, power) == size


def test_equal_rates_need_no_size():
    assert needed_size(0.2, 0.2) is None


@given(shares(10**6), shares(10**6))
def test_every_p_value_is_one_and_the_same_whichever_comes_first(a, b):
    for test in (fisher, lambda one, other: two_sided(z_value(one, other))):
        if test is fisher and not too_small(a, b):
            continue
        assert 0 <= test(a, b) <= 1
        assert test(a, b) == pytest.approx(test(b, a), rel=1e-6)
    assert too_small(a, b) == too_small(b, a)
    assert newcombe(a, b).low == pytest.approx(-newcombe(b, a).high)


@given(shares(10**6))
def test_an_interval_holds_its_rate_and_lies_between_none_and_all(share):
    found = wilson(share)

    assert 0 <= found.low <= share.rate <= found.high <= 1


@given(st.integers(1, 10**5), st.integers(0, 10**5), st.integers(0, 10**5))
def test_names_changed_the_verdict_is_the_same_with_names_changed(shown, one, other):
    a, b = Counts(shown, min(one, shown)), Counts(shown, min(other, shown))
    swapped = {Verdict.A_BETTER: Verdict.B_BETTER, Verdict.B_BETTER: Verdict.A_BETTER}

    forth, back = compare(a, b, CLICKS), compare(b, a, CLICKS)

    assert forth.verdict == swapped.get(back.verdict, back.verdict)
    assert (forth.p_value, forth.needed) == (back.p_value, back.needed)
    assert forth.difference == -back.difference


@pytest.mark.parametrize(
    ("a", "b", "measure", "verdict"),
    [
        (Counts(10_000, 200), Counts(10_000, 260), CLICKS, Verdict.B_BETTER),
        (Counts(10_000, 260), Counts(10_000, 200), CLICKS, Verdict.A_BETTER),
        (Counts(10_000, 200), Counts(10_000, 210), CLICKS, Verdict.NO_DIFFERENCE),
        (Counts(100, 2), Counts(100, 3), CLICKS, Verdict.TOO_LITTLE),
        # one side is all clicks: small, but Fisher's test is exact
        (Counts(8, 8), Counts(8, 0), CLICKS, Verdict.A_BETTER),
        (Counts(0, 0), Counts(100, 3), CLICKS, Verdict.TOO_LITTLE),
        (Counts(9000, 900, 45), Counts(9000, 900, 90), ORDERS, Verdict.B_BETTER),
        (Counts(9000, 0, 0), Counts(9000, 900, 90), ORDERS, Verdict.TOO_LITTLE),
    ],
)
def test_the_verdict_in_words(a, b, measure, verdict):
    assert compare(a, b, measure).verdict == verdict


def test_a_comparison_worked_by_hand():
    """200 and 260 of 10,000 each: pooled 0.023, z = 0.006 / 0.00211995 = 2.8303, p = 0.00465.

    Wilson: 0.0174347 to 0.0229339 and 0.0230583 to 0.0293057; so Newcombe's bounds are
    0.006 - √(0.0029417² + 0.0029339²) and 0.006 + √(0.0033057² + 0.0025653²).
    """
    found = compare(Counts(10_000, 200, 10), Counts(10_000, 260, 20), CLICKS)

    assert found == Comparison(
        a=Share(200, 10_000),
        b=Share(260, 10_000),
        difference=Decimal("0.006000"),
        bounds=(Decimal("0.001845"), Decimal("0.010184")),
        method="z",
        p_value=Decimal("0.004651"),
        verdict=Verdict.B_BETTER,
        needed=None,
    )


def test_what_is_needed_is_told_in_impressions_also_of_orders():
    """20 and 30 of 1,000 clicks need 3,826 clicks; ten impressions bring one click."""
    clicks = compare(Counts(1000, 20), Counts(1000, 30), CLICKS)
    orders = compare(Counts(10_000, 1000, 20), Counts(10_000, 1000, 30), ORDERS)

    assert (clicks.needed, orders.needed) == (3826, 38_260)


def test_without_any_data_there_is_no_p_value():
    found = compare(Counts(), Counts(), CLICKS)

    assert (found.p_value, found.difference, found.bounds) == (None, None, None)
    assert (found.verdict, found.needed) == (Verdict.TOO_LITTLE, None)
    assert wilson(Share(0, 0)).shown() == (Decimal("0.000000"), Decimal("1.000000"))


@pytest.mark.parametrize(
    ("a", "b", "share_b", "expected"),
    [
        (5000, 5000, 50, False),
        (5100, 4900, 50, False),  # z = 2: chance
        (5200, 4800, 50, True),  # z = 4
        (9000, 1000, 10, False),
        (5000, 5000, 10, True),
        (0, 0, 50, False),
    ],
)
def test_a_split_far_from_the_plan_is_noticed(a, b, share_b, expected):
    assert split_differs(a, b, share_b) == expected


def test_days_add_up_and_the_missing_ones_are_named():
    first, second, third = (date(2026, 4, day) for day in (1, 2, 3))
    known = {first: Counts(100, 10, 1), third: Counts(300, 10, 0)}

    assert sum_of(known.values()) == Counts(400, 20, 1)
    assert missing_days(first, date(2026, 4, 5), known) == [second, date(2026, 4, 4)]
    assert cumulative([first, second, third, date(2026, 4, 4)], known, CLICKS) == [
        Share(10, 100),
        Share(10, 100),
        Share(20, 400),
        None,
    ]
    assert cumulative([first], {}, CLICKS) == [None]
    # one order of ten clicks: the other measure
    assert cumulative([first], known, ORDERS) == [Share(1, 10)]


def test_what_is_shown_has_six_decimals():
    assert exact(1 / 3) == Decimal("0.333333")
    assert exact(1e-25) == Decimal("0.000000")
