"""Builders for the inputs of a pay run; without arguments they give a calm month."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from compensation.core.inputs import (
    Line,
    PersonInputs,
    RunInputs,
    RunResult,
    Segment,
    Task,
)
from compensation.core.plan import SHIPPED_PLAN, PlanTerms

MARCH = date(2025, 3, 1)
APRIL = date(2025, 4, 1)


def march(day: int) -> date:
    return date(2025, 3, day)


def task(planned="40", actual="35", name="Listings", number=1) -> Task:
    return Task(number, name, Decimal(planned), Decimal(actual))


def segment(position="promoter", first=MARCH, until=APRIL, salary=None) -> Segment:
    return Segment(first, until, position, None if salary is None else Decimal(salary))


def person(number="P1", position="promoter", **changes) -> PersonInputs:
    """Somebody employed all month whose only task is done to 87.5 %."""
    made = PersonInputs(
        employee_no=number,
        segments=(segment(position),),
        hire_date=date(2020, 1, 1),
        tasks=(task(),),
    )
    return replace(made, **changes)


def volumes(promotion="35", feedback="35", recruiting="35") -> dict[str, tuple[Task, ...]]:
    """The department's three volumes, of 40 planned each."""
    done = {"promotion": promotion, "feedback": feedback, "recruiting": recruiting}
    return {name: (task(actual=actual, name=name),) for name, actual in done.items()}


def run(*people: PersonInputs, base="154560.00", refunds="13670.00", **changes) -> RunInputs:
    """A run of March 2025 with a target of 180,000.00 whose net sales are ``base``."""
    made = RunInputs(
        department="UK",
        month=MARCH,
        currency="CNY",
        terms=SHIPPED_PLAN,
        orders_amount=Decimal(base) + Decimal(refunds),
        refunds_amount=Decimal(refunds),
        target=Decimal("180000.00"),
        people=people,
        department_volumes=volumes(),
    )
    return replace(made, **changes)


def terms_of(position: str, /, **changes) -> PlanTerms:
    """The shipped plan with other terms for one position."""
    changed = replace(SHIPPED_PLAN.positions[position], **changes)
    return replace(SHIPPED_PLAN, positions=SHIPPED_PLAN.positions | {position: changed})


def lines_of(result: RunResult, number: str, kind: str) -> list[Line]:
    return [
        line
        for payslip in result.payslips
        if payslip.employee_no == number
        for line in payslip.lines
        if line.kind == kind
    ]


def amounts_of(result: RunResult, number: str, kind: str) -> list[str]:
    return [str(line.amount) for line in lines_of(result, number, kind)]


def codes(result: RunResult) -> list[tuple[str, bool]]:
    return [(problem.code, problem.blocking) for problem in result.problems]
