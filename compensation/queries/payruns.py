"""What stands behind a payslip's line, and who was paid for an order."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum, Window

from accounts.models import Person
from compensation.core.lifecycle import PayLineKind
from compensation.core.wording import problem_words, words
from compensation.models import BaseRow, PayRun, Payslip, PayslipLine
from opsdesk.core.money import slice_of
from orders.models import Order, Return

ZERO = Decimal("0.00")
PAGE = 100


@dataclass(frozen=True, slots=True)
class Leaf:
    """One order, refund or carried amount behind a commission line, and what it earned."""

    day: date
    order: Order | None
    return_case: Return | None
    amount: Decimal
    earned: Decimal


@dataclass(frozen=True, slots=True)
class Credit:
    """What somebody was paid for an order or a refund, and in which run."""

    line: PayslipLine
    base: Decimal
    earned: Decimal


def leaf_rows(line: PayslipLine) -> QuerySet[BaseRow]:
    """Return the base rows behind a commission line, with their running sum as ``upto``.

    A leaver's line is made only of what was paid by the cut-off; every other line of all rows.
    """
    rows = BaseRow.objects.filter(run=line.payslip.run_id).order_by("seq")
    if line.kind != PayLineKind.COMMISSION or not line.amount:
        return rows.none()
    cutoff = line.figures.get("cutoff")
    if cutoff:
        return rows.filter(collected_on__lte=date.fromisoformat(cutoff)).annotate(
            upto=Window(Sum("amount"), order_by=F("seq").asc())
        )
    return rows.annotate(upto=F("running"))


def leaves(line: PayslipLine, *, page: int = 1) -> list[Leaf]:
    """Return a page of what a commission line is made of; over all pages it adds up to the line."""
    rows = leaf_rows(line).select_related("order__store", "return_case__store")
    start = (page - 1) * PAGE
    return [_leaf(line, row) for row in rows[start : start + PAGE]]


def whole_of(line: PayslipLine) -> Decimal:
    """Return the base a commission line is a part of: the run's, or a leaver's collected one."""
    if "cutoff" in line.figures:
        return Decimal(line.figures["collected"])
    return Decimal(line.figures["base"])


def credits_of(case: Order | Return) -> list[Credit]:
    """Return everybody who was paid for an order or a refund (less, for a refund)."""
    rows: dict[int, list[BaseRow]] = {}
    for row in case.pay_base_rows.order_by("seq"):
        rows.setdefault(row.run_id, []).append(row)
    lines = list(
        PayslipLine.objects.filter(payslip__run__in=rows, kind=PayLineKind.COMMISSION)
        .exclude(amount=0)
        .select_related("payslip__person", "payslip__run__department")
        .order_by("payslip__run__month", "payslip__person__employee_no", "position")
    )
    # A return that was refunded in parts has a row for each of them.
    pairs = [
        (line, row) for line in lines for row in rows[line.payslip.run_id] if _counted(line, row)
    ]
    upto = _leavers_upto(pairs)
    found = []
    for line, row in pairs:
        running = upto.get((line.pk, row.pk), row.running)
        found.append(Credit(line, row.amount, _earned(line, row.amount, running)))
    return found


def run_json(run: PayRun) -> dict[str, object]:
    """Return a run as ``payrun show --json`` prints it."""
    completion = run.base / run.target if run.target else None
    return {
        "department": run.department.code,
        "month": f"{run.month:%Y-%m}",
        "state": run.state,
        "base": str(run.base),
        "target": None if run.target is None else str(run.target),
        "completion": None if completion is None else f"{completion:.6f}",
        "activity_fund": str(run.activity_fund),
        "payslips": [
            {
                "employee_no": payslip.person.employee_no,
                "total": str(payslip.total),
                "lines": [
                    {"kind": line.kind, "amount": str(line.amount), "formula": formula(line)}
                    for line in payslip.lines.all()
                ],
            }
            for payslip in payslips_of(run)
        ],
    }


def formula(line: PayslipLine) -> str:
    """Return the line's formula in words, in the language of the reader."""
    return words(line.kind, line.code, line.figures)


def _counted(line: PayslipLine, row: BaseRow) -> bool:
    """Tell whether a commission line was made of ``row``: a leaver's only of what was paid."""
    cutoff = line.figures.get("cutoff")
    return not cutoff or bool(row.collected_on and row.collected_on.isoformat() <= cutoff)


def _leaf(line: PayslipLine, row: BaseRow) -> Leaf:
    earned = _earned(line, row.amount, row.upto)  # type: ignore[attr-defined]
    return Leaf(row.day, row.order, row.return_case, row.amount, earned)


def _earned(line: PayslipLine, amount: Decimal, upto: Decimal) -> Decimal:
    currency = line.payslip.run.currency
    return slice_of(line.amount, upto - amount, upto, whole_of(line), currency)


def _leavers_upto(pairs: list[tuple[PayslipLine, BaseRow]]) -> dict[tuple[int, int], Decimal]:
    """Return by line and row the running sum of a leaver's rows of the run up to and with it."""
    leavers = [(line, row) for line, row in pairs if "cutoff" in line.figures]
    sums = {
        f"line_{number}": Sum(
            "amount",
            filter=Q(
                run=line.payslip.run_id,
                seq__lte=row.seq,
                collected_on__lte=date.fromisoformat(line.figures["cutoff"]),
            ),
        )
        for number, (line, row) in enumerate(leavers)
    }
    if not sums:
        return {}
    runs = {row.run_id for _line, row in leavers}
    found = BaseRow.objects.filter(run__in=runs).aggregate(**sums)
    return {
        (line.pk, row.pk): found[f"line_{number}"] or ZERO
        for number, (line, row) in enumerate(leavers)
    }


def payslips_of(run: PayRun) -> QuerySet[Payslip]:
    """Return the payslips of a run with their lines, in order of employee number."""
    return (
        run.payslips.select_related("person")
        .prefetch_related("lines")
        .order_by("person__employee_no")
    )


def problems_of(run: PayRun, *, blocking: bool) -> list[str]:
    """Return what is missing or contradictory in a run, in words that name the people.

    ``blocking``: what keeps it from being submitted, else the rest.
    """
    found = [problem for problem in run.problems if problem["blocking"] == blocking]
    numbers = {problem["figures"].get("employee_no") for problem in found}
    people = Person.objects.filter(employee_no__in=numbers - {None})
    names = dict(people.values_list("employee_no", "name"))
    return [
        problem_words(
            problem["code"],
            problem["figures"],
            names.get(problem["figures"].get("employee_no"), ""),
        )
        for problem in found
    ]
