"""Converting orders, refunds and costs again after a rate of their day came or changed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Min

from catalog.actions.stores import lock_stores, mark_dirty
from catalog.models import FactFamily, RateNews
from opsdesk.actions.audit import record_many
from opsdesk.actions.jobs import JobRun
from opsdesk.core.money import convert
from opsdesk.models import MoneyField
from orders.actions.refunds import convert_refunds, convert_returns, follow_orders
from orders.core.totals import LineTotals, document_totals
from orders.models import Order, OrderLine, Refund, Return, Shipment
from orders.queries.rates import (
    StaleDay,
    stale_costs,
    stale_orders,
    stale_parts,
    stale_refunds,
)

_PIECE = 500


def reconvert(run: JobRun | None, *, at: datetime) -> int:
    """Bring what is of open months to today's rate table; return how many documents changed.

    Looks only at days whose rates changed since the last time, so that it costs nothing where
    there is no news. The news go last: killed in between, it is done again and finds less to do.
    """
    news = list(RateNews.objects.values_list("pk", flat=True))
    if not news:
        return 0
    since: dict[str, date] = dict(
        RateNews.objects.filter(pk__in=news).values_list("currency").annotate(Min("day"))
    )
    rows = sum(_orders_of(stale, run, at) for stale in stale_orders(since))
    rows += sum(_refunds_of(stale, run, at) for stale in stale_refunds(since))
    rows += sum(_costs_of(currency, stale, run, at) for currency, stale in stale_costs(since))
    rows += sum(_parts_of(stale, run, at) for stale in stale_parts(since))
    with _piece(run):
        RateNews.objects.filter(pk__in=news).delete()
    return rows


def _piece(run: JobRun | None) -> AbstractContextManager[Any]:
    return run.piece() if run is not None else transaction.atomic()


def _orders_of(stale: StaleDay, run: JobRun | None, at: datetime) -> int:
    found = Order.objects.filter(
        store=stale.store_id, business_date=stale.day, fx_rate=stale.old
    ).order_by("pk")
    done = 0
    while True:
        with _piece(run):
            lock_stores([stale.store_id])
            # Those converted carry the new rate and are not found again.
            orders = list(found.prefetch_related("lines")[:_PIECE])
            _convert_orders(orders, stale, at)
        done += len(orders)
        if len(orders) < _PIECE:
            return done


def _convert_orders(orders: list[Order], stale: StaleDay, at: datetime) -> None:
    reporting = settings.REPORTING_CURRENCY
    lines: list[OrderLine] = []
    for order in orders:
        worth: list[LineTotals] = []
        for line in order.lines.all():
            line.reporting_amount = convert(line.amount, stale.new, reporting)
            if line.unit_cost is not None:
                cost = line.quantity * line.unit_cost
                line.reporting_cost = convert(cost, stale.new, reporting)
            worth.append(
                LineTotals(
                    line.kind,
                    line.quantity,
                    line.amount,
                    line.reporting_amount,
                    line.reporting_cost,
                )
            )
            lines.append(line)
        order.fx_rate = stale.new
        order.reporting_amount = document_totals(worth).reporting_amount
        order.updated_at = at
    _write_lines(lines)
    Order.objects.bulk_update(orders, ["fx_rate", "reporting_amount", "updated_at"])
    follow_orders(orders, by=None, at=at)
    mark_dirty(FactFamily.SALES, {(stale.store_id, stale.day)} if orders else ())
    record_many("converted", Order, [(o.pk, o.external_id) for o in orders], by=None, at=at)


def _write_lines(lines: list[OrderLine]) -> None:
    steps = MoneyField.to_steps
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE orders_orderline SET reporting_amount = %s, reporting_cost = %s WHERE id = %s",
            [
                (
                    steps(line.reporting_amount),
                    None if line.reporting_cost is None else steps(line.reporting_cost),
                    line.pk,
                )
                for line in lines
            ],
        )


def _refunds_of(stale: StaleDay, run: JobRun | None, at: datetime) -> int:
    found = Return.objects.filter(
        store=stale.store_id,
        order=None,
        in_parts=False,
        refunded_on=stale.day,
        fx_rate=stale.old,
    ).order_by("pk")
    done = 0
    while True:
        with _piece(run):
            lock_stores([stale.store_id])
            cases = list(found.prefetch_related("lines__order_line")[:_PIECE])
            convert_returns(((case, stale.new) for case in cases), by=None, at=at)
        done += len(cases)
        if len(cases) < _PIECE:
            return done


def _costs_of(currency: str, stale: StaleDay, run: JobRun | None, at: datetime) -> int:
    found = Shipment.objects.filter(
        store=stale.store_id,
        dispatched_on=stale.day,
        cost_currency=currency,
        fx_rate=stale.old,
    ).order_by("pk")
    done = 0
    while True:
        with _piece(run):
            lock_stores([stale.store_id])
            rows = list(found.select_for_update(of=("self",), no_key=True)[:_PIECE])
            for row in rows:
                row.fx_rate, row.updated_at = stale.new, at
                row.reporting_cost = convert(
                    Decimal(row.cost or 0), stale.new, settings.REPORTING_CURRENCY
                )
            columns = ["fx_rate", "reporting_cost", "updated_at"]
            Shipment.objects.bulk_update(rows, columns, batch_size=250)
            named = [(row.pk, row.external_id) for row in rows]
            record_many("converted", Shipment, named, by=None, at=at)
            mark_dirty(FactFamily.SHIPMENTS, {(stale.store_id, stale.day)} if rows else ())
        done += len(rows)
        if len(rows) < _PIECE:
            return done


def _parts_of(stale: StaleDay, run: JobRun | None, at: datetime) -> int:
    found = Refund.objects.filter(
        store=stale.store_id,
        return_case__order=None,
        refunded_on=stale.day,
        fx_rate=stale.old,
    ).order_by("pk")
    done = 0
    while True:
        with _piece(run):
            lock_stores([stale.store_id])
            parts = list(found.select_related("return_case")[:_PIECE])
            cases = convert_refunds(((part, stale.new) for part in parts), by=None, at=at)
            record_many("converted", Return, cases, by=None, at=at)
        done += len(parts)
        if len(parts) < _PIECE:
            return done
