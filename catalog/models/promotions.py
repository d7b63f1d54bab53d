"""Promotions: their phases, what they reserve and cost, and what they are held against."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.core.lifecycle import PromotionStatus
from catalog.models.listings import Listing
from catalog.models.products import Category
from catalog.models.stock import Warehouse
from catalog.models.stores import Store
from catalog.models.visible import of_store
from opsdesk.models import MoneyField


class Promotion(models.Model):
    """An offer of a store for some days, for single listings or a whole category.

    It plans four phases, each beginning on its day, and ends before ``ends_on``. Its result is
    the sales of its days against those of equally many days before ``warms_up_on``.
    """

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="promotions"
    )
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Blank: for the single listings named below."),
    )
    warms_up_on = models.DateField(_("warm-up from"))
    runs_on = models.DateField(_("runs from"))
    wraps_up_on = models.DateField(_("wrap-up from"))
    ends_on = models.DateField(_("ends before"))
    budget = MoneyField(_("budget"), validators=[MinValueValidator(0)])
    spent = MoneyField(_("spent"), default=0, validators=[MinValueValidator(0)])
    target_sales = MoneyField(
        _("target sales"), null=True, blank=True, validators=[MinValueValidator(0)]
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=PromotionStatus.choices,
        default=PromotionStatus.PLANNED,
        editable=False,
    )

    objects = of_store()

    class Meta:
        verbose_name = pgettext_lazy("campaign", "promotion")
        verbose_name_plural = _("promotions")
        ordering = ["-runs_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["store", "code"], name="promotion_unique"),
            models.CheckConstraint(
                condition=Q(runs_on__gte=F("warms_up_on"))
                & Q(wraps_up_on__gt=F("runs_on"))
                & Q(ends_on__gte=F("wraps_up_on")),
                name="promotion_phases_in_order",
                violation_error_message=_("Warm-up, run, wrap-up and end follow one another."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store.code} {self.name}"


class PromotionItem(models.Model):
    """A listing in a promotion, its price there and the pieces kept for it."""

    promotion = models.ForeignKey(
        Promotion,
        verbose_name=pgettext_lazy("campaign", "promotion"),
        on_delete=models.CASCADE,
        related_name="items",
    )
    listing = models.ForeignKey(
        Listing, verbose_name=_("listing"), on_delete=models.PROTECT, related_name="promotions"
    )
    price = MoneyField(_("price"), null=True, blank=True)
    warehouse = models.ForeignKey(
        Warehouse,
        verbose_name=_("warehouse"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reserved_units = models.PositiveIntegerField(_("reserved stock"), default=0)

    class Meta:
        verbose_name = _("listing of a promotion")
        verbose_name_plural = _("listings of promotions")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["promotion", "listing"], name="promotion_item_unique"),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gt=0),
                name="promotion_item_price_positive",
                violation_error_message=_("A price is above 0."),
            ),
            models.CheckConstraint(
                condition=Q(reserved_units=0) | Q(warehouse__isnull=False),
                name="promotion_item_reserved_somewhere",
                violation_error_message=_("Name the warehouse that keeps the reserved stock."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.promotion_id} {self.listing_id}"
