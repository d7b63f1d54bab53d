"""orders: customers, orders, returns."""
