"""The disputes of the sample company: some press, some are decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from opsdesk.actions.moves import Mover
from orders.actions.attachments import given_file
from orders.actions.disputes import upsert_disputes
from orders.actions.evidence import add_evidence
from orders.core.dispute_items import DisputeItem
from orders.models import Dispute, Order

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# kind, state, what is claimed, hours until the answer is due
OPEN = (
    ("a_to_z", "opened", "The parcel never arrived.", -5),
    ("not_as_described", "investigating", "The colour is another one than in the picture.", 20),
    ("chargeback", "opened", "The card holder does not know the payment.", 52),
    ("not_received", "mediation", "The tracking shows no delivery.", 140),
    ("intellectual_property", "opened", "A brand claims the pattern of the mug.", 0),
)
DECIDED = ("won", "won", "won", "lost", "settled", "won", "lost", "won")
APART = 57  # every so many orders one is disputed
TRACKING = "2 pieces handed over to the carrier.\nDelivered, signed by the neighbour.\n"


def write(today: date, *, at: datetime) -> None:
    """Write disputes about orders of the last three months, with evidence in some."""
    rows = Order.objects.filter(business_date__range=(today - DAY * 90, today - DAY * 20))
    about = list(rows.select_related("store").order_by("placed_at", "pk")[::APART])
    some, others = about[: len(OPEN)], about[len(OPEN) :]
    items = [_open(order, number, at) for number, order in enumerate(some)]
    items += [_decided(order, number) for number, order in enumerate(others[: len(DECIDED)])]
    upsert_disputes(items, scope=None, by=None, at=at)
    mover = Mover(at)
    for dispute in Dispute.objects.filter(status__in=("mediation", "investigating")):
        add_evidence(dispute, mover, text="Photos and the order's tracking are attached.")
        file = given_file("tracking.txt", TRACKING.encode())
        add_evidence(dispute, mover, file=file)


def _open(order: Order, number: int, at: datetime) -> DisputeItem:
    kind, state, reason, hours = OPEN[number]
    return DisputeItem(
        store=order.store.code,
        number=f"D-{10_420 + number}",
        opened_at=at - DAY * (3 + number),
        order=order.external_id,
        kind=kind,
        status=state,
        amount=order.amount,
        reason=reason,
        respond_by=at + HOUR * hours if hours else None,
    )


def _decided(order: Order, number: int) -> DisputeItem:
    opened_at = order.placed_at + DAY * 9
    item = DisputeItem(
        store=order.store.code,
        number=f"D-{10_300 + number}",
        opened_at=opened_at,
        order=order.external_id,
        kind=("a_to_z", "chargeback", "not_received")[number % 3],
        status=DECIDED[number],
        amount=order.amount,
        closed_at=opened_at + DAY * 8,
    )
    return item if item.status == "won" else replace(item, outcome_amount=order.amount)
