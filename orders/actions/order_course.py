"""The life of an order by hand and by what follows it: its stock and its anomalies go along."""

from __future__ import annotations

from django.utils.translation import gettext as _

from catalog.actions.stores import lock_stores, mark_dirty
from catalog.models import FactFamily
from opsdesk.actions.audit import person_id
from opsdesk.actions.moves import Course, Mover
from opsdesk.queries.lives import last_event
from orders.actions.allocation import allocate_order, allocation_faults, free_orders, sell_orders
from orders.actions.anomalies import close_anomalies
from orders.actions.sequences import renumber_orders
from orders.core.anomalies import AnomalyKind, AnomalyOutcome
from orders.core.lifecycle import ORDER, ORDER_UNSENT, OrderStatus
from orders.models import Order


def _missing(order: Order, verb: str) -> list[str]:
    match verb:
        case "allocate":
            return allocation_faults(order)
        case "release" if _is_loss(order):
            return [_("It would be sold at a loss: a supervisor releases it.")]
        case "release_loss" if not _is_loss(order):
            return [_("It is not held for a negative margin: release it as others.")]
        case "cancel" if order.status == OrderStatus.ON_HOLD and _back(order) not in ORDER_UNSENT:
            return [_("Its goods have left: take them back by a return.")]
    return []


def _is_loss(order: Order) -> bool:
    return order.anomalies.waiting().filter(kind=AnomalyKind.LOSS).exists()


def _back(order: Order) -> str:
    return order.held_from or OrderStatus.PLACED


def _hold(order: Order) -> None:
    lock_stores([order.store_id])


def _then(order: Order, verb: str, mover: Mover) -> None:
    order.updated_at = mover.at
    changed = ["updated_at"]
    match verb:
        case "allocate":
            allocate_order(order, mover)
        case "dispatch":
            sell_orders([order], mover)
        case "cancel":
            free_orders([order], mover)
            _close(order, AnomalyOutcome.CANCELLED, mover)
        case "hold":
            event = last_event(ORDER, order.pk)
            order.held_from = event.from_state if event else ""
            changed.append("held_from")
        case "release" | "release_loss":
            _close(order, AnomalyOutcome.RELEASED, mover)
    if verb in ("pay", "release", "release_loss"):
        # Looked at again: it may be allocated now, or something else may be odd.
        order.screened_at = None
        changed.append("screened_at")
    order.save(update_fields=changed)
    mark_dirty(FactFamily.SALES, [(order.store_id, order.business_date)])
    if verb == "cancel" and order.customer_id:
        renumber_orders([order.customer_id], told={order.pk}, by=mover.by, at=mover.at)


def _close(order: Order, outcome: AnomalyOutcome, mover: Mover) -> None:
    close_anomalies([order.pk], outcome, by_id=person_id(mover.by), at=mover.at)


ORDER_COURSE = Course(ORDER, Order, missing=_missing, then=_then, hold=_hold, back=_back)
