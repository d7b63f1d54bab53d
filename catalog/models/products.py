"""Categories, products and SKUs with what they cost."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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


class Product(models.Model):
    """What is sold, independent of store and variant."""

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

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


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
