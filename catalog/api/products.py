"""Categories, products and SKUs in the API."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from catalog.actions.selection import PRODUCT_COURSE
from catalog.core.lifecycle import ProductStatus
from catalog.models import Category, GoodsClass, Product, RangeRole, Sku
from opsdesk.api.moves import MovingSet
from opsdesk.api.views import ReadableSet


class CategoryFilter(django_filters.FilterSet):
    """What categories can be asked for by."""

    parent = django_filters.CharFilter(field_name="parent__code")

    class Meta:
        model = Category
        fields: tuple[str, ...] = ()


class CategorySerializer(serializers.Serializer):
    """A node of the category tree."""

    code = serializers.CharField()
    name = serializers.CharField()
    parent = serializers.CharField(source="parent.code", allow_null=True, default=None)


class CategorySet(ReadableSet):
    """The category tree."""

    resource = "categories"
    ordering = ("code",)
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    serializer_class = CategorySerializer
    filterset_class = CategoryFilter

    def get_queryset(self) -> QuerySet[Category]:
        return Category.objects.select_related("parent")


class ProductFilter(django_filters.FilterSet):
    """What products can be asked for by."""

    status = django_filters.ChoiceFilter(choices=ProductStatus.choices)
    range_role = django_filters.ChoiceFilter(choices=RangeRole.choices)
    goods_class = django_filters.ChoiceFilter(choices=GoodsClass.choices)
    category = django_filters.CharFilter(field_name="category__code")
    brand = django_filters.CharFilter()

    class Meta:
        model = Product
        fields: tuple[str, ...] = ()


class ProductSerializer(serializers.Serializer):
    """A product and where it stands in its life."""

    code = serializers.CharField()
    title = serializers.CharField()
    category = serializers.CharField(source="category.code")
    brand = serializers.CharField()
    product_type = serializers.CharField()
    goods_class = serializers.CharField()
    range_role = serializers.CharField()
    special_stock = serializers.BooleanField()
    high_ticket = serializers.BooleanField()
    status = serializers.CharField()


class ProductSet(MovingSet):
    """The products, and the steps of their lives."""

    resource = "products"
    course = PRODUCT_COURSE
    ordering = ("code",)
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    serializer_class = ProductSerializer
    filterset_class = ProductFilter

    def get_queryset(self) -> QuerySet[Product]:
        scope: Any = self.request.scope
        return Product.objects.visible_to(scope).select_related("category")


class SkuFilter(django_filters.FilterSet):
    """What SKUs can be asked for by."""

    product = django_filters.CharFilter(field_name="product__code")

    class Meta:
        model = Sku
        fields: tuple[str, ...] = ()


class SkuSerializer(serializers.Serializer):
    """A SKU; amounts are texts, ``null`` where nobody knows."""

    code = serializers.CharField()
    product = serializers.CharField(source="product.code")
    title = serializers.CharField()
    unit_cost = serializers.CharField(allow_null=True)
    cost_currency = serializers.CharField()
    weight_g = serializers.IntegerField(allow_null=True)
    safety_stock = serializers.IntegerField()
    lead_time_days = serializers.IntegerField(allow_null=True)


class SkuSet(ReadableSet):
    """The SKUs and what they cost."""

    resource = "skus"
    ordering = ("code",)
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    serializer_class = SkuSerializer
    filterset_class = SkuFilter

    def get_queryset(self) -> QuerySet[Sku]:
        scope: Any = self.request.scope
        return Sku.objects.visible_to(scope).select_related("product")
