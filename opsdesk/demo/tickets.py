"""Tickets of the sample company: one of each kind that a desk has on a working day."""

from datetime import datetime, timedelta

from catalog.models import Store
from opsdesk.actions.moves import Mover
from orders.actions.escalations import sweep_clocks
from orders.actions.ticket_talk import Answer, Letter, answer_ticket, customer_wrote
from orders.actions.tickets import Closing, open_ticket, rate_ticket, resolve_ticket
from orders.models import Order, ResolutionCode, RootCause, Ticket

# hours ago, subject, what was said, channel, language, kind, priority
TICKETS = (
    (
        3,
        "Where is my parcel?",
        "It was due on Monday.",
        "email",
        "en",
        "enquiry",
        "normal",
    ),
    (25, "Broken cup", "One of the cups was in pieces.", "chat", "en", "complaint", "high"),
    (
        22,
        "Wrong colour",
        "Ich habe Blau bestellt und Rot bekommen.",
        "chat",
        "de",
        "after_sales",
        "normal",
    ),
    (30, "Invoice", "Could you send me an invoice?", "email", "en", "enquiry", "low"),
    (50, "Refund?", "I sent it back two weeks ago.", "phone", "en", "complaint", "major"),
    (90, "Thank you", "Quick help, thank you.", "whatsapp", "en", "enquiry", "normal"),
)


def write(*, at: datetime) -> None:
    """Open the tickets in the first store, answer three of them, and resolve the last one."""
    store = Store.objects.order_by("code").first()
    if store is None or Ticket.objects.exists():
        return
    rows = Order.objects.filter(store=store, customer__isnull=False)
    # The first is of a customer who comes first.
    vips = rows.filter(customer__standing__tier__vip=True)[:1]
    orders = [*vips, *rows[: len(TICKETS)]]
    made = []
    for number, (hours, subject, text, *rest) in enumerate(TICKETS):
        channel, language, kind, priority = rest
        order = orders[number] if number < len(orders) else None
        ticket = Ticket(
            store=store,
            subject=subject,
            channel=channel,
            language=language,
            kind=kind,
            priority=priority,
            order=order,
            customer=order.customer if order else None,
        )
        made.append(open_ticket(ticket, text, Mover(at - timedelta(hours=hours))))
    _work(made, at)
    sweep_clocks(at=at)


def _work(made: list[Ticket], at: datetime) -> None:
    def ago(hours: int) -> Mover:
        return Mover(at - timedelta(hours=hours))

    answer_ticket(made[3], Answer("Which address shall stand on it?", then="wait"), ago(20))
    answer_ticket(made[4], Answer("We look for it in the warehouse."), ago(48))
    customer_wrote(made[4], Letter("Any news?"), ago(5))
    answer_ticket(made[5], Answer("You are welcome."), ago(88))
    closing = Closing(
        ResolutionCode.objects.get(code="answered").pk, RootCause.objects.get(code="other").pk
    )
    resolve_ticket(made[5], closing, ago(87), close=True)
    rate_ticket(made[5], 5, "", ago(80))
