"""Suppliers with their certificates and grades, purchase orders, and what of them came in."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.core.lifecycle import AWAITED, CustomsStatus, PurchaseStatus
from catalog.models.products import Sku
from catalog.models.stock import Warehouse
from catalog.models.visible import SupplyQuerySet
from opsdesk.models import MoneyField, ShareField


class Supplier(models.Model):
    """Whom the company buys from; ``grade`` is that of the latest score."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2)
    currency = models.CharField(_("currency"), max_length=3)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    annual_capacity = models.PositiveIntegerField(
        _("annual capacity in pieces"), null=True, blank=True
    )
    active = models.BooleanField(_("active"), default=True)
    grade = models.CharField(_("grade"), max_length=1, blank=True, editable=False)

    objects = SupplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Certificate(models.Model):
    """A certificate of a supplier, such as ISO 9001."""

    supplier = models.ForeignKey(
        Supplier, verbose_name=_("supplier"), on_delete=models.CASCADE, related_name="certificates"
    )
    kind = models.CharField(_("certificate"), max_length=60, default="ISO 9001")
    number = models.CharField(_("number"), max_length=60)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "kind", "number"], name="certificate_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    def has_ended(self, today: date) -> bool:
        """Tell whether ``today`` lies after its last day."""
        return self.valid_until is not None and self.valid_until < today


class ScoreRule(models.Model):
    """How a supplier's score is weighed and graded; the latest on or before a day holds.

    The weights are shares that add up to 1; a grade is given from its points (of 100) on.
    """

    from_date = models.DateField(_("from"), unique=True)
    cost_weight = ShareField(_("weight of cost"))
    quality_weight = ShareField(_("weight of quality"))
    delivery_weight = ShareField(_("weight of delivery"))
    grade_a = models.PositiveSmallIntegerField(_("grade A from"), default=85)
    grade_b = models.PositiveSmallIntegerField(_("grade B from"), default=70)
    grade_c = models.PositiveSmallIntegerField(_("grade C from"), default=55)
    window_days = models.PositiveSmallIntegerField(_("days looked at"), default=365)

    class Meta:
        verbose_name = _("supplier score rule")
        verbose_name_plural = _("supplier score rules")
        ordering = ["-from_date"]
        constraints = [
            models.CheckConstraint(
                condition=Q(grade_a__gt=F("grade_b")) & Q(grade_b__gt=F("grade_c")),
                name="score_rule_grades_in_order",
                violation_error_message=_("Grade A begins above B, and B above C."),
            )
        ]

    def __str__(self) -> str:
        return str(self.from_date)


class SupplierScore(models.Model):
    """A supplier's score on a day, with the numbers it was made of; unknown parts are blank."""

    supplier = models.ForeignKey(
        Supplier, verbose_name=_("supplier"), on_delete=models.CASCADE, related_name="scores"
    )
    day = models.DateField(_("day"))
    on_time = models.PositiveIntegerField(_("pieces on time"))
    due = models.PositiveIntegerField(_("pieces due"))
    rejected = models.PositiveIntegerField(_("pieces rejected"))
    inspected = models.PositiveIntegerField(_("pieces inspected"))
    price_index = ShareField(_("price index"), null=True)
    score = ShareField(
        _("score"), null=True, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    grade = models.CharField(_("grade"), max_length=1, blank=True)

    class Meta:
        verbose_name = _("supplier score")
        verbose_name_plural = _("supplier scores")
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["supplier", "day"], name="supplier_score_unique")
        ]

    def __str__(self) -> str:
        return f"{self.supplier_id} {self.day} {self.grade}"


class PurchaseOrderQuerySet(SupplyQuerySet):
    """Purchase orders by where they stand."""

    def awaited(self) -> Self:
        """Those of which something is still to come."""
        return self.filter(status__in=AWAITED)

    def late(self, today: date) -> Self:
        """Those of which something was to have come before ``today`` and has not."""
        return self.awaited().filter(expected_on__lt=today)


