"""Pages about orders, returns and the files they came in."""

from orders.admin import orders, returns

__all__ = ["orders", "returns"]
