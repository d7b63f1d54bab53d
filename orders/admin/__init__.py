"""Pages about orders, returns and the files they came in."""

from orders.admin import imports, orders, returns

__all__ = ["imports", "orders", "returns"]
