"""Tables of orders."""

from orders.models.addresses import OrderAddress
from orders.models.attachments import Attachment
from orders.models.calendars import CalendarDay, CalendarSpan, Weekday, WorkCalendar
from orders.models.clocks import Escalation, TicketClock, TicketStep
from orders.models.customers import Customer, ErasedFor
from orders.models.disputes import Dispute, DisputeEvidence
from orders.models.holds import AllocationSource, HoldPolicy, OrderAnomaly
from orders.models.keywords import KeywordDay, ReviewKeyword, ReviewMention
from orders.models.mailboxes import IncomingMail, Mailbox, OutgoingMail
from orders.models.message_files import MessageFile
from orders.models.orders import Order, OrderLine, Payment, TrafficSource
from orders.models.reasons import ReturnReason
from orders.models.refunds import Refund, RefundLine, RefundMethod
from orders.models.retention import RetentionPolicy
from orders.models.returns import Condition, Disposal, Return, ReturnLine, ReturnPieces
from orders.models.reviews import Review, ReviewVersion
from orders.models.shipment_exceptions import ShipmentException
from orders.models.shipments import LogisticsChannel, Shipment, ShipmentLine, TrackingEvent
from orders.models.sla import EscalationRule, SlaPolicy
from orders.models.standings import CustomerStanding, MemberTier
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
    "AllocationSource",
    "Attachment",
    "CalendarDay",
    "CalendarSpan",
    "Condition",
    "Customer",
    "CustomerStanding",
    "Direction",
    "Disposal",
    "Dispute",
    "DisputeEvidence",
    "ErasedFor",
    "Escalation",
    "EscalationRule",
    "HoldPolicy",
    "IncomingMail",
    "KeywordDay",
    "LogisticsChannel",
    "Mailbox",
    "MemberTier",
    "MessageFile",
    "Order",
    "OrderAddress",
    "OrderAnomaly",
    "OrderLine",
    "OutgoingMail",
    "Payment",
    "Refund",
    "RefundLine",
    "RefundMethod",
    "ReplyTemplate",
    "ResolutionCode",
    "RetentionPolicy",
    "Return",
    "ReturnLine",
    "ReturnPieces",
    "ReturnReason",
    "Review",
    "ReviewKeyword",
    "ReviewMention",
    "ReviewVersion",
    "RootCause",
    "Shipment",
    "ShipmentException",
    "ShipmentLine",
    "SlaPolicy",
    "Ticket",
    "TicketClock",
    "TicketHandover",
    "TicketMessage",
    "TicketStep",
    "TrackingEvent",
    "TrafficSource",
    "Weekday",
    "WorkCalendar",
]
