"""What stands behind a payslip's line, and who was paid for an order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, QuerySet, Sum, Window

from compensation.core.lifecycle import PayLineKind
from compensation.core.wording import words
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
    return [_leaf(line, row, whole_of(line)) for row in rows[start : start + PAGE]]


def whole_of(line: PayslipLine) -> Decimal:
    """Return the base a commission line is a part of: the run's, or a leaver's collected one."""
    if "cutoff" in line.figures:
        return Decimal(line.figures["collected"])
    return Decimal(line.figures["base"])


def credits_of(case: Order | Return) -> list[Credit]:
    """Return everybody who was paid for an order or a refund (less, for a refund)."""
    return [
        Credit(line, row.amount, _earned(line, row, whole_of(line)))
        for row in case.pay_base_rows.select_related("run")
        for line in _commission_lines(row)
    ]


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


def _commission_lines(row: BaseRow) -> Iterator[PayslipLine]:
    lines = PayslipLine.objects.filter(
        payslip__run=row.run_id, kind=PayLineKind.COMMISSION
    ).select_related("payslip__person", "payslip__run__department")
    for line in lines.exclude(amount=0).order_by("payslip__person__employee_no", "position"):
        cutoff = line.figures.get("cutoff")
        if not cutoff or (row.collected_on and row.collected_on <= date.fromisoformat(cutoff)):
            yield line


def _leaf(line: PayslipLine, row: BaseRow, whole: Decimal) -> Leaf:
    upto = row.upto  # type: ignore[attr-defined]
    earned = slice_of(line.amount, upto - row.amount, upto, whole, line.payslip.run.currency)
    return Leaf(row.day, row.order, row.return_case, row.amount, earned)


def _earned(line: PayslipLine, row: BaseRow, whole: Decimal) -> Decimal:
    upto = _leaver_upto(line, row) if "cutoff" in line.figures else row.running
    return slice_of(line.amount, upto - row.amount, upto, whole, row.run.currency)


def _leaver_upto(line: PayslipLine, row: BaseRow) -> Decimal:
    """Return the running sum of a leaver's rows up to and with ``row``."""
    rows = leaf_rows(line).filter(seq__lte=row.seq)
    return rows.aggregate(total=Sum("amount"))["total"] or ZERO


def payslips_of(run: PayRun) -> QuerySet[Payslip]:
    """Return the payslips of a run with their lines, in order of employee number."""
    return (
        run.payslips.select_related("person")
        .prefetch_related("lines")
        .order_by("person__employee_no")
    )
