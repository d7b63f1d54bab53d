"""Tiers at their bounds, whole-amount and marginal."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compensation.core.plan import SHIPPED_PLAN
from compensation.core.tiers import Tier, TierTable

TARGET = Decimal("180000.00")
SUPERVISOR = SHIPPED_PLAN.positions["supervisor"].tiers
MARGINAL = TierTable("marginal", SHIPPED_PLAN.positions["promoter"].tiers.tiers)
ALL_TABLES = [terms.tiers for terms in SHIPPED_PLAN.positions.values()] + [SHIPPED_PLAN.fund_tiers]

cents = st.integers(min_value=-(10**13), max_value=10**13).map(lambda n: Decimal(n).scaleb(-2))
targets = st.integers(min_value=1, max_value=10**13).map(lambda n: Decimal(n).scaleb(-2))


def test_a_bound_that_no_cent_lies_on_is_not_rounded():
    # 30 % of 100.01 is 30.003
    below, above = Decimal("30.00"), Decimal("30.01")

    rates = [SUPERVISOR.rate_for(base, Decimal("100.01")) for base in (below, above)]

    assert rates == [Decimal("0"), Decimal("0.02")]


def test_a_quotient_without_end_compares_exactly():
    # 0.01 / 0.03 has threes without end: more than these sixteen
    third = TierTable("whole", (Tier(Decimal("0.3333333333333333"), False, Decimal("0.5")),))

    assert third.rate_for(Decimal("0.01"), Decimal("0.03")) == Decimal("0.5")


@pytest.mark.parametrize(
    ("base", "bound"),
    [
        ("-1.00", None),
        ("0.00", None),
        ("54000.00", None),
        ("54000.01", "0.30"),
        ("216000.00", "1.20"),
    ],
)
def test_the_tier_reached_is_returned(base, bound):
    tier = SUPERVISOR.reached(Decimal(base), TARGET)

    assert (tier and str(tier.lower)) == bound


def test_a_whole_amount_is_exact_and_not_rounded():
    amount = SUPERVISOR.amount(Decimal("54000.01"), TARGET)

    assert amount == Decimal("1080.0002")


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("54000.00", "0"),
        ("54000.01", "0.0001"),  # 1 % of the one cent above the bound
        ("90000.00", "360.00"),  # 1 % × 36,000
        ("90000.01", "360.00015"),
        ("144000.00", "1170.00"),  # 360 + 1.5 % × 54,000
        ("144000.01", "1170.0002"),
        ("154560.00", "1381.20"),  # 1,170 + 2 % × 10,560
        ("216000.00", "2610.00"),  # 1,170 + 2 % × 72,000
        ("216000.01", "2610.00025"),
    ],
)
def test_a_marginal_tier_earns_on_its_own_part(base, expected):
    amount = MARGINAL.amount(Decimal(base), TARGET)

    assert amount == Decimal(expected)


@pytest.mark.parametrize("target", ["0", "-1"])
def test_without_a_positive_target_there_is_no_rate(target):
    with pytest.raises(ValueError, match="positive target"):
        SUPERVISOR.rate_for(Decimal(1), Decimal(target))


def test_a_table_of_no_known_kind_pays_nothing_by_mistake():
    table = TierTable("", SUPERVISOR.tiers)

    with pytest.raises(ValueError, match="unknown kind"):
        table.amount(Decimal("90000"), TARGET)


def test_a_table_without_tiers_earns_nothing():
    assert TierTable("whole", ()).amount(Decimal("90000"), TARGET) == 0


@given(base=cents, more=cents.map(abs), target=targets)
def test_selling_more_never_lowers_the_rate(base, more, target):
    for table in ALL_TABLES:
        assert table.rate_for(base, target) <= table.rate_for(base + more, target)


@given(base=cents.map(abs), target=targets)
def test_marginal_never_earns_more_than_whole_when_rates_rise(base, target):
    whole = TierTable("whole", MARGINAL.tiers)

    assert MARGINAL.amount(base, target) <= whole.amount(base, target)


@given(base=cents.map(abs), target=targets)
def test_the_bands_of_a_base_are_parts_of_it(base, target):
    bands = MARGINAL.bands(base, target)

    assert all(part >= 0 for _, part in bands)
    assert sum((part for _, part in bands), Decimal(0)) <= base
