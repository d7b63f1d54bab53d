"""Promotions in the API: their plan, their listings, and their moves."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from catalog.actions.promotions import PROMOTION_COURSE
from catalog.core.lifecycle import PromotionStatus
from catalog.models import Promotion
from opsdesk.api.moves import MovingSet
from opsdesk.api.parts import KeyedByParts


class PromotionFilter(django_filters.FilterSet):
    """What promotions can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    status = django_filters.ChoiceFilter(choices=PromotionStatus.choices)
    category = django_filters.CharFilter(field_name="category__code")
    ends_after = django_filters.DateFilter(field_name="ends_on", lookup_expr="gt")
    starts_before = django_filters.DateFilter(field_name="warms_up_on", lookup_expr="lt")

    class Meta:
        model = Promotion
        fields: tuple[str, ...] = ()


class ItemSerializer(serializers.Serializer):
    """A listing in a promotion, its price there and the pieces kept for it."""

    seller_sku = serializers.CharField(source="listing.seller_sku")
    price = serializers.CharField(allow_null=True)
    warehouse = serializers.CharField(source="warehouse.code", default=None)
    reserved_units = serializers.IntegerField()


class PromotionSerializer(serializers.Serializer):
    """A promotion; amounts are in the currency of its store."""

    store = serializers.CharField(source="store.code")
    code = serializers.CharField()
    name = serializers.CharField()
    status = serializers.CharField()
    category = serializers.CharField(source="category.code", default=None)
    warms_up_on = serializers.DateField()
    runs_on = serializers.DateField()
    wraps_up_on = serializers.DateField()
    ends_on = serializers.DateField()
    currency = serializers.CharField(source="store.currency")
    budget = serializers.CharField()
    spent = serializers.CharField()
    target_sales = serializers.CharField(allow_null=True)
    items = ItemSerializer(many=True)


class PromotionSet(KeyedByParts, MovingSet):
    """The promotions of the stores that the key opens, by store and code; with their moves."""

    resource = "promotions"
    ordering = ("pk",)
    part_fields = ("store__code", "code")
    serializer_class = PromotionSerializer
    filterset_class = PromotionFilter
    course = PROMOTION_COURSE

    def get_queryset(self) -> QuerySet[Promotion]:
        scope: Any = self.request.scope
        rows = Promotion.objects.visible_to(scope).select_related("store", "category")
        return rows.prefetch_related("items__listing", "items__warehouse")
