"""Warehouses, the ledger of stock movements, and the levels that are its sums."""

from __future__ import annotations

from datetime import date
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models.products import Sku
from catalog.models.visible import SupplyQuerySet


class WarehouseKind(models.TextChoices):
    DOMESTIC = "domestic", pgettext_lazy("warehouse", "Domestic")
    OVERSEAS = "overseas", pgettext_lazy("warehouse", "Overseas")
    FBA = "fba", "FBA"
    THIRD_PARTY = "third_party", pgettext_lazy("warehouse", "Third party")


class Warehouse(models.Model):
    """Where stock lies; where ``allows_negative`` is set, more may go out than came in."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(
        _("kind"), max_length=20, choices=WarehouseKind.choices, default=WarehouseKind.DOMESTIC
    )
    country = models.CharField(_("country"), max_length=2)
    allows_negative = models.BooleanField(_("allows negative stock"), default=False)
    active = models.BooleanField(_("active"), default=True)

    objects = SupplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("warehouse")
        verbose_name_plural = _("warehouses")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class StockLevel(models.Model):
    """How many pieces of a SKU lie in a warehouse, and how many of them are reserved.

    The sum of the movements, kept in one row: ``on_hand`` of their ``units``, ``reserved`` of
    their ``reserved``. ``may_be_negative`` is the warehouse's rule, beside what it bounds so that
    the database itself can say no.
    """

    warehouse = models.ForeignKey(
        Warehouse, verbose_name=_("warehouse"), on_delete=models.PROTECT, related_name="levels"
    )
    sku = models.ForeignKey(
        Sku, verbose_name=_("SKU"), on_delete=models.PROTECT, related_name="levels"
    )
    on_hand = models.BigIntegerField(_("on hand"), default=0)
    reserved = models.BigIntegerField(_("reserved"), default=0)
    may_be_negative = models.BooleanField(default=False, editable=False)

    objects = SupplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock level")
        verbose_name_plural = _("stock levels")
        ordering = ["warehouse", "sku"]
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "sku"], name="stock_level_unique"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0), name="stock_reserved_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(may_be_negative=True) | Q(on_hand__gte=F("reserved")),
                name="stock_never_negative",
            ),
        ]
        indexes = [models.Index(fields=["sku"], name="stock_level_sku")]

    def __str__(self) -> str:
        return f"{self.warehouse_id} {self.sku_id} {self.on_hand}"

    @property
    def available(self) -> int:
        """What can be promised: on hand and not reserved."""
        return self.on_hand - self.reserved


class MovementKind(models.TextChoices):
    RECEIPT = "receipt", pgettext_lazy("stock", "Receipt")
    SALE = "sale", pgettext_lazy("stock", "Sale")
    RETURN = "return", pgettext_lazy("stock", "Return")
    ADJUSTMENT = "adjustment", pgettext_lazy("stock", "Adjustment")
    TRANSFER = "transfer", pgettext_lazy("stock", "Transfer")
    RESERVATION = "reservation", pgettext_lazy("stock", "Reservation")


class LedgerQuerySet(SupplyQuerySet):
    """Rows that are written once."""

    def update(self, **values: Any) -> NoReturn:
        raise TypeError("A stock movement is never changed: write another one.")

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise TypeError("A stock movement is never changed: write another one.")

    def delete(self) -> NoReturn:
        raise TypeError("A stock movement is never deleted: write another one.")


class StockMovement(models.Model):
    """Pieces that came, went or were reserved: never changed, never deleted.

    A mistake is put right by another movement. ``external_id`` is what the sender calls it: sent
    twice it is stored once. Both halves of a transfer carry the same ``reference``.
    """

    warehouse = models.ForeignKey(
        Warehouse, verbose_name=_("warehouse"), on_delete=models.PROTECT, related_name="movements"
    )
    sku = models.ForeignKey(
        Sku, verbose_name=_("SKU"), on_delete=models.PROTECT, related_name="movements"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=MovementKind.choices)
    units = models.IntegerField(_("pieces"), default=0)
    reserved = models.IntegerField(_("reserved"), default=0)
    happened_at = models.DateTimeField(_("happened at"))
    external_id = models.CharField(_("number at the source"), max_length=100, blank=True)
    reference = models.CharField(_("belongs to"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    client_name = models.CharField(_("machine client"), max_length=150, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse", "external_id"],
                condition=~Q(external_id=""),
                name="stock_movement_sent_once",
            ),
            models.CheckConstraint(
                condition=~Q(units=0) | ~Q(reserved=0), name="stock_movement_moves"
            ),
            models.CheckConstraint(
                condition=~Q(kind=MovementKind.ADJUSTMENT) | ~Q(reason=""),
                name="stock_adjustment_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["sku", "warehouse", "id"], name="stock_movement_of"),
            models.Index(fields=["reference"], name="stock_movement_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.kind} {self.units:+d}"

    def save(self, *args: Any, **options: Any) -> None:
        """Write it once."""
        if not self._state.adding:
            raise TypeError("A stock movement is never changed: write another one.")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise TypeError("A stock movement is never deleted: write another one.")


class StockSnapshot(models.Model):
    """A count of a warehouse that came from outside; what differs became adjustments."""

    warehouse = models.ForeignKey(
        Warehouse, verbose_name=_("warehouse"), on_delete=models.PROTECT, related_name="snapshots"
    )
    external_id = models.CharField(_("number at the source"), max_length=100)
    taken_at = models.DateTimeField(_("taken at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    rows = models.PositiveIntegerField(_("rows"))
    adjusted = models.PositiveIntegerField(_("adjusted"))
    difference = models.IntegerField(_("difference in pieces"))

    objects = SupplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock snapshot")
        verbose_name_plural = _("stock snapshots")
        ordering = ["-taken_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse", "external_id"], name="stock_snapshot_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.warehouse} {self.taken_at:%Y-%m-%d %H:%M}"


class StockCount(models.Model):
    """One SKU of a snapshot: what was counted, and what the ledger held then."""

    snapshot = models.ForeignKey(
        StockSnapshot, verbose_name=_("snapshot"), on_delete=models.CASCADE, related_name="counts"
    )
    sku = models.ForeignKey(Sku, verbose_name=_("SKU"), on_delete=models.PROTECT, related_name="+")
    counted = models.IntegerField(_("counted"))
    expected = models.IntegerField(_("in the ledger"))

    class Meta:
        verbose_name = _("count of a snapshot")
        verbose_name_plural = _("counts of snapshots")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "sku"], name="stock_count_unique")
        ]

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.sku_id}"


class Stockout(models.Model):
    """A time in which a SKU that was kept in a warehouse could not be sold from it.

    ``from_day`` is the first day that ended without stock, ``to_day`` the first with some again.
    """

    warehouse = models.ForeignKey(
        Warehouse, verbose_name=_("warehouse"), on_delete=models.PROTECT, related_name="stockouts"
    )
    sku = models.ForeignKey(
        Sku, verbose_name=_("SKU"), on_delete=models.PROTECT, related_name="stockouts"
    )
    from_day = models.DateField(pgettext_lazy("date", "from"))
    to_day = models.DateField(_("until before"), null=True, blank=True)

    objects = SupplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("stockout")
        verbose_name_plural = _("stockouts")
        ordering = ["-from_day", "sku"]
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse", "sku", "from_day"], name="stockout_unique"
            ),
            models.UniqueConstraint(
                fields=["warehouse", "sku"],
                condition=Q(to_day__isnull=True),
                name="stockout_one_open",
            ),
            models.CheckConstraint(
                condition=Q(to_day__isnull=True) | Q(to_day__gt=F("from_day")),
                name="stockout_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.from_day}"

    def lost_days(self, today: date) -> int:
        """On how many days it could not be sold, up to before ``today`` where it still cannot."""
        return max(0, ((self.to_day or today) - self.from_day).days)
