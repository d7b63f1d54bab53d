"""Ratios: both numbers kept, compared by products."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsdesk.core.ratios import Ratio

AMOUNTS = st.decimals(places=4, min_value=-(10**12), max_value=10**12)
POSITIVE = st.decimals(places=4, min_value=Decimal("0.0001"), max_value=10**12)
BOUNDS = st.decimals(places=4, min_value=0, max_value=10)


def ratio(part, whole):
    return Ratio(Decimal(part), Decimal(whole))


def test_nothing_measured_is_no_value_and_not_zero():
    assert (ratio(0, 0).value, ratio(0, 5).value, ratio(1, 4).value) == (
        None,
        Decimal(0),
        Decimal("0.25"),
    )


def test_ratios_add_up_by_both_numbers():
    # 1/2 and 1/4 are 2 of 6, not the mean of the quotients
    assert ratio(1, 2) + ratio(1, 4) == ratio(2, 6)


@pytest.mark.parametrize(
    ("part", "above", "at_least"),
    [
        ("143999.99", False, False),  # a cent below 80 % of 180,000
        ("144000.00", False, True),
        ("144000.01", True, True),
    ],
)
def test_a_bound_is_told_to_the_cent(part, above, at_least):
    completion = ratio(part, "180000.00")

    assert (completion.above(Decimal("0.80")), completion.at_least(Decimal("0.80"))) == (
        above,
        at_least,
    )


def test_a_third_is_not_above_its_rounded_quotient():
    # 1/3 as a decimal of 28 digits is below 1/3: the quotient would say "equal"
    bound = Decimal("0." + "3" * 28)

    assert ratio(1, 3).above(bound)


@settings(deadline=None)
@given(part=AMOUNTS, whole=POSITIVE, bound=BOUNDS)
def test_bounds_agree_with_exact_fractions(part, whole, bound):
    exact = Fraction(part) / Fraction(whole)

    assert Ratio(part, whole).above(bound) == (exact > Fraction(bound))
    assert Ratio(part, whole).at_least(bound) == (exact >= Fraction(bound))
