"""Listings in the API: their content, its versions, and what the content check says."""

from typing import Any

import django_filters
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from catalog.actions.listings import CONTENT, LISTING_COURSE, content_of
from catalog.core.lifecycle import ListingStatus
from catalog.core.listing_check import CheckRules, check_content
from catalog.models import Listing, ListingVersion
from opsdesk.api.moves import MovingSet


class ListingFilter(django_filters.FilterSet):
    """What listings can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    sku = django_filters.CharFilter(field_name="sku__code")
    seller_sku = django_filters.CharFilter()
    external_id = django_filters.CharFilter()
    status = django_filters.ChoiceFilter(choices=ListingStatus.choices)

    class Meta:
        model = Listing
        fields: tuple[str, ...] = ()


class VersionSerializer(serializers.ModelSerializer):
    """The content of a listing as it was written."""

    class Meta:
        model = ListingVersion
        fields = ("number", *CONTENT, "score", "reason", "written_at")


class ListingSerializer(serializers.Serializer):
    """A listing with its current content; ``key`` is STORE:seller_sku."""

    key = serializers.CharField()
    store = serializers.CharField(source="store.code")
    seller_sku = serializers.CharField()
    sku = serializers.CharField(source="sku.code")
    external_id = serializers.CharField()
    locale = serializers.CharField()
    status = serializers.CharField()
    currency = serializers.CharField(source="store.currency")
    price = serializers.CharField(allow_null=True)
    list_price = serializers.CharField(allow_null=True)
    content = VersionSerializer(source="current", allow_null=True)


class ListingSet(MovingSet):
    """The listings of the stores that the key opens."""

    resource = "listings"
    course = LISTING_COURSE
    ordering = ("store__code", "seller_sku")
    lookup_field = "key"
    lookup_value_regex = "[^/]+"
    serializer_class = ListingSerializer
    filterset_class = ListingFilter

    def get_queryset(self) -> QuerySet[Listing]:
        scope: Any = self.request.scope
        rows = Listing.objects.visible_to(scope).select_related("store", "sku", "current")
        return rows.annotate(key=Concat(F("store__code"), Value(":"), F("seller_sku")))

    @action(detail=True, methods=["get"])
    def versions(self, request: Any, **key: Any) -> Response:
        """List every version of the content, the newest first."""
        found = self.get_object().versions.all()
        return Response({"results": VersionSerializer(found, many=True).data})

    @action(detail=True, methods=["get"])
    def check(self, request: Any, **key: Any) -> Response:
        """Tell the score of the current content and what to improve; null without content."""
        current = self.get_object().current
        if current is None:
            return Response({"score": None, "findings": []})
        checked = check_content(content_of(current), CheckRules())
        findings = [
            {
                "code": one.code,
                "advice": one.advice,
                "points_lost": one.points_lost,
                "figures": one.figures,
            }
            for one in checked.findings
        ]
        return Response({"score": checked.score, "findings": findings})
