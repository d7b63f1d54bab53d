"""Rounding, conversion and splits, by hand and against an independent reference."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsdesk.core.money import convert, known_currency, minor_places, round_money, slice_of, split

CURRENCIES = st.sampled_from(["CNY", "EUR", "JPY", "KWD"])
WEIGHTS = st.lists(st.integers(0, 366), min_size=1, max_size=40).filter(any)


def in_units(units, currency):
    return Decimal(units).scaleb(-minor_places(currency))


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.005", "CNY", "0.01"),  # the half goes up
        ("0.0049999", "CNY", "0.00"),
        ("0.015", "CNY", "0.02"),
        ("0.025", "CNY", "0.03"),  # half-even would give 0.02
        ("-0.005", "CNY", "-0.01"),  # up is away from zero
        ("-0.0049999", "CNY", "0.00"),
        ("2.5", "JPY", "3"),
        ("2.4999", "JPY", "2"),
        ("0.0005", "KWD", "0.001"),
        ("1", "XYZ", "1.00"),  # nothing known: two decimals
        ("99999999999999.995", "EUR", "100000000000000.00"),
    ],
)
def test_money_is_rounded_half_up_to_the_minor_unit(amount, currency, expected):
    assert str(round_money(Decimal(amount), currency)) == expected


def test_what_rounds_to_nothing_has_no_sign():
    rounded = [round_money(Decimal("-0.001"), "CNY"), round_money(Fraction(-1, 1000), "CNY")]

    assert list(map(str, rounded)) == ["0.00", "0.00"]


@pytest.mark.parametrize(
    ("amount", "rate", "currency", "expected"),
    [
        ("2.55", "9.0519", "CNY", "23.08"),  # 23.082345
        ("10.00", "0.0005", "CNY", "0.01"),  # 0.005
        ("-2.55", "9.0519", "CNY", "-23.08"),
        ("100.00", "151.235", "JPY", "15124"),  # 15123.5
    ],
)
def test_an_amount_is_converted_and_rounded_once(amount, rate, currency, expected):
    assert str(convert(Decimal(amount), Decimal(rate), currency)) == expected


def test_only_iso_codes_are_currencies():
    assert [known_currency(code) for code in ("CNY", "GBP", "cny", "", "RMB")] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("total", "weights", "currency", "expected"),
    [
        ("100.00", [1, 1, 1], "CNY", "33.34 33.33 33.33"),  # the tie goes to the earlier
        ("0.02", [1, 1, 1], "CNY", "0.01 0.01 0.00"),
        ("0.05", [1, 2], "CNY", "0.02 0.03"),
        ("0.01", [1, 2], "CNY", "0.00 0.01"),  # the larger remainder, not the earlier part
        ("100.00", [0, 1, 0], "CNY", "0.00 100.00 0.00"),
        ("-100.00", [1, 1, 1], "CNY", "-33.33 -33.33 -33.34"),
        ("0.00", [3, 4], "CNY", "0.00 0.00"),
        ("2318.40", [31, 31, 31], "CNY", "772.80 772.80 772.80"),
        ("100", [1, 1, 1], "JPY", "34 33 33"),
        ("1.000", [1, 1, 1], "KWD", "0.334 0.333 0.333"),
        ("10.00", [Decimal("0.5"), Decimal("0.5")], "EUR", "5.00 5.00"),
    ],
)
def test_a_split_by_hand(total, weights, currency, expected):
    parts = split(Decimal(total), weights, currency)

    assert " ".join(map(str, parts)) == expected


@pytest.mark.parametrize(
    ("total", "weights"),
    [
        ("1.00", []),
        ("1.00", [0, 0]),
        ("1.00", [2, -1]),
        ("1.005", [1, 1]),
    ],
)
def test_a_split_that_cannot_add_up_is_refused(total, weights):
    with pytest.raises(ValueError, match=r"weights|whole number"):
        split(Decimal(total), weights, "CNY")


@settings(max_examples=200, deadline=None)
@given(data=st.data(), currency=CURRENCIES, seed=st.randoms(use_true_random=False))
def test_every_split_adds_up_and_is_off_by_less_than_a_unit(data, currency, seed):
    # Fifty totals for each list of weights: ten thousand splits together.
    weights = data.draw(WEIGHTS)
    whole = sum(weights)
    unit = in_units(1, currency)
    start, step = seed.randrange(10**9), seed.randrange(1, 10**5)
    for units in range(start, start + 50 * step, step):
        parts = split(in_units(units, currency), weights, currency)
        assert sum(parts) == in_units(units, currency)
        for part, weight in zip(parts, weights, strict=True):
            assert abs(Fraction(part) - Fraction(units) * Fraction(unit) * weight / whole) < unit


@settings(deadline=None)
@given(units=st.integers(-(10**12), 10**12), weights=WEIGHTS, currency=CURRENCIES)
def test_equal_weights_never_favour_the_later(units, weights, currency):
    total = in_units(units, currency)

    parts = split(total, weights, currency)

    by_weight = {}
    for part, weight in zip(parts, weights, strict=True):
        by_weight.setdefault(weight, []).append(part)
    assert all(
        same == sorted(same, reverse=True) and same[0] - same[-1] <= in_units(1, currency)
        for same in by_weight.values()
    )


@settings(deadline=None)
@given(
    rows=st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=60),
    units=st.integers(-(10**9), 10**9),
    currency=CURRENCIES,
)
def test_slices_add_up_to_the_total_with_negative_rows(rows, units, currency):
    total, whole = in_units(units, currency), in_units(sum(rows), currency)
    running = Decimal(0)
    slices = []
    for row in rows:
        before, running = running, running + in_units(row, currency)
        slices.append(slice_of(total, before, running, whole, currency))

    # Without a base nothing was earned on it.
    assert sum(slices) == (total if whole else 0)


def test_slices_by_hand():
    # running 600.00, 556.66, 890.00 of 890.00 earn 24.00, 22.2664, 35.60
    points = [Decimal(p) for p in ("0", "600.00", "556.66", "890.00")]

    slices = [
        slice_of(Decimal("35.60"), before, after, points[-1], "CNY")
        for before, after in pairwise(points)
    ]

    assert list(map(str, slices)) == ["24.00", "-1.73", "13.33"]


@settings(deadline=None)
@given(
    amount=st.decimals(
        allow_nan=False, allow_infinity=False, places=9, min_value=-(10**15), max_value=10**15
    ),
    currency=CURRENCIES,
)
def test_rounding_agrees_with_decimal_and_with_fractions(amount, currency):
    expected = amount.quantize(in_units(1, currency), rounding=ROUND_HALF_UP)

    assert round_money(amount, currency) == expected
    assert round_money(Fraction(amount), currency) == expected
    assert round_money(-amount, currency) == -expected
