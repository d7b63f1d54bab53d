"""Categories, products and SKUs with what they cost."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.core.scope import Scope
from catalog.core.lifecycle import ProductStatus
from catalog.models.stores import Store
from catalog.models.visible import sees_catalogue
from opsdesk.models import MoneyField


class Category(models.Model):
    """A node of the category tree, at most three levels deep."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class GoodsClass(models.TextChoices):
    FMCG = "fmcg", _("FMCG")
    DURABLE = "durable", _("Durable")


class RangeRole(models.TextChoices):
    HERO = "hero", _("Hero")
    TRAFFIC = "traffic", pgettext_lazy("role in the range", "Traffic")
    PROFIT = "profit", _("Profit")


class ProductType(models.TextChoices):
    STANDARD = "standard", pgettext_lazy("product type", "Standard")
    NON_STANDARD = "non_standard", pgettext_lazy("product type", "Non-standard")


class ProductQuerySet(models.QuerySet["Product"]):
    """Products in the words of the desk."""

    def visible_to(self, scope: Scope) -> ProductQuerySet:
        """All for who sees the catalogue; else those with a listing in a store one sees."""
        if sees_catalogue(scope):
            return self
        listed = Sku.objects.filter(listings__store__in=Store.objects.visible_to(scope))
        return self.filter(pk__in=listed.values("product"))


class Product(models.Model):
    """What is sold, independent of store and variant.

    Its life is ``catalog.core.lifecycle.PRODUCT``: from an idea by research, samples, inspection
    and a compliance review to what is on sale, and from there to clearance and retirement. What
    is loaded from an ERP is on sale already.
    """

    code = models.CharField(_("code"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=300)
    category = models.ForeignKey(Category, verbose_name=_("category"), on_delete=models.PROTECT)
    brand = models.CharField(_("brand"), max_length=100, blank=True)
    goods_class = models.CharField(
        _("goods class"), max_length=10, choices=GoodsClass.choices, default=GoodsClass.DURABLE
    )
    range_role = models.CharField(
        _("role in the range"), max_length=10, choices=RangeRole.choices, default=RangeRole.PROFIT
    )
    product_type = models.CharField(
        _("product type"),
        max_length=12,
        choices=ProductType.choices,
        default=ProductType.STANDARD,
    )
    special_stock = models.BooleanField(_("special stock"), default=False)
    high_ticket = models.BooleanField(_("high ticket"), default=False)
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=ProductStatus.choices,
        default=ProductStatus.IDEA,
        editable=False,
        db_index=True,
    )

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


class SkuQuerySet(models.QuerySet["Sku"]):
    """SKUs in the words of the desk."""

    def visible_to(self, scope: Scope) -> SkuQuerySet:
        """All for who sees the catalogue; else those with a listing in a store one sees."""
        if sees_catalogue(scope):
            return self
        listed = Sku.objects.filter(listings__store__in=Store.objects.visible_to(scope))
        return self.filter(pk__in=listed.values("pk"))


class Sku(models.Model):
    """A variant that is bought, kept and sold; without a cost the cost is unknown, not zero."""

    code = models.CharField(_("SKU"), max_length=60, unique=True)
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="skus"
    )
    title = models.CharField(_("title"), max_length=300, blank=True)
    unit_cost = MoneyField(_("unit cost"), null=True, blank=True)
    cost_currency = models.CharField(_("cost currency"), max_length=3, blank=True)
    weight_g = models.PositiveIntegerField(_("weight in g"), null=True, blank=True)
    safety_stock = models.PositiveIntegerField(_("safety stock"), default=0)
    lead_time_days = models.PositiveSmallIntegerField(_("lead time in days"), null=True, blank=True)

    objects = SkuQuerySet.as_manager()

    class Meta:
        verbose_name = _("SKU")
        verbose_name_plural = _("SKUs")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit_cost__isnull=True) | (Q(unit_cost__gte=0) & ~Q(cost_currency="")),
                name="sku_cost_has_currency",
                violation_error_message=_("A unit cost is not negative and has a currency."),
            )
        ]

    def __str__(self) -> str:
        return self.code
