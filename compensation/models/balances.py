"""The department activity fund as a ledger."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from compensation.models.payruns import PayRun
from opsdesk.models import MoneyField


class FundEntry(models.Model):
    """Money into (from a locked run) or out of a department's activity fund. Never changed."""

    department = models.ForeignKey(
        Department, verbose_name=_("department"), on_delete=models.PROTECT, related_name="fund"
    )
    run = models.OneToOneField(PayRun, null=True, blank=True, on_delete=models.PROTECT)
    amount = MoneyField(_("amount"))
    text = models.CharField(_("for"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("activity fund entry")
        verbose_name_plural = _("activity fund")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.department_id} {self.amount}"
