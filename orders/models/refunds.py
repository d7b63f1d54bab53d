"""Money that went back to buyers in one part of a return after the other."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Store
from catalog.models.visible import of_store
from opsdesk.models import MoneyField, RateField
from orders.models.returns import Return, ReturnLine


class RefundMethod(models.TextChoices):
    ORIGINAL = "original", pgettext_lazy("refund", "The way it was paid")
    PLATFORM = "platform", pgettext_lazy("refund", "By the platform")
    BANK = "bank", pgettext_lazy("refund", "Bank transfer")
    CREDIT = "credit", pgettext_lazy("refund", "Store credit")
    OTHER = "other", pgettext_lazy("refund", "Other")


class Refund(models.Model):
    """One part of a return's money, on its own business date; never changed but for its rate.

    ``amount`` is the price of the goods, with tax and shipping beside it, as on the order.
    ``external_id`` is what the sender calls it: sent twice it is stored once.
    """

    return_case = models.ForeignKey(
        Return, verbose_name=_("return"), on_delete=models.PROTECT, related_name="refunds"
    )
    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="refunds"
    )
    number = models.PositiveIntegerField(_("number"))
    external_id = models.CharField(_("number at the source"), max_length=100)
    content_digest = models.CharField(max_length=32, editable=False)
    currency = models.CharField(_("currency"), max_length=3)
    fx_rate = RateField(_("rate to the reporting currency"))
    amount = MoneyField(_("goods"))
    tax = MoneyField(_("tax"))
    shipping = MoneyField(_("shipping"))
    reporting_amount = MoneyField(_("goods in reporting currency"))
    units = models.PositiveIntegerField(_("units"))
    refunded_at = models.DateTimeField(_("refunded at"))
    refunded_on = models.DateField(_("refunded on"))
    method = models.CharField(_("method"), max_length=10, choices=RefundMethod.choices)
    reference = models.CharField(_("payment reference"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    early = models.BooleanField(_("before the inspection"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    client_name = models.CharField(_("machine client"), max_length=150, blank=True)

    objects = of_store()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-refunded_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["return_case", "number"], name="refund_unique"),
            models.UniqueConstraint(fields=["return_case", "external_id"], name="refund_sent_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, tax__gte=0, shipping__gte=0), name="refund_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["store", "refunded_on"], name="refund_store_day_idx"),
            models.Index(fields=["-refunded_at", "-id"], name="refund_at_idx"),
            models.Index(
                fields=["reference"], condition=~Q(reference=""), name="refund_reference_idx"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.return_case.external_id}/{self.number}"

    @property
    def total(self) -> Decimal:
        """What the buyer got."""
        return self.amount + self.tax + self.shipping


class RefundLine(models.Model):
    """What of a refund was for one line of goods of its return.

    ``reporting_cost`` is what its pieces had cost, ``restocked_cost`` that of those which went
    back to stock; both ``None`` where nobody knows.
    """

    refund = models.ForeignKey(
        Refund, verbose_name=_("refund"), on_delete=models.CASCADE, related_name="lines"
    )
    return_line = models.ForeignKey(
        ReturnLine,
        verbose_name=_("return line"),
        on_delete=models.PROTECT,
        related_name="refund_lines",
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    amount = MoneyField(_("goods"))
    tax = MoneyField(_("tax"))
    reporting_amount = MoneyField(_("goods in reporting currency"))
    reporting_cost = MoneyField(_("cost in reporting currency"), null=True)
    restocked = models.PositiveIntegerField(_("back to stock"), default=0)
    restocked_cost = MoneyField(_("cost of what is back in stock"), null=True)

    class Meta:
        verbose_name = _("refund line")
        verbose_name_plural = _("refund lines")
        ordering = ["refund", "return_line"]
        constraints = [
            models.UniqueConstraint(fields=["refund", "return_line"], name="refund_line_unique"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, tax__gte=0), name="refund_line_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(restocked__lte=F("quantity")), name="refund_line_restocked_bound"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id}/{self.return_line_id}"

    @property
    def total(self) -> Decimal:
        """What the buyer got for the line."""
        return self.amount + self.tax
