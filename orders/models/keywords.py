"""Phrases that are watched in reviews, where they stand, and how often by day."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Product, Store
from catalog.models.visible import of_store
from orders.core.keywords import KeywordTopic
from orders.models.reviews import Review


class ReviewKeyword(models.Model):
    """A phrase that is looked for in reviews of its language.

    ``is_counted`` is false from a change on until the night has looked through the reviews that
    are there already.
    """

    phrase = models.CharField(_("phrase"), max_length=60)
    language = models.CharField(
        _("language"), max_length=12, help_text=_("Such as en, de, zh or ja.")
    )
    topic = models.CharField(
        pgettext_lazy("keyword", "topic"), max_length=20, choices=KeywordTopic.choices
    )
    active = models.BooleanField(_("active"), default=True)
    is_counted = models.BooleanField(_("counted"), default=False, editable=False)

    class Meta:
        verbose_name = _("keyword")
        verbose_name_plural = _("keywords")
        ordering = ["language", "topic", "phrase"]
        constraints = [
            models.UniqueConstraint(
                fields=["language", "phrase"],
                name="review_keyword_unique",
                violation_error_message=_("This phrase is watched in this language already."),
            )
        ]

    def __str__(self) -> str:
        return self.phrase


class ReviewMention(models.Model):
    """A review holds a keyword; each once, however often it stands there."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="mentions")
    keyword = models.ForeignKey(ReviewKeyword, on_delete=models.CASCADE, related_name="mentions")

    class Meta:
        verbose_name = _("keyword of a review")
        verbose_name_plural = _("keywords of reviews")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "keyword"], name="review_mention_unique")
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.keyword_id}"


class KeywordDay(models.Model):
    """In how many reviews of a business day a keyword stands, and in how many of the bad ones.

    The store stands here, too: people see the counts of the stores they see.
    """

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="+"
    )
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="+"
    )
    keyword = models.ForeignKey(
        ReviewKeyword, verbose_name=_("keyword"), on_delete=models.CASCADE, related_name="+"
    )
    day = models.DateField(_("day"))
    reviews = models.PositiveIntegerField(pgettext_lazy("of products", "reviews"))
    bad = models.PositiveIntegerField(_("with 1 or 2 stars"))

    objects = of_store()

    class Meta:
        verbose_name = _("keyword counts of a day")
        verbose_name_plural = _("keyword counts by day")
        ordering = ["-day", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "day", "keyword", "store"], name="keyword_day_unique"
            )
        ]
        indexes = [models.Index(fields=["day"], name="keyword_day_idx")]

    def __str__(self) -> str:
        return f"{self.keyword_id} {self.product_id} {self.day}"
