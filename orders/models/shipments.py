"""Logistics channels, shipments with what is in them, and their tracking events."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NoReturn, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.core.roles import Right
from accounts.core.scope import Scope
from catalog.models import Store, Warehouse
from catalog.models.visible import OfStoreQuerySet
from opsdesk.models import MoneyField, RateField
from orders.core.lifecycle import ShipmentStatus
from orders.core.shipment_items import MOST_DAYS, PLACE_LENGTH, TEXT_LENGTH
from orders.core.shipping import ChannelKind, EventCode, Told, Watched, is_late
from orders.models.orders import Order, OrderLine

_DAYS = [MaxValueValidator(MOST_DAYS)]


class ChannelQuerySet(models.QuerySet["LogisticsChannel"]):
    """Channels in the words of the desk."""

    def visible_to(self, scope: Scope) -> ChannelQuerySet:
        """All of them for who sees sales, and for machines: they belong to no store."""
        sees = scope.client_id is not None or scope.may(Right.SALES_VIEW)
        return self if sees else self.none()

    def active(self) -> ChannelQuerySet:
        """Those by which parcels are still sent."""
        return self.filter(active=True)


class LogisticsChannel(models.Model):
    """A way parcels go, with what it promises; a change holds for parcels dispatched later."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=ChannelKind.choices)
    carrier = models.CharField(_("carrier"), max_length=100, blank=True)
    promised_days = models.PositiveSmallIntegerField(
        _("promised days"),
        validators=_DAYS,
        help_text=_("From the day of dispatch to the last day on time."),
    )
    promised_days_remote = models.PositiveSmallIntegerField(
        _("promised days, remote areas"),
        null=True,
        blank=True,
        validators=_DAYS,
        help_text=_("Blank: as everywhere else."),
    )
    silent_days = models.PositiveSmallIntegerField(
        _("days without news"),
        default=7,
        validators=[MinValueValidator(1), *_DAYS],
        help_text=_("So many days after its last event a parcel under way is an exception."),
    )
    active = models.BooleanField(_("active"), default=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("logistics channel")
        verbose_name_plural = _("logistics channels")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(silent_days__gte=1), name="channel_silent_days"),
        ]

    def __str__(self) -> str:
        return self.name

    def days(self, remote_area: bool) -> int:
        """Return how many days are promised."""
        remote = self.promised_days_remote
        return remote if remote_area and remote is not None else self.promised_days


class ShipmentQuerySet(OfStoreQuerySet):
    """Shipments in the words of the desk."""

    def under_way(self) -> Self:
        """Those the carrier has, and that have not come to an end."""
        return self.filter(status=ShipmentStatus.IN_TRANSIT)


