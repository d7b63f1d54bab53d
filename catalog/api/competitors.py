"""Prices of competitors in the API: read, and stored many at once."""

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from catalog.actions.competitors import upsert_competitor_prices
from catalog.core.competitor_items import CompetitorItem
from catalog.models import CompetitorPrice
from opsdesk.actions.moves import Mover
from opsdesk.api.views import ReadableSet
from opsdesk.core.exchange import Outcome, State

MOST_ITEMS = 5_000


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


class CompetitorBulkSerializer(serializers.Serializer):
    """Many prices: each for itself (``partial``), or none where one is refused."""

    mode = serializers.ChoiceField(["partial", "all_or_nothing"], default="partial")
    items = CompetitorItemSerializer(many=True, allow_empty=False, max_length=MOST_ITEMS)


class CompetitorSet(ReadableSet):
    """What competitors ask for the like of the listings that the key opens."""

    resource = "competitor-prices"
    http_method_names = ("get", "head", "post")
    ordering = ("id",)
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = CompetitorSerializer
    filterset_class = CompetitorFilter

    def get_queryset(self) -> QuerySet[CompetitorPrice]:
        scope: Any = self.request.scope
        return CompetitorPrice.objects.visible_to(scope).select_related("listing__store")

    @action(detail=False, methods=["post"])
    def bulk(self, request: Any) -> Response:
        """Store many; the answers stand in the order of the items."""
        given = CompetitorBulkSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        items = [CompetitorItem(**dict(one)) for one in given.validated_data["items"]]
        mover = Mover(timezone.now(), request.auth.client, request.scope)
        with transaction.atomic():
            outcomes = upsert_competitor_prices(items, mover)
            wrong = any(one.state is State.ERROR for one in outcomes)
            stored = not wrong or given.validated_data["mode"] == "partial"
            transaction.set_rollback(not stored)
        return Response({"stored": stored, "results": [_answer(one) for one in outcomes]})


def _answer(outcome: Outcome) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    for fault in outcome.errors:
        errors.setdefault(fault.field, []).append(fault.message)
    return {"state": outcome.state.value, "errors": errors}