class PurchaseOrder(models.Model):
    """What is bought from a supplier for a warehouse, in the supplier's currency.

    Its life is ``catalog.core.lifecycle.PURCHASE``; receiving moves it by what has come in.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    supplier = models.ForeignKey(
        Supplier,
        verbose_name=_("supplier"),
        on_delete=models.PROTECT,
        related_name="purchase_orders",
    )
    warehouse = models.ForeignKey(
        Warehouse, verbose_name=_("warehouse"), on_delete=models.PROTECT, related_name="+"
    )
    currency = models.CharField(_("currency"), max_length=3)
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=PurchaseStatus.choices,
        default=PurchaseStatus.DRAFT,
        editable=False,
    )
    ordered_on = models.DateField(_("ordered on"), null=True, blank=True, editable=False)
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    notes = models.TextField(_("notes"), max_length=4000, blank=True)

    objects = PurchaseOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        ordering = ["-id"]
        indexes = [models.Index(fields=["status"], name="purchase_order_status")]

    def __str__(self) -> str:
        return self.code

    def is_late(self, today: date) -> bool:
        """Tell whether something was to have come before ``today`` and has not."""
        due = self.expected_on
        return self.status in AWAITED and due is not None and due < today


class PurchaseLine(models.Model):
    """A SKU of a purchase order; ``received`` counts good pieces, ``rejected`` those sent back."""

    order = models.ForeignKey(
        PurchaseOrder,
        verbose_name=_("purchase order"),
        on_delete=models.CASCADE,
        related_name="lines",
    )
    sku = models.ForeignKey(
        Sku, verbose_name=_("SKU"), on_delete=models.PROTECT, related_name="purchase_lines"
    )
    units = models.PositiveIntegerField(_("pieces"), validators=[MinValueValidator(1)])
    unit_cost = MoneyField(_("unit cost"), validators=[MinValueValidator(0)])
    received = models.PositiveIntegerField(_("received"), default=0, editable=False)
    rejected = models.PositiveIntegerField(
        pgettext_lazy("goods", "rejected"), default=0, editable=False
    )

    class Meta:
        verbose_name = _("line of a purchase order")
        verbose_name_plural = _("lines of purchase orders")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "sku"], name="purchase_line_unique"),
            models.CheckConstraint(condition=Q(units__gt=0), name="purchase_line_units_positive"),
            models.CheckConstraint(
                condition=Q(received__lte=F("units") - F("rejected")),
                name="purchase_line_not_more_than_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.sku_id}"

    @property
    def still_open(self) -> int:
        """How many pieces are still to come."""
        return self.units - self.received - self.rejected


class PurchaseReceipt(models.Model):
    """Pieces of a line that arrived: the good ones went into stock. Never changed."""

    line = models.ForeignKey(
        PurchaseLine, verbose_name=_("line"), on_delete=models.PROTECT, related_name="receipts"
    )
    external_id = models.CharField(_("delivery note"), max_length=60)
    received_on = models.DateField(_("received on"))
    accepted = models.PositiveIntegerField(_("accepted"))
    rejected = models.PositiveIntegerField(pgettext_lazy("goods", "rejected"), default=0)
    note = models.CharField(_("inspection note"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    client_name = models.CharField(_("machine client"), max_length=150, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["line", "external_id"], name="purchase_receipt_once"),
            models.CheckConstraint(
                condition=Q(accepted__gt=0) | Q(rejected__gt=0), name="purchase_receipt_of_pieces"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.external_id}"


class InboundShipment(models.Model):
    """A shipment on its way from a supplier, and where it stands with customs."""

    order = models.ForeignKey(
        PurchaseOrder,
        verbose_name=_("purchase order"),
        on_delete=models.PROTECT,
        related_name="shipments",
    )
    reference = models.CharField(_("reference"), max_length=60)
    shipped_on = models.DateField(_("shipped on"), null=True, blank=True)
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    status = models.CharField(
        _("customs"),
        max_length=20,
        choices=CustomsStatus.choices,
        default=CustomsStatus.NOT_DECLARED,
        editable=False,
    )

    objects = SupplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("inbound shipment")
        verbose_name_plural = _("inbound shipments")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "reference"], name="inbound_shipment_unique")
        ]

    def __str__(self) -> str:
        return self.reference
