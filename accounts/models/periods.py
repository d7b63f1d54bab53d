"""Which months of which department are closed for good."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Department
from opsdesk.models import MonthField


class ClosedMonth(models.Model):
    """A department's month that was closed by locking its pay run; it never opens again."""

    department = models.ForeignKey(
        Department,
        verbose_name=_("department"),
        on_delete=models.PROTECT,
        related_name="closed_months",
    )
    month = MonthField(_("month"))
    closed_at = models.DateTimeField(_("closed at"))

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        ordering = ["department", "month"]
        constraints = [
            models.UniqueConstraint(fields=["department", "month"], name="closed_month_unique")
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.month:%Y-%m}"
