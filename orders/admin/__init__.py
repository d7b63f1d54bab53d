"""Pages about orders, what comes after them, and the files they came in."""
"""Pages about orders, what came after them, and the files they came in."""
"""Pages about orders, their shipments, returns and the files they came in."""

from orders.admin import calendars, imports, orders, returns, tickets
from orders.admin import dispute_deadlines, disputes, imports, keywords, orders, returns, reviews
from orders.admin import channels, imports, orders, returns, shipment_exceptions, shipments

__all__ = ["calendars", "imports", "orders", "returns", "tickets"]
__all__ = [
    "dispute_deadlines",
    "disputes",
    "imports",
    "keywords",
    "orders",
    "returns",
    "reviews",
]
__all__ = ["channels", "imports", "orders", "returns", "shipment_exceptions", "shipments"]
