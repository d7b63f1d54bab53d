"""The sample company's parcels of the last weeks."""

from datetime import timedelta

import pytest

from opsdesk.demo import shipments
from opsdesk.demo.shipments import TROUBLES
from orders.models import LogisticsChannel, Order, Shipment, ShipmentException, TrackingEvent
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
AGES = {"allocated": [1], "dispatched": [2, *range(8, 8 + 2 * len(TROUBLES))]}
AGES |= {"completed": range(12, 36), "paid": [0], "cancelled": [20]}


def test_every_order_that_was_sent_has_its_parcel_and_keeps_its_status():
    shop = factories.store()
    made = [
        factories.order(store=shop, status=status, on=TODAY - age * DAY)
        for status, ages in AGES.items()
        for age in ages
    ]

    shipments.write(TODAY, by=factories.user(), at=NOW)
    count = (Shipment.objects.count(), TrackingEvent.objects.count())
    shipments.write(TODAY, by=factories.user(), at=NOW)

    assert (Shipment.objects.count(), TrackingEvent.objects.count()) == count
    assert (count[0], LogisticsChannel.objects.count()) == (len(made) - 2, 3)
    found = {
        (order, status) for order, status in Shipment.objects.values_list("order__status", "status")
    }
    assert found == {
        ("allocated", "ready"),
        ("dispatched", "in_transit"),
        ("dispatched", "lost"),
        ("completed", "delivered"),
    }
    assert set(Order.objects.values_list("status", flat=True)) == set(AGES)
    assert set(ShipmentException.objects.values_list("kind", flat=True)) == {"lost", "damaged"}
    known = Shipment.objects.filter(status="delivered", reporting_cost__isnull=False)
    assert known.count() == 24
