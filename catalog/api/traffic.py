"""Traffic and ads by day in the API."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from catalog.core.traffic import Standing
from catalog.models import AdDay, TrafficDay
from catalog.models.traffic import TrafficSource
from catalog.queries.traffic import standing, with_standing
from opsdesk.api.parts import KeyedByParts
from opsdesk.api.views import ReadableSet


class TrafficFilter(django_filters.FilterSet):
    """What traffic can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    sku = django_filters.CharFilter(field_name="listing__seller_sku")
    from_date = django_filters.DateFilter(field_name="day", lookup_expr="gte")
    to_date = django_filters.DateFilter(field_name="day", lookup_expr="lte")

    class Meta:
        model = TrafficDay
        fields: tuple[str, ...] = ()


class AdFilter(django_filters.FilterSet):
    """What ads can be asked for by."""

    store = django_filters.CharFilter(field_name="campaign__store__code")
    campaign = django_filters.CharFilter(field_name="campaign__external_id")
    sku = django_filters.CharFilter(field_name="listing__seller_sku")
    from_date = django_filters.DateFilter(field_name="day", lookup_expr="gte")
    to_date = django_filters.DateFilter(field_name="day", lookup_expr="lte")

    class Meta:
        model = AdDay
        fields: tuple[str, ...] = ()


class DaySerializer(serializers.Serializer):
    """Figures of a day: ``sku`` is the seller SKU of the listing, ``null`` for the whole.

    ``settled`` is false while the source may still change them; ``standing`` besides tells
    ``frozen``: the month is closed.
    """

    date = serializers.DateField(source="day")
    sku = serializers.SerializerMethodField()
    impressions = serializers.IntegerField(allow_null=True)
    clicks = serializers.IntegerField(allow_null=True)
    source_updated_at = serializers.DateTimeField(allow_null=True)
    settled = serializers.SerializerMethodField()
    standing = serializers.SerializerMethodField()

    def get_sku(self, row: Any) -> str | None:
        """Return the seller SKU."""
        return row.listing.seller_sku if row.listing else None

    def get_settled(self, row: Any) -> bool:
        """Tell whether the source is done with the day."""
        return self.get_standing(row) != Standing.PRELIMINARY

    def get_standing(self, row: Any) -> str:
        """Return how the figures stand today."""
        return standing(row, self.context["request"].scope.today).value


class TrafficSerializer(DaySerializer):
    """The traffic of a day; ``null`` is unknown, not zero."""

    store = serializers.CharField(source="store.code")
    page_views = serializers.IntegerField(allow_null=True)
    uv = serializers.IntegerField(source="visitors", allow_null=True)
    add_to_cart = serializers.IntegerField(allow_null=True)


class AdSerializer(DaySerializer):
    """What a campaign cost and brought on a day, in the store's currency."""

    store = serializers.CharField(source="campaign.store.code")
    campaign = serializers.CharField(source="campaign.external_id")
    campaign_name = serializers.CharField(source="campaign.name")
    currency = serializers.CharField(source="campaign.store.currency")
    spend = serializers.CharField()
    orders = serializers.IntegerField()
    sales = serializers.CharField()


class TrafficSet(KeyedByParts, ReadableSet):
    """The traffic of the stores that the key opens, by store, day and seller SKU."""

    resource = "traffic"
    ordering = ("pk",)
    lookup_value_regex = "[^/]+/[^/]+/?[^/]*"
    part_fields = ("store__code", "day", "listing__seller_sku")
    day_field = "day"
    serializer_class = TrafficSerializer
    filterset_class = TrafficFilter

    def get_queryset(self) -> QuerySet[TrafficDay]:
        scope: Any = self.request.scope
        rows = TrafficDay.objects.visible_to(scope).select_related("store", "listing")
        return with_standing(rows, TrafficSource.TRAFFIC)


class AdSet(KeyedByParts, ReadableSet):
    """The ads of the stores that the key opens, by store, day, campaign and seller SKU."""

    resource = "ads"
    ordering = ("pk",)
    lookup_value_regex = "[^/]+/[^/]+/[^/]+/?[^/]*"
    part_fields = ("campaign__store__code", "day", "campaign__external_id", "listing__seller_sku")
    day_field = "day"
    serializer_class = AdSerializer
    filterset_class = AdFilter

    def get_queryset(self) -> QuerySet[AdDay]:
        scope: Any = self.request.scope
        rows = AdDay.objects.visible_to(scope).select_related("campaign__store", "listing")
        return with_standing(rows, TrafficSource.ADS, "campaign__store")
