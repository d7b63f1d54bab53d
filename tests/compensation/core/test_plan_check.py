"""What the check of a plan version finds, and its worked example."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from compensation.core.plan import SHIPPED_PLAN
from compensation.core.plan_check import Finding, check_plan, usable
from compensation.core.plan_example import ExamplePayslip, worked_example
from compensation.core.tiers import Tier, TierTable
from tests.compensation.core.cases import terms_of


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def table(*tiers, kind="whole"):
    return TierTable(
        kind,
        tuple(Tier(Decimal(lower), inclusive, Decimal(rate)) for lower, inclusive, rate in tiers),
    )


def serious(terms):
    """Everything found that is more than information: code, severity, position."""
    return [
        (finding.code, finding.severity, finding.position)
        for finding in check_plan(terms)
        if finding.severity != "info"
    ]


def test_the_shipped_plan_may_be_used():
    findings = check_plan(SHIPPED_PLAN)

    assert serious(SHIPPED_PLAN) == []
    assert usable(findings)


def test_the_size_of_each_jump_is_told():
    jumps = [finding for finding in check_plan(SHIPPED_PLAN) if finding.position == "promoter"]

    said = "promoter: at tier {} the rate rises from {} to {}, at once {} of the target."
    assert jumps == [
        Finding("jump", "info", "promoter", said.format("> 30 %", "0 %", "1 %", "0.3 %")),
        Finding("jump", "info", "promoter", said.format("> 50 %", "1 %", "1.5 %", "0.25 %")),
        Finding("jump", "info", "promoter", said.format("> 80 %", "1.5 %", "2 %", "0.4 %")),
        Finding("jump", "info", "promoter", said.format("≥ 120 %", "2 %", "2.5 %", "0.6 %")),
    ]


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        (table(("0.5", False, "0.01"), ("0.3", False, "0.02")), ["not_ascending"]),
        # ≥ 50 % covers > 50 %
        (
            table(("0.5", False, "0.01"), ("0.5", True, "0.02")),
            ["duplicate_bound", "unreachable"],
        ),
        # ≥ 50 % still holds at exactly 50 %
        (table(("0.5", True, "0.01"), ("0.5", False, "0.02")), ["duplicate_bound"]),
        (table(("0.3", False, "0.02"), ("0.5", False, "0.01")), ["cliff"]),
        (table(("0.3", False, "0.02"), ("0.5", False, "0.01"), kind="marginal"), []),
        (table(("0.3", False, "0.02"), ("0.5", False, "0.02")), []),  # a tier without effect
        (table(("0.3", False, "0.02"), kind=""), ["kind_not_stated"]),
        (table(("-0.3", False, "0.02")), ["negative"]),
        (table(("0.3", False, "1.5")), ["rate_above_whole"]),
    ],
)
def test_tiers_that_make_no_sense_keep_a_plan_from_being_used(tiers, expected):
    terms = terms_of("promoter", tiers=tiers)

    assert serious(terms) == [(code, "error", "promoter") for code in expected]
    assert usable(check_plan(terms)) is (not expected)


def test_a_cliff_says_how_much_is_lost():
    terms = terms_of("promoter", tiers=table(("0.3", False, "0.02"), ("0.5", False, "0.01")))

    assert check_plan(terms)[0] == Finding(
        "cliff",
        "error",
        "promoter",
        "promoter: at tier > 50 % the rate falls from 2 % to 1 %; selling more earns less by "
        "0.5 % of the target.",
    )


def test_a_negative_rate_is_found():
    terms = terms_of("promoter", tiers=table(("0.3", False, "-0.02"), kind="marginal"))

    assert serious(terms) == [("negative", "error", "promoter")]


@pytest.mark.parametrize(
    ("tiers", "code"),
    [
        (table(), "no_tiers"),
        (table(("30", False, "0.01")), "unreachable"),  # 30 typed for 30 %
    ],
)
def test_odd_tiers_are_a_warning(tiers, code):
    terms = terms_of("promoter", tiers=tiers)

    assert serious(terms) == [(code, "warning", "promoter")]
    assert usable(check_plan(terms))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"base_salary": Decimal("-0.01")}, "negative"),
        ({"penalty": Decimal("-50"), "penalty_of": "promoter"}, "negative"),
        ({"over_min": Decimal("100.01")}, "range_reversed"),
        ({"commission_split": ""}, "split_not_stated"),
        ({"performance_from": ""}, "source_not_stated"),
        ({"penalty": Decimal("50"), "penalty_of": "nobody"}, "penalty_of_nobody"),
        ({"position": "supervisor"}, "position_twice"),
    ],
)
def test_terms_of_a_position_that_contradict_themselves(changes, code):
    assert (code, "error", "promoter") in serious(terms_of("promoter", **changes))


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"currency": ""}, "no_currency", "The plan names no currency."),
        ({"currency": "RMB"}, "unknown_currency", "RMB is not an ISO 4217 currency."),
        (
            {"positions": {}},
            "no_positions",
            "The plan names no position, so it pays nobody.",
        ),
        (
            {"launch_to": date(2025, 1, 1)},
            "launch_open",
            "The launch period needs both a beginning and an end.",
        ),
        (
            {"launch_from": date(2025, 2, 1), "launch_to": date(2025, 2, 1)},
            "range_reversed",
            "The launch period ends before it begins.",
        ),
        (
            {"minimum_completion": Decimal("30")},
            "minimum_outside",
            "The minimum completion must be from 0 % to 100 %.",
        ),
        (
            {"leaver_grace_days": -1},
            "negative",
            "The months and days for leavers must not be negative.",
        ),
        (
            {"grade_factors": {"S": Decimal("-1")}},
            "negative",
            "The factor of a grade must not be negative.",
        ),
        (
            {"fund_tiers": table(("0.5", True, "0.003"), kind="marginal")},
            "fund_marginal",
            "The activity fund is a whole amount; marginal does not apply.",
        ),
    ],
)
def test_a_plan_that_contradicts_itself(changes, code, message):
    findings = check_plan(replace(SHIPPED_PLAN, **changes))

    assert findings[0] == Finding(code, "error", "", message)
    assert not usable(findings)


def test_the_worked_example_is_the_one_of_the_specification():
    example = worked_example(SHIPPED_PLAN)

    assert [(slip.position, str(slip.total)) for slip in example] == [
        ("customer_service", "3210.30"),
        ("promoter", "3467.90"),
        ("supervisor", "10119.90"),
    ]
    assert example[0] == ExamplePayslip(
        "customer_service",
        Decimal("3210.30"),
        (
            "Base salary 2,000.00 for the whole month as customer service",
            "Performance pay 437.50 = 500.00 × 87.50 %, the mean completion of the work plan, each "
            "task counted up to 100 % (A 87.50 %)",
            "Commission 772.80 = 1/3 (31 of 93 days) of the group pool 2,318.40 = 1.5 % × "
            "154,560.00 (orders 168,230.00 − refunds 13,670.00); tier > 80 % because 154,560.00 / "
            "180,000.00 = 85.87 %",
        ),
    )
