"""Tables of orders."""

from orders.models.customers import Customer
from orders.models.orders import Order, OrderEvent, OrderLine, Payment, TrafficSource
from orders.models.returns import Return, ReturnLine

__all__ = [
    "Customer",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Payment",
    "Return",
    "ReturnLine",
    "TrafficSource",
]
