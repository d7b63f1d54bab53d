"""New orders are looked at for what is odd; what is not is allocated to stock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from catalog.actions.stores import lock_stores
from opsdesk.actions.moves import Mover
from opsdesk.core.money import round_money
from orders.actions.allocation import allocate_orders
from orders.actions.anomalies import close_anomalies
from orders.actions.order_steps import let_go, step_orders
from orders.core.allocation import take_whole
from orders.core.anomalies import (
    AnomalyKind,
    AnomalyOutcome,
    fences,
    margin,
    missing_parts,
)
from orders.core.lifecycle import OrderStatus
from orders.models import HoldPolicy, Order, OrderAddress, OrderAnomaly
from orders.queries.allocation import free_pieces, goods_of, lacking, sources_of
from orders.queries.anomalies import (
    amounts_before,
    costs_of,
    policy_of,
    released,
    same_before,
    unscreened,
)

PIECE = 500
# What was found of orders, by primary key: kinds with their names and numbers.
Findings = dict[int, dict[str, dict[str, Any]]]


def screen_orders(*, at: datetime) -> int:
    """Look at every order that is still to be looked at; return how many.

    In pieces of one day of one store, each one transaction with a fixed number of statements.
    Safe to run twice and at the same time: whoever holds the store first does the piece.
    """
    mover = Mover(at)
    for store_id in _short_of_stock():
        _pass_stocked(store_id, mover)
    done = 0
    days = unscreened().order_by("store", "business_date").values_list("store", "business_date")
    for store_id, day in list(days.distinct()):
        while looked := _screen_piece(store_id, day, mover):
            done += looked
    return done


@transaction.atomic
def _screen_piece(store_id: int, day: date, mover: Mover) -> int:
    lock_stores([store_id])
    rows = unscreened().filter(store=store_id, business_date=day)
    orders = list(rows.order_by("placed_at", "pk")[:PIECE])
    if not orders:
        return 0
    policy = policy_of(store_id)
    oldest = mover.at - timedelta(days=policy.oldest_days)
    young = [order for order in orders if order.placed_at >= oldest]
    found = _without_released(_odd(young, policy, day))
    paid = [one for one in young if one.status == OrderStatus.PAID and one.warehouse_id is None]
    clean = [one for one in paid if one.pk not in found]
    _allocate(clean, policy, found, mover)
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(screened_at=mover.at)
    _put_on_hold(young, found, mover)
    return len(orders)


def _odd(orders: Sequence[Order], policy: HoldPolicy, day: date) -> Findings:
    """Return what is odd about orders of one day, stock aside."""
    found: Findings = defaultdict(dict)
    if not orders:
        return found
    for pk, other in same_before(orders, policy.duplicate_hours).items():
        told = {"order": other.external_id, "placed_at": other.placed_at.isoformat()}
        found[pk][AnomalyKind.DUPLICATE] = told
    if policy.checks_amount:
        _odd_amounts(orders, policy, day, found)
    if policy.checks_ship_to:
        rows = OrderAddress.objects.filter(order__in=[order.pk for order in orders])
        for address in rows:
            if missing := missing_parts({name: getattr(address, name) for name in _PARTS}):
                found[address.order_id][AnomalyKind.ADDRESS] = {"missing": missing}
    if policy.checks_margin:
        costs = costs_of(order.pk for order in orders)
        for order in orders:
            left = margin(order.amount, order.platform_fee, costs[order.pk])
            if left is not None and left < 0:
                told = {"margin": _text(left, order), "currency": order.currency}
                found[order.pk][AnomalyKind.LOSS] = told
    return found


_PARTS = ("recipient", "line1", "city", "country", "postal_code")


def _odd_amounts(orders: Sequence[Order], policy: HoldPolicy, day: date, found: Findings) -> None:
    usual = fences(amounts_before(orders[0].store_id, day, policy.amount_days), policy.limits)
    if usual is None:
        return
    for order in orders:
        if not usual.hold(order.amount):
            found[order.pk][AnomalyKind.AMOUNT] = {
                "amount": _text(order.amount, order),
                "low": _text(max(usual.low, Decimal(0)), order),
                "high": _text(usual.high, order),
                "currency": order.currency,
                "count": usual.count,
            }


def _text(amount: Decimal, order: Order) -> str:
    return str(round_money(amount, order.currency))


def _without_released(found: Findings) -> Findings:
    """Leave out what somebody released the order with before."""
    known = released(found) if found else {}
    kept = {
        pk: {kind: what for kind, what in kinds.items() if what not in known.get((pk, kind), [])}
        for pk, kinds in found.items()
    }
    return {pk: kinds for pk, kinds in kept.items() if kinds}


def _allocate(orders: Sequence[Order], policy: HoldPolicy, found: Findings, mover: Mover) -> None:
    """Keep goods for the orders; note of those that cannot be had what is lacking."""
    goods = goods_of(order.pk for order in orders)
    whole = [one for one in orders if goods[one.pk].wanted and not goods[one.pk].unknown]
    chosen = allocate_orders(whole, goods, mover)
    kept = [order for order in whole if chosen.get(order.pk) is not None]
    step_orders(kept, "allocate", OrderStatus.ALLOCATED, mover)
    without = [order for order in whole if order.pk in chosen and chosen[order.pk] is None]
    if not policy.checks_stock or not without:
        return
    places = [place.pk for place in sources_of(without[0].store_id)]
    wanted = {order.pk: goods[order.pk] for order in without}
    free = free_pieces(places, {sku for one in wanted.values() for sku in one.wanted})
    # As the database gives it back, to be compared with what was released.
    short = {pk: [list(one) for one in rows] for pk, rows in lacking(wanted, places, free).items()}
    found |= _without_released(
        {pk: {AnomalyKind.STOCK: {"short": rows}} for pk, rows in short.items()}
    )


def _put_on_hold(orders: Sequence[Order], found: Findings, mover: Mover) -> None:
    held = [order for order in orders if order.pk in found]
    if not held:
        return
    OrderAnomaly.objects.bulk_create(
        [
            OrderAnomaly(
                order_id=order.pk,
                store_id=order.store_id,
                kind=kind,
                found=what,
                found_at=mover.at,
            )
            for order in held
            for kind, what in sorted(found[order.pk].items())
        ],
        batch_size=500,
    )
    Order.objects.filter(pk__in=[order.pk for order in held]).update(held_from=F("status"))
    step_orders(held, "hold", OrderStatus.ON_HOLD, mover)


def _short_of_stock() -> list[int]:
    rows = OrderAnomaly.objects.waiting().filter(kind=AnomalyKind.STOCK).order_by("store")
    return list(rows.values_list("store", flat=True).distinct())


@transaction.atomic
def _pass_stocked(store_id: int, mover: Mover) -> int:
    """Let orders go on that were held for stock alone and can have it now; the oldest first."""
    lock_stores([store_id])
    waiting = OrderAnomaly.objects.waiting().filter(store=store_id)
    others = waiting.exclude(kind=AnomalyKind.STOCK).values("order")
    rows = waiting.filter(kind=AnomalyKind.STOCK).exclude(order__in=others)
    numbers = list(rows.order_by("found_at", "pk").values_list("order", flat=True)[:PIECE])
    held = Order.objects.filter(pk__in=numbers, status=OrderStatus.ON_HOLD)
    orders = list(held.order_by("placed_at", "pk"))
    places = [place.pk for place in sources_of(store_id)]
    goods = goods_of(order.pk for order in orders)
    free = free_pieces(places, {sku for one in goods.values() for sku in one.wanted})
    passed = []
    for order in orders:
        place = take_whole(goods[order.pk].wanted, places, free)
        if place is not None or not places:
            passed.append(order)
    if not passed:
        return 0
    chosen = [order.pk for order in passed]
    close_anomalies(chosen, AnomalyOutcome.PASSED, by_id=None, at=mover.at)
    let_go(passed, mover)
    return len(passed)
