"""Anomalies of orders: closed along with what is decided on their orders."""

from collections.abc import Collection
from datetime import datetime

from orders.core.anomalies import AnomalyOutcome
from orders.models import OrderAnomaly


def close_anomalies(
    orders: Collection[int], outcome: AnomalyOutcome, *, by_id: int | None, at: datetime
) -> int:
    """Close what waits of the orders; return how many. The step of each order is audited."""
    waiting = OrderAnomaly.objects.waiting().filter(order__in=orders)
    return waiting.update(outcome=outcome, closed_at=at, closed_by=by_id)
