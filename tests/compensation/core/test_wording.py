"""Lines and problems in words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation

from compensation.core.inputs import Extra
from compensation.core.lines import calculate
from compensation.core.plan import SHIPPED_PLAN
from compensation.core.tiers import TierTable
from compensation.core.wording import exact_percent, problem_words, shown_percent, words
from tests.compensation.core.cases import (
    APRIL,
    lines_of,
    march,
    person,
    run,
    segment,
    task,
    terms_of,
    volumes,
)

MARGINAL = TierTable("marginal", SHIPPED_PLAN.positions["promoter"].tiers.tiers)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def said(inputs, number, kind):
    return [
        words(line.kind, line.code, line.figures)
        for line in lines_of(calculate(inputs), number, kind)
    ]


def test_the_example_of_the_specification_to_the_letter():
    group = [person(number, "customer_service") for number in ("C1", "C2", "C3")]

    assert said(run(*group), "C1", "commission") == [
        "Commission 772.80 = 1/3 (31 of 93 days) of the group pool 2,318.40 = 1.5 % × 154,560.00 "
        "(orders 168,230.00 − refunds 13,670.00); tier > 80 % because 154,560.00 / 180,000.00 = "
        "85.87 %"
    ]


def test_a_cent_that_the_split_moved_is_explained():
    group = [person(number) for number in ("P1", "P2", "P3")]

    inputs = run(*group, base="154561.00")

    tier = "; tier > 80 % because 154,561.00 / 180,000.00 = 85.87 %"
    pool = "of the group pool 3,091.22 = 2 % × 154,561.00 (orders 168,231.00 − refunds 13,670.00)"
    assert said(inputs, "P1", "commission") == [
        f"Commission 1,030.41 = 1/3 (31 of 93 days) {pool}{tier}"
    ]
    assert said(inputs, "P3", "commission") == [
        f"Commission 1,030.40 = 1/3 (31 of 93 days) {pool}, rounded so that the parts add up to "
        f"the pool{tier}"
    ]


def test_a_supervisors_own_commission_with_a_carried_base():
    inputs = run(person("S1", "supervisor"), carried_base=Decimal("-560.00"))

    assert said(inputs, "S1", "commission") == [
        "Commission 6,160.00 = 4 % × 154,000.00 (orders 168,230.00 − refunds 13,670.00 − 560.00 "
        "carried from an earlier month); tier > 80 % because 154,000.00 / 180,000.00 = 85.56 %"
    ]


def test_a_supervisor_for_part_of_the_month():
    one = person("S1", "supervisor", segments=(segment("supervisor", until=march(11)),))

    assert said(run(one), "S1", "commission") == [
        "Commission 1,994.32 = 10/31 (10 of 31 days) of 4 % × 154,560.00 (orders 168,230.00 − "
        "refunds 13,670.00); tier > 80 % because 154,560.00 / 180,000.00 = 85.87 %"
    ]


def test_the_only_one_of_a_pool():
    assert said(run(person("P1")), "P1", "commission") == [
        "Commission 3,091.20 = all (31 of 31 days) of the group pool 3,091.20 = 2 % × 154,560.00 "
        "(orders 168,230.00 − refunds 13,670.00); tier > 80 % because 154,560.00 / 180,000.00 = "
        "85.87 %"
    ]


def leaver(hired=date(2024, 6, 1)):
    return person(
        "P2",
        segments=(segment(until=march(21)),),
        hire_date=hired,
        leave_date=march(20),
        collected_base=Decimal("60000.00"),
    )


def test_a_leaver():
    # 20/51 × 1,200 = 470.5882…
    assert said(run(person("P1"), leaver()), "P2", "commission") == [
        "Commission 470.59 = 20/51 (20 of 51 days) of 2 % × 60,000.00, the part of the base "
        "154,560.00 (orders 168,230.00 − refunds 13,670.00) that was paid by 2025-03-20 (left on "
        "2025-03-20 with less than 12 months of service); tier > 80 % because 154,560.00 / "
        "180,000.00 = 85.87 %"
    ]


def test_a_leaver_under_marginal_tiers_after_a_year():
    inputs = run(leaver(date(2024, 3, 20)), terms=terms_of("promoter", tiers=MARGINAL))

    assert said(inputs, "P2", "commission") == [
        "Commission 536.18 = all (20 of 20 days) of (1 % × 36,000.00 + 1.5 % × 54,000.00 + 2 % × "
        "10,560.00) / 154,560.00 × 60,000.00, the part of the base 154,560.00 (orders 168,230.00 "
        "− refunds 13,670.00) that was paid by 2025-04-04 (left on 2025-03-20 with 12 months of "
        "service or more); tier > 80 % because 154,560.00 / 180,000.00 = 85.87 %"
    ]


def test_marginal_tiers_show_each_part():
    inputs = run(person("P1"), terms=terms_of("promoter", tiers=MARGINAL))

    assert said(inputs, "P1", "commission") == [
        "Commission 1,381.20 = all (31 of 31 days) of the group pool 1,381.20 = 1 % × 36,000.00 + "
        "1.5 % × 54,000.00 + 2 % × 10,560.00 by the parts of the base 154,560.00 (orders "
        "168,230.00 − refunds 13,670.00); tier > 80 % because 154,560.00 / 180,000.00 = 85.87 %"
    ]


def test_misconduct_says_what_was_forfeited():
    assert said(run(person("S1", "supervisor", misconduct=True)), "S1", "commission") == [
        "Commission 0.00 because 6,182.40 is forfeited for confirmed misconduct (Commission "
        "6,182.40 = 4 % × 154,560.00 (orders 168,230.00 − refunds 13,670.00); tier > 80 % because "
        "154,560.00 / 180,000.00 = 85.87 %)"
    ]


def test_no_tier_reached_does_not_read_as_if_it_were():
    # 29.999994 % must not be shown as 30.00 %
    assert said(run(person("P1"), base="53999.99"), "P1", "commission") == [
        "Commission 0.00 because the first tier > 30 % is not reached: 53,999.99 / 180,000.00 = "
        "29.99999 %"
    ]


def test_a_base_below_zero():
    assert said(run(person("P1"), base="-1200.00"), "P1", "commission") == [
        "Commission 0.00 because the base −1,200.00 (orders 12,470.00 − refunds 13,670.00) is not "
        "above zero; what is below zero is carried into the next month"
    ]


@pytest.mark.parametrize(
    ("inputs", "kind", "sentence"),
    [
        (run(person("P1")), "base_salary", "Base salary 2,000.00 for the whole month as promoter"),
        (
            run(person("P1", segments=(segment(first=march(17)),))),
            "base_salary",
            "Base salary 967.74 = 2,000.00 × 15 of 31 days as promoter",
        ),
        (
            run(person("P1"), terms=terms_of("promoter", allowance=Decimal(310))),
            "allowance",
            "Allowance 310.00 for the whole month as promoter",
        ),
        (
            run(
                person("P1", segments=(segment(until=march(11)),)),
                terms=terms_of("promoter", allowance=Decimal(310)),
            ),
            "allowance",
            "Allowance 100.00 = 310.00 × 10 of 31 days as promoter",
        ),
        (
            run(person("P1", tasks=(task(), task("3", "9", "a=b;c", 2)))),
            "performance_pay",
            "Performance pay 468.75 = 500.00 × 93.75 %, the mean completion of the work plan, "
            "each task counted up to 100 % (Listings 87.50 %, a:b,c 300.00 %)",
        ),
        (
            run(person("P1", tasks=(task("100", "10"),))),
            "performance_pay",
            "Performance pay 0.00 because the mean completion of the work plan is 10.00 %, below "
            "30 % (Listings 10.00 %)",
        ),
        (
            run(person("P1", "supervisor")),
            "performance_pay",
            "Performance pay 437.50 = 500.00 × 87.50 %, the mean of the department's three "
            "volumes, each counted up to 100 % (promotion 87.50 %, feedback 87.50 %, recruiting "
            "87.50 %)",
        ),
        (
            run(person("P1", "supervisor"), department_volumes=volumes("4", "40", "8")),
            "performance_pay",
            "Performance pay 0.00 because not each of the department's three volumes reaches "
            "30 %: promotion, recruiting below it (promotion 10.00 %, feedback 100.00 %, "
            "recruiting 20.00 %)",
        ),
        (
            run(
                person("P1", grade="S"),
                terms=replace(SHIPPED_PLAN, grade_factors={"S": Decimal("1.20")}),
            ),
            "performance_pay",
            "Performance pay 525.00 = 500.00 × 87.50 % × 1.20 (grade S), the mean completion of "
            "the work plan, each task counted up to 100 % (Listings 87.50 %)",
        ),
        (
            run(
                person("P1"),
                terms=replace(SHIPPED_PLAN, launch_from=march(1), launch_to=APRIL),
            ),
            "performance_pay",
            "Performance pay 500.00 = 500.00, in full in the launch period of the plan",
        ),
        (
            run(person("P1", tasks=(task(actual="45"),))),
            "over_achievement",
            "Over-achievement bonus 50.00 because the plan completion 112.50 % is above 100 %; "
            "the lowest amount from 50.00 to 100.00 is proposed",
        ),
        (
            run(person("P1", tasks=(task(actual="45"),), over_achievement=Decimal("70.00"))),
            "over_achievement",
            "Over-achievement bonus 70.00 because the plan completion 112.50 % is above 100 %; "
            "decided by the approver from 50.00 to 100.00",
        ),
        (
            run(
                person("P1", absent_days=0),
                terms=terms_of("promoter", attendance_bonus=Decimal(200)),
            ),
            "attendance",
            "Attendance bonus 200.00 for a month without absence",
        ),
        (
            run(person("P1", "supervisor"), person("P2", tasks=(task("100", "25"),))),
            "penalty",
            "Penalty −50.00 because the mean work plan completion of position promoter (1 with a "
            "plan) is 25.00 %, below 30 %",
        ),
        (
            run(person("P1", extras=(Extra("bonus", Decimal("1234.50"), "50 % done", 1),))),
            "bonus",
            "Bonus 1,234.50: 50 % done",
        ),
        (
            run(person("P1", extras=(Extra("deduction", Decimal("80.00"), "Sample", 1),))),
            "deduction",
            "Deduction −80.00: Sample",
        ),
    ],
)
def test_every_other_line_in_words(inputs, kind, sentence):
    assert said(inputs, "P1", kind) == [sentence]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "inputs",
    [
        run(person("P1", misconduct=True), leaver(), person("S1", "supervisor"), base=base)
        for base in ("-1.00", "54000.00", "154561.00")
    ],
)
def test_both_languages_tell_the_amount_of_each_line(inputs, language):
    with translation.override(language):
        for payslip in calculate(inputs).payslips:
            for line in payslip.lines:
                assert f"{line.amount:,}" in words(line.kind, line.code, line.figures)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ("154560.00", "180000.00", "85.87 %"),
        ("1", "3", "33.33 %"),
        ("2", "3", "66.67 %"),
        ("1", "2", "50.00 %"),
        ("53999.99", "180000.00", "29.99999 %"),
        ("54000.01", "180000.00", "30.00001 %"),
        ("15", "1", "1,500.00 %"),
        ("-1", "3", "−33.33 %"),
        ("1999999999999", "2000000000000", "99.99999999995 %"),
        ("0.9999999999999999", "1", "100.000000000000 %"),  # nearer than any amount comes
    ],
)
def test_a_measured_share_never_reads_as_a_bound_it_only_comes_near(part, whole, expected):
    assert shown_percent(Fraction(part) / Fraction(whole)) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [("0.015", "1.5 %"), ("0.80", "80 %"), ("1.20", "120 %"), ("0", "0 %"), ("10", "1000 %")],
)
def test_a_setting_is_shown_with_all_its_digits(share, expected):
    assert exact_percent(share) == expected


WHO = {"employee_no": "P1"}


@pytest.mark.parametrize(
    ("code", "figures", "sentence"),
    [
        (
            "no_target",
            {"department": "UK", "month": "2025-03"},
            "UK has no target for 2025-03. Set it; until then commission cannot be calculated "
            "and the pay run cannot be submitted.",
        ),
        (
            "target_not_positive",
            {"department": "UK", "month": "2025-03"},
            "The target of UK for 2025-03 is not above zero. Correct it; until then commission "
            "cannot be calculated and the pay run cannot be submitted.",
        ),
        (
            "currency_mismatch",
            {"run": "EUR", "plan": "CNY"},
            "The plan is in CNY, but the pay run is in EUR. Choose a plan in EUR.",
        ),
        (
            "no_terms",
            {**WHO, "position": "analyst"},
            "Li Na (P1) is analyst, a position that the plan does not name. Only a base salary "
            "from the employment can be paid.",
        ),
        (
            "no_work_plan",
            WHO,
            "Li Na (P1) has no work plan for the month; what depends on it is not paid.",
        ),
        (
            "no_volumes",
            {"department": "UK", "month": "2025-03", "volumes": "feedback;recruiting"},
            "UK has no plan for 2025-03 of: feedback, recruiting. What the supervisor is paid for "
            "it is left out.",
        ),
        (
            "no_attendance",
            WHO,
            "Nobody entered the attendance of Li Na (P1); no attendance bonus is paid.",
        ),
        (
            "no_grade",
            WHO,
            "Li Na (P1) has no scorecard grade with a factor; the performance pay is not "
            "multiplied.",
        ),
        (
            "no_collected_base",
            WHO,
            "Li Na (P1) left, but it is not known which orders were paid by the cut-off; the "
            "commission cannot be calculated.",
        ),
        (
            "over_not_earned",
            WHO,
            "An over-achievement bonus was decided for Li Na (P1), but the plan completion is not "
            "above 100 %; it is not paid.",
        ),
        (
            "over_out_of_range",
            WHO,
            "The over-achievement bonus decided for Li Na (P1) is outside the range of the plan. "
            "Decide it again.",
        ),
    ],
)
def test_problems_in_words(code, figures, sentence):
    assert problem_words(code, figures, "Li Na") == sentence


def test_every_problem_of_a_calculation_can_be_worded():
    inputs = run(
        person("P1", tasks=(), segments=(segment("analyst"),)),
        person("P2", leave_date=march(31), over_achievement=Decimal(60)),
        person("S1", "supervisor"),
        currency="EUR",
        department_volumes={},
    )

    result = calculate(inputs)

    assert [problem.code for problem in result.problems] == [
        "currency_mismatch",
        "no_volumes",
        "no_terms",
        "over_not_earned",
        "no_collected_base",
    ]
    assert all(problem_words(problem.code, problem.figures) for problem in result.problems)
