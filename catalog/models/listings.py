"""Listings of SKUs in stores, and the versions of their content."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.core.lifecycle import ListingStatus
from catalog.models.products import Sku
from catalog.models.stores import Store
from catalog.models.visible import SupplyQuerySet, of_store
from opsdesk.models import MoneyField


class Listing(models.Model):
    """A SKU as it is offered in a store; its content is that of its ``current`` version.

    Its life is ``catalog.core.lifecycle.LISTING``: draft, in review, live, paused, ended. The
    price is that of today, in the store's currency; what it was and will be stands in
    ``ListingPrice``.
    """

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="listings"
    )
    sku = models.ForeignKey(
        Sku, verbose_name=_("SKU"), on_delete=models.PROTECT, related_name="listings"
    )
    external_id = models.CharField(
        _("listing ID"), max_length=60, blank=True, help_text=_("Such as an ASIN: B0ABCDEFGH.")
    )
    seller_sku = models.CharField(_("seller SKU"), max_length=60)
    locale = models.CharField(_("locale"), max_length=10, default="en")
    # that of the current version, beside the other texts a listing is searched by
    title = models.CharField(_("title"), max_length=500, blank=True, editable=False)
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=ListingStatus.choices,
        default=ListingStatus.DRAFT,
        editable=False,
    )
    price = MoneyField(_("price"), null=True, blank=True, editable=False)
    list_price = MoneyField(_("list price"), null=True, blank=True, editable=False)
    current = models.ForeignKey(
        "ListingVersion",
        verbose_name=_("current version"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )

    objects = of_store()

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "seller_sku"],
                name="listing_seller_sku_unique",
                violation_error_message=_("This store has a listing with this seller SKU already."),
            ),
            models.UniqueConstraint(
                fields=["store", "external_id"],
                condition=~Q(external_id=""),
                name="listing_external_id_unique",
                violation_error_message=_("This store has a listing with this ID already."),
            ),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gt=0),
                name="listing_price_positive",
                violation_error_message=_("A price is above 0."),
            ),
            models.CheckConstraint(
                condition=~Q(status=ListingStatus.LIVE) | Q(price__isnull=False),
                name="listing_live_has_price",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "sku"], name="listing_status_sku"),
        ]

    def __str__(self) -> str:
        return f"{self.store.code} {self.seller_sku}"


class ListingVersion(models.Model):
    """The content of a listing as somebody wrote it; never changed, a new one follows it."""

    listing = models.ForeignKey(
        Listing, verbose_name=_("listing"), on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=500)
    keywords = models.TextField(
        _("keywords"), max_length=2000, blank=True, help_text=_("One per line, or commas between.")
    )
    bullet_points = models.TextField(
        _("bullet points"), max_length=5000, blank=True, help_text=_("One per line.")
    )
    description = models.TextField(_("description"), max_length=20_000, blank=True)
    images = models.TextField(
        _("images"), max_length=5000, blank=True, help_text=_("Addresses, one per line.")
    )
    video = models.URLField(_("video"), max_length=500, blank=True)
    video_seconds = models.PositiveSmallIntegerField(
        _("length of the video in seconds"), null=True, blank=True
    )
    score = models.PositiveSmallIntegerField(_("content score"))
    reason = models.CharField(_("reason"), max_length=500)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    client_name = models.CharField(_("machine client"), max_length=150, blank=True)
    written_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("version of a listing")
        verbose_name_plural = _("versions of listings")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "number"], name="listing_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} v{self.number}"


class UnlistedStock(models.Model):
    """In stock but not on sale: a sellable SKU that had stock and no live listing on a day."""

    day = models.DateField(_("day"))
    sku = models.ForeignKey(Sku, verbose_name=_("SKU"), on_delete=models.PROTECT, related_name="+")
    on_hand = models.PositiveIntegerField(_("on hand"))
    since = models.DateField(_("since"))

    objects = SupplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("SKU in stock but not on sale")
        verbose_name_plural = _("in stock but not on sale")
        ordering = ["-day", "sku"]
        constraints = [models.UniqueConstraint(fields=["day", "sku"], name="unlisted_stock_unique")]

    def __str__(self) -> str:
        return f"{self.day} {self.sku_id}"
