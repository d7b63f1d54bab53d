"""Steps of many orders at once: by one statement each, with their events and audit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from catalog.actions.stores import lock_stores
from opsdesk.actions.audit import person_id, record_many
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import NotAllowed
from opsdesk.models import LifeEvent
from orders.actions.anomalies import close_anomalies
from orders.core.anomalies import AnomalyKind, AnomalyOutcome
from orders.core.lifecycle import ORDER, OrderStatus
from orders.models import Order, OrderAnomaly


def step_orders(orders: Iterable[Order], verb: str, to: str, mover: Mover) -> None:
    """Take all of the orders, as they stand, a step further; the caller holds their stores."""
    moved = list(orders)
    if not moved:
        return
    sources = ORDER.moves[verb].sources
    rows = Order.objects.filter(pk__in=[order.pk for order in moved], status__in=sources)
    rows.update(status=to, updated_at=mover.at)
    LifeEvent.objects.bulk_create(
        [
            LifeEvent(
                life=ORDER.name,
                object_id=order.pk,
                verb=verb,
                from_state=order.status,
                state=to,
                by_id=person_id(mover.by),
                client_name=mover.client_name,
                at=mover.at,
            )
            for order in moved
        ],
        batch_size=500,
    )
    named = [(order.pk, order.external_id) for order in moved]
    record_many(f"{ORDER.name}: {verb}", Order, named, by=mover.by, at=mover.at)


def let_go(orders: Sequence[Order], mover: Mover) -> None:
    """Take held orders back to where each was held from, to be looked at again."""
    by_state: dict[str, list[Order]] = defaultdict(list)
    for order in orders:
        by_state[order.held_from or OrderStatus.PLACED].append(order)
    for state, some in by_state.items():
        step_orders(some, "release", state, mover)
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(screened_at=None)


@transaction.atomic
def release_orders(numbers: Iterable[int], mover: Mover) -> tuple[int, list[Order]]:
    """Release all of these that are held; return how many, and those that take a supervisor.

    ``NotAllowed`` without the right, and for a machine: it takes a person.
    """
    if mover.is_machine or person_id(mover.by) is None or not mover.may(Right.SERVICE_EDIT):
        raise NotAllowed(_("You don't have the right to release orders."), code="no_right")
    chosen = Order.objects.filter(pk__in=list(numbers))
    lock_stores(chosen.order_by().values_list("store", flat=True).distinct())
    held = list(chosen.filter(status=OrderStatus.ON_HOLD).order_by("pk").select_for_update())
    losses = OrderAnomaly.objects.waiting().filter(order__in=held, kind=AnomalyKind.LOSS)
    at_loss = set(losses.values_list("order", flat=True))
    free = [order for order in held if order.pk not in at_loss]
    close_anomalies(
        [order.pk for order in free],
        AnomalyOutcome.RELEASED,
        by_id=person_id(mover.by),
        at=mover.at,
    )
    let_go(free, mover)
    return len(free), [order for order in held if order.pk in at_loss]
