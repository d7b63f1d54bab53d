"""Calculating a department's month of pay and storing what came out, row by row."""

import hashlib
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from accounts.models import Department, Person, User
from compensation.actions.moves import held, move, refuse_unless
from compensation.actions.plans import refuse_faulty
from compensation.core.inputs import RunInputs, RunResult
from compensation.core.lifecycle import CLOSED_STATES
from compensation.core.lines import calculate
from compensation.models import BaseRow, PayRun, Payslip, PayslipLine, PlanVersion
from compensation.queries.base import BaseEntry, base_entries
from compensation.queries.changes import input_changes
from compensation.queries.inputs import gather
from compensation.queries.plans import plan_for, terms_of
from opsdesk.core.errors import NotReady, PeriodClosed
from opsdesk.core.periods import Period

ZERO = Decimal("0.00")
LineKey = tuple[str, str, str]


@transaction.atomic
def calculate_run(
    department: Department, month: Period, *, by: User | None, at: datetime
) -> PayRun:
    """Calculate the department's pay for ``month``, anew if it was before, and return the run.

    The same data gives the same lines; what differs from the calculation before is kept in
    ``differences``. Raises ``PeriodClosed`` for a locked month, ``InvalidTransition`` while the
    run is submitted or approved, ``NotReady`` where no plan holds or nobody is employed,
    ``InvalidData`` where the plan has errors.
    """
    run = _run_of(department, month)
    if run.state in CLOSED_STATES:
        raise PeriodClosed(
            gettext("The pay of %(run)s is locked; it does not change any more.") % {"run": run}
        )
    refuse_unless("calculate", run)
    plan = plan_for(month.start)
    refuse_faulty(plan)
    entries = base_entries(department, month)
    inputs = gather(department, month, terms_of(plan), entries)
    if not inputs.people:
        raise NotReady(
            gettext("Nobody is employed in %(department)s in %(month)s.")
            % {"department": department, "month": str(month)},
            code="nobody_employed",
        )
    result = calculate(inputs)
    run.calculated_by, run.calculated_at = by, at
    _store(run, plan, inputs, result)
    _replace_base(run, inputs, entries)
    _replace_payslips(run, result)
    move("calculate", run, by=by, at=at)
    return run


def changed_since(run: PayRun) -> bool:
    """Tell whether the run would be calculated from other data today than it was."""
    month = Period("month", run.month)
    fresh = gather(
        run.department, month, terms_of(plan_for(run.month)), base_entries(run.department, month)
    )
    return bool(run.inputs != _plain(fresh))


def stored_inputs(run: PayRun) -> RunInputs:
    """Return what the run was calculated from, as it was."""
    return msgspec.convert(run.inputs, RunInputs)


def replay_run(run: PayRun) -> list[dict[str, str]]:
    """Calculate the run again from its inputs as they were; return the differing lines (none)."""
    return _differences(_lines_of(run), calculate(stored_inputs(run)))


def _plain(value: object) -> Any:
    """Return ``value`` as it comes back from a JSON column."""
    return json.loads(msgspec.json.encode(value))


def _run_of(department: Department, month: Period) -> PayRun:
    run, _ = PayRun.objects.get_or_create(
        department=department,
        month=month.start,
        defaults={"currency": settings.REPORTING_CURRENCY},
    )
    return held(run)


def _store(run: PayRun, plan: PlanVersion, inputs: RunInputs, result: RunResult) -> None:
    if run.version:
        run.differences = _differences(_lines_of(run), result)
    run.version += 1
    run.plan = plan
    run.currency = inputs.currency
    run.orders_amount, run.refunds_amount = inputs.orders_amount, inputs.refunds_amount
    run.carried_base, run.carried_out = inputs.carried_base, result.carried_out
    run.base, run.target = result.base, result.target
    run.activity_fund = result.activity_fund
    run.total = sum((payslip.total for payslip in result.payslips), ZERO)
    run.inputs = _plain(inputs)
    run.problems = _plain(result.problems)
    month = Period("month", run.month)
    run.changes = _plain(input_changes(run.department, month, plan))
    run.digest = _digest(run, result)
    run.save()


def _digest(run: PayRun, result: RunResult) -> str:
    """Return the digest over everything that is shown for approval."""
    shown = [
        run.department.code,
        run.month.isoformat(),
        run.inputs,
        _plain(result),
        run.changes,
    ]
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _replace_base(run: PayRun, inputs: RunInputs, entries: list[BaseEntry]) -> None:
    run.base_rows.all().delete()
    month = Period("month", run.month)
    rows = []
    running = ZERO
    if inputs.carried_base:
        running += inputs.carried_base
        rows.append(
            BaseRow(
                run=run,
                seq=0,
                day=month.start,
                collected_on=month.start,
                amount=inputs.carried_base,
                running=running,
            )
        )
    for seq, entry in enumerate(entries, start=1):
        running += entry.amount
        rows.append(
            BaseRow(
                run=run,
                seq=seq,
                day=entry.day,
                order_id=entry.order_id,
                return_case_id=entry.return_id,
                collected_on=entry.collected_on,
                amount=entry.amount,
                running=running,
            )
        )
    BaseRow.objects.bulk_create(rows, batch_size=2000)


def _replace_payslips(run: PayRun, result: RunResult) -> None:
    run.payslips.all().delete()
    numbers = [payslip.employee_no for payslip in result.payslips]
    people = {p.employee_no: p for p in Person.objects.filter(employee_no__in=numbers)}
    payslips = Payslip.objects.bulk_create(
        [
            Payslip(run=run, person=people[payslip.employee_no], total=payslip.total)
            for payslip in result.payslips
        ]
    )
    PayslipLine.objects.bulk_create(
        [
            PayslipLine(
                payslip=stored,
                position=position,
                kind=line.kind,
                amount=line.amount,
                code=line.code,
                figures=line.figures,
            )
            for stored, payslip in zip(payslips, result.payslips, strict=True)
            for position, line in enumerate(payslip.lines, start=1)
        ],
        batch_size=1000,
    )


def _lines_of(run: PayRun) -> dict[LineKey, Decimal]:
    lines: dict[LineKey, Decimal] = {}
    rows = PayslipLine.objects.filter(payslip__run=run).order_by("payslip", "position")
    for number, kind, amount in rows.values_list("payslip__person__employee_no", "kind", "amount"):
        lines[_key(lines, number, kind)] = amount
    return lines


def _key(lines: dict[LineKey, Decimal], number: str, kind: str) -> LineKey:
    """Name a line by person, kind and its place among the lines of that kind."""
    place = sum(1 for known in lines if known[:2] == (number, kind))
    return (number, kind, str(place))


def _differences(before: dict[LineKey, Decimal], result: RunResult) -> list[dict[str, str]]:
    after: dict[LineKey, Decimal] = {}
    for payslip in result.payslips:
        for line in payslip.lines:
            after[_key(after, payslip.employee_no, line.kind)] = line.amount
    return [
        {
            "employee_no": key[0],
            "kind": key[1],
            "before": str(before.get(key, "")),
            "after": str(after.get(key, "")),
        }
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]
