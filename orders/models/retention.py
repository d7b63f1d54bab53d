"""How long the personal data of customers is kept."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LONGEST = 240


class RetentionPolicy(models.Model):
    """From a day on: the months after the last order or contact for which the data is kept."""

    from_date = models.DateField(pgettext_lazy("date", "from"), unique=True)
    months = models.PositiveSmallIntegerField(
        _("months after the last contact"),
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST)],
    )

    class Meta:
        verbose_name = _("retention of customer data")
        verbose_name_plural = _("retention of customer data")
        ordering = ["-from_date"]
        constraints = [
            models.CheckConstraint(
                condition=Q(months__range=(1, LONGEST)), name="retention_policy_months"
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_date} {self.months}"
