"""What the night raises and lets pass of the exceptions of shipments, and what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.core.scope import Scope
from orders.core.lifecycle import ExceptionStatus, ShipmentStatus
from orders.core.shipping import ExceptionKind
from orders.models import LogisticsChannel, Shipment, ShipmentException

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cause:
    """Shipments that have the same wrong, and the column that says since when."""

    kind: ExceptionKind
    since: str
    shipments: QuerySet[Shipment]
    # Solved on this day or later it is not raised again; ``None``: not for the same cause.
    quiet_from: date | None = None


def causes_on(day: date) -> Iterator[Cause]:
    """Yield what is wrong on ``day``, as the rules of each channel have it."""
    under_way = Shipment.objects.filter(status=ShipmentStatus.IN_TRANSIT)
    for channel, silent_days in LogisticsChannel.objects.order_by("pk").values_list(
        "pk", "silent_days"
    ):
        quiet = day - DAY * silent_days + DAY
        own = under_way.filter(channel=channel)
        silent = own.filter(last_event_on__lte=day - DAY * silent_days)
        yield Cause(ExceptionKind.SILENT, "last_event_on", silent, quiet)
        late = own.filter(promised_on__lt=day)
        yield Cause(ExceptionKind.LATE, "promised_on", late, quiet)
    yield from lasting_causes()


def lasting_causes() -> Iterator[Cause]:
    """Yield what is wrong whatever the day: losses and damage."""
    lost = Shipment.objects.filter(status=ShipmentStatus.LOST, outcome_on__isnull=False)
    yield Cause(ExceptionKind.LOST, "outcome_on", lost)
    damaged = Shipment.objects.filter(damaged_on__isnull=False)
    yield Cause(ExceptionKind.DAMAGED, "damaged_on", damaged)


def to_raise(cause: Cause, start_of_quiet: datetime | None) -> QuerySet[Shipment]:
    """Return the shipments of which nobody has been told, or not since it was solved.

    ``start_of_quiet`` is the instant at which ``quiet_from`` begins.
    """
    own = ShipmentException.objects.filter(shipment=OuterRef("pk"), kind=cause.kind)
    waiting = own.waiting()
    solved = own.filter(status=ExceptionStatus.SOLVED)
    if start_of_quiet is None:
        done = solved.filter(about=OuterRef(cause.since))
    else:
        done = solved.filter(closed_at__gte=start_of_quiet)
    return cause.shipments.exclude(Exists(waiting)).exclude(Exists(done)).order_by("pk")


def gone_on(day: date) -> QuerySet[ShipmentException]:
    """Return the exceptions that wait although their cause is gone on ``day``."""
    kinds, under_way = ExceptionKind, Q(shipment__status=ShipmentStatus.IN_TRANSIT)
    still = Q(kind=kinds.LOST, shipment__status=ShipmentStatus.LOST)
    still |= Q(kind=kinds.DAMAGED, shipment__damaged_on__isnull=False)
    still |= Q(under_way, kind=kinds.LATE, shipment__promised_on__lt=day)
    for channel, silent_days in LogisticsChannel.objects.order_by("pk").values_list(
        "pk", "silent_days"
    ):
        last = day - DAY * silent_days
        still |= Q(
            under_way,
            kind=kinds.SILENT,
            shipment__channel=channel,
            shipment__last_event_on__lte=last,
        )
    # What nobody knows, such as a promise that there is none of any more, is no cause.
    held = ShipmentException.objects.waiting().filter(still)
    return ShipmentException.objects.waiting().exclude(pk__in=held.values("pk")).order_by("pk")


def waiting_of(shipments: Iterable[int]) -> QuerySet[ShipmentException]:
    """Return what waits for a person of the shipments."""
    rows = ShipmentException.objects.waiting().filter(shipment__in=set(shipments))
    return rows.order_by("pk")


def exceptions_seen(scope: Scope) -> QuerySet[ShipmentException]:
    """Return what waits for a person in the stores one sees, the oldest first."""
    rows = ShipmentException.objects.visible_to(scope).waiting()
    return rows.select_related("shipment", "store").order_by("raised_on", "pk")


def waiting_by_kind(scope: Scope) -> dict[str, int]:
    """Return how much of each kind waits in the stores one sees."""
    rows = ShipmentException.objects.visible_to(scope).waiting().order_by()
    return dict(rows.values_list("kind").annotate(count=Count("pk")))
