"""What a listing may cost: landed costs, margin policies, minimum prices, and prices by date."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models.listings import Listing
from catalog.models.products import RangeRole, Sku
from catalog.models.stores import Store
from catalog.models.visible import SupplyQuerySet, of_store
from opsdesk.models import MoneyField, ShareField

_FROM = pgettext_lazy("date", "from")
_SHARE = [MinValueValidator(0), MaxValueValidator(1)]


class InboundCost(models.Model):
    """What it costs to bring one piece of a SKU into stock, in the SKU's cost currency.

    Landed cost = unit cost + inbound freight + duty. The latest row on or before a day holds.
    """

    sku = models.ForeignKey(
        Sku, verbose_name=_("SKU"), on_delete=models.PROTECT, related_name="inbound_costs"
    )
    from_date = models.DateField(_FROM)
    inbound_freight = MoneyField(
        _("inbound freight"), default=Decimal(0), validators=[MinValueValidator(0)]
    )
    duty = MoneyField(
        pgettext_lazy("customs", "duty"), default=Decimal(0), validators=[MinValueValidator(0)]
    )

    objects = SupplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("inbound cost")
        verbose_name_plural = _("inbound costs")
        ordering = ["sku", "-from_date"]
        constraints = [
            models.UniqueConstraint(fields=["sku", "from_date"], name="inbound_cost_unique")
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.from_date}"


class SellingCost(models.Model):
    """What selling one piece costs in a store besides the platform fee, in its currency.

    ``tax_rate`` is the share of the price that is tax. Without a SKU it holds for every SKU of
    the store that has no row of its own.
    """

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="selling_costs"
    )
    sku = models.ForeignKey(
        Sku,
        verbose_name=_("SKU"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    from_date = models.DateField(_FROM)
    shipping = MoneyField(_("shipping"), default=Decimal(0), validators=[MinValueValidator(0)])
    tax_rate = ShareField(_("tax in the price"), default=Decimal(0), validators=_SHARE)

    objects = of_store()

    class Meta:
        verbose_name = _("selling cost")
        verbose_name_plural = _("selling costs")
        ordering = ["store", "sku", "-from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "sku", "from_date"], name="selling_cost_unique"
            ),
            models.UniqueConstraint(
                fields=["store", "from_date"],
                condition=Q(sku__isnull=True),
                name="selling_cost_unique_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store} {self.from_date}"


class MarginPolicy(models.Model):
    """Between which margins a role in the range is sold, and the mark-up aimed at.

    Margins are shares of the price, the mark-up one of the landed cost.
    """

    range_role = models.CharField(_("role in the range"), max_length=10, choices=RangeRole.choices)
    from_date = models.DateField(_FROM)
    min_margin = ShareField(_("lowest margin"), validators=_SHARE)
    max_margin = ShareField(_("highest margin"), validators=_SHARE)
    markup = ShareField(
        _("mark-up on cost"), default=Decimal("0.2"), validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = _("margin policy")
        verbose_name_plural = _("margin policies")
        ordering = ["range_role", "-from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["range_role", "from_date"], name="margin_policy_unique"
            ),
            models.CheckConstraint(
                condition=Q(min_margin__lte=F("max_margin")),
                name="margin_policy_order",
                violation_error_message=_("The lowest margin is not above the highest."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_range_role_display()} {self.from_date}"


class BrandMinimum(models.Model):
    """The lowest price a brand lets its goods be sold for, in a currency (控价)."""

    brand = models.CharField(_("brand"), max_length=100)
    sku = models.ForeignKey(
        Sku,
        verbose_name=_("SKU"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Blank: for every SKU of the brand."),
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = MoneyField(_("minimum price"), validators=[MinValueValidator(Decimal("0.0001"))])
    from_date = models.DateField(_FROM)
    to_date = models.DateField(_("until before"), null=True, blank=True)

    class Meta:
        verbose_name = _("controlled minimum price")
        verbose_name_plural = _("controlled minimum prices")
        ordering = ["brand", "-from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "sku", "currency", "from_date"], name="brand_minimum_unique"
            ),
            models.UniqueConstraint(
                fields=["brand", "currency", "from_date"],
                condition=Q(sku__isnull=True),
                name="brand_minimum_unique_whole",
            ),
            models.CheckConstraint(
                condition=Q(to_date__isnull=True) | Q(to_date__gt=F("from_date")),
                name="brand_minimum_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.amount} {self.currency}"


class ListingPrice(models.Model):
    """The price of a listing from ``from_date`` on, in the store's currency; never changed.

    A later row of the same day replaces it (``replaced``), but a price by leave leaves the sound
    one of its day to come back to. ``floor`` and ``margin`` are what they were when it was set;
    unknown where a cost is.
    """

    listing = models.ForeignKey(
        Listing, verbose_name=_("listing"), on_delete=models.PROTECT, related_name="prices"
    )
    from_date = models.DateField(_FROM)
    price = MoneyField(_("price"))
    list_price = MoneyField(_("list price"), null=True, blank=True)
    floor = MoneyField(_("price floor"), null=True)
    margin = ShareField(_("margin"), null=True)
    reason = models.CharField(_("reason"), max_length=500)
    override = models.ForeignKey(
        "PriceOverride",
        verbose_name=_("override"),
        null=True,
        on_delete=models.PROTECT,
        related_name="prices",
    )
    replaced = models.BooleanField(_("replaced"), default=False)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    client_name = models.CharField(_("machine client"), max_length=150, blank=True)
    set_at = models.DateTimeField(_("set at"))

    objects = of_store("listing__store")

    class Meta:
        verbose_name = _("price of a listing")
        verbose_name_plural = _("prices of listings")
        ordering = ["-from_date", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "from_date"],
                condition=Q(replaced=False, override__isnull=True),
                name="listing_price_one_a_day",
            ),
            models.UniqueConstraint(
                fields=["listing", "from_date"],
                condition=Q(replaced=False, override__isnull=False),
                name="listing_price_one_by_leave",
            ),
            models.CheckConstraint(condition=Q(price__gt=0), name="listing_price_row_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.listing} {self.from_date} {self.price}"


class OverrideState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("override", "Proposed")
    APPROVED = "approved", pgettext_lazy("override", "Approved")
    REFUSED = "refused", pgettext_lazy("override", "Refused")


class PriceOverride(models.Model):
    """Leave to sell a listing below its floor until ``until_date``, given by a second person."""

    listing = models.ForeignKey(
        Listing, verbose_name=_("listing"), on_delete=models.PROTECT, related_name="overrides"
    )
    price = MoneyField(_("lowest price"), validators=[MinValueValidator(Decimal("0.0001"))])
    from_date = models.DateField(_FROM)
    until_date = models.DateField(_("until before"))
    reason = models.TextField(_("reason"), max_length=2000)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=OverrideState.choices,
        default=OverrideState.PROPOSED,
        editable=False,
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("proposed by"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    proposed_at = models.DateTimeField(_("proposed at"), editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)

    objects = of_store("listing__store")

    class Meta:
        verbose_name = _("price below the floor")
        verbose_name_plural = _("prices below the floor")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="price_override_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state=OverrideState.PROPOSED, decided_by__isnull=True)
                | (~Q(state=OverrideState.PROPOSED) & Q(decided_by__isnull=False)),
                name="price_override_decided_once",
            ),
            models.CheckConstraint(
                condition=Q(until_date__gt=F("from_date")),
                name="price_override_ends_after_start",
                violation_error_message=_("The end comes after the first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} {self.price}"

    @property
    def digest(self) -> str:
        """Over all that a decision is about: it changes with the content that was shown."""
        parts = (
            self.listing_id,
            f"{self.price:.4f}",
            self.from_date.isoformat(),
            self.until_date.isoformat(),
            self.reason,
            self.proposed_by_id,
            self.proposed_at.isoformat(),
        )
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class CompetitorPrice(models.Model):
    """What a competitor asked for the like of a listing on a day, in the store's currency."""

    listing = models.ForeignKey(
        Listing, verbose_name=_("listing"), on_delete=models.CASCADE, related_name="competitors"
    )
    competitor = models.CharField(_("competitor"), max_length=100)
    seen_on = models.DateField(_("seen on"))
    price = MoneyField(_("price"), validators=[MinValueValidator(Decimal("0.0001"))])
    url = models.URLField(_("address"), max_length=500, blank=True)

    objects = of_store("listing__store")

    class Meta:
        verbose_name = _("competitor price")
        verbose_name_plural = _("competitor prices")
        ordering = ["-seen_on", "competitor"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "competitor", "seen_on"], name="competitor_price_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.competitor} {self.seen_on}"
