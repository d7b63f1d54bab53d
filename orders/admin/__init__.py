"""Pages about orders, what comes after them, and the files they came in."""

from orders.admin import (
    calendars,
    channels,
    customers,
    dispute_deadlines,
    disputes,
    imports,
    keywords,
    orders,
    reasons,
    refunds,
    returns,
    reviews,
    shipment_exceptions,
    shipments,
    tickets,
)

__all__ = [
    "calendars",
    "channels",
    "customers",
    "dispute_deadlines",
    "disputes",
    "imports",
    "keywords",
    "orders",
    "reasons",
    "refunds",
    "returns",
    "reviews",
    "shipment_exceptions",
    "shipments",
    "tickets",
]
