"""What buyers write of what they bought, and what of it was changed later."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Person
from catalog.models import Listing, Product, Sku, Store
from catalog.models.visible import OfStoreQuerySet
from orders.core.lifecycle import FollowUpStatus
from orders.core.review_items import BAD_STARS, MOST_STARS, TEXT_LENGTH, TITLE_LENGTH
from orders.models.orders import Order


class ReviewQuerySet(OfStoreQuerySet):
    """Reviews in the words of the desk."""

    def bad(self) -> ReviewQuerySet:
        """Those with one or two stars."""
        return self.filter(stars__lte=BAD_STARS)

    def waiting(self) -> ReviewQuerySet:
        """Those whose follow-up nobody has begun."""
        return self.filter(status=FollowUpStatus.OPEN)


class Review(models.Model):
    """Stars and words of a buyer, whose name is not kept.

    ``item_code`` is the seller SKU, the platform's id or the SKU as it came; listing, SKU and
    product follow from it where it is known. ``status`` is the follow-up, whose life is
    ``orders.core.lifecycle.REVIEW``: one or two stars open it by themselves.
    """

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="reviews"
    )
    external_id = models.CharField(_("review number"), max_length=100)
    item_code = models.CharField(
        _("item"),
        max_length=100,
        blank=True,
        help_text=_("The seller SKU, the listing's ID at the platform, or the SKU."),
    )
    listing = models.ForeignKey(
        Listing,
        verbose_name=_("listing"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    sku = models.ForeignKey(
        Sku,
        verbose_name=_("SKU"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    product = models.ForeignKey(
        Product,
        verbose_name=_("product"),
        null=True,
        on_delete=models.PROTECT,
        related_name="reviews",
        editable=False,
    )
    order = models.ForeignKey(
        Order,
        verbose_name=_("order"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reviews",
    )
    stars = models.PositiveSmallIntegerField(
        _("stars"), choices=[(number, str(number)) for number in range(1, MOST_STARS + 1)]
    )
    title = models.CharField(_("title"), max_length=TITLE_LENGTH, blank=True)
    text = models.TextField(_("text"), max_length=TEXT_LENGTH, blank=True)
    language = models.CharField(
        _("language"), max_length=12, blank=True, help_text=_("Such as en or zh; blank: unknown.")
    )
    written_at = models.DateTimeField(_("written at"))
    business_date = models.DateField(_("business date"), editable=False)
    handled_by = models.ForeignKey(
        Person,
        verbose_name=_("handled by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    status = models.CharField(
        pgettext_lazy("of a review", "follow-up"),
        max_length=20,
        choices=FollowUpStatus.choices,
        default=FollowUpStatus.NONE,
        editable=False,
    )
    source_updated_at = models.DateTimeField(_("updated at the source"), null=True, editable=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of a product", "review")
        verbose_name_plural = pgettext_lazy("of products", "reviews")
        ordering = ["-written_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "external_id"],
                name="review_unique",
                violation_error_message=_("This store has a review with this number already."),
            ),
            models.CheckConstraint(
                condition=Q(stars__gte=1, stars__lte=MOST_STARS),
                name="review_stars_bounds",
                violation_error_message=_("Stars are from 1 to 5."),
            ),
        ]
        indexes = [
            models.Index(fields=["store", "business_date"], name="review_store_day_idx"),
            models.Index(fields=["product", "business_date"], name="review_product_day_idx"),
            models.Index(fields=["business_date"], name="review_day_idx"),
            models.Index(fields=["-written_at", "-id"], name="review_written_idx"),
            models.Index(fields=["status", "-written_at", "-id"], name="review_status_idx"),
            models.Index(fields=["external_id"], name="review_external_idx"),
            # few rows, or none: those that wait for their product
            models.Index(
                fields=["item_code"], condition=Q(product__isnull=True), name="review_unlinked"
            ),
        ]

    def __str__(self) -> str:
        return self.external_id

    @property
    def is_bad(self) -> bool:
        """True for one or two stars."""
        return self.stars <= BAD_STARS


class ReviewVersion(models.Model):
    """A review as it was before the buyer changed it; never changed."""

    review = models.ForeignKey(
        Review,
        verbose_name=pgettext_lazy("of a product", "review"),
        on_delete=models.CASCADE,
        related_name="versions",
    )
    stars = models.PositiveSmallIntegerField(_("stars"))
    title = models.CharField(_("title"), max_length=TITLE_LENGTH, blank=True)
    text = models.TextField(_("text"), max_length=TEXT_LENGTH, blank=True)
    source_updated_at = models.DateTimeField(_("updated at the source"), null=True)
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("earlier version of a review")
        verbose_name_plural = _("earlier versions of reviews")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.review_id} {self.stars}"
