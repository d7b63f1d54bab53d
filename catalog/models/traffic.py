"""Traffic and advertising by day, how long each source still changes, and what it changed."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models.listings import Listing
from catalog.models.stores import Store
from catalog.models.visible import of_store
from opsdesk.models import MoneyField


class TrafficSource(models.TextChoices):
    TRAFFIC = "traffic", pgettext_lazy("source", "Traffic")
    ADS = "ads", pgettext_lazy("source", "Ads")


class SettlingWindow(models.Model):
    """For how many days after a day its figures from a source may still change."""

    source = models.CharField(_("source"), max_length=10, choices=TrafficSource.choices)
    from_date = models.DateField(pgettext_lazy("date", "from"))
    days = models.PositiveSmallIntegerField(_("days"))

    class Meta:
        verbose_name = _("settling time")
        verbose_name_plural = _("settling times")
        ordering = ["source", "-from_date"]
        constraints = [
            models.UniqueConstraint(fields=["source", "from_date"], name="settling_window_unique")
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.days}"


class TrafficDay(models.Model):
    """The visitors of a day: of a listing, or of the store as a whole where ``listing`` is blank.

    Unique visitors of listings do not add up to those of the store: the same person counts once.
    """

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="traffic_days"
    )
    listing = models.ForeignKey(
        Listing,
        verbose_name=_("listing"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="traffic_days",
    )
    day = models.DateField(_("day"))
    impressions = models.PositiveBigIntegerField(_("impressions"), null=True)
    page_views = models.PositiveBigIntegerField(_("page views"), null=True)
    visitors = models.PositiveBigIntegerField(_("unique visitors"), null=True)
    add_to_cart = models.PositiveBigIntegerField(_("add-to-cart"), null=True)
    clicks = models.PositiveBigIntegerField(_("clicks"), null=True)
    source_updated_at = models.DateTimeField(_("changed at the source"), null=True)
    stored_at = models.DateTimeField(_("stored at"))

    objects = of_store()

    class Meta:
        verbose_name = _("traffic of a day")
        verbose_name_plural = _("traffic by day")
        ordering = ["-day", "store", "listing"]
        constraints = [
            models.UniqueConstraint(fields=["store", "listing", "day"], name="traffic_day_unique"),
            models.UniqueConstraint(
                fields=["store", "day"],
                condition=Q(listing__isnull=True),
                name="traffic_day_unique_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day}"


class Campaign(models.Model):
    """An advertising campaign of a store, with its daily budget in the store's currency."""

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="campaigns"
    )
    external_id = models.CharField(_("campaign ID"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    daily_budget = MoneyField(
        _("daily budget"), null=True, blank=True, validators=[MinValueValidator(0)]
    )

    objects = of_store()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["store", "name"]
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="campaign_unique")
        ]

    def __str__(self) -> str:
        return self.name


class AdDay(models.Model):
    """What a campaign cost and brought on a day, for a listing or as a whole."""

    campaign = models.ForeignKey(
        Campaign, verbose_name=_("campaign"), on_delete=models.PROTECT, related_name="days"
    )
    listing = models.ForeignKey(
        Listing,
        verbose_name=_("listing"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="ad_days",
    )
    day = models.DateField(_("day"))
    spend = MoneyField(_("ad spend"))
    impressions = models.PositiveBigIntegerField(_("ad impressions"), null=True)
    clicks = models.PositiveBigIntegerField(_("ad clicks"))
    orders = models.PositiveBigIntegerField(_("ad orders"))
    sales = MoneyField(_("ad sales"))
    source_updated_at = models.DateTimeField(_("changed at the source"), null=True)
    stored_at = models.DateTimeField(_("stored at"))

    objects = of_store("campaign__store")

    class Meta:
        verbose_name = _("ads of a day")
        verbose_name_plural = _("ads by day")
        ordering = ["-day", "campaign"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "listing", "day"], name="ad_day_unique"),
            models.UniqueConstraint(
                fields=["campaign", "day"],
                condition=Q(listing__isnull=True),
                name="ad_day_unique_whole",
            ),
            models.CheckConstraint(
                condition=Q(spend__gte=0) & Q(sales__gte=0), name="ad_day_not_negative"
            ),
            models.CheckConstraint(condition=Q(orders__lte=F("clicks")), name="ad_day_funnel"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.day}"


class TrafficRestatement(models.Model):
    """A figure of a day that its source told otherwise later: what it was, what it became.

    ``settled`` tells that the settling time had passed when it came; ``frozen`` that the month was
    closed: then ``after`` is what the source says now, and the figure itself stayed as it was.
    """

    source = models.CharField(_("source"), max_length=10, choices=TrafficSource.choices)
    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="+"
    )
    subject = models.CharField(_("of"), max_length=130, blank=True)
    day = models.DateField(_("day"))
    field = models.CharField(_("figure"), max_length=20)
    before = models.CharField(_("before"), max_length=40, blank=True)
    after = models.CharField(_("after"), max_length=40, blank=True)
    settled = models.BooleanField(_("after the settling time"))
    frozen = models.BooleanField(_("after the month was closed"), default=False)
    source_updated_at = models.DateTimeField(_("changed at the source"), null=True)
    at = models.DateTimeField(_("at"))

    objects = of_store()

    class Meta:
        verbose_name = _("restated figure")
        verbose_name_plural = _("restated figures")
        ordering = ["-id"]
        indexes = [models.Index(fields=["store", "day"], name="traffic_restatement_of")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day} {self.field}"
