"""What follows here from what a source tells of an order that was held or allocated here."""

from __future__ import annotations

from collections.abc import Sequence

from opsdesk.actions.audit import person_id
from opsdesk.actions.moves import Mover
from orders.actions.allocation import free_orders, sell_orders
from orders.actions.anomalies import close_anomalies
from orders.actions.drafts import OrderDraft
from orders.core.anomalies import AnomalyOutcome
from orders.core.lifecycle import OrderStatus

_LEFT = (OrderStatus.DISPATCHED, OrderStatus.DELIVERED, OrderStatus.COMPLETED)


def follow_source(drafts: Sequence[OrderDraft], mover: Mover) -> None:
    """Bring stock and anomalies along; takes no statement where none of the orders has any.

    What was cancelled, or wants other goods now, gives free what was kept for it; what has left
    is sold. An order that the source took further is no longer held here.
    """
    follower = mover.follow()
    here = [draft for draft in drafts if draft.stored and draft.stored.warehouse_id]
    gone = OrderStatus.CANCELLED
    sold = [d.stored for d in here if d.order.status in _LEFT]
    freed = [
        d.stored
        for d in here
        if d.order.status == gone or (d.other_goods and d.order.status not in _LEFT)
    ]
    if freed:
        free_orders([order for order in freed if order is not None], follower)
    if sold:
        sell_orders([order for order in sold if order is not None], follower)
    overtaken = [
        draft.order.pk
        for draft in drafts
        if draft.stored is not None
        and draft.stored.status == OrderStatus.ON_HOLD
        and draft.order.status != OrderStatus.ON_HOLD
    ]
    if overtaken:
        by_id = person_id(mover.by)
        close_anomalies(overtaken, AnomalyOutcome.OVERTAKEN, by_id=by_id, at=mover.at)
