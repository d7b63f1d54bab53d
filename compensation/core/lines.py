"""The lines of every payslip of a pay run, calculated from frozen inputs and nothing else."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from compensation.core.commission import Figures, commissions, net_base
from compensation.core.completion import Completion, missing_volumes, of_tasks, of_volumes
from compensation.core.inputs import (
    Extra,
    Line,
    PayslipResult,
    PersonInputs,
    Problem,
    RunInputs,
    RunResult,
    Segment,
    Task,
    figure,
    line,
    tidy,
)
from compensation.core.lifecycle import PayLineKind
from compensation.core.plan import PerformanceSource, PositionTerms, in_launch
from compensation.core.stays import Worker, length, workers
from opsdesk.core.money import round_money
from opsdesk.core.periods import Period, month
from opsdesk.core.ratios import Ratio

__all__ = [
    "Extra",
    "Line",
    "PayslipResult",
    "PersonInputs",
    "Problem",
    "RunInputs",
    "RunResult",
    "Segment",
    "Task",
    "activity_fund",
    "calculate",
]

_ORDER = {kind.value: place for place, kind in enumerate(PayLineKind)}


@dataclass(frozen=True, slots=True)
class Desk:
    """One calculation under way: its inputs, what is derived once, what turned up."""

    inputs: RunInputs
    month: Period
    staff: tuple[Worker, ...]
    volumes: Completion | None
    problems: list[Problem]

    def round(self, amount: Decimal | Fraction) -> Decimal:
        return round_money(amount, self.inputs.currency)

    def figure(self, amount: Decimal) -> str:
        return figure(amount, self.inputs.currency)

    def report(self, code: str, *, blocking: bool = False, **figures: str | int) -> None:
        self.problems.append(Problem(code, figures, blocking))

    def report_person(self, code: str, worker: Worker, *, blocking: bool = False) -> None:
        self.report(code, blocking=blocking, employee_no=worker.employee_no)

    def measure(self, worker: Worker, terms: PositionTerms) -> Completion | None:
        """Return the completion that the position is measured by."""
        if terms.performance_from == PerformanceSource.DEPARTMENT_VOLUMES:
            return self.volumes
        return of_tasks(worker.person.tasks)


def calculate(inputs: RunInputs) -> RunResult:
    """Return the payslips of the month, with what is missing or contradictory as problems.

    The same inputs give the same result, whatever the order of people, segments and tasks.
    Raises ``InvalidData`` when a person's day would be paid twice.
    """
    period = month(inputs.month)
    staff = workers(inputs.people, period)
    desk = Desk(inputs, period, staff, of_volumes(inputs.department_volumes), [])
    usable_target = _checked_target(desk)
    _report_volumes(desk)
    lines: dict[str, list[Line]] = {worker.employee_no: _person(desk, worker) for worker in staff}
    if usable_target is not None:
        for employee_no, found in commissions(inputs, staff):
            if isinstance(found, Line):
                lines[employee_no].append(found)
            else:
                desk.problems.append(found)
    base = tidy(net_base(inputs), inputs.currency)
    return RunResult(
        base=base,
        target=inputs.target,
        completion=Ratio(base, usable_target) if usable_target is not None else None,
        activity_fund=activity_fund(inputs),
        carried_out=min(base, desk.round(Decimal(0))),
        payslips=tuple(_payslip(number, own) for number, own in lines.items() if own),
        problems=tuple(desk.problems),
    )


def activity_fund(inputs: RunInputs) -> Decimal:
    """Return what the department's activity fund gets: the rate reached × the month's net sales.

    Nothing is carried into it, it never gets less than 0, and without a target it gets nothing.
    """
    if inputs.target is None or inputs.target <= 0:
        return round_money(Decimal(0), inputs.currency)
    net_sales = max(inputs.orders_amount - inputs.refunds_amount, Decimal(0))
    rate = inputs.terms.fund_tiers.rate_for(net_base(inputs), inputs.target)
    return round_money(Fraction(rate) * Fraction(net_sales), inputs.currency)


def _checked_target(desk: Desk) -> Decimal | None:
    inputs = desk.inputs
    if inputs.currency != inputs.terms.currency:
        desk.report(
            "currency_mismatch", blocking=True, run=inputs.currency, plan=inputs.terms.currency
        )
    if inputs.target is not None and inputs.target > 0:
        return inputs.target
    if not (inputs.orders_amount or inputs.refunds_amount or _commissioned(desk)):
        # An office without stores and without commission needs no target.
        return None
    code = "no_target" if inputs.target is None else "target_not_positive"
    desk.report(code, blocking=True, department=inputs.department, month=str(desk.month))
    return None


def _commissioned(desk: Desk) -> bool:
    """Tell whether anybody works in a position that earns commission."""
    positions = desk.inputs.terms.positions
    held = {position for worker in desk.staff for position in worker.positions}
    return any(position in positions and positions[position].tiers.tiers for position in held)


def _report_volumes(desk: Desk) -> None:
    measured = [
        worker
        for worker in desk.staff
        if (terms := desk.inputs.terms.positions.get(worker.last_position or ""))
        and terms.performance_from == PerformanceSource.DEPARTMENT_VOLUMES
    ]
    missing = missing_volumes(desk.inputs.department_volumes)
    if measured and missing:
        desk.report(
            "no_volumes",
            department=desk.inputs.department,
            month=str(desk.month),
            volumes=";".join(missing),
        )


def _payslip(employee_no: str, lines: list[Line]) -> PayslipResult:
    # Sorting is stable: lines of one kind keep the order of time, or of their ids.
    ordered = tuple(sorted(lines, key=lambda one: _ORDER[one.kind]))
    return PayslipResult(employee_no, sum((one.amount for one in ordered), Decimal("0")), ordered)


def _person(desk: Desk, worker: Worker) -> list[Line]:
    lines = _salaries(desk, worker) + _allowances(desk, worker)
    if worker.person.paid_elsewhere:
        return lines
    terms = desk.inputs.terms.positions.get(worker.last_position or "")
    if terms:
        measured = desk.measure(worker, terms)
        by_person = terms.performance_from == PerformanceSource.PERSON_PLAN
        if measured is None and by_person and (terms.performance_pay or terms.over_max):
            desk.report_person("no_work_plan", worker)
        found = (
            _performance(desk, worker, terms, measured),
            _over_achievement(desk, worker, terms, measured),
            _attendance(desk, worker, terms),
            _penalty(desk, terms),
        )
        lines += [one for one in found if one]
    return lines + _extras(desk, worker.person)


def _salaries(desk: Desk, worker: Worker) -> list[Line]:
    lines = []
    for segment in worker.segments:
        terms = desk.inputs.terms.positions.get(segment.position)
        salary = segment.base_salary
        if salary is None and terms:
            salary = terms.base_salary
        if terms is None:
            told = {"position": segment.position, "employee_no": worker.employee_no}
            desk.report("no_terms", blocking=salary is None, **told)
        if salary is not None:
            lines.append(
                _prorated(desk, PayLineKind.BASE_SALARY, segment.position, salary, length(segment))
            )
    return lines


def _allowances(desk: Desk, worker: Worker) -> list[Line]:
    positions = desk.inputs.terms.positions
    return [
        _prorated(
            desk,
            PayLineKind.ALLOWANCE,
            position,
            positions[position].allowance,
            worker.days_as(position),
        )
        for position in worker.positions
        if position in positions and positions[position].allowance
    ]


def _prorated(desk: Desk, kind: PayLineKind, position: str, full: Decimal, days: int) -> Line:
    amount = desk.round(Fraction(full) * days / desk.month.days)
    figures: Figures = {
        "full": desk.figure(full),
        "days": days,
        "month_days": desk.month.days,
        "position": position,
    }
    return line(kind, "full" if days == desk.month.days else "days", amount, figures)


def _performance(
    desk: Desk, worker: Worker, terms: PositionTerms, measured: Completion | None
) -> Line | None:
    if not terms.performance_pay:
        return None
    figures: Figures = {"full": desk.figure(terms.performance_pay)}
    if in_launch(desk.inputs.terms, desk.month.start):
        return _graded(desk, worker, "launch", Fraction(terms.performance_pay), figures)
    if measured is None:
        return None
    minimum = desk.inputs.terms.minimum_completion
    figures |= {
        "completion": str(measured.capped),
        "parts": measured.listed,
        "minimum": f"{minimum:f}",
    }
    by_volumes = terms.performance_from == PerformanceSource.DEPARTMENT_VOLUMES
    code = "volumes" if by_volumes else "plan"
    missed = measured.below(Fraction(minimum)) if by_volumes else ()
    if missed or measured.capped < Fraction(minimum):
        figures["missed"] = ";".join(missed)
        return line(PayLineKind.PERFORMANCE_PAY, f"{code}_below", desk.round(Decimal(0)), figures)
    exact = Fraction(terms.performance_pay) * measured.capped
    return _graded(desk, worker, code, exact, figures)


def _graded(desk: Desk, worker: Worker, code: str, exact: Fraction, figures: Figures) -> Line:
    factors, grade = desk.inputs.terms.grade_factors, worker.person.grade
    if factors and grade in factors:
        exact *= Fraction(factors[grade])
        figures |= {"grade": grade, "factor": f"{factors[grade]:f}"}
    elif factors:
        desk.report_person("no_grade", worker)
    return line(PayLineKind.PERFORMANCE_PAY, code, desk.round(exact), figures)


def _over_achievement(
    desk: Desk, worker: Worker, terms: PositionTerms, measured: Completion | None
) -> Line | None:
    decided = worker.person.over_achievement
    if not terms.over_max or measured is None or measured.uncapped <= 1:
        if decided is not None:
            desk.report_person("over_not_earned", worker)
        return None
    code, amount = "proposed", terms.over_min
    if decided is not None and terms.over_min <= decided <= terms.over_max:
        code, amount = "decided", decided
    elif decided is not None:
        desk.report_person("over_out_of_range", worker, blocking=True)
    figures: Figures = {
        "completion": str(measured.uncapped),
        "low": desk.figure(terms.over_min),
        "high": desk.figure(terms.over_max),
    }
    return line(PayLineKind.OVER_ACHIEVEMENT, code, desk.round(amount), figures)


def _attendance(desk: Desk, worker: Worker, terms: PositionTerms) -> Line | None:
    if not terms.attendance_bonus or worker.days != desk.month.days:
        return None
    if worker.person.absent_days is None:
        desk.report_person("no_attendance", worker)
        return None
    if worker.person.absent_days:
        return None
    amount = desk.round(terms.attendance_bonus)
    return line(PayLineKind.ATTENDANCE, "present", amount, {})


def _penalty(desk: Desk, terms: PositionTerms) -> Line | None:
    if not terms.penalty:
        return None
    plans = [
        measured.capped
        for worker in desk.staff
        if worker.last_position == terms.penalty_of
        and not worker.person.paid_elsewhere
        and (measured := of_tasks(worker.person.tasks)) is not None
    ]
    if not plans:
        return None
    mean = sum(plans, Fraction(0)) / len(plans)
    if mean >= Fraction(terms.penalty_below):
        return None
    figures: Figures = {
        "position": terms.penalty_of,
        "people": len(plans),
        "completion": str(mean),
        "minimum": f"{terms.penalty_below:f}",
    }
    return line(PayLineKind.PENALTY, "mean_below", -desk.round(terms.penalty), figures)


def _extras(desk: Desk, person: PersonInputs) -> list[Line]:
    lines = []
    for extra in sorted(person.extras, key=lambda extra: extra.id):
        amount = desk.round(extra.amount)
        if extra.kind == PayLineKind.DEDUCTION:
            amount = -amount
        figures: Figures = {"reason": extra.reason, "extra": extra.id}
        lines.append(line(PayLineKind(extra.kind), "extra", amount, figures))
    return lines
