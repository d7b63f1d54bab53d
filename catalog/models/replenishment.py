"""What SKUs sell by day, what class that makes them, and what should be bought of them."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models.products import Sku
from catalog.models.suppliers import PurchaseOrder
from catalog.models.visible import SupplyQuerySet
from opsdesk.models import MoneyField, ShareField


class SkuDemand(models.Model):
    """What was ordered of a SKU on a business day over all stores, cancelled orders left out."""

    sku = models.ForeignKey(Sku, verbose_name=_("SKU"), on_delete=models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    units = models.IntegerField(_("pieces"))
    sales = MoneyField(_("sales in reporting currency"))

    class Meta:
        verbose_name = _("demand of a day")
        verbose_name_plural = _("demand by day")
        ordering = ["-day", "sku"]
        constraints = [models.UniqueConstraint(fields=["sku", "day"], name="sku_demand_unique")]
        indexes = [models.Index(fields=["day"], name="sku_demand_day")]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.day}"


class ReplenishmentPolicy(models.Model):
    """By which numbers reorder points are made; the latest on or before a day holds.

    Quantities of a SKU without a lead time of its own are made with ``lead_time_days``.
    """

    from_date = models.DateField(_("from"), unique=True)
    service_level = ShareField(
        _("service level"),
        default=Decimal("0.95"),
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal("0.9999"))],
    )
    review_days = models.PositiveSmallIntegerField(
        _("days between two reviews"), default=30, validators=[MinValueValidator(1)]
    )
    window_days = models.PositiveSmallIntegerField(
        _("days of demand looked at"), default=90, validators=[MinValueValidator(2)]
    )
    lead_time_days = models.PositiveSmallIntegerField(
        _("lead time where a SKU has none"), default=30
    )

    class Meta:
        verbose_name = _("replenishment policy")
        verbose_name_plural = _("replenishment policies")
        ordering = ["-from_date"]

    def __str__(self) -> str:
        return str(self.from_date)


class AbcClass(models.Model):
    """A SKU's class on a day by the sales of the trailing 90: A the first 80 %, B 15 %, C the rest.

    ``running`` is the share of all sales that it and the SKUs before it make.
    """

    day = models.DateField(_("day"))
    sku = models.ForeignKey(Sku, verbose_name=_("SKU"), on_delete=models.CASCADE, related_name="+")
    sales = MoneyField(_("sales of 90 days"))
    running = ShareField(_("running share"))
    letter = models.CharField(_("class"), max_length=1)

    objects = SupplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("ABC class")
        verbose_name_plural = _("ABC classes")
        ordering = ["-sales", "sku"]
        constraints = [models.UniqueConstraint(fields=["sku"], name="abc_class_unique")]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.letter}"


class ReplenishmentState(models.TextChoices):
    OPEN = "open", pgettext_lazy("replenishment", "Open")
    ORDERED = "ordered", pgettext_lazy("replenishment", "Ordered")
    DISMISSED = "dismissed", pgettext_lazy("replenishment", "Dismissed")


class Replenishment(models.Model):
    """What should be bought of a SKU, with every number it was made of.

    Made anew each night while open. ``deviation`` is σ of daily demand, ``z`` that of the service
    level.
    """

    sku = models.ForeignKey(
        Sku, verbose_name=_("SKU"), on_delete=models.PROTECT, related_name="replenishments"
    )
    day = models.DateField(_("day"))
    mean = ShareField(_("mean daily demand"))
    deviation = ShareField(_("deviation of daily demand"))
    z = ShareField(_("z of the service level"))
    lead_time_days = models.PositiveSmallIntegerField(_("lead time in days"))
    review_days = models.PositiveSmallIntegerField(_("days between two reviews"))
    safety_stock = models.PositiveIntegerField(_("safety stock"))
    reorder_point = models.PositiveIntegerField(_("reorder point"))
    on_hand = models.BigIntegerField(_("on hand"))
    on_order = models.PositiveBigIntegerField(_("on order"))
    quantity = models.PositiveIntegerField(_("proposed quantity"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ReplenishmentState.choices,
        default=ReplenishmentState.OPEN,
    )
    purchase_order = models.ForeignKey(
        PurchaseOrder,
        verbose_name=_("purchase order"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replenishments",
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)

    objects = SupplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("replenishment proposal")
        verbose_name_plural = _("replenishment proposals")
        ordering = ["-day", "-quantity"]
        constraints = [
            models.UniqueConstraint(
                fields=["sku"],
                condition=Q(state=ReplenishmentState.OPEN),
                name="replenishment_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.day} {self.quantity}"