class Shipment(models.Model):
    """A parcel of an order: ready → in transit → delivered, lost or returned; or cancelled.

    Where it stands follows from its tracking events and from what the source tells of the whole
    (``told_…``): ``orders.core.shipping.standing``. ``…_on`` are days on the wall of the store,
    taken when the row is written. ``transit_days`` is known of delivered ones only.
    ``reporting_cost`` is ``cost`` by the rate of the day of dispatch; ``None`` is not known.
    """

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="shipments"
    )
    external_id = models.CharField(_("shipment no."), max_length=100)
    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="shipments"
    )
    channel = models.ForeignKey(
        LogisticsChannel,
        verbose_name=_("logistics channel"),
        on_delete=models.PROTECT,
        related_name="shipments",
        db_index=False,
    )
    warehouse = models.ForeignKey(
        Warehouse,
        verbose_name=_("warehouse"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="shipments",
    )
    tracking_number = models.CharField(_("tracking number"), max_length=100, blank=True)
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=ShipmentStatus.choices,
        default=ShipmentStatus.READY,
        editable=False,
    )
    remote_area = models.BooleanField(_("remote area"), default=False)
    promised_days = models.PositiveSmallIntegerField(_("promised days"), null=True, blank=True)
    promise_given = models.BooleanField(default=False, editable=False)
    promised_on = models.DateField(_("promised on"), null=True)
    told_dispatched_at = models.DateTimeField(null=True, editable=False)
    told_outcome = models.CharField(max_length=20, blank=True, editable=False)
    told_outcome_at = models.DateTimeField(null=True, editable=False)
    dispatched_at = models.DateTimeField(_("dispatched at"), null=True)
    dispatched_on = models.DateField(_("dispatched on"), null=True)
    outcome_at = models.DateTimeField(_("outcome at"), null=True)
    outcome_on = models.DateField(_("outcome on"), null=True)
    transit_days = models.PositiveIntegerField(_("days under way"), null=True)
    last_event_at = models.DateTimeField(_("last news at"), null=True)
    last_event_on = models.DateField(_("last news on"), null=True)
    damaged_on = models.DateField(_("damaged on"), null=True)
    cost = MoneyField(_("cost"), null=True, blank=True)
    cost_currency = models.CharField(_("cost currency"), max_length=3, blank=True)
    fx_rate = RateField(_("rate to the reporting currency"), null=True)
    reporting_cost = MoneyField(_("cost in reporting currency"), null=True)
    source_updated_at = models.DateTimeField(_("updated at the source"), null=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    objects = ShipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="shipment_unique"),
            models.UniqueConstraint(
                fields=["store", "tracking_number"],
                condition=~Q(tracking_number=""),
                name="shipment_tracking_unique",
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0, cost_currency__gt=""),
                name="shipment_cost_has_currency",
            ),
        ]
        indexes = [
            models.Index(fields=["external_id"], name="shipment_external_idx"),
            models.Index(fields=["tracking_number"], name="shipment_tracking_idx"),
            models.Index(fields=["status", "-id"], name="shipment_status_idx"),
            models.Index(fields=["store", "dispatched_on"], name="shipment_store_day_idx"),
            models.Index(fields=["store", "outcome_on"], name="shipment_outcome_idx"),
            # as the lists of a range of days are ordered
            models.Index(fields=["-dispatched_on", "-id"], name="shipment_day_idx"),
            models.Index(fields=["channel", "-dispatched_on", "-id"], name="shipment_channel_idx"),
            # few of all that ever were: what the night looks for
            models.Index(
                fields=["channel", "last_event_on"],
                condition=Q(status="in_transit"),
                name="shipment_silent_idx",
            ),
            models.Index(
                fields=["promised_on"], condition=Q(status="in_transit"), name="shipment_late_idx"
            ),
            models.Index(
                fields=["outcome_on"], condition=Q(status="lost"), name="shipment_lost_idx"
            ),
            models.Index(
                fields=["damaged_on"],
                condition=Q(damaged_on__isnull=False),
                name="shipment_damaged_idx",
            ),
        ]

    def __str__(self) -> str:
        return self.external_id

    @property
    def told(self) -> Told:
        """What the source says of the whole shipment."""
        return Told(self.told_dispatched_at, self.told_outcome, self.told_outcome_at)

    @property
    def watched(self) -> Watched:
        """What its exceptions are seen by."""
        return Watched(self.status, self.promised_on, self.last_event_on, self.damaged_on)

    @property
    def delivered_on(self) -> date | None:
        """The day on which the buyer got it."""
        return self.outcome_on if self.status == ShipmentStatus.DELIVERED else None

    def is_late(self, today: date) -> bool | None:
        """Tell whether it came, or has not come, after its promise; ``None``: nobody can tell."""
        if self.status not in (ShipmentStatus.IN_TRANSIT, ShipmentStatus.DELIVERED):
            return None
        return is_late(self.promised_on, self.delivered_on, today)


class ShipmentLine(models.Model):
    """How many pieces of a line of the order are in the parcel.

    A line of the order goes only where no parcel that counts holds any of it: what is left of it
    in cancelled and lost ones goes along.
    """

    shipment = models.ForeignKey(
        Shipment, verbose_name=_("shipment"), on_delete=models.CASCADE, related_name="lines"
    )
    order_line = models.ForeignKey(
        OrderLine,
        verbose_name=_("order line"),
        on_delete=models.CASCADE,
        related_name="shipment_lines",
    )
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("shipment line")
        verbose_name_plural = _("shipment lines")
        ordering = ["shipment", "order_line"]
        constraints = [
            models.UniqueConstraint(fields=["shipment", "order_line"], name="shipment_line_unique"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipment_line_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id}/{self.order_line_id}"


class EventQuerySet(models.QuerySet["TrackingEvent"]):
    """News that is written once."""

    def update(self, **values: Any) -> NoReturn:
        raise TypeError("A tracking event is never changed: write another one.")

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise TypeError("A tracking event is never changed: write another one.")


class TrackingEvent(models.Model):
    """News of a shipment, by its carrier or by hand: never changed; sent twice it is stored once.

    ``fingerprint`` tells news of one instant apart: by code, place and text.
    """

    shipment = models.ForeignKey(
        Shipment,
        verbose_name=_("shipment"),
        on_delete=models.CASCADE,
        related_name="events",
        db_index=False,
    )
    at = models.DateTimeField(pgettext_lazy("tracking", "at"))
    code = models.CharField(_("event"), max_length=20, choices=EventCode.choices)
    text = models.CharField(_("text"), max_length=TEXT_LENGTH, blank=True)
    place = models.CharField(_("place"), max_length=PLACE_LENGTH, blank=True)
    fingerprint = models.CharField(max_length=16, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("tracking event")
        verbose_name_plural = _("tracking events")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "at", "fingerprint"], name="tracking_event_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.shipment_id} {self.code}"

    def save(self, *args: Any, **options: Any) -> None:
        """Write it once."""
        if not self._state.adding:
            raise TypeError("A tracking event is never changed: write another one.")
        super().save(*args, **options)

    @property
    def key(self) -> tuple[datetime, str]:
        """What tells it from other news of its shipment."""
        return self.at, self.fingerprint
