"""Returns and the money that went back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.core.scope import Scope
from catalog.models import Sku, Store
from opsdesk.models import ImportBatch, MoneyField, RateField
from orders.core.items import LineKind
from orders.core.lifecycle import MONEY_BACK, ReturnStatus
from orders.models.customers import Customer
from orders.models.orders import Order, OrderLine


class ReturnQuerySet(models.QuerySet["Return"]):
    """Returns in the words of the desk."""

    def refunded(self) -> ReturnQuerySet:
        """Returns whose money has gone back to the buyer."""
        return self.filter(status__in=MONEY_BACK, refunded_on__isnull=False)

    def visible_to(self, scope: Scope) -> ReturnQuerySet:
        """The whole company, or the returns of the stores one belongs to."""
        if scope.everything:
            return self
        return self.filter(store__in=Store.objects.visible_to(scope))


class Return(models.Model):
    """Goods that came back, and the refund: requested → … → refunded → closed, or rejected.

    ``order`` is ``None`` where the source does not say which order is taken back. ``refunded_on``
    is the business date of the refund; the amounts are those of goods and discount lines.
    """

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="returns"
    )
    external_id = models.CharField(_("return no."), max_length=100)
    order = models.ForeignKey(
        Order,
        verbose_name=_("order"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="returns",
    )
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), null=True, blank=True, on_delete=models.PROTECT
    )
    status = models.CharField(
        _("status"), max_length=12, choices=ReturnStatus.choices, editable=False
    )
    source_status = models.CharField(_("status at the source"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    requested_at = models.DateTimeField(_("requested at"))
    refunded_at = models.DateTimeField(_("refunded at"), null=True)
    refunded_on = models.DateField(_("refunded on"), null=True)
    currency = models.CharField(_("currency"), max_length=3)
    fx_rate = RateField(_("rate to the reporting currency"))
    amount = MoneyField(_("refund"))
    reporting_amount = MoneyField(_("refund in reporting currency"))
    units = models.IntegerField(_("units"))
    source_updated_at = models.DateTimeField(_("updated at the source"), null=True)
    content_digest = models.CharField(max_length=32, editable=False)
    batch = models.ForeignKey(
        ImportBatch, verbose_name=_("import"), null=True, on_delete=models.PROTECT
    )
    source_row = models.PositiveBigIntegerField(_("row in the file"), null=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    objects = ReturnQuerySet.as_manager()

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="return_unique"),
            models.CheckConstraint(
                condition=~Q(status__in=["refunded", "closed"]) | Q(refunded_on__isnull=False),
                name="return_refunded_has_day",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "refunded_on"], name="return_store_day_idx"),
            models.Index(fields=["-requested_at", "-id"], name="return_requested_idx"),
        ]

    def __str__(self) -> str:
        return self.external_id


class ReturnLine(models.Model):
    """One line of a return; ``quantity`` and ``amount`` are positive: what went back."""

    return_case = models.ForeignKey(
        Return, verbose_name=_("return"), on_delete=models.CASCADE, related_name="lines"
    )
    line_no = models.PositiveIntegerField(_("line"))
    order_line = models.ForeignKey(
        OrderLine,
        verbose_name=_("order line"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="return_lines",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=LineKind.choices)
    sku = models.ForeignKey(
        Sku, verbose_name=_("SKU"), null=True, blank=True, on_delete=models.PROTECT
    )
    item_code = models.CharField(_("item code at the source"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=500, blank=True)
    quantity = models.IntegerField(_("quantity"))
    amount = MoneyField(_("refund"))
    reporting_amount = MoneyField(_("refund in reporting currency"))
    reporting_cost = MoneyField(_("cost in reporting currency"), null=True)
    restock = models.BooleanField(_("back to stock"), null=True)
    source_row = models.PositiveBigIntegerField(_("row in the file"), null=True)

    class Meta:
        verbose_name = _("return line")
        verbose_name_plural = _("return lines")
        ordering = ["return_case", "line_no"]
        constraints = [
            models.UniqueConstraint(fields=["return_case", "line_no"], name="return_line_unique")
        ]
        indexes = [
            models.Index(
                fields=["item_code"], condition=Q(sku__isnull=True), name="return_line_unlinked"
            )
        ]

    def __str__(self) -> str:
        return f"{self.return_case_id}/{self.line_no}"
