"""Refunds that follow their order: same rate, same cost of goods."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum, prefetch_related_objects

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
    parts = Refund.objects.filter(return_case__order__in=rates).select_related("return_case")
    cases = [
        c
        for c in cases
        if c.in_parts or not (c.refunded_on and closed.holds(c.store_id, c.refunded_on))
    ]
    convert_returns(((case, rates[case.order_id or 0]) for case in cases), by=by, at=at)
    # Of what was refunded here each part has a date of its own.
    convert_refunds(
        (
            (part, rates[part.return_case.order_id or 0])
            for part in parts.order_by("pk")
            if not closed.holds(part.store_id, part.refunded_on)
        ),
        by=by,
        at=at,
    )
    return len(cases)


def convert_refunds(
    refunds: Iterable[tuple[Refund, Decimal]], *, by: Actor | None, at: datetime
) -> list[Return]:
    """Convert each refund made here with a rate; return the returns whose sums came along.

    The days of the refunds are noted to be computed again. The entries of the returns are the
    caller's.
    """
    pairs = list(refunds)
    if not pairs:
        return []
    found = [refund for refund, _rate in pairs]
    prefetch_related_objects(found, "lines__return_line__order_line")
    lines: list[RefundLine] = []
    for refund, rate in pairs:
        own = list(refund.lines.all())
        for line in own:
            _convert_part(line, refund.fx_rate, rate)
        refund.fx_rate = rate
        refund.reporting_amount = sum((line.reporting_amount for line in own), ZERO)
        lines += own
    columns = ["reporting_amount", "reporting_cost", "restocked_cost"]
    RefundLine.objects.bulk_update(lines, columns, batch_size=500)
    Refund.objects.bulk_update(found, ["fx_rate", "reporting_amount"], batch_size=500)
    record_many("converted", Refund, found, by=by, at=at)
    mark_dirty(FactFamily.REFUNDS, {(one.store_id, one.refunded_on) for one in found})
    return _add_up({refund.return_case_id for refund in found})


def _convert_part(line: RefundLine, before: Decimal, rate: Decimal) -> None:
    reporting, sold = settings.REPORTING_CURRENCY, line.return_line.order_line
    line.reporting_amount = convert(line.amount, rate, reporting)
    if sold is not None:
        cost = sold.unit_cost
        line.reporting_cost = (
            None if cost is None else convert(line.quantity * cost, rate, reporting)
        )
    elif line.reporting_cost is not None and before != rate:
        line.reporting_cost = convert(line.reporting_cost / before, rate, reporting)
    line.restocked_cost = cost_of_part(
        line.reporting_cost, line.restocked, line.quantity, reporting
    )


def _add_up(cases: set[int]) -> list[Return]:
    """Bring the amounts of returns in reporting currency to the sums of their refunds."""
    found = Return.objects.in_bulk(cases)
    changed = []
    for case, total in (
        Refund.objects.filter(return_case__in=cases)
        .order_by()
        .values_list("return_case")
        .annotate(Sum("reporting_amount"))
    ):
        if found[case].reporting_amount != total:
            found[case].reporting_amount = total
            changed.append(found[case])
    Return.objects.bulk_update(changed, ["reporting_amount"], batch_size=500)
    return changed


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
        if not case.in_parts:
            case.reporting_amount = document_totals(worth).reporting_amount
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
