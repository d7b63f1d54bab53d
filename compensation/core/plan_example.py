"""A worked example of a plan version: what a made-up month would pay, in words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from compensation.core.inputs import PersonInputs, RunInputs, Segment, Task
from compensation.core.lines import calculate
from compensation.core.plan import VOLUMES, CommissionSplit, PlanTerms
from compensation.core.wording import words

_FROM, _TO = date(2025, 3, 1), date(2025, 4, 1)
_ORDERS, _REFUNDS = Decimal("168230.00"), Decimal("13670.00")
_TARGET = Decimal("180000.00")


@dataclass(frozen=True, slots=True)
class ExamplePayslip:
    """What one person in ``position`` would be paid, each line in words."""

    position: str
    total: Decimal
    lines: tuple[str, ...]


def worked_example(terms: PlanTerms) -> tuple[ExamplePayslip, ...]:
    """Return one payslip for each position of a plan without errors, in the active language.

    A pool is shared by three people, so that the example shows how it is split; all work plans
    are done to 87.5 %.
    """
    result = calculate(
        RunInputs(
            department="EXAMPLE",
            month=_FROM,
            currency=terms.currency,
            terms=terms,
            orders_amount=_ORDERS,
            refunds_amount=_REFUNDS,
            target=_TARGET,
            people=_people(terms),
            department_volumes={name: (_task(name),) for name in VOLUMES},
        )
    )
    return tuple(
        ExamplePayslip(
            payslip.employee_no.rpartition("-")[0],
            payslip.total,
            tuple(words(line.kind, line.code, line.figures) for line in payslip.lines),
        )
        for payslip in result.payslips
        if payslip.employee_no.endswith("-1")
    )


def _people(terms: PlanTerms) -> tuple[PersonInputs, ...]:
    return tuple(
        PersonInputs(
            employee_no=f"{code}-{number}",
            segments=(Segment(_FROM, _TO, code),),
            hire_date=_FROM,
            tasks=(_task("A"),),
            absent_days=0,
        )
        for code, position in terms.positions.items()
        for number in ((1, 2, 3) if position.commission_split == CommissionSplit.POOL else (1,))
    )


def _task(name: str) -> Task:
    return Task(id=1, name=name, planned=Decimal(40), actual=Decimal(35))
