"""Signals of products, and the dated rules by which the night raises them."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.core.scope import Scope
from catalog.core.signals import SHARES, Bound, Evidence, SignalKind, SignalVerb, sentence
from catalog.models.products import Category, Product, Sku
from catalog.models.visible import sees_catalogue
from opsdesk.models import ShareField


class SkuReturn(models.Model):
    """What was refunded of a SKU on a business day over all stores, whenever it was sold."""

    sku = models.ForeignKey(Sku, verbose_name=_("SKU"), on_delete=models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    units = models.IntegerField(_("pieces"))

    class Meta:
        verbose_name = _("refunds of a day")
        verbose_name_plural = _("refunds by day")
        ordering = ["-day", "sku"]
        constraints = [models.UniqueConstraint(fields=["sku", "day"], name="sku_return_unique")]
        indexes = [models.Index(fields=["day"], name="sku_return_day")]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.day}"


class ReviewDay(models.Model):
    """What reviews of a product said on a business day over all stores.

    ``bad`` are those with one or two stars, ``complaints`` the keywords found in these.
    """

    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="+"
    )
    day = models.DateField(_("day"))
    reviews = models.PositiveIntegerField(pgettext_lazy("of products", "reviews"))
    bad = models.PositiveIntegerField(_("with 1 or 2 stars"))
    complaints = models.PositiveIntegerField(_("keywords in bad reviews"))

    class Meta:
        verbose_name = _("reviews of a day")
        verbose_name_plural = _("reviews by day")
        ordering = ["-day", "product"]
        constraints = [models.UniqueConstraint(fields=["product", "day"], name="review_day_unique")]
        indexes = [models.Index(fields=["day"], name="review_day_day")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.day}"


class SignalRule(models.Model):
    """From which number on a kind of signal proposes a move; the latest on or before a day holds.

    A rule of a category holds for those below it, too, and instead of the rule for all; one that
    is not active switches the signal off. What held on a past day is never changed: a new row
    from a later day on takes its place.
    """

    kind = models.CharField(_("signal"), max_length=20, choices=SignalKind.choices)
    verb = models.CharField(_("proposed step"), max_length=20, choices=SignalVerb.choices)
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Blank: for all products without a rule of their own category."),
    )
    from_date = models.DateField(pgettext_lazy("date", "from"))
    active = models.BooleanField(_("active"), default=True)
    threshold = ShareField(
        _("threshold"),
        validators=[MinValueValidator(Decimal(0))],
        help_text=_(
            "Return rate and bad reviews: above this share, such as 0.10. Slow sales: fewer pieces "
            "in the window than this. Stock age: the oldest piece is older than so many days. "
            "Complaints in reviews: more keywords than this in those with 1 or 2 stars."
        ),
    )
    min_units = models.PositiveIntegerField(
        _("pieces needed"),
        default=1,
        help_text=_(
            "Fewer pieces say nothing: sold in the window for the return rate, on hand for slow "
            "sales and stock age. Of reviews it is their number in the window."
        ),
    )
    window_days = models.PositiveSmallIntegerField(
        _("days looked at"), default=30, validators=[MinValueValidator(1)]
    )
    quiet_days = models.PositiveSmallIntegerField(
        _("quiet days"),
        default=30,
        help_text=_("So long after a decision the same signal is not raised again."),
    )

    class Meta:
        verbose_name = _("signal rule")
        verbose_name_plural = _("signal rules")
        ordering = ["kind", "verb", "category", "-from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "verb", "category", "from_date"], name="signal_rule_unique"
            ),
            models.UniqueConstraint(
                fields=["kind", "verb", "from_date"],
                condition=Q(category__isnull=True),
                name="signal_rule_unique_for_all",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=SHARES) | Q(threshold__lte=1),
                name="signal_rule_rate_is_a_share",
                violation_error_message=_("This threshold is a share: 0.10 stands for one in ten."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.from_date}"

    @property
    def is_share(self) -> bool:
        """True where the threshold is a share of one, not a number of pieces or days."""
        return self.kind in SHARES

    @property
    def bound(self) -> Bound | None:
        """The rule in numbers; ``None`` where it switches the signal off."""
        if not self.active:
            return None
        return Bound(
            self.kind,
            self.verb,
            self.threshold,
            self.min_units,
            self.window_days,
            self.quiet_days,
        )


class SignalStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("signal", "Open")
    ACCEPTED = "accepted", pgettext_lazy("signal", "Accepted")
    DISMISSED = "dismissed", pgettext_lazy("signal", "Dismissed")
    LAPSED = "lapsed", pgettext_lazy("signal", "Lapsed")


DECIDED = (SignalStatus.ACCEPTED, SignalStatus.DISMISSED)


class ProductSignalQuerySet(models.QuerySet["ProductSignal"]):
    """Signals in the words of the desk."""

    def open(self) -> ProductSignalQuerySet:
        """Those that nobody has decided on and that still held in the last night."""
        return self.filter(status=SignalStatus.OPEN)

    def visible_to(self, scope: Scope) -> ProductSignalQuerySet:
        """The signals of the products one sees."""
        if sees_catalogue(scope):
            return self
        return self.filter(product__in=Product.objects.visible_to(scope))


class ProductSignal(models.Model):
    """Numbers of a product that propose a move: open until a person decides or they are better.

    open → accepted (the move was made) or dismissed (with a reason), by a person; open → lapsed
    by the night that finds it no longer holds. Of a product and kind one is open at a time.
    ``evidence`` is ``catalog.core.signals.Evidence`` of the night ``seen_on``.
    """

    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="signals"
    )
    kind = models.CharField(_("signal"), max_length=20, choices=SignalKind.choices)
    verb = models.CharField(_("proposed step"), max_length=20, choices=SignalVerb.choices)
    evidence = models.JSONField(_("evidence"))
    raised_on = models.DateField(_("raised on"))
    seen_on = models.DateField(_("last seen on"))
    status = models.CharField(
        _("status"), max_length=10, choices=SignalStatus.choices, default=SignalStatus.OPEN
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

    objects = ProductSignalQuerySet.as_manager()

    class Meta:
        verbose_name = _("product signal")
        verbose_name_plural = _("product signals")
        ordering = ["-seen_on", "-raised_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "kind"],
                condition=Q(status=SignalStatus.OPEN),
                name="product_signal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(status__in=DECIDED, decided_at__isnull=False)
                | (~Q(status__in=DECIDED) & Q(decided_at__isnull=True)),
                name="product_signal_decided_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=SignalStatus.DISMISSED) | ~Q(reason=""),
                name="product_signal_dismissed_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["status", "decided_at"], name="product_signal_decided")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.kind} {self.raised_on}"

    @property
    def is_open(self) -> bool:
        """True while it waits for a decision."""
        return self.status == SignalStatus.OPEN

    @property
    def sentence(self) -> str:
        """What it says, with its numbers, in the reader's language."""
        return sentence(self.kind, Evidence.of(self.evidence))
