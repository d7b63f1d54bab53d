"""Pages about what is sold, where, and at which rate."""

from catalog.admin import fx, products, stores

__all__ = ["fx", "products", "stores"]
