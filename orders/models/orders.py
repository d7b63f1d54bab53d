"""Orders with their lines, payments and history."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.core.scope import Scope
from catalog.models import Sku, Store, Warehouse
from opsdesk.models import ImportBatch, MoneyField, RateField
from orders.core.items import LineKind
from orders.core.lifecycle import NOT_SOLD, OrderStatus
from orders.models.customers import Customer


class TrafficSource(models.TextChoices):
    ORGANIC = "organic", _("Organic")
    ADS = "ad", _("Ads")
    UNKNOWN = "", _("Unknown")


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders in the words of the desk."""

    def sold(self) -> OrderQuerySet:
        """Orders that count as sales: with goods, and neither cancelled nor unmapped."""
        return self.filter(has_goods=True).exclude(status__in=NOT_SOLD)

    def visible_to(self, scope: Scope) -> OrderQuerySet:
        """The whole company, or the orders of the stores one belongs to."""
        if scope.everything:
            return self
        return self.filter(store__in=Store.objects.visible_to(scope))


class Order(models.Model):
    """What a customer bought, on one day of one store.

    placed → paid → allocated → dispatched → delivered → completed; cancelled until dispatch;
    on hold from any open status and back (``orders.core.lifecycle``). ``amount`` is the sum of
    the goods and discount lines in the store's currency; ``reporting_amount`` the sum of the same
    lines, each converted with ``fx_rate``. ``business_date`` is the date on the store's wall.
    ``held_from`` is the status it was last held from, ``warehouse`` where its goods are reserved
    or left from, and an order without ``screened_at`` is still to be looked at for what is odd.
    """

    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="orders"
    )
    external_id = models.CharField(_("order no."), max_length=100)
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
    )
    placed_at = models.DateTimeField(_("placed at"))
    business_date = models.DateField(_("business date"))
    status = models.CharField(
        _("status"), max_length=12, choices=OrderStatus.choices, editable=False
    )
    source_status = models.CharField(_("status at the source"), max_length=60, blank=True)
    traffic_source = models.CharField(
        _("traffic source"), max_length=10, choices=TrafficSource.choices, blank=True, default=""
    )
    currency = models.CharField(_("currency"), max_length=3)
    fx_rate = RateField(_("rate to the reporting currency"))
    amount = MoneyField(_("amount"))
    reporting_amount = MoneyField(_("amount in reporting currency"))
    units = models.IntegerField(_("units"))
    has_goods = models.BooleanField(_("has goods"))
    shipping_charge = MoneyField(_("shipping charge"), default=0)
    tax = MoneyField(_("tax"), default=0)
    platform_fee = MoneyField(_("platform fee"), null=True, blank=True)
    customer_order_no = models.PositiveIntegerField(
        _("the customer's order number"), null=True, editable=False
    )
    previous_order_on = models.DateField(
        _("the customer's order before"), null=True, editable=False
    )
    held_from = models.CharField(
        _("held from"), max_length=12, choices=OrderStatus.choices, blank=True, editable=False
    )
    warehouse = models.ForeignKey(
        Warehouse,
        verbose_name=_("allocated in"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    screened_at = models.DateTimeField(_("looked at"), null=True, editable=False)
    source_updated_at = models.DateTimeField(_("updated at the source"), null=True)
    content_digest = models.CharField(max_length=32, editable=False)
    batch = models.ForeignKey(
        ImportBatch, verbose_name=_("import"), null=True, on_delete=models.PROTECT
    )
    source_row = models.PositiveBigIntegerField(_("row in the file"), null=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-placed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="order_unique"),
            models.CheckConstraint(condition=Q(fx_rate__gt=0), name="order_rate_positive"),
        ]
        indexes = [
            models.Index(fields=["store", "business_date"], name="order_store_day_idx"),
            models.Index(fields=["-placed_at", "-id"], name="order_placed_idx"),
            models.Index(fields=["customer", "placed_at"], name="order_customer_idx"),
            models.Index(fields=["external_id"], name="order_external_idx"),
            # few rows: those that came in lately
            models.Index(
                fields=["store", "business_date"],
                condition=Q(screened_at=None, status__in=["placed", "paid", "allocated"]),
                name="order_unscreened",
            ),
        ]

    def __str__(self) -> str:
        return self.external_id


class OrderLine(models.Model):
    """One line of an order; ``amount`` is rounded to the currency's minor unit.

    Store and day stand here too, so that daily figures need no join. ``unit_cost`` is in the
    order's currency and ``None`` where nobody knows it.
    """

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="lines"
    )
    line_no = models.PositiveIntegerField(_("line"))
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    business_date = models.DateField(_("business date"))
    kind = models.CharField(_("kind"), max_length=12, choices=LineKind.choices)
    sku = models.ForeignKey(
        Sku,
        verbose_name=_("SKU"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="order_lines",
    )
    item_code = models.CharField(_("item code at the source"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=500, blank=True)
    quantity = models.IntegerField(_("quantity"))
    unit_price = MoneyField(_("unit price"))
    discount = MoneyField(_("discount"), default=0)
    tax = MoneyField(_("tax"), default=0)
    unit_cost = MoneyField(_("unit cost"), null=True)
    amount = MoneyField(_("amount"))
    reporting_amount = MoneyField(_("amount in reporting currency"))
    reporting_cost = MoneyField(_("cost in reporting currency"), null=True)
    source_row = models.PositiveBigIntegerField(_("row in the file"), null=True)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["order", "line_no"]
        constraints = [
            models.UniqueConstraint(fields=["order", "line_no"], name="order_line_unique")
        ]
        indexes = [
            models.Index(fields=["store", "business_date"], name="order_line_day_idx"),
            # few rows, or none: those that wait for their SKU
            models.Index(
                fields=["item_code"], condition=Q(sku__isnull=True), name="order_line_unlinked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line_no}"


class Payment(models.Model):
    """Money that came in for an order; ``collected_on`` is the date in the company's zone."""

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="payments"
    )
    external_id = models.CharField(_("external id"), max_length=100)
    amount = MoneyField(_("amount"))
    collected_at = models.DateTimeField(_("collected at"), null=True)
    collected_on = models.DateField(_("collected on"), null=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["order", "collected_at"]
        constraints = [
            models.UniqueConstraint(fields=["order", "external_id"], name="payment_unique")
        ]

    def __str__(self) -> str:
        return self.external_id
