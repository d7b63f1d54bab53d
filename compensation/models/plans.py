"""Pay plans: versions, and what each version pays each position."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Position
from compensation.core.plan import CommissionSplit, PerformanceSource
from compensation.core.tiers import TierKind
from opsdesk.core.privacy import Sensitivity
from opsdesk.models import MoneyField, MonthField, ShareField


class PlanVersion(models.Model):
    """One version of the company's pay plan; it holds from a month until the next version's.

    ``used_at`` is set when a pay run is submitted with it: from then on nothing of it changes.
    """

    number = models.PositiveIntegerField(_("version"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    effective_from = MonthField(_("effective from"), unique=True)
    currency = models.CharField(_("currency"), max_length=3)
    launch_from = MonthField(_("launch period from"), null=True, blank=True)
    launch_to = MonthField(_("launch period until before"), null=True, blank=True)
    minimum_completion = ShareField(_("least plan completion"), default="0.3")
    leaver_service_months = models.PositiveSmallIntegerField(_("leaver's service"), default=12)
    leaver_grace_days = models.PositiveSmallIntegerField(_("leaver's days of grace"), default=15)
    fund_kind = models.CharField(
        _("activity fund tiers"), max_length=10, choices=TierKind.choices, default=TierKind.WHOLE
    )
    grade_factors = models.JSONField(_("factor by grade"), default=dict, blank=True)
    used_at = models.DateTimeField(_("first used"), null=True, editable=False)

    class Meta:
        verbose_name = _("pay plan version")
        verbose_name_plural = _("pay plan versions")
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(launch_from__isnull=True) & Q(launch_to__isnull=True))
                | Q(launch_to__gt=F("launch_from")),
                name="plan_launch_ends_after_start",
                violation_error_message=_("A launch period must end after it begins."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


class PlanPosition(models.Model):
    """What a plan version pays a position; amounts are a full month's in the plan's currency."""

    sensitive = dict.fromkeys(
        (
            "base_salary",
            "allowance",
            "performance_pay",
            "attendance_bonus",
            "over_min",
            "over_max",
            "penalty",
        ),
        Sensitivity.PAY,
    )

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="positions")
    position = models.ForeignKey(Position, verbose_name=_("position"), on_delete=models.PROTECT)
    base_salary = MoneyField(_("base salary"))
    allowance = MoneyField(_("allowance"), default=0)
    performance_pay = MoneyField(_("performance pay"), default=0)
    performance_from = models.CharField(
        _("performance measured by"),
        max_length=20,
        choices=PerformanceSource.choices,
        default=PerformanceSource.PERSON_PLAN,
    )
    attendance_bonus = MoneyField(_("attendance bonus"), default=0)
    over_min = MoneyField(_("over-achievement bonus from"), default=0)
    over_max = MoneyField(_("over-achievement bonus to"), default=0)
    penalty = MoneyField(_("penalty"), default=0)
    penalty_below = ShareField(_("penalty below mean completion"), default=0)
    penalty_of = models.ForeignKey(
        Position,
        verbose_name=_("mean completion of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    commission_split = models.CharField(
        _("commission for"), max_length=10, choices=CommissionSplit.choices
    )
    tier_kind = models.CharField(_("kind of tiers"), max_length=10, choices=TierKind.choices)

    class Meta:
        verbose_name = _("position in the plan")
        verbose_name_plural = _("positions in the plan")
        ordering = ["version", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="plan_position_unique"),
            models.CheckConstraint(
                condition=Q(over_min__lte=F("over_max")),
                name="plan_position_over_range",
                violation_error_message=_("The range of the bonus must not be reversed."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.position_id}"


class PlanTier(models.Model):
    """A commission rate and the completion from which it holds."""

    plan_position = models.ForeignKey(PlanPosition, on_delete=models.CASCADE, related_name="tiers")
    lower = ShareField(_("completion"))
    inclusive = models.BooleanField(_("the bound itself belongs to it"), default=False)
    rate = ShareField(_("rate"))

    class Meta:
        verbose_name = _("commission tier")
        verbose_name_plural = _("commission tiers")
        ordering = ["plan_position", "lower"]
        constraints = [
            models.UniqueConstraint(fields=["plan_position", "lower"], name="plan_tier_unique")
        ]

    def __str__(self) -> str:
        return f"{'≥' if self.inclusive else '>'} {self.lower}: {self.rate}"


class FundTier(models.Model):
    """A rate of the department activity fund and the completion from which it holds."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="fund_tiers")
    lower = ShareField(_("completion"))
    inclusive = models.BooleanField(_("the bound itself belongs to it"), default=False)
    rate = ShareField(_("rate"))

    class Meta:
        verbose_name = _("activity fund tier")
        verbose_name_plural = _("activity fund tiers")
        ordering = ["version", "lower"]
        constraints = [
            models.UniqueConstraint(fields=["version", "lower"], name="fund_tier_unique")
        ]

    def __str__(self) -> str:
        return f"{'≥' if self.inclusive else '>'} {self.lower}: {self.rate}"
