"""What follows from the news of a shipment: where it stands, is it late, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from orders.core.lifecycle import ShipmentStatus


class ChannelKind(TextChoices):
    POSTAL = "postal", pgettext_lazy("channel", "Postal parcel")
    DEDICATED = "dedicated", pgettext_lazy("channel", "Dedicated line")
    OVERSEAS = "overseas", pgettext_lazy("channel", "Overseas warehouse")


class EventCode(TextChoices):
    PICKED_UP = "picked_up", pgettext_lazy("tracking", "Picked up")
    IN_TRANSIT = "in_transit", pgettext_lazy("tracking", "In transit")
    OUT_FOR_DELIVERY = "out_for_delivery", pgettext_lazy("tracking", "Out for delivery")
    DELIVERED = "delivered", pgettext_lazy("tracking", "Delivered")
    FAILED_ATTEMPT = "failed_attempt", pgettext_lazy("tracking", "Delivery failed")
    CUSTOMS_HELD = "customs_held", pgettext_lazy("tracking", "Held by customs")
    DAMAGED = "damaged", pgettext_lazy("tracking", "Damaged")
    LOST = "lost", pgettext_lazy("tracking", "Lost")
    RETURNED = "returned_to_sender", pgettext_lazy("tracking", "Returned to sender")
    OTHER = "other", pgettext_lazy("tracking", "Other news")


class ExceptionKind(TextChoices):
    SILENT = "silent", pgettext_lazy("shipment exception", "No news")
    LATE = "late", pgettext_lazy("shipment exception", "Late")
    LOST = "lost", pgettext_lazy("shipment exception", "Lost")
    DAMAGED = "damaged", pgettext_lazy("shipment exception", "Damaged")


OUTCOMES = (ShipmentStatus.DELIVERED, ShipmentStatus.LOST, ShipmentStatus.RETURNED)
# With these the goods have not reached the buyer and will not: they may be sent again.
NOT_SHIPPED = (ShipmentStatus.CANCELLED, ShipmentStatus.LOST, ShipmentStatus.RETURNED)
# The carrier has the parcel in its hands; "other", such as a printed label, does not tell that.
_MOVING = frozenset(
    {
        EventCode.PICKED_UP,
        EventCode.IN_TRANSIT,
        EventCode.OUT_FOR_DELIVERY,
        EventCode.FAILED_ATTEMPT,
        EventCode.CUSTOMS_HELD,
        EventCode.DAMAGED,
    }
)
# What a step made by hand writes down as news of the shipment.
EVENT_OF_STEP = {
    "dispatch": EventCode.PICKED_UP,
    "deliver": EventCode.DELIVERED,
    "lose": EventCode.LOST,
    "find": EventCode.IN_TRANSIT,
    "return_to_sender": EventCode.RETURNED,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """That something happened to a shipment, and when."""

    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the source says of the whole shipment, beside its events; a later word replaces it."""

    dispatched_at: datetime | None = None
    outcome: str = ""
    outcome_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a shipment stands; each instant is ``None`` where nobody knows it."""

    status: str
    dispatched_at: datetime | None = None
    outcome_at: datetime | None = None
    last_event_at: datetime | None = None
    damaged_at: datetime | None = None


_NOTHING = Told()


def standing(events: Iterable[Fact], told: Told = _NOTHING) -> Standing:
    """Return where a shipment stands by all that is known of it, in whatever order it came.

    One that went back to its sender has gone back, whatever was reported besides: what the way
    back ends with is told as a delivery, too. One that was delivered is not lost any more. Lost it
    is only until it is seen again. ``told`` holds against the events where it names the instant.
    """
    facts = list(events)
    if told.outcome and told.outcome_at is not None:
        facts.append(Fact(told.outcome_at, told.outcome))
    found: dict[str, list[datetime]] = {}
    for fact in facts:
        found.setdefault(fact.code, []).append(fact.at)
    moving = [at for code in _MOVING for at in found.get(code, ())]
    picked_up = found.get(EventCode.PICKED_UP, moving)
    dispatched_at = told.dispatched_at or min(picked_up, default=None)
    status, outcome_at = _outcome(found, max(moving, default=None))
    if not status:
        status = ShipmentStatus.IN_TRANSIT if dispatched_at else ShipmentStatus.READY
    elif status == told.outcome and status != ShipmentStatus.LOST:
        outcome_at = told.outcome_at
    instants = [fact.at for fact in facts]
    if told.dispatched_at is not None:
        instants.append(told.dispatched_at)
    damaged_at = min(found.get(EventCode.DAMAGED, ()), default=None)
    last = max(instants, default=None)
    return Standing(str(status), dispatched_at, outcome_at, last, damaged_at)


def _outcome(
    found: dict[str, list[datetime]], moved: datetime | None
) -> tuple[str, datetime | None]:
    for status in (ShipmentStatus.RETURNED, ShipmentStatus.DELIVERED):
        if status in found:
            return status, min(found[status])
    # Seen at the very instant it was given up: it is taken for lost, and somebody looks.
    lost = [at for at in found.get(EventCode.LOST, ()) if moved is None or at >= moved]
    return (ShipmentStatus.LOST, min(lost)) if lost else ("", None)


def is_late(promised_on: date | None, delivered_on: date | None, day: date) -> bool | None:
    """Tell whether a shipment came, or by the end of ``day`` has not come, after its promise.

    On the promised day it is on time. ``None`` where nothing was promised.
    """
    if promised_on is None:
        return None
    return (delivered_on or day) > promised_on


@dataclass(frozen=True, slots=True)
class Watched:
    """What the exceptions of a shipment are seen by."""

    status: str
    promised_on: date | None = None
    last_event_on: date | None = None
    damaged_on: date | None = None


def exceptions_on(shipment: Watched, silent_days: int, day: date) -> set[ExceptionKind]:
    """Return what is wrong with a shipment on ``day``.

    It is silent where its last news is ``silent_days`` days old or older, and late from the day
    after the promised one; both only while it is under way.
    """
    found: set[ExceptionKind] = set()
    if shipment.status == ShipmentStatus.IN_TRANSIT:
        last = shipment.last_event_on
        if last is not None and (day - last).days >= silent_days:
            found.add(ExceptionKind.SILENT)
        if is_late(shipment.promised_on, None, day):
            found.add(ExceptionKind.LATE)
    if shipment.status == ShipmentStatus.LOST:
        found.add(ExceptionKind.LOST)
    if shipment.damaged_on is not None:
        found.add(ExceptionKind.DAMAGED)
    return found
