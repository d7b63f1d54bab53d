"""What a month's pay is calculated from and what comes out: plain values that encode as JSON."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from compensation.core.lifecycle import PayLineKind
from compensation.core.plan import PlanTerms
from opsdesk.core.money import round_money
from opsdesk.core.ratios import Ratio

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Segment:
    """Days ``from_day <= day < to_day_exclusive`` in one position at one salary.

    ``base_salary`` is a full month's; ``None`` means the plan's default for the position.
    """

    from_day: date
    to_day_exclusive: date
    position: str
    base_salary: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a monthly work plan: what was planned and what was done."""

    id: int
    name: str
    planned: Decimal
    actual: Decimal


@dataclass(frozen=True, slots=True)
class Extra:
    """An approved one-off ``bonus`` or ``deduction``; ``amount`` is positive for both."""

    kind: str
    amount: Decimal
    reason: str
    id: int


@dataclass(frozen=True, slots=True)
class PersonInputs:
    """One person's month.

    ``leave_date`` is the last day employed. ``collected_base`` is the department's base counting
    only orders paid by this person's cut-off (``plan.collection_cutoff``), minus refunds and with
    the carried part like the base itself; it is needed of those who left in the month or before
    it, may be given of those who left later, and is ``None`` of everybody else.
    ``over_achievement`` is the bonus an approver decided on, ``None`` while it is only proposed.
    ``absent_days`` is ``None`` as long as nobody entered it. ``paid_elsewhere`` is true of somebody
    who ends the month in another department: what is paid once a month is paid there.
    """

    employee_no: str
    segments: tuple[Segment, ...]
    hire_date: date
    leave_date: date | None = None
    tasks: tuple[Task, ...] = ()
    absent_days: int | None = None
    misconduct: bool = False
    collected_base: Decimal | None = None
    over_achievement: Decimal | None = None
    extras: tuple[Extra, ...] = ()
    grade: str | None = None
    paid_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class RunInputs:
    """All that the pay of one department and month depends on.

    ``month`` is its first day. ``carried_base`` is what an earlier month left below zero (0 or
    negative). ``target`` is ``None`` where none was set. ``department_volumes`` holds the tasks of
    the department's work plan by kind (``plan.VOLUMES``).
    """

    department: str
    month: date
    currency: str
    terms: PlanTerms
    orders_amount: Decimal
    refunds_amount: Decimal
    carried_base: Decimal = ZERO
    target: Decimal | None = None
    people: tuple[PersonInputs, ...] = ()
    department_volumes: dict[str, tuple[Task, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One amount of a payslip; ``wording.words(kind, code, figures)`` says where it comes from."""

    kind: str
    amount: Decimal
    code: str
    figures: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something missing or contradictory; a blocking one keeps the run from being submitted."""

    code: str
    figures: dict[str, str | int]
    blocking: bool


@dataclass(frozen=True, slots=True)
class PayslipResult:
    """One person's lines and their sum."""

    employee_no: str
    total: Decimal
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class RunResult:
    """The outcome of a calculation; ``completion`` is ``None`` without a usable target.

    ``carried_out`` is the negative base that the next month begins with, else 0.
    """

    base: Decimal
    target: Decimal | None
    completion: Ratio | None
    activity_fund: Decimal
    carried_out: Decimal
    payslips: tuple[PayslipResult, ...]
    problems: tuple[Problem, ...]

    @property
    def blocked(self) -> bool:
        """Whether a problem keeps the run from being submitted."""
        return any(problem.blocking for problem in self.problems)


def tidy(amount: Decimal, currency: str) -> Decimal:
    """Return the same amount with the currency's decimals, or with more where it has more."""
    rounded = round_money(amount, currency)
    return rounded if rounded == amount else amount.normalize()


def figure(amount: Decimal, currency: str) -> str:
    """Write an amount for the figures of a line."""
    return f"{tidy(amount, currency):f}"


def line(kind: str, code: str, amount: Decimal, figures: dict[str, str | int]) -> Line:
    """Return a line whose figures begin with its own, already rounded amount."""
    told: dict[str, str | int] = {"amount": f"{amount:f}"}
    return Line(PayLineKind(kind).value, amount, code, told | figures)
