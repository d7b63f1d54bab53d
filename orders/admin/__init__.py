"""Pages about orders, what comes after them, and the files they came in."""

from orders.admin import (
    calendars,
    channels,
    dispute_deadlines,
    disputes,
    imports,
    keywords,
    orders,
    returns,
    reviews,
    shipment_exceptions,
    shipments,
    tickets,
)
from orders.admin import imports, orders, reasons, refunds, returns

__all__ = [
    "calendars",
    "channels",
    "dispute_deadlines",
    "disputes",
    "imports",
    "keywords",
    "orders",
    "returns",
    "reviews",
    "shipment_exceptions",
    "shipments",
    "tickets",
]
__all__ = ["imports", "orders", "reasons", "refunds", "returns"]
