"""FX rates by day."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from opsdesk.models import RateField


class FxRate(models.Model):
    """How many units of ``to_currency`` one unit of ``from_currency`` was worth on ``date``."""

    date = models.DateField(_("date"))
    from_currency = models.CharField(pgettext_lazy("currency", "from"), max_length=3)
    to_currency = models.CharField(pgettext_lazy("currency", "to"), max_length=3)
    rate = RateField(_("rate"))

    class Meta:
        verbose_name = _("FX rate")
        verbose_name_plural = _("FX rates")
        ordering = ["-date", "from_currency", "to_currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["from_currency", "to_currency", "date"], name="fx_rate_unique"
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0),
                name="fx_rate_positive",
                violation_error_message=_("A rate must be above 0."),
            ),
            models.CheckConstraint(
                condition=~Q(from_currency=F("to_currency")),
                name="fx_rate_two_currencies",
                violation_error_message=_("A rate is between two different currencies."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.from_currency}/{self.to_currency}"


class RateNews(models.Model):
    """Rates of ``currency`` from ``day`` on have changed, and orders are not yet converted again.

    Like ``DirtyDay`` without a unique constraint: who takes notices away takes only those seen.
    """

    currency = models.CharField(max_length=3)
    day = models.DateField()

    class Meta:
        verbose_name = _("changed rate")
        verbose_name_plural = _("changed rates")

    def __str__(self) -> str:
        return f"{self.currency} {self.day}"
