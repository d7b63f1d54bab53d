"""Tables of orders."""

from orders.models.calendars import CalendarDay, CalendarSpan, Weekday, WorkCalendar
from orders.models.clocks import Escalation, TicketClock, TicketStep
from orders.models.attachments import Attachment
from orders.models.customers import Customer
from orders.models.disputes import Dispute, DisputeEvidence
from orders.models.keywords import KeywordDay, ReviewKeyword, ReviewMention
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
from orders.models.reviews import Review, ReviewVersion
from orders.models.shipment_exceptions import ShipmentException
from orders.models.shipments import LogisticsChannel, Shipment, ShipmentLine, TrackingEvent

__all__ = [
    "CalendarDay",
    "CalendarSpan",
    "Attachment",
    "Customer",
    "Direction",
    "Escalation",
    "EscalationRule",
    "Dispute",
    "DisputeEvidence",
    "KeywordDay",
    "LogisticsChannel",
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
    "Review",
    "ReviewKeyword",
    "ReviewMention",
    "ReviewVersion",
    "Shipment",
    "ShipmentException",
    "ShipmentLine",
    "TrackingEvent",
    "TrafficSource",
    "Weekday",
    "WorkCalendar",
]
