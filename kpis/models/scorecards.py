"""Scorecard templates, and the scorecards made from them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import Employment, Level, Person, Position
from kpis.models.facts import PeriodKind, ScopeKind
from opsdesk.models import ShareField


class Dimension(models.TextChoices):
    RESULTS = "results", _("Results")
    EFFICIENCY = "efficiency", _("Efficiency")
    CUSTOMER = "customer", pgettext_lazy("dimension", "Customer")
    COMPLIANCE = "compliance", _("Compliance")


class ScorecardTemplate(models.Model):
    """What somebody in a position (and level, where given) is measured by, from a day on."""

    position = models.ForeignKey(Position, verbose_name=_("position"), on_delete=models.PROTECT)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices, blank=True)
    period_kind = models.CharField(_("period"), max_length=7, choices=PeriodKind.choices)
    version = models.PositiveIntegerField(_("version"))
    effective_from = models.DateField(_("effective from"))

    class Meta:
        verbose_name = _("scorecard template")
        verbose_name_plural = _("scorecard templates")
        ordering = ["position", "level", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["position", "level", "period_kind", "version"],
                name="scorecard_template_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.position} v{self.version}"


class ScorecardItem(models.Model):
    """One line of a template: a metric, its weight, and the points it earns.

    ``floor`` earns 0 points, ``target`` 100, ``stretch`` 120, linear in between.
    """

    template = models.ForeignKey(ScorecardTemplate, on_delete=models.CASCADE, related_name="items")
    metric = models.CharField(_("metric"), max_length=40)
    scope_kind = models.CharField(
        _("measured for"), max_length=10, choices=ScopeKind.choices, default=ScopeKind.PERSON
    )
    dimension = models.CharField(_("dimension"), max_length=12, choices=Dimension.choices)
    weight = models.PositiveSmallIntegerField(_("weight"))
    floor = ShareField(_("floor"), null=True, blank=True)
    target = ShareField(_("target"))
    stretch = ShareField(_("stretch"), null=True, blank=True)

    class Meta:
        verbose_name = _("scorecard item")
        verbose_name_plural = _("scorecard items")
        ordering = ["template", "id"]
        constraints = [
            models.UniqueConstraint(fields=["template", "metric"], name="scorecard_item_unique"),
            models.CheckConstraint(
                condition=Q(weight__gte=1) & Q(weight__lte=100), name="scorecard_item_weight"
            ),
            models.CheckConstraint(
                condition=Q(floor__isnull=True) | ~Q(floor=F("target")),
                name="scorecard_item_floor_not_target",
            ),
        ]

    def __str__(self) -> str:
        return self.metric


class Grade(models.TextChoices):
    S = "S", "S"
    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D"
    INCOMPLETE = "", _("Incomplete")


class ScorecardQuerySet(models.QuerySet["Scorecard"]):
    """Scorecards in the words of the desk."""

    def visible_to(self, scope: Scope) -> ScorecardQuerySet:
        """One's own; those of the people whose pay one's role opens: a grade may change it."""
        own = Q(person=scope.person_id)
        if not scope.may(Right.PAY_VIEW):
            return self.filter(own)
        if scope.pays_everywhere:
            return self
        paid = Employment.objects.filter(department__in=scope.pay_departments).values("person")
        return self.filter(own | Q(person__in=paid))


class Scorecard(models.Model):
    """How a person did in a period, by one template."""

    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="scorecards"
    )
    template = models.ForeignKey(ScorecardTemplate, on_delete=models.PROTECT)
    start = models.DateField(_("period"))
    score = ShareField(_("score"), null=True)
    grade = models.CharField(_("grade"), max_length=1, choices=Grade.choices, blank=True)
    lines = models.JSONField(_("lines"), default=list)
    run = models.ForeignKey("kpis.NightlyRun", on_delete=models.PROTECT, related_name="+")

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        ordering = ["-start", "person"]
        constraints = [
            models.UniqueConstraint(fields=["person", "template", "start"], name="scorecard_unique")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.start}"
