"""Deliveries of purchase orders: recorded once, never more than ordered, and put into stock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from catalog.actions.purchase_stock import book_receipt
from catalog.actions.purchasing import PURCHASE_COURSE, hold_order
from catalog.core.lifecycle import AWAITED, PURCHASE, CustomsStatus, PurchaseStatus
from catalog.core.supply_items import ReceiptItem, check_receipt
from catalog.models import PurchaseLine, PurchaseOrder, PurchaseReceipt
from catalog.queries.purchasing import customs_of
from opsdesk.actions.audit import Actor, person_id, record
from opsdesk.actions.moves import Mover, move
from opsdesk.core.errors import Conflict, DomainError, InvalidData, InvalidTransition, NotAllowed
from opsdesk.core.exchange import CREATED, UNCHANGED, Outcome, State, refused
from opsdesk.core.periods import business_date


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is said of a delivery: its note, the day, the good pieces and those sent back."""

    external_id: str
    received_on: date
    accepted: int
    rejected: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A receipt; ``new`` is false where it was recorded before. ``warnings`` are sentences."""

    receipt: PurchaseReceipt
    new: bool
    warnings: tuple[str, ...] = ()


@transaction.atomic
def receive(line: PurchaseLine, delivery: Delivery, mover: Mover) -> Arrival:
    """Record pieces of ``line`` that came: good ones go into stock, the order moves along.

    A delivery note sent twice is stored once; with other numbers it is refused (``Conflict``).
    Never more than ordered (``InvalidData``), not before it was ordered nor in the future, and
    not while customs hold every shipment of the order (``InvalidTransition``). Nothing is
    written then.
    """
    if not mover.may(Right.STOCK_EDIT):
        raise NotAllowed(_("You don't have the right to receive goods."), code="no_right")
    order = hold_order(line.order_id)
    held = PurchaseLine.objects.select_related("sku").get(pk=line.pk)
    held.order = order
    delivery = _checked(held, delivery)
    twin = PurchaseReceipt.objects.filter(line=held, external_id=delivery.external_id).first()
    if twin is not None:
        return Arrival(_same(twin, delivery), new=False)
    warnings = _refuse(order, delivery, mover)
    _count(held, delivery)
    receipt = _write(held, delivery, mover)
    book_receipt(receipt, mover)
    _move_along(order, mover)
    return Arrival(receipt, new=True, warnings=warnings)


def _checked(line: PurchaseLine, delivery: Delivery) -> Delivery:
    item = ReceiptItem(
        line.order.code,
        line.sku.code,
        delivery.external_id.strip(),
        delivery.received_on,
        delivery.accepted,
        delivery.rejected,
        delivery.note.strip(),
    )
    for fault in check_receipt(item):
        raise InvalidData(fault.message, field=fault.field)
    return Delivery(item.delivery_note, item.received_on, item.accepted, item.rejected, item.note)


def _same(stored: PurchaseReceipt, delivery: Delivery) -> PurchaseReceipt:
    known = (stored.received_on, stored.accepted, stored.rejected)
    if known != (delivery.received_on, delivery.accepted, delivery.rejected):
        message = _(
            "The delivery note %(note)s of %(sku)s is recorded already: %(accepted)d accepted and "
            "%(rejected)d rejected on %(day)s. Give what came another time another number."
        )
        words = {
            "note": stored.external_id,
            "sku": stored.line.sku.code,
            "accepted": stored.accepted,
            "rejected": stored.rejected,
            "day": stored.received_on.isoformat(),
        }
        raise Conflict(message % words, field="delivery_note")
    return stored


def _refuse(order: PurchaseOrder, delivery: Delivery, mover: Mover) -> tuple[str, ...]:
    """Refuse what cannot be received; return what is to be said of what can."""
    if order.status not in AWAITED:
        message = _("%(order)s is “%(state)s”: nothing can be received for it now.")
        words = {"order": order.code, "state": PURCHASE.label_of(order.status)}
        raise InvalidTransition(message % words)
    if delivery.received_on > business_date(mover.at, settings.COMPANY_TIME_ZONE):
        message = _("%(day)s is still to come: give the day on which the goods arrived.")
        day = delivery.received_on.isoformat()
        raise InvalidData(message % {"day": day}, field="received_on")
    if order.ordered_on is not None and delivery.received_on < order.ordered_on:
        message = _("%(order)s was ordered on %(day)s: nothing of it came before.")
        words = {"order": order.code, "day": order.ordered_on.isoformat()}
        raise InvalidData(message % words, field="received_on")
    shipments = customs_of(order)
    held = [one.reference for one in shipments if one.status == CustomsStatus.HELD]
    if held and len(held) == len(shipments):
        message = _(
            "Customs hold every shipment of %(order)s (%(held)s): record the release first, then "
            "what came in."
        )
        words = {"order": order.code, "held": ", ".join(held)}
        raise InvalidTransition(message % words, code="held_by_customs")
    return tuple(
        _("Shipment %(reference)s stands with customs as “%(state)s”.")
        % {"reference": one.reference, "state": one.get_status_display()}
        for one in shipments
        if one.status in (CustomsStatus.HELD, CustomsStatus.NOT_DECLARED)
    )


def _count(line: PurchaseLine, delivery: Delivery) -> None:
    """Add the pieces to the line by an update that more than was ordered does not pass."""
    came = delivery.accepted + delivery.rejected
    counted = PurchaseLine.objects.filter(
        pk=line.pk, units__gte=F("received") + F("rejected") + came
    ).update(received=F("received") + delivery.accepted, rejected=F("rejected") + delivery.rejected)
    line.refresh_from_db(fields=["received", "rejected"])
    if not counted:
        message = _(
            "Of %(sku)s %(units)d pieces were ordered and %(open)d are still to come; %(came)d are "
            "more. Make another order for what came beyond it."
        )
        words = {"sku": line.sku.code, "units": line.units, "open": line.still_open, "came": came}
        raise InvalidData(message % words, code="more_than_ordered", field="accepted")


def _write(line: PurchaseLine, delivery: Delivery, mover: Mover) -> PurchaseReceipt:
    receipt = PurchaseReceipt.objects.create(
        line=line,
        external_id=delivery.external_id,
        received_on=delivery.received_on,
        accepted=delivery.accepted,
        rejected=delivery.rejected,
        note=delivery.note,
        by_id=person_id(mover.by),
        client_name=mover.client_name,
        recorded_at=mover.at,
    )
    told = {
        "order": line.order.code,
        "sku": line.sku.code,
        "accepted": delivery.accepted,
        "rejected": delivery.rejected,
    }
    record("recorded", receipt, by=mover.by, at=mover.at, detail=told)
    before = [line.received - delivery.accepted, line.rejected - delivery.rejected]
    changed = {"received": [before[0], line.received], "rejected": [before[1], line.rejected]}
    record("changed", line, by=mover.by, at=mover.at, detail={"changed": changed})
    return receipt


def _move_along(order: PurchaseOrder, mover: Mover) -> None:
    """Take the order to where what has come in puts it."""
    whole = not order.lines.filter(units__gt=F("received") + F("rejected")).exists()
    if whole:
        move(PURCHASE_COURSE, order, "receive", mover.follow())
    elif order.status != PurchaseStatus.PARTLY_RECEIVED:
        move(PURCHASE_COURSE, order, "receive_part", mover.follow())


def upsert_receipts(
    items: Sequence[ReceiptItem], *, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Record deliveries from outside, one answer per item; what is known already is unchanged."""
    rows = PurchaseLine.objects.filter(
        order__code__in={item.order for item in items}, sku__code__in={item.sku for item in items}
    )
    lines = {(line.order.code, line.sku.code): line for line in rows.select_related("order", "sku")}
    mover = Mover(at, by)
    return [_take(lines.get((item.order, item.sku)), item, mover) for item in items]


def _take(line: PurchaseLine | None, item: ReceiptItem, mover: Mover) -> Outcome:
    if faults := check_receipt(item):
        return Outcome(State.ERROR, tuple(faults))
    if line is None:
        message = _("There is no purchase order %(order)s with a line of %(sku)s: load it first.")
        words = {"order": item.order, "sku": item.sku}
        return refused("order", message % words, item.source_row)
    delivery = Delivery(
        item.delivery_note, item.received_on, item.accepted, item.rejected, item.note
    )
    try:
        with transaction.atomic():
            arrival = receive(line, delivery, mover)
    except DomainError as refusal:
        return refused(refusal.field or "order", refusal.message, item.source_row)
    return CREATED if arrival.new else UNCHANGED
