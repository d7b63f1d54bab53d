"""Pages about orders, what comes after them, and the files they came in."""

from orders.admin import calendars, imports, orders, returns, tickets

__all__ = ["calendars", "imports", "orders", "returns", "tickets"]
