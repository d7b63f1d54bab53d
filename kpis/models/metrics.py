"""Metric definitions: what a figure means, since when, in which version."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Direction(models.TextChoices):
    HIGH = "high", _("High is good")
    LOW = "low", _("Low is good")


class Unit(models.TextChoices):
    MONEY = "money", _("Reporting currency")
    COUNT = "count", pgettext_lazy("unit", "Number")
    SHARE = "share", _("Per cent")
    MONEY_EACH = "money_each", _("Reporting currency each")


class MetricDefinition(models.Model):
    """One version of a metric: Σ numerator, over Σ denominator where it has one.

    Both are linear combinations of the named daily facts, as ``{"sold_amount": 1,
    "refund_amount": -1}``. A version holds from ``effective_from`` until the next one's. Where
    ``coverage`` is given (again a pair of combinations), it tells how much of the source the
    figure could see.
    """

    code = models.CharField(_("code"), max_length=40)
    version = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=100)
    unit = models.CharField(_("unit"), max_length=12, choices=Unit.choices)
    direction = models.CharField(_("direction"), max_length=4, choices=Direction.choices)
    numerator = models.JSONField(_("numerator"))
    denominator = models.JSONField(_("denominator"), null=True, blank=True)
    coverage = models.JSONField(_("coverage"), null=True, blank=True)
    effective_from = models.DateField(_("effective from"))

    class Meta:
        verbose_name = _("metric definition")
        verbose_name_plural = _("metric definitions")
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="metric_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"
