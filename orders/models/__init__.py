"""Tables of orders."""

from orders.models.calendars import CalendarDay, CalendarSpan, Weekday, WorkCalendar
from orders.models.clocks import Escalation, TicketClock, TicketStep
from orders.models.customers import Customer
from orders.models.orders import Order, OrderEvent, OrderLine, Payment, TrafficSource
from orders.models.returns import Return, ReturnLine
from orders.models.sla import EscalationRule, SlaPolicy
from orders.models.tickets import (
    Direction,
    ReplyTemplate,
    ResolutionCode,
    RootCause,
    Ticket,
    TicketHandover,
    TicketMessage,
)

__all__ = [
    "CalendarDay",
    "CalendarSpan",
    "Customer",
    "Direction",
    "Escalation",
    "EscalationRule",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Payment",
    "ReplyTemplate",
    "ResolutionCode",
    "Return",
    "ReturnLine",
    "RootCause",
    "SlaPolicy",
    "Ticket",
    "TicketClock",
    "TicketHandover",
    "TicketMessage",
    "TicketStep",
    "TrafficSource",
    "Weekday",
    "WorkCalendar",
]
