"""What is looked for in new orders, what was found, and where a store's goods come from."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.core.scope import Scope
from catalog.models import Store, Warehouse
from catalog.models.visible import OfStoreQuerySet, of_store, sees_catalogue
from orders.core.anomalies import AnomalyKind, AnomalyOutcome, Limits
from orders.models.orders import Order


class HoldPolicyQuerySet(models.QuerySet["HoldPolicy"]):
    """Policies in the words of the desk."""

    def visible_to(self, scope: Scope) -> HoldPolicyQuerySet:
        """Those of the stores one sees, and the one for all who see any."""
        if scope.everything:
            return self
        own = Q(store__in=Store.objects.visible_to(scope))
        return self.filter(own | Q(store=None)) if sees_catalogue(scope) else self.filter(own)


class HoldPolicy(models.Model):
    """What new orders are held for: of one store, or of every store without one of its own."""

    store = models.OneToOneField(
        Store,
        verbose_name=_("store"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="hold_policy",
        help_text=_("Blank: every store that has no policy of its own."),
    )
    duplicate_hours = models.PositiveSmallIntegerField(
        _("hours in which the same order is a duplicate"),
        default=24,
        validators=[MaxValueValidator(24 * 90)],
        help_text=_("The same customer, goods and amount. 0: not looked for."),
    )
    checks_amount = models.BooleanField(_("unusual amounts"), default=True)
    amount_days = models.PositiveSmallIntegerField(
        _("days an amount is compared with"),
        default=90,
        validators=[MinValueValidator(7), MaxValueValidator(366)],
    )
    amount_z = models.DecimalField(
        _("most standard deviations"),
        max_digits=4,
        decimal_places=2,
        default=Decimal(3),
        validators=[MinValueValidator(Decimal("0.5"))],
        help_text=_("From 30 orders on."),
    )
    amount_fence = models.DecimalField(
        _("most interquartile ranges"),
        max_digits=4,
        decimal_places=2,
        default=Decimal("1.5"),
        validators=[MinValueValidator(Decimal("0.5"))],
        help_text=_("Outside the quartiles, of fewer than 30 orders."),
    )
    amount_fewest = models.PositiveSmallIntegerField(
        _("fewest orders to compare with"), default=8, validators=[MinValueValidator(4)]
    )
    checks_ship_to = models.BooleanField(_("incomplete addresses"), default=True)
    checks_margin = models.BooleanField(_("negative margins"), default=True)
    checks_stock = models.BooleanField(
        _("no stock"),
        default=True,
        help_text=_("In stores that name the warehouses their goods come from."),
    )
    oldest_days = models.PositiveSmallIntegerField(
        _("oldest orders that are looked at, in days"),
        default=14,
        validators=[MinValueValidator(1)],
        help_text=_("What was placed longer ago when it comes in is history."),
    )

    objects = HoldPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold policy")
        verbose_name_plural = _("hold policies")
        ordering = ["store__code"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(store__isnull=True),
                name="hold_policy_one_for_all",
                violation_error_message=_(
                    "There is a policy for all other stores already: change that one."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.store.code if self.store else str(_("All other stores"))

    @property
    def limits(self) -> Limits:
        """When an amount is unusual."""
        return Limits(self.amount_z, self.amount_fence, self.amount_fewest)


class AllocationSource(models.Model):
    """A warehouse that goods of a store come from; the lowest rank is asked first."""

    store = models.ForeignKey(
        Store,
        verbose_name=_("store"),
        on_delete=models.PROTECT,
        related_name="allocation_sources",
    )
    warehouse = models.ForeignKey(
        Warehouse, verbose_name=_("warehouse"), on_delete=models.PROTECT, related_name="+"
    )
    rank = models.PositiveSmallIntegerField(_("rank"), default=1)

    objects = of_store()

    class Meta:
        verbose_name = _("allocation source")
        verbose_name_plural = _("allocation sources")
        ordering = ["store__code", "rank", "warehouse__code"]
        constraints = [
            models.UniqueConstraint(fields=["store", "warehouse"], name="allocation_source_unique")
        ]

    def __str__(self) -> str:
        return f"{self.store.code} {self.rank}. {self.warehouse.code}"


class AnomalyQuerySet(OfStoreQuerySet):
    """Anomalies in the words of the desk."""

    def waiting(self) -> Self:
        """Those that nobody has decided on."""
        return self.filter(outcome=AnomalyOutcome.OPEN)


class OrderAnomaly(models.Model):
    """Something odd that an order is held for, until its order is released or cancelled.

    Of an order and kind one waits at a time. ``found`` holds what was found: names and numbers
    as texts, no personal data. The same thing is not found again after it was released.
    """

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="anomalies"
    )
    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="order_anomalies"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=AnomalyKind.choices)
    found = models.JSONField(_("found"), default=dict)
    found_at = models.DateTimeField(_("found at"))
    outcome = models.CharField(
        _("outcome"),
        max_length=10,
        choices=AnomalyOutcome.choices,
        default=AnomalyOutcome.OPEN,
        blank=True,
        editable=False,
    )
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("closed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = AnomalyQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of an order", "anomaly")
        verbose_name_plural = pgettext_lazy("of an order", "anomalies")
        ordering = ["found_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(outcome=""),
                name="order_anomaly_one_waits",
            )
        ]
        indexes = [
            models.Index(fields=["found_at", "id"], name="order_anomaly_oldest"),
            models.Index(
                fields=["store", "found_at", "id"],
                condition=Q(outcome=""),
                name="order_anomaly_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.order_id}"
