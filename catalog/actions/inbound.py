"""Inbound shipments of purchase orders, and where they stand with customs."""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.actions.purchasing import hold_order
from catalog.core.lifecycle import AWAITED, CUSTOMS, PURCHASE
from catalog.models import InboundShipment
from opsdesk.actions.moves import Course, Mover, begin
from opsdesk.actions.records import save_record
from opsdesk.core.errors import InvalidData, InvalidTransition

CUSTOMS_COURSE = Course(CUSTOMS, InboundShipment)


@transaction.atomic
def save_shipment(shipment: InboundShipment, mover: Mover) -> InboundShipment:
    """Write a shipment of an order that is placed; a new one begins undeclared.

    ``InvalidTransition`` for a new shipment of an order of which nothing is to come.
    """
    order = hold_order(shipment.order_id)
    if shipment.pk is None:
        if order.status not in AWAITED:
            message = _("%(order)s is “%(state)s”: nothing is on its way for it.")
            words = {"order": order.code, "state": PURCHASE.label_of(order.status)}
            raise InvalidTransition(message % words)
        save_record(shipment, by=mover.by, at=mover.at)
        begin(CUSTOMS_COURSE, shipment, mover)
        return shipment
    rows = InboundShipment.objects.filter(pk=shipment.pk)
    [(of_order, status)] = rows.values_list("order_id", "status")
    if of_order != shipment.order_id:
        message = _("A shipment stays with its purchase order: add it to the other one anew.")
        raise InvalidData(message, field="order")
    shipment.status = status
    return save_record(shipment, by=mover.by, at=mover.at)
