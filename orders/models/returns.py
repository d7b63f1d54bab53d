"""Returns and the money that went back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.core.scope import Scope
from catalog.models import Sku, StockMovement, Store, Warehouse
from opsdesk.models import ImportBatch, MoneyField, RateField
from orders.core.items import LineKind
from orders.core.lifecycle import MONEY_BACK, RETURN_QUEUE, ReturnStatus
from orders.models.customers import Customer
from orders.models.orders import Order, OrderLine
from orders.models.reasons import ReturnReason


class ReturnQuerySet(models.QuerySet["Return"]):
    """Returns in the words of the desk."""

    def refunded(self) -> ReturnQuerySet:
        """Returns that say themselves what went back to the buyer, and when.

        The money of the others, which went back here part by part, stands in their refunds.
        """
        return self.filter(status__in=MONEY_BACK, refunded_on__isnull=False, in_parts=False)

    def waiting(self) -> ReturnQuerySet:
        """Returns that somebody has to take a step further."""
        return self.filter(status__in=RETURN_QUEUE)

    def visible_to(self, scope: Scope) -> ReturnQuerySet:
        """The whole company, or the returns of the stores one belongs to."""
        if scope.everything:
            return self
        return self.filter(store__in=Store.objects.visible_to(scope))


class Return(models.Model):
    """Goods that came back, and the refund: requested → … → refunded → closed, or rejected.

    ``order`` is ``None`` where the source does not say which order is taken back. ``refunded_on``
    is the business date of the refund; the amounts are those of goods and discount lines.
    With ``in_parts`` the money went back here, in ``refunds`` of a date each: the amounts are their
    sums, ``refunded_on`` that of the last. ``handled_at`` is when somebody here last decided
    something about it: a delivery that is not newer does not undo that.
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
    in_parts = models.BooleanField(_("refunded here"), default=False, editable=False)
    handled_at = models.DateTimeField(_("last decided here"), null=True, editable=False)
    inspected_at = models.DateTimeField(_("inspected at"), null=True, editable=False)
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
            models.Index(fields=["external_id"], name="return_external_idx"),
            # few rows: those that wait for somebody
            models.Index(
                fields=["status", "requested_at", "id"],
                condition=Q(status__in=["requested", "approved", "received", "inspected"]),
                name="return_queue_idx",
            ),
        ]

    def __str__(self) -> str:
        return self.external_id


class ReturnLine(models.Model):
    """One line of a return; ``quantity`` and ``amount`` are positive: what went back.

    ``received`` pieces came in; ``None``: nobody has counted. It is made of ``pieces`` once they
    are inspected.
    """

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
    reason = models.ForeignKey(
        ReturnReason,
        verbose_name=_("reason"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lines",
    )
    received = models.PositiveIntegerField(_("received"), null=True, editable=False)
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


class Condition(models.TextChoices):
    UNOPENED = "unopened", pgettext_lazy("returned goods", "Unopened")
    OPENED = "opened", pgettext_lazy("returned goods", "Opened")
    DAMAGED = "damaged", pgettext_lazy("returned goods", "Damaged")
    DEFECTIVE = "defective", pgettext_lazy("returned goods", "Defective")
    MISSING = "missing", pgettext_lazy("returned goods", "Missing")


class Disposal(models.TextChoices):
    RESTOCK = "restock", pgettext_lazy("returned goods", "Back to stock")
    SCRAP = "scrap", pgettext_lazy("returned goods", "Scrap")
    SUPPLIER = "supplier", pgettext_lazy("returned goods", "Back to the supplier")
    NOTHING = "nothing", pgettext_lazy("returned goods", "Nothing to decide")


class ReturnPieces(models.Model):
    """Received pieces of a line that are in one condition, and what becomes of them.

    ``movement`` is how they went into the ledger of stock; a piece that is missing from its
    parcel has nothing to be decided.
    """

    return_case = models.ForeignKey(
        Return, verbose_name=_("return"), on_delete=models.CASCADE, related_name="pieces"
    )
    line = models.ForeignKey(
        ReturnLine, verbose_name=_("return line"), on_delete=models.CASCADE, related_name="pieces"
    )
    units = models.PositiveIntegerField(_("pieces"))
    condition = models.CharField(_("condition"), max_length=10, choices=Condition.choices)
    disposal = models.CharField(_("decision"), max_length=10, choices=Disposal.choices)
    warehouse = models.ForeignKey(
        Warehouse,
        verbose_name=_("warehouse"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    movement = models.ForeignKey(
        StockMovement,
        verbose_name=_("stock movement"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("inspected pieces")
        verbose_name_plural = _("inspected pieces")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0), name="return_pieces_some"),
            models.CheckConstraint(
                condition=Q(disposal="restock", warehouse__isnull=False)
                | (~Q(disposal="restock") & Q(warehouse__isnull=True)),
                name="return_pieces_stocked_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(condition="missing", disposal="nothing")
                | (~Q(condition="missing") & ~Q(disposal="nothing")),
                name="return_pieces_missing_or_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.units} {self.condition}"
