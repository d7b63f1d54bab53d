"""Refunds that follow their order: same rate, same cost of goods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from catalog.actions.stores import mark_dirty
from catalog.models import FactFamily
from catalog.queries.stores import ClosedDays
from opsdesk.actions.audit import Actor, record_many
from opsdesk.core.money import ZERO, convert
from orders.core.returns import cost_of_part
from orders.core.totals import LineTotals, document_totals
from orders.models import Order, Refund, RefundLine, Return, ReturnLine


def follow_orders(orders: Iterable[Order], *, by: Actor | None, at: datetime) -> int:
    """Convert the refunds of the orders again with the orders' rates; return how many there were.

    A refund of a closed month stays as it was paid for.
    """
    rates = {order.pk: order.fx_rate for order in orders}
    if not rates:
        return 0
    found = Return.objects.filter(order__in=rates).prefetch_related("lines__order_line")
    cases = list(found)
    closed = ClosedDays({case.store_id for case in cases})
    # Of what was refunded here the parts have a date each.
    convert_refunds([case for case in cases if case.in_parts], rates, closed, by=by, at=at)
    cases = [
        c
        for c in cases
        if c.in_parts or not (c.refunded_on and closed.holds(c.store_id, c.refunded_on))
    ]
    convert_returns(((case, rates[case.order_id or 0]) for case in cases), by=by, at=at)
    return len(cases)


def convert_refunds(
    cases: list[Return],
    rates: Mapping[int, Decimal],
    closed: ClosedDays,
    *,
    by: Actor | None,
    at: datetime,
) -> None:
    """Convert what was refunded here of these returns with the rates of their orders."""
    reporting = settings.REPORTING_CURRENCY
    found = Refund.objects.filter(return_case__in=cases).select_related("return_case")
    done: list[Refund] = []
    lines: list[RefundLine] = []
    for refund in found.prefetch_related("lines__return_line__order_line").order_by("pk"):
        if closed.holds(refund.store_id, refund.refunded_on):
            continue
        rate = rates[refund.return_case.order_id or 0]
        parts = list(refund.lines.all())
        for line in parts:
            line.reporting_amount = convert(line.amount, rate, reporting)
            sold = line.return_line.order_line
            if sold is not None:
                cost = sold.unit_cost
                line.reporting_cost = (
                    None if cost is None else convert(line.quantity * cost, rate, reporting)
                )
                line.restocked_cost = cost_of_part(
                    line.reporting_cost, line.restocked, line.quantity, reporting
                )
        refund.fx_rate = rate
        refund.reporting_amount = sum((line.reporting_amount for line in parts), ZERO)
        done.append(refund)
        lines += parts
    if done:
        columns = ["reporting_amount", "reporting_cost", "restocked_cost"]
        RefundLine.objects.bulk_update(lines, columns, batch_size=500)
        Refund.objects.bulk_update(done, ["fx_rate", "reporting_amount"], batch_size=500)
        record_many("converted", Refund, done, by=by, at=at)
        mark_dirty(FactFamily.REFUNDS, {(one.store_id, one.refunded_on) for one in done})


def convert_returns(
    cases: Iterable[tuple[Return, Decimal]], *, by: Actor | None, at: datetime
) -> None:
    """Convert each return with a rate; its lines and their order lines must be prefetched.

    The days of the refunds are noted to be computed again.
    """
    done: list[Return] = []
    lines: list[ReturnLine] = []
    for case, rate in cases:
        own = list(case.lines.all())
        worth = [_convert_line(line, case, rate) for line in own]
        lines += own
        case.fx_rate = rate
        case.reporting_amount = document_totals(worth).reporting_amount
        if case.in_parts:
            refunds = Refund.objects.filter(return_case=case)
            parts = refunds.values_list("reporting_amount", flat=True)
            case.reporting_amount = sum(parts, ZERO)
        done.append(case)
    if done:
        ReturnLine.objects.bulk_update(
            lines, ["reporting_amount", "reporting_cost"], batch_size=500
        )
        Return.objects.bulk_update(done, ["fx_rate", "reporting_amount"], batch_size=500)
        record_many("converted", Return, [(c.pk, c.external_id) for c in done], by=by, at=at)
        days = {
            (case.store_id, case.refunded_on)
            for case in done
            if case.refunded_on and not case.in_parts
        }
        mark_dirty(FactFamily.REFUNDS, days)


def _convert_line(line: ReturnLine, case: Return, rate: Decimal) -> LineTotals:
    reporting = settings.REPORTING_CURRENCY
    cost = line.reporting_cost
    if line.order_line is not None:
        own = line.order_line.unit_cost
        cost = None if own is None else convert(line.quantity * own, rate, reporting)
    elif cost is not None and case.fx_rate != rate:
        cost = convert(cost / case.fx_rate, rate, reporting)
    line.reporting_cost = cost
    line.reporting_amount = convert(line.amount, rate, reporting)
    return LineTotals(line.kind, line.quantity, line.amount, line.reporting_amount, cost)
