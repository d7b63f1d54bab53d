"""Everything on a payslip besides commission, and what holds for payslips as a whole."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compensation.core.inputs import Extra, RunInputs, RunResult
from compensation.core.lines import calculate
from compensation.core.plan import SHIPPED_PLAN
from opsdesk.core.errors import InvalidData
from opsdesk.core.ratios import Ratio
from tests.compensation.core.cases import (
    APRIL,
    amounts_of,
    codes,
    lines_of,
    march,
    person,
    run,
    segment,
    task,
    terms_of,
    volumes,
)

# Base salary and allowance


def test_a_full_month_pays_the_salary_of_the_plan_or_of_the_employment():
    own = person("P2", segments=(segment(salary="2345.67"),))

    result = calculate(run(person("P1"), own))

    paid = [amounts_of(result, number, "base_salary") for number in ("P1", "P2")]
    assert paid == [["2000.00"], ["2345.67"]]


def test_a_joiner_in_mid_month_is_paid_by_calendar_days():
    result = calculate(run(person("P1", segments=(segment(first=march(17)),))))

    # 2,000 × 15/31 = 967.7419…
    assert amounts_of(result, "P1", "base_salary") == ["967.74"]


def test_a_change_of_position_and_salary_is_paid_line_by_line():
    segments = (segment(until=march(11)), segment("supervisor", first=march(11)))

    result = calculate(run(person("P1", segments=segments)))

    # 2,000 × 10/31 = 645.1612…, 3,500 × 21/31 = 2,370.9677…
    assert amounts_of(result, "P1", "base_salary") == ["645.16", "2370.97"]


def test_a_change_that_changes_neither_position_nor_salary_is_one_line():
    # apart, the three parts would be 645.16 + 645.16 + 709.68 and so on
    segments = (segment(first=march(11)), segment(until=march(11)))

    result = calculate(run(person("P1", segments=segments)))

    assert amounts_of(result, "P1", "base_salary") == ["2000.00"]


def test_days_outside_the_month_are_not_paid():
    long = segment(first=date(2024, 1, 1), until=date(2026, 1, 1))
    before = segment("supervisor", first=date(2023, 1, 1), until=date(2024, 1, 1))

    result = calculate(run(person("P1", segments=(long, before))))

    assert amounts_of(result, "P1", "base_salary") == ["2000.00"]


def test_an_allowance_is_paid_by_the_days_in_its_position():
    terms = terms_of("supervisor", allowance=Decimal("310.00"))
    segments = (segment(until=march(11)), segment("supervisor", first=march(11)))

    result = calculate(run(person("P1", segments=segments), terms=terms))

    assert amounts_of(result, "P1", "allowance") == ["210.00"]


def test_a_position_the_plan_does_not_name_gets_its_salary_alone():
    result = calculate(run(person("A1", segments=(segment("analyst", salary="4000.00"),))))

    assert [(line.kind, str(line.amount)) for line in result.payslips[0].lines] == [
        ("base_salary", "4000.00")
    ]
    assert codes(result) == [("no_terms", False)]


def test_a_position_nobody_set_a_salary_for_blocks_the_run():
    result = calculate(run(person("A1", segments=(segment("analyst"),))))

    assert codes(result) == [("no_terms", True)]
    assert result.payslips == ()


# Performance pay


@pytest.mark.parametrize(
    ("tasks", "paid"),
    [
        ([("100", "29.99")], "0.00"),
        ([("100", "30")], "150.00"),  # exactly 30 % pays
        ([("100", "30.01")], "150.05"),
        ([("3", "1")], "166.67"),  # 500 × 1/3
        ([("0.5", "0.4")], "400.00"),
        ([("100", "100")], "500.00"),
        ([("100", "250")], "500.00"),  # capped
        ([("100", "200"), ("100", "0")], "250.00"),  # each task capped, then the mean
        ([("100", "60"), ("100", "0")], "150.00"),  # exactly 30 % on average
        ([("100", "59.99"), ("100", "0")], "0.00"),
        ([("40", "35"), ("0", "7")], "437.50"),  # nothing planned: left out
    ],
)
def test_performance_pay_follows_the_work_plan(tasks, paid):
    done = tuple(
        task(planned, actual, f"Task {number}", number)
        for number, (planned, actual) in enumerate(tasks)
    )

    result = calculate(run(person("P1", tasks=done)))

    assert amounts_of(result, "P1", "performance_pay") == [paid]


@pytest.mark.parametrize("tasks", [(), (task(planned="0"),)])
def test_without_a_work_plan_there_is_no_performance_pay_but_a_warning(tasks):
    result = calculate(run(person("P1", tasks=tasks)))

    assert amounts_of(result, "P1", "performance_pay") == []
    assert codes(result) == [("no_work_plan", False)]


@pytest.mark.parametrize(
    ("done", "paid"),
    [
        (("12", "12", "12"), "150.00"),  # each exactly 30 %
        (("11.99", "40", "40"), "0.00"),
        (("40", "11.99", "40"), "0.00"),
        (("40", "40", "11.99"), "0.00"),
        (("80", "20", "12"), "300.00"),  # 100 % (capped), 50 %, 30 %: mean 60 %
    ],
)
def test_a_supervisor_needs_each_of_the_three_volumes(done, paid):
    result = calculate(run(person("S1", "supervisor"), department_volumes=volumes(*done)))

    assert amounts_of(result, "S1", "performance_pay") == [paid]


def test_the_tasks_of_a_volume_are_added_up():
    plan = volumes() | {"promotion": (task("10", "20"), task("30", "4", "More", 2))}

    result = calculate(run(person("S1", "supervisor"), department_volumes=plan))

    # promotion 24/40 = 60 %, the others 87.5 %: mean 78.3333 %
    assert amounts_of(result, "S1", "performance_pay") == ["391.67"]


def test_a_volume_may_be_less_than_one():
    plan = volumes() | {"feedback": (task("0.5", "0.2"),)}

    result = calculate(run(person("S1", "supervisor"), department_volumes=plan))

    # 87.5 %, 40 % and 87.5 %: mean 71.6666 %
    assert amounts_of(result, "S1", "performance_pay") == ["358.33"]


def test_a_volume_without_a_plan_is_named_in_a_warning():
    plan = {"promotion": (task(),), "recruiting": (task(planned="0"),)}

    result = calculate(run(person("S1", "supervisor"), department_volumes=plan))

    assert amounts_of(result, "S1", "performance_pay") == []
    assert codes(result) == [("no_volumes", False)]
    assert result.problems[0].figures["volumes"] == "feedback;recruiting"


def test_volumes_are_not_missed_where_nobody_is_paid_by_them():
    assert calculate(run(person("P1"), department_volumes={})).problems == ()


@pytest.mark.parametrize(
    ("number", "position", "tasks"),
    [("P1", "promoter", (task(actual="0"),)), ("S1", "supervisor", (task(),))],
)
def test_in_the_launch_period_performance_pay_is_full(number, position, tasks):
    terms = replace(SHIPPED_PLAN, launch_from=date(2025, 1, 1), launch_to=APRIL)
    inputs = run(person(number, position, tasks=tasks), terms=terms, department_volumes={})

    result = calculate(inputs)

    assert amounts_of(result, number, "performance_pay") == ["500.00"]


@pytest.mark.parametrize(
    ("grade", "paid", "problems"),
    [
        ("S", "525.00", []),  # 437.50 × 1.2
        ("C", "350.00", []),
        (None, "437.50", [("no_grade", False)]),
        ("X", "437.50", [("no_grade", False)]),
    ],
)
def test_a_grade_multiplies_where_the_plan_has_factors(grade, paid, problems):
    terms = replace(SHIPPED_PLAN, grade_factors={"S": Decimal("1.2"), "C": Decimal("0.8")})

    result = calculate(run(person("P1", grade=grade), terms=terms))

    assert amounts_of(result, "P1", "performance_pay") == [paid]
    assert codes(result) == problems


def test_a_grade_changes_nothing_without_factors():
    result = calculate(run(person("P1", grade="D")))

    assert amounts_of(result, "P1", "performance_pay") == ["437.50"]


def test_a_position_without_performance_pay_has_no_line_for_it():
    terms = terms_of("promoter", performance_pay=Decimal("0.00"))

    result = calculate(run(person("P1"), terms=terms))

    assert amounts_of(result, "P1", "performance_pay") == []


def test_single_amounts_follow_the_position_of_the_last_day():
    terms = terms_of("customer_service", performance_pay=Decimal("800.00"))
    segments = (segment(until=march(31)), segment("customer_service", first=march(31)))

    result = calculate(run(person("P1", segments=segments), terms=terms))

    assert amounts_of(result, "P1", "performance_pay") == ["700.00"]


# Over-achievement


@pytest.mark.parametrize(
    ("actual", "decided", "paid", "problems"),
    [
        ("40", None, [], []),  # exactly 100 % is not above it
        ("40.01", None, ["50.00"], []),
        ("40.01", "50.00", ["50.00"], []),
        ("40.01", "77.77", ["77.77"], []),
        ("40.01", "100.00", ["100.00"], []),
        ("40.01", "100.01", ["50.00"], [("over_out_of_range", True)]),
        ("40.01", "49.99", ["50.00"], [("over_out_of_range", True)]),
        ("40", "77.77", [], [("over_not_earned", False)]),
    ],
)
def test_the_over_achievement_bonus(actual, decided, paid, problems):
    amount = None if decided is None else Decimal(decided)

    result = calculate(run(person("P1", tasks=(task(actual=actual),), over_achievement=amount)))

    assert amounts_of(result, "P1", "over_achievement") == paid
    assert codes(result) == problems


def test_over_achievement_counts_tasks_above_their_plan():
    # 150 % and 60 %: the mean is 105 %, though capped it would be 80 %
    tasks = (task("100", "150"), task("100", "60", "Replies", 2))

    result = calculate(run(person("P1", tasks=tasks)))

    assert amounts_of(result, "P1", "over_achievement") == ["50.00"]


def test_a_supervisor_over_achieves_by_the_department_volumes():
    plan = volumes("80", "40", "12")  # 200 %, 100 %, 30 %: mean 110 %

    result = calculate(run(person("S1", "supervisor"), department_volumes=plan))

    assert amounts_of(result, "S1", "over_achievement") == ["100.00"]


# Attendance and penalty


@pytest.mark.parametrize(
    ("absent", "first", "paid", "problems"),
    [
        (0, 1, ["200.00"], []),
        (1, 1, [], []),
        (None, 1, [], [("no_attendance", False)]),  # not entered is not zero
        (0, 2, [], []),  # not there on the first day of the month
    ],
)
def test_the_attendance_bonus_is_for_a_whole_month_without_absence(absent, first, paid, problems):
    terms = terms_of("promoter", attendance_bonus=Decimal("200.00"))
    one = person("P1", segments=(segment(first=march(first)),), absent_days=absent)

    result = calculate(run(one, terms=terms))

    assert amounts_of(result, "P1", "attendance") == paid
    assert codes(result) == problems


@pytest.mark.parametrize(
    ("first", "second", "penalty"),
    [
        ("29.99", "30", ["-50.00"]),
        ("30", "30", []),  # exactly 30 % is not below
        ("0", "60", []),
        ("0", "59.99", ["-50.00"]),
        ("20", "400", []),  # capped at 100 %: mean 60 %
    ],
)
def test_the_supervisor_pays_for_promoters_below_thirty_percent(first, second, penalty):
    promoters = [
        person(number, tasks=(task("100", actual),))
        for number, actual in (("P1", first), ("P2", second))
    ]

    result = calculate(run(*promoters, person("S1", "supervisor")))

    assert amounts_of(result, "S1", "penalty") == penalty
    assert amounts_of(result, "P1", "penalty") == []


def test_the_penalty_looks_at_promoters_with_a_plan_only():
    idle = person("C1", "customer_service", tasks=(task("100", "0"),))
    poor = person("P1", tasks=(task("100", "10"),))

    result = calculate(run(idle, poor, person("P2", tasks=()), person("S1", "supervisor")))

    line = lines_of(result, "S1", "penalty")[0]
    assert (line.figures["people"], line.figures["completion"]) == (1, "1/10")


def test_without_any_promoter_plan_there_is_no_penalty():
    result = calculate(run(person("P1", tasks=()), person("S1", "supervisor")))

    assert amounts_of(result, "S1", "penalty") == []


# One-off amounts


def test_bonuses_add_and_deductions_take_off():
    extras = (
        Extra("deduction", Decimal("80.00"), "Lost sample", 2),
        Extra("bonus", Decimal("120.50"), "Trade fair", 1),
    )

    result = calculate(run(person("P1", extras=extras)))

    assert amounts_of(result, "P1", "bonus") == ["120.50"]
    assert amounts_of(result, "P1", "deduction") == ["-80.00"]
    assert lines_of(result, "P1", "bonus")[0].figures["extra"] == 1


def test_a_bonus_reaches_somebody_without_a_day_in_the_month():
    gone = person("P1", segments=(), extras=(Extra("bonus", Decimal("10.00"), "Late", 1),))

    result = calculate(run(gone))

    assert [(slip.employee_no, str(slip.total)) for slip in result.payslips] == [("P1", "10.00")]


# The run as a whole


def test_nobody_is_listed_twice():
    with pytest.raises(InvalidData) as refusal:
        calculate(run(person("P1"), person("P1")))

    assert refusal.value.code == "person_twice"


def test_no_day_is_paid_twice():
    overlapping = (segment(until=march(12)), segment("supervisor", first=march(11)))

    with pytest.raises(InvalidData) as refusal:
        calculate(run(person("P1", segments=overlapping)))

    assert refusal.value.code == "overlapping_employment"
    assert refusal.value.message == "P1 has two employments on 2025-03-11; correct their dates."


def test_a_run_without_people_has_figures_all_the_same():
    result = calculate(run())

    assert result == RunResult(
        base=Decimal("154560.00"),
        target=Decimal("180000.00"),
        completion=Ratio(Decimal("154560.00"), Decimal("180000.00")),
        activity_fund=Decimal("772.80"),
        carried_out=Decimal("0.00"),
        payslips=(),
        problems=(),
    )


def test_a_currency_without_cents_is_rounded_to_its_unit():
    terms = replace(SHIPPED_PLAN, currency="JPY")

    result = calculate(run(person("P1"), terms=terms, currency="JPY"))

    assert amounts_of(result, "P1", "commission") == ["3091"]
    assert amounts_of(result, "P1", "performance_pay") == ["438"]


def busy_run(seed=0, base="154561.37"):
    """A month in which most of the rules apply, its parts in an order made by ``seed``."""
    shuffled = random.Random(seed)
    tasks = [task("40", "35"), task("7", "3", "Replies", 2), task("9", "20", "Posts", 3)]
    segments = [segment(until=march(11)), segment("customer_service", first=march(11))]
    extras = [
        Extra("bonus", Decimal("1.11"), "One", 1),
        Extra("bonus", Decimal("2.22"), "Two", 2),
        Extra("deduction", Decimal("3.33"), "Three", 3),
    ]
    for parts in (tasks, segments, extras):
        shuffled.shuffle(parts)
    people = [
        person("S1", "supervisor"),
        person("P1", tasks=tuple(tasks), extras=tuple(extras)),
        person("P2", segments=tuple(segments), misconduct=True),
        person("P3", leave_date=march(31), collected_base=Decimal("70000.00")),
        person("C1", "customer_service", tasks=()),
    ]
    shuffled.shuffle(people)
    return run(*people, base=base)


@given(st.integers())
def test_the_same_inputs_give_the_same_result_in_any_order(seed):
    assert calculate(busy_run(seed)) == calculate(busy_run())


@given(st.integers(min_value=-(10**10), max_value=10**10))
def test_a_total_is_the_sum_of_its_lines(base):
    result = calculate(busy_run(base=Decimal(base).scaleb(-2)))

    assert len(result.payslips) == 5
    for payslip in result.payslips:
        assert payslip.total == sum(line.amount for line in payslip.lines)
        assert all(line.amount.as_tuple().exponent == -2 for line in payslip.lines)


def test_inputs_and_result_survive_json():
    inputs = busy_run()
    result = calculate(inputs)

    read_inputs = msgspec.json.decode(msgspec.json.encode(inputs), type=RunInputs)
    read_result = msgspec.json.decode(msgspec.json.encode(result), type=RunResult)

    assert read_inputs == inputs
    assert read_result == result
    assert calculate(read_inputs) == result
