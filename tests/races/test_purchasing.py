"""Deliveries of one purchase order that many record at the same moment."""

import pytest

from catalog.actions.purchasing import PURCHASE_COURSE, save_purchase_line
from catalog.actions.receiving import Delivery, receive
from catalog.models import PurchaseLine, PurchaseOrder, PurchaseReceipt, StockLevel, StockMovement
from opsdesk.actions.moves import Mover, move
from opsdesk.models import LifeEvent
from tests import factories
from tests.factories import NOW, TODAY
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MOVER = Mover(NOW)


@pytest.fixture
def line():
    """Forty pieces that were ordered."""
    return factories.purchase_order("PO1", lines=[("S1", 40, "5.00")]).lines.get()


def receiving(line, note, accepted=1):
    def work():
        arrival = receive(line, Delivery(note, TODAY, accepted), MOVER)
        return "new" if arrival.new else "known"

    return work


def stands():
    line = PurchaseLine.objects.get()
    return line.received, StockLevel.objects.get().on_hand, PurchaseOrder.objects.get().status


def test_fifty_deliveries_at_once_never_exceed_what_was_ordered(line):
    found = at_once(*[receiving(line, f"DN{number}") for number in range(50)])

    # after the last piece the order is received, and waits for nothing more
    assert found == {"new": 40, "InvalidTransition": 10}
    assert stands() == (40, 40, "received")
    assert PurchaseReceipt.objects.count() == StockMovement.objects.count() == 40
    verbs = list(LifeEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["receive_part", "receive"]


def test_of_deliveries_too_large_to_fit_together_some_are_refused_whole(line):
    found = at_once(*[receiving(line, f"DN{number}", accepted=15) for number in range(50)])

    assert found == {"new": 2, "InvalidData": 48}
    assert stands() == (30, 30, "partly_received")


def test_one_delivery_note_sent_fifty_times_counts_once(line):
    found = at_once(*[receiving(line, "DN1", accepted=7)] * 50)

    assert found == {"new": 1, "known": 49}
    assert stands() == (7, 7, "partly_received")
    assert (PurchaseReceipt.objects.count(), StockMovement.objects.count()) == (1, 1)


def test_an_order_is_cancelled_or_received_and_never_both(line):
    def cancelling():
        order = PurchaseOrder.objects.get()
        move(PURCHASE_COURSE, order, "cancel", MOVER, reason="Too dear")
        return "cancelled"

    found = at_once(*[cancelling] * 10, *[receiving(line, f"DN{n}") for n in range(10)])

    status = PurchaseOrder.objects.get().status
    if status == "cancelled":
        assert found == {"cancelled": 1, "InvalidTransition": 19}
        assert PurchaseReceipt.objects.count() == 0
    else:
        assert found == {"new": 10, "InvalidTransition": 10}
        assert stands() == (10, 10, "partly_received")


def test_a_line_changes_before_the_order_is_placed_or_not_at_all():
    order = factories.purchase_order("PO1", status="draft")

    def ordering():
        move(PURCHASE_COURSE, PurchaseOrder.objects.get(), "order", MOVER)
        return "ordered"

    def editing():
        line = PurchaseLine.objects.get()
        line.units += 1
        save_purchase_line(line, MOVER)
        return "edited"

    found = at_once(ordering, *[editing] * 20)

    assert found["ordered"] == 1
    assert found["edited"] + found["InvalidTransition"] == 20
    assert PurchaseOrder.objects.get(pk=order.pk).status == "ordered"
    assert PurchaseLine.objects.get().units <= 10 + found["edited"]
