"""Inbound shipments: when there is one, and what customs do to it."""

import pytest

from catalog.actions.inbound import CUSTOMS_COURSE, save_shipment
from catalog.models import InboundShipment
from opsdesk.actions.moves import Mover, move
from opsdesk.core.errors import InvalidData, InvalidTransition
from opsdesk.models import LifeEvent
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
MOVER = Mover(NOW)


def test_a_shipment_begins_undeclared():
    save_shipment(InboundShipment(order=make.purchase_order(), reference="SEA-1"), MOVER)

    assert InboundShipment.objects.get().status == "not_declared"
    assert list(LifeEvent.objects.values_list("life", "verb", "state")) == [
        ("inbound_shipment", "begin", "not_declared")
    ]


@pytest.mark.parametrize("status", ["draft", "received", "closed", "cancelled"])
def test_nothing_is_on_its_way_for_an_order_that_waits_for_nothing(status):
    order = make.purchase_order(status=status)

    with pytest.raises(InvalidTransition, match="nothing is on its way for it"):
        save_shipment(InboundShipment(order=order, reference="SEA-1"), MOVER)

    assert (InboundShipment.objects.count(), LifeEvent.objects.count()) == (0, 0)


def test_customs_hold_with_a_reason_and_release():
    shipment = make.inbound_shipment()
    move(CUSTOMS_COURSE, shipment, "declare", MOVER)

    with pytest.raises(InvalidData, match="Give the reason"):
        move(CUSTOMS_COURSE, shipment, "hold", MOVER)
    held = InboundShipment.objects.get().status
    move(CUSTOMS_COURSE, shipment, "hold", MOVER, reason="Papers are missing")
    move(CUSTOMS_COURSE, shipment, "release", MOVER)

    assert held == "declared"
    assert list(LifeEvent.objects.order_by("pk").values_list("state", "reason")) == [
        ("declared", ""),
        ("held", "Papers are missing"),
        ("released", ""),
    ]


def test_a_shipment_stays_with_its_order_and_no_form_sets_its_state():
    shipment = make.inbound_shipment(status="held")
    shipment.status = "released"
    save_shipment(shipment, MOVER)
    shipment.order = make.purchase_order(lines=[("S2", 1, "1")])

    with pytest.raises(InvalidData, match="stays with its purchase order"):
        save_shipment(shipment, MOVER)

    stored = InboundShipment.objects.get()
    assert (stored.status, stored.order_id == shipment.order_id) == ("held", False)
