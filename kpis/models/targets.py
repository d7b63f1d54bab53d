"""What a department is to sell in a month."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.core.scope import Scope
from accounts.models import Department
from opsdesk.models import MoneyField, MonthField


class TargetQuerySet(models.QuerySet["Target"]):
    """Targets in the words of the desk."""

    def visible_to(self, scope: Scope) -> TargetQuerySet:
        """The whole company, or one's departments."""
        return self if scope.everything else self.filter(department__in=scope.departments)


class Target(models.Model):
    """A department's net sales to reach in a month, in reporting currency."""

    department = models.ForeignKey(
        Department, verbose_name=_("department"), on_delete=models.PROTECT, related_name="targets"
    )
    month = MonthField(_("month"))
    net_sales = MoneyField(_("net sales"))

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["-month", "department"]
        constraints = [
            models.UniqueConstraint(fields=["department", "month"], name="target_unique"),
            models.CheckConstraint(
                condition=Q(net_sales__gt=0),
                name="target_positive",
                violation_error_message=_("A target is above 0."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.month:%Y-%m}"
