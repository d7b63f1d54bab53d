"""The shipped plan, service of leavers, launch period and the over-achievement range."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from compensation.core.plan import (
    SHIPPED_PLAN,
    check_over_achievement,
    collection_cutoff,
    in_launch,
    service_reached,
)
from opsdesk.core.errors import InvalidData

HIRED = date(2025, 3, 10)


@pytest.mark.parametrize(
    ("position", "salary", "low", "high", "rates"),
    [
        ("supervisor", "3500.00", "100.00", "150.00", ["0.02", "0.03", "0.04", "0.05"]),
        ("promoter", "2000.00", "50.00", "100.00", ["0.01", "0.015", "0.02", "0.025"]),
        ("customer_service", "2000.00", "50.00", "100.00", ["0.005", "0.01", "0.015", "0.02"]),
    ],
)
def test_the_shipped_plan_pays_what_its_table_says(position, salary, low, high, rates):
    terms = SHIPPED_PLAN.positions[position]

    assert (terms.base_salary, terms.performance_pay) == (Decimal(salary), Decimal("500.00"))
    assert (terms.over_min, terms.over_max) == (Decimal(low), Decimal(high))
    assert [str(tier.rate) for tier in terms.tiers.tiers] == rates
    assert [f"{tier.sign} {tier.lower}" for tier in terms.tiers.tiers] == [
        "> 0.30",
        "> 0.50",
        "> 0.80",
        "≥ 1.20",
    ]
    # the source names both, but no amount for either
    assert (terms.allowance, terms.attendance_bonus) == (Decimal("0.00"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("hired", "day", "expected"),
    [
        (HIRED, date(2026, 3, 9), False),  # one day short of the year
        (HIRED, date(2026, 3, 10), True),
        (date(2024, 2, 29), date(2025, 2, 27), False),
        (date(2024, 2, 29), date(2025, 2, 28), True),  # no 29th that year: the month's last day
        (date(2024, 12, 31), date(2025, 12, 31), True),
    ],
)
def test_a_year_of_service_is_counted_by_the_calendar(hired, day, expected):
    assert service_reached(SHIPPED_PLAN, hired, day) is expected


@pytest.mark.parametrize(
    ("left", "cutoff"),
    [
        (date(2026, 3, 9), date(2026, 3, 9)),  # less than a year: the leaving day itself
        (date(2026, 3, 10), date(2026, 3, 25)),
        (date(2026, 12, 20), date(2027, 1, 4)),
    ],
)
def test_a_year_of_service_gives_fifteen_more_days_to_collect(left, cutoff):
    assert collection_cutoff(SHIPPED_PLAN, HIRED, left) == cutoff


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        (date(2025, 2, 1), False),
        (date(2025, 3, 1), True),
        (date(2025, 5, 1), True),
        (date(2025, 6, 1), False),  # the end is not part of the period
    ],
)
def test_the_launch_period_is_half_open(month, expected):
    terms = replace(SHIPPED_PLAN, launch_from=date(2025, 3, 1), launch_to=date(2025, 6, 1))

    assert in_launch(terms, month) is expected


def test_without_both_ends_there_is_no_launch_period():
    terms = replace(SHIPPED_PLAN, launch_from=date(2025, 3, 1))

    assert in_launch(terms, date(2025, 3, 1)) is False


@pytest.mark.parametrize("amount", ["100.00", "120.50", "150.00"])
def test_an_over_achievement_bonus_inside_the_range_is_accepted(amount):
    assert check_over_achievement(SHIPPED_PLAN.positions["supervisor"], Decimal(amount)) is None


@pytest.mark.parametrize("amount", ["99.99", "150.01", "0", "-100"])
def test_an_over_achievement_bonus_outside_the_range_is_refused(amount):
    with pytest.raises(InvalidData) as refusal:
        check_over_achievement(SHIPPED_PLAN.positions["supervisor"], Decimal(amount))

    assert (refusal.value.code, refusal.value.field) == ("over_achievement_range", "amount")
    assert refusal.value.message == (
        f"The over-achievement bonus must be from 100.00 to 150.00, not {amount}."
    )
