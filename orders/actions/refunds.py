"""Refunds that follow their order: same rate, same cost of goods."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from catalog.actions.stores import mark_dirty
from catalog.models import FactFamily
from catalog.queries.stores import ClosedDays
from opsdesk.actions.audit import Actor, record_many
from opsdesk.core.money import convert
from orders.core.totals import Currencies, LineTotals, document_totals
from orders.models import Order, Return, ReturnLine


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
    cases = [c for c in cases if not (c.refunded_on and closed.holds(c.store_id, c.refunded_on))]
    convert_returns(((case, rates[case.order_id or 0]) for case in cases), by=by, at=at)
    return len(cases)


def convert_returns(
    cases: Iterable[tuple[Return, Decimal]], *, by: Actor | None, at: datetime
) -> None:
    """Convert each return with a rate; its lines and their order lines must be prefetched.

    The days of the refunds are noted to be computed again.
    """
    done: list[Return] = []
    lines: list[ReturnLine] = []
    for case, rate in cases:
        currencies = Currencies(case.currency, settings.REPORTING_CURRENCY, rate)
        worth: list[LineTotals] = []
        for line in case.lines.all():
            cost = line.reporting_cost
            if line.order_line is not None:
                own = line.order_line.unit_cost
                cost = None
                if own is not None:
                    cost = convert(line.quantity * own, rate, currencies.reporting)
            elif cost is not None and case.fx_rate != rate:
                cost = convert(cost / case.fx_rate, rate, currencies.reporting)
            line.reporting_cost = cost
            line.reporting_amount = convert(line.amount, rate, currencies.reporting)
            worth.append(
                LineTotals(line.kind, line.quantity, line.amount, line.reporting_amount, cost)
            )
            lines.append(line)
        case.fx_rate = rate
        case.reporting_amount = document_totals(worth).reporting_amount
        done.append(case)
    if done:
        ReturnLine.objects.bulk_update(
            lines, ["reporting_amount", "reporting_cost"], batch_size=500
        )
        Return.objects.bulk_update(done, ["fx_rate", "reporting_amount"], batch_size=500)
        record_many("converted", Return, [(c.pk, c.external_id) for c in done], by=by, at=at)
        days = {(case.store_id, case.refunded_on) for case in done if case.refunded_on}
        mark_dirty(FactFamily.REFUNDS, days)
