"""Commission: the shipped table at every bound, pools, leavers, forfeiture, the carried base."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compensation.core.lines import calculate
from compensation.core.plan import SHIPPED_PLAN
from compensation.core.tiers import TierTable
from tests.compensation.core.cases import (
    amounts_of,
    codes,
    lines_of,
    march,
    person,
    run,
    segment,
    terms_of,
)

# Worked out by hand for a target of 180,000.00: base, then commission and total of the
# supervisor (3,500.00 + 437.50), one promoter and one of customer service (2,000.00 + 437.50).
PAYSLIPS = [
    ("53999.99", "0.00 3937.50", "0.00 2437.50", "0.00 2437.50"),
    ("54000.00", "0.00 3937.50", "0.00 2437.50", "0.00 2437.50"),  # 30 % itself earns nothing
    ("54000.01", "1080.00 5017.50", "540.00 2977.50", "270.00 2707.50"),
    ("89999.99", "1800.00 5737.50", "900.00 3337.50", "450.00 2887.50"),
    ("90000.00", "1800.00 5737.50", "900.00 3337.50", "450.00 2887.50"),  # 50 %: the lower tier
    ("90000.01", "2700.00 6637.50", "1350.00 3787.50", "900.00 3337.50"),
    ("143999.99", "4320.00 8257.50", "2160.00 4597.50", "1440.00 3877.50"),
    ("144000.00", "4320.00 8257.50", "2160.00 4597.50", "1440.00 3877.50"),  # 80 %: the lower
    ("144000.01", "5760.00 9697.50", "2880.00 5317.50", "2160.00 4597.50"),
    ("180000.00", "7200.00 11137.50", "3600.00 6037.50", "2700.00 5137.50"),  # 100 %: no bound
    ("215999.99", "8640.00 12577.50", "4320.00 6757.50", "3240.00 5677.50"),
    ("216000.00", "10800.00 14737.50", "5400.00 7837.50", "4320.00 6757.50"),  # 120 % belongs
    ("216000.01", "10800.00 14737.50", "5400.00 7837.50", "4320.00 6757.50"),
]


@pytest.mark.parametrize(("base", "supervisor", "promoter", "customer_service"), PAYSLIPS)
def test_payslips_at_every_bound_and_a_cent_beside_it(base, supervisor, promoter, customer_service):
    inputs = run(
        person("C1", "customer_service"), person("P1"), person("S1", "supervisor"), base=base
    )

    result = calculate(inputs)

    paid = {
        payslip.employee_no: f"{amounts_of(result, payslip.employee_no, 'commission')[0]} "
        f"{payslip.total}"
        for payslip in result.payslips
    }
    assert paid == {"S1": supervisor, "P1": promoter, "C1": customer_service}
    assert result.problems == ()


def test_three_promoters_split_an_indivisible_pool():
    # 2 % × 154,561.00 = 3,091.22, a third of it is 1,030.4066…
    result = calculate(run(person("P3"), person("P1"), person("P2"), base="154561.00"))

    paid = [amounts_of(result, number, "commission") for number in ("P1", "P2", "P3")]
    assert paid == [["1030.41"], ["1030.41"], ["1030.40"]]


def test_the_pool_is_split_by_days_employed():
    joined = person("P2", segments=(segment(first=march(17)),))

    result = calculate(run(person("P1"), joined))

    # 3,091.20 × 31/46 = 2,083.2000 and × 15/46 = 1,008.0000
    paid = [amounts_of(result, number, "commission") for number in ("P1", "P2")]
    assert paid == [["2083.20"], ["1008.00"]]
    assert [
        lines_of(result, "P2", "commission")[0].figures[key] for key in ("days", "total_days")
    ] == [
        15,
        46,
    ]


def test_the_only_one_of_a_pool_gets_all_of_it_for_fewer_days():
    result = calculate(run(person("P1", segments=(segment(first=march(17)),))))

    assert amounts_of(result, "P1", "commission") == ["3091.20"]


def test_a_change_of_position_gives_a_share_of_both():
    changed = person(
        "P2",
        segments=(
            segment("customer_service", until=march(11)),
            segment("promoter", first=march(11)),
        ),
    )

    result = calculate(run(person("P1"), person("C1", "customer_service"), changed))

    # customer service 2,318.40 × 10/41 = 565.4634…; promoter 3,091.20 × 21/52 = 1,248.3692…
    assert amounts_of(result, "P2", "commission") == ["565.46", "1248.37"]
    assert amounts_of(result, "C1", "commission") == ["1752.94"]
    assert amounts_of(result, "P1", "commission") == ["1842.83"]


def test_supervisors_that_follow_each_other_share_by_days_of_the_month():
    first = person("S1", "supervisor", segments=(segment("supervisor", until=march(11)),))
    second = person("S2", "supervisor", segments=(segment("supervisor", first=march(11)),))

    result = calculate(run(first, second))

    # 6,182.40 × 10/31 = 1,994.3225…, × 21/31 = 4,188.0774…
    paid = [amounts_of(result, number, "commission") for number in ("S1", "S2")]
    assert paid == [["1994.32"], ["4188.08"]]


@pytest.mark.parametrize(
    ("base", "carried_out"), [("0.00", "0.00"), ("-0.01", "-0.01"), ("-1200.00", "-1200.00")]
)
def test_a_base_that_is_not_above_zero_pays_nothing_and_is_carried(base, carried_out):
    result = calculate(run(person("P1"), person("S1", "supervisor"), base=base))

    paid = [amounts_of(result, number, "commission") for number in ("P1", "S1")]
    assert paid == [["0.00"], ["0.00"]]
    assert (str(result.base), str(result.carried_out)) == (base, carried_out)
    assert str(result.activity_fund) == "0.00"


def test_a_carried_base_lowers_the_base_and_ends_there():
    # 144,000.01 − 0.01 is 80 %, no longer above it: 1.5 % instead of 2 %
    result = calculate(run(person("P1"), base="144000.01", carried_base=Decimal("-0.01")))

    assert amounts_of(result, "P1", "commission") == ["2160.00"]
    assert (str(result.base), str(result.carried_out)) == ("144000.00", "0.00")


def test_a_base_that_stays_below_zero_is_carried_on_as_a_whole():
    result = calculate(run(person("P1"), base="500.00", carried_base=Decimal("-1200.00")))

    assert (str(result.base), str(result.carried_out)) == ("-700.00", "-700.00")


@pytest.mark.parametrize(
    ("base", "fund"),
    [
        ("-1.00", "0.00"),
        ("89999.99", "0.00"),
        ("90000.00", "270.00"),  # 50 % belongs to 0.3 %
        ("90000.01", "270.00"),
        ("143999.99", "432.00"),
        ("144000.00", "432.00"),  # 80 % itself: still 0.3 %
        ("144000.01", "720.00"),
        ("179999.99", "900.00"),
        ("180000.00", "900.00"),  # 100 % itself: still 0.5 %
        ("180000.01", "1800.00"),
    ],
)
def test_the_activity_fund_at_its_bounds(base, fund):
    assert str(calculate(run(base=base)).activity_fund) == fund


def test_the_activity_fund_is_of_net_sales_without_what_was_carried():
    # completion (180,000.01 − 0.01) / 180,000 is 100 %, not above; 0.5 % of 180,000.01
    result = calculate(run(base="180000.01", carried_base=Decimal("-0.01")))

    assert str(result.activity_fund) == "900.00"


def test_a_target_of_one_is_a_target():
    result = calculate(run(person("P1"), base="1.00", target=Decimal("1.00")))

    # 2 % of 1.00, and 0.5 % of it for the fund
    assert amounts_of(result, "P1", "commission") == ["0.02"]
    assert str(result.activity_fund) == "0.01"
    assert result.problems == ()


def test_without_a_target_there_is_no_commission_and_the_run_is_blocked():
    result = calculate(run(person("P1"), target=None))

    assert codes(result) == [("no_target", True)]
    assert result.blocked
    assert result.completion is None
    assert str(result.activity_fund) == "0.00"
    assert {line.kind for line in result.payslips[0].lines} == {"base_salary", "performance_pay"}


@pytest.mark.parametrize("target", ["0.00", "-1.00"])
def test_a_target_that_is_not_above_zero_blocks_the_run(target):
    result = calculate(run(person("P1"), target=Decimal(target)))

    assert codes(result) == [("target_not_positive", True)]
    assert amounts_of(result, "P1", "commission") == []


def test_a_plan_in_another_currency_blocks_the_run():
    result = calculate(run(person("P1"), currency="EUR"))

    assert codes(result) == [("currency_mismatch", True)]


def leaver(number="P3", position="promoter", **changes):
    """Somebody whose last day is the 20th, with less than a year of service."""
    settings = {
        "segments": (segment(position, until=march(21)),),
        "hire_date": date(2024, 6, 1),
        "leave_date": march(20),
        "collected_base": Decimal("60000.00"),
    }
    return person(number, position, **(settings | changes))


def test_a_leaver_gets_what_was_collected_and_the_others_no_more():
    result = calculate(run(person("P1"), person("P2"), leaver()))

    # 3,091.20 by 31, 31 and 20 of 82 days; 20/82 × 2 % × 60,000 = 292.6829…
    paid = [amounts_of(result, number, "commission") for number in ("P1", "P2", "P3")]
    assert paid == [["1168.63"], ["1168.62"], ["292.68"]]


def test_a_leaver_never_gets_more_than_the_share():
    result = calculate(run(person("P1"), leaver("P2", collected_base=Decimal("999999.00"))))

    # 3,091.20 × 20/51 = 1,212.2352…
    assert amounts_of(result, "P2", "commission") == ["1212.24"]
    assert lines_of(result, "P2", "commission")[0].code == "pool"


def test_with_everything_collected_a_leaver_keeps_the_cent_of_the_split():
    # 3,091.21 in three: the first gets 1,030.41 though a third is 1,030.4033…
    stays = {"segments": (segment(),), "leave_date": march(31)}
    first = leaver("P1", collected_base=Decimal("154560.50"), **stays)

    result = calculate(run(first, person("P2"), person("P3"), base="154560.50"))

    assert amounts_of(result, "P1", "commission") == ["1030.41"]


def test_a_leaver_whose_refunds_exceed_what_was_collected_owes_nothing():
    result = calculate(run(leaver(collected_base=Decimal("-10.00"))))

    assert amounts_of(result, "P3", "commission") == ["0.00"]


def test_a_supervisor_who_leaves_gets_the_own_part_of_what_was_collected():
    result = calculate(run(leaver("S1", "supervisor")))

    # 20/31 × 4 % × 60,000 = 1,548.3870…
    assert amounts_of(result, "S1", "commission") == ["1548.39"]


def test_who_left_after_the_month_is_limited_where_collection_is_given():
    left_in_april = leaver(segments=(segment(),), leave_date=date(2025, 4, 5))

    result = calculate(run(left_in_april))

    # all 31 days: 2 % × 60,000
    assert amounts_of(result, "P3", "commission") == ["1200.00"]


def test_who_left_after_the_month_is_paid_in_full_where_it_is_not():
    left_in_april = leaver(segments=(segment(),), leave_date=date(2025, 4, 5), collected_base=None)

    result = calculate(run(left_in_april))

    assert amounts_of(result, "P3", "commission") == ["3091.20"]


def test_a_leaver_without_collection_blocks_the_run():
    result = calculate(run(leaver(collected_base=None)))

    assert codes(result) == [("no_collected_base", True)]
    assert amounts_of(result, "P3", "commission") == []


def test_a_marginal_plan_pays_a_leaver_the_collected_part():
    tiers = TierTable("marginal", SHIPPED_PLAN.positions["promoter"].tiers.tiers)

    result = calculate(run(leaver(), terms=terms_of("promoter", tiers=tiers)))

    # the pool is 1,381.20; × 60,000 / 154,560 = 536.1801…
    assert amounts_of(result, "P3", "commission") == ["536.18"]


def test_misconduct_forfeits_the_commission_and_nothing_else():
    result = calculate(run(person("P1"), person("P2", misconduct=True)))

    line = lines_of(result, "P2", "commission")[0]
    assert (str(line.amount), line.code, line.figures["forfeited"]) == (
        "0.00",
        "forfeited",
        "1545.60",
    )
    assert amounts_of(result, "P1", "commission") == ["1545.60"]
    assert amounts_of(result, "P2", "performance_pay") == ["437.50"]


def test_a_leaver_with_misconduct_forfeits_what_was_collected():
    result = calculate(run(leaver(misconduct=True)))

    line = lines_of(result, "P3", "commission")[0]
    assert (str(line.amount), line.figures["forfeited"]) == ("0.00", "1200.00")


def test_a_position_without_tiers_has_no_commission_line():
    terms = terms_of("promoter", tiers=TierTable("whole", ()))

    result = calculate(run(person("P1"), terms=terms))

    assert amounts_of(result, "P1", "commission") == []


@given(
    base=st.integers(min_value=5_400_001, max_value=10**11),
    days=st.lists(st.integers(min_value=1, max_value=31), min_size=1, max_size=12),
)
def test_the_parts_of_a_pool_add_up_to_it(base, days):
    people = [
        person(f"P{number:02}", segments=(segment(first=march(32 - count)),))
        for number, count in enumerate(days)
    ]

    result = calculate(run(*people, base=Decimal(base).scaleb(-2)))

    found = [lines_of(result, one.employee_no, "commission")[0] for one in people]
    assert sum(line.amount for line in found) == Decimal(found[0].figures["pool"])
    assert all(line.amount >= 0 for line in found)
