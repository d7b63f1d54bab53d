"""Prices of competitors in the API: read, and stored many at once."""

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from catalog.actions.competitors import upsert_competitor_prices
from catalog.core.competitor_items import CompetitorItem
from catalog.models import CompetitorPrice
from opsdesk.actions.moves import Mover
from opsdesk.api.bulk import BulkSet
from opsdesk.core.exchange import Outcome


class CompetitorFilter(django_filters.FilterSet):
    """What prices of competitors can be asked for by."""

    store = django_filters.CharFilter(field_name="listing__store__code")
    seller_sku = django_filters.CharFilter(field_name="listing__seller_sku")
    competitor = django_filters.CharFilter()
    from_date = django_filters.DateFilter(field_name="seen_on", lookup_expr="gte")
    to_date = django_filters.DateFilter(field_name="seen_on", lookup_expr="lte")

    class Meta:
        model = CompetitorPrice
        fields: tuple[str, ...] = ()


class CompetitorSerializer(serializers.Serializer):
    """A price that was seen; amounts are texts in the store's currency."""

    id = serializers.IntegerField()
    store = serializers.CharField(source="listing.store.code")
    seller_sku = serializers.CharField(source="listing.seller_sku")
    competitor = serializers.CharField()
    seen_on = serializers.DateField()
    price = serializers.CharField()
    currency = serializers.CharField(source="listing.store.currency")
    url = serializers.CharField()


class CompetitorItemSerializer(serializers.Serializer):
    """One price to store."""

    store = serializers.CharField(max_length=40)
    seller_sku = serializers.CharField(max_length=60)
    competitor = serializers.CharField(max_length=100)
    seen_on = serializers.DateField()
    price = serializers.DecimalField(max_digits=14, decimal_places=4)
    url = serializers.CharField(max_length=500, default="", allow_blank=True)


class CompetitorSet(BulkSet):
    """What competitors ask for the like of the listings that the key opens."""

    resource = "competitor-prices"
    http_method_names = ("get", "head", "post")
    ordering = ("id",)
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = CompetitorSerializer
    item_serializer = CompetitorItemSerializer
    filterset_class = CompetitorFilter

    def get_queryset(self) -> QuerySet[CompetitorPrice]:
        scope: Any = self.request.scope
        return CompetitorPrice.objects.visible_to(scope).select_related("listing__store")

    def item_of(self, given: Mapping[str, Any]) -> CompetitorItem:
        return CompetitorItem(**given)

    def upsert(self, items: Sequence[CompetitorItem], mover: Mover) -> list[Outcome]:
        return upsert_competitor_prices(items, mover)
