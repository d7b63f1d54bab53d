"""A/B experiments: two versions of a listing against each other, their days and their result."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.core.experiments import Arm, Counts, Measure, Method, Verdict
from catalog.core.lifecycle import ExperimentStatus
from catalog.models.listings import Listing, ListingVersion
from catalog.models.visible import of_store
from opsdesk.models import ChanceField


class Experiment(models.Model):
    """Two versions of a listing held against each other from ``from_date`` until ``to_date``.

    Its life is ``catalog.core.lifecycle.EXPERIMENT``: planned, running, ended, cancelled. The
    platform shows the versions; here are their figures by day. The end writes the result, and
    after it nothing of the experiment changes any more.
    """

    listing = models.ForeignKey(
        Listing, verbose_name=_("listing"), on_delete=models.PROTECT, related_name="experiments"
    )
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    hypothesis = models.TextField(
        _("hypothesis"),
        max_length=2000,
        help_text=_("What is expected of B, and why: written before the first figure is seen."),
    )
    measure = models.CharField(
        _("measure"), max_length=20, choices=Measure.choices, default=Measure.CLICK_RATE
    )
    version_a = models.ForeignKey(
        ListingVersion, verbose_name=_("version A"), on_delete=models.PROTECT, related_name="+"
    )
    version_b = models.ForeignKey(
        ListingVersion, verbose_name=_("version B"), on_delete=models.PROTECT, related_name="+"
    )
    from_date = models.DateField(pgettext_lazy("date", "from"))
    to_date = models.DateField(_("until before"))
    share_b = models.PositiveSmallIntegerField(
        _("share of B in per cent"),
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(99)],
        help_text=_("How many of a hundred impressions shall show B."),
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=ExperimentStatus.choices,
        default=ExperimentStatus.PLANNED,
        editable=False,
    )

    objects = of_store("listing__store")

    class Meta:
        verbose_name = _("A/B experiment")
        verbose_name_plural = _("A/B experiments")
        ordering = ["-from_date", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "code"],
                name="experiment_unique",
                violation_error_message=_("This listing has an experiment with this code already."),
            ),
            models.UniqueConstraint(
                fields=["listing"],
                condition=Q(status=ExperimentStatus.RUNNING),
                name="experiment_one_runs",
                violation_error_message=_("An experiment runs on this listing already."),
            ),
            models.CheckConstraint(
                condition=~Q(version_a=F("version_b")),
                name="experiment_two_versions",
                violation_error_message=_("A and B are two different versions."),
            ),
            models.CheckConstraint(
                condition=Q(to_date__gt=F("from_date")),
                name="experiment_days_in_order",
                violation_error_message=_("An experiment ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(share_b__gte=1) & Q(share_b__lte=99),
                name="experiment_share_between",
                violation_error_message=_("The share of B lies between 1 and 99 per cent."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ExperimentDay(models.Model):
    """What one version of an experiment was shown, clicked and ordered on a day."""

    experiment = models.ForeignKey(
        Experiment,
        verbose_name=_("A/B experiment"),
        on_delete=models.CASCADE,
        related_name="days",
    )
    arm = models.CharField(_("version"), max_length=1, choices=Arm.choices)
    day = models.DateField(_("day"))
    impressions = models.PositiveBigIntegerField(_("impressions"))
    clicks = models.PositiveBigIntegerField(_("clicks"))
    orders = models.PositiveBigIntegerField(_("orders"))
    source_updated_at = models.DateTimeField(
        _("changed at the source"), null=True, blank=True, editable=False
    )

    objects = of_store("experiment__listing__store")

    class Meta:
        verbose_name = _("day of an experiment")
        verbose_name_plural = _("days of experiments")
        ordering = ["day", "arm"]
        constraints = [
            models.UniqueConstraint(
                fields=["experiment", "arm", "day"],
                name="experiment_day_unique",
                violation_error_message=_("This day of this version is there already."),
            ),
            models.CheckConstraint(
                condition=Q(clicks__lte=F("impressions")),
                name="experiment_day_clicks",
                violation_error_message=_(
                    "There are more clicks than impressions: who clicks has seen it."
                ),
            ),
            models.CheckConstraint(
                condition=Q(orders__lte=F("clicks")),
                name="experiment_day_orders",
                violation_error_message=_(
                    "There are more orders than clicks: who orders has clicked."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.get_arm_display()}"


class ExperimentResult(models.Model):
    """What an experiment showed when it ended: written once, never changed.

    ``missing_days`` counts the planned days of either version without figures; with any of them
    the result is preliminary for good.
    """

    experiment = models.OneToOneField(
        Experiment,
        verbose_name=_("A/B experiment"),
        on_delete=models.PROTECT,
        related_name="result",
    )
    impressions_a = models.PositiveBigIntegerField(_("impressions of A"))
    clicks_a = models.PositiveBigIntegerField(_("clicks of A"))
    orders_a = models.PositiveBigIntegerField(_("orders of A"))
    impressions_b = models.PositiveBigIntegerField(_("impressions of B"))
    clicks_b = models.PositiveBigIntegerField(_("clicks of B"))
    orders_b = models.PositiveBigIntegerField(_("orders of B"))
    method = models.CharField(_("test"), max_length=10, choices=Method.choices)
    p_value = ChanceField(_("p-value"), null=True, blank=True)
    verdict = models.CharField(_("verdict"), max_length=20, choices=Verdict.choices)
    missing_days = models.PositiveIntegerField(_("days without figures"))
    at = models.DateTimeField(_("at"))

    objects = of_store("experiment__listing__store")

    class Meta:
        verbose_name = _("result of an experiment")
        verbose_name_plural = _("results of experiments")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(p_value__isnull=True) | (Q(p_value__gte=0) & Q(p_value__lte=1)),
                name="experiment_result_chance",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id} {self.verdict}"

    @property
    def counts(self) -> dict[str, Counts]:
        """The figures of both versions over all days."""
        return {
            Arm.A: Counts(self.impressions_a, self.clicks_a, self.orders_a),
            Arm.B: Counts(self.impressions_b, self.clicks_b, self.orders_b),
        }
