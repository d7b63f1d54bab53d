"""Reviews in the API: read, stored many at once; following one up takes a person."""

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from opsdesk.actions.moves import Mover
from opsdesk.api.bulk import BulkSet, InstantField
from opsdesk.api.moves import MovingSet
from opsdesk.api.parts import KeyedByParts
from opsdesk.core.exchange import Outcome
from orders.actions.reviews import REVIEW_COURSE, upsert_reviews
from orders.core.lifecycle import FollowUpStatus
from orders.core.review_items import ReviewItem
from orders.models import Review


class ReviewFilter(django_filters.FilterSet):
    """What reviews can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    order = django_filters.CharFilter(field_name="order__external_id")
    sku = django_filters.CharFilter(field_name="sku__code")
    product = django_filters.CharFilter(field_name="product__code")
    stars = django_filters.NumberFilter(min_value=1, max_value=5)
    follow_up = django_filters.ChoiceFilter(field_name="status", choices=FollowUpStatus.choices)
    from_date = django_filters.DateFilter(field_name="business_date", lookup_expr="gte")
    to_date = django_filters.DateFilter(field_name="business_date", lookup_expr="lte")

    class Meta:
        model = Review
        fields: tuple[str, ...] = ()


class ReviewSerializer(serializers.Serializer):
    """A review and its follow-up; ``item`` is the code it came with, ``sku`` what that is."""

    store = serializers.CharField(source="store.code")
    external_id = serializers.CharField()
    order = serializers.CharField(source="order.external_id", default=None)
    item = serializers.CharField(source="item_code")
    sku = serializers.CharField(source="sku.code", default=None)
    product = serializers.CharField(source="product.code", default=None)
    stars = serializers.IntegerField()
    title = serializers.CharField()
    text = serializers.CharField()
    language = serializers.CharField()
    reviewed_at = serializers.DateTimeField(source="written_at")
    business_date = serializers.DateField()
    follow_up = serializers.CharField(source="status")
    source_updated_at = serializers.DateTimeField(allow_null=True)


class ReviewItemSerializer(serializers.Serializer):
    """One review to store; ``sku`` is the seller SKU, the platform's id or the SKU."""

    store = serializers.CharField(max_length=40)
    external_id = serializers.CharField(max_length=100)
    stars = serializers.IntegerField()
    reviewed_at = InstantField()
    order = serializers.CharField(max_length=100, required=False, allow_blank=True)
    sku = serializers.CharField(max_length=100, required=False, allow_blank=True)
    title = serializers.CharField(max_length=300, required=False, allow_blank=True)
    text = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    language = serializers.CharField(max_length=12, required=False, allow_blank=True)
    source_updated_at = InstantField(required=False, allow_null=True)


class ReviewSet(KeyedByParts, BulkSet, MovingSet):
    """The reviews of the stores that the key opens, by store and number."""

    resource = "reviews"
    ordering = ("pk",)
    part_fields = ("store__code", "external_id")
    course = REVIEW_COURSE
    serializer_class = ReviewSerializer
    item_serializer = ReviewItemSerializer
    api_names = {"number": "external_id", "item": "sku", "written_at": "reviewed_at"}
    filterset_class = ReviewFilter

    def get_queryset(self) -> QuerySet[Review]:
        scope: Any = self.request.scope
        rows = Review.objects.visible_to(scope)
        return rows.select_related("store", "order", "sku", "product")

    def item_of(self, given: Mapping[str, Any]) -> ReviewItem:
        named = dict(given)
        return ReviewItem(
            number=named.pop("external_id"),
            written_at=named.pop("reviewed_at"),
            item=named.pop("sku", ""),
            **named,
        )

    def upsert(self, items: Sequence[ReviewItem], mover: Mover) -> list[Outcome]:
        return upsert_reviews(items, scope=mover.scope, by=mover.by, at=mover.at)
