"""Prices of listings in the API: what was set and will be, and setting one."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from catalog.actions.pricing import NewPrice, set_price
from catalog.models import Listing, ListingPrice
from opsdesk.actions.moves import Mover
from opsdesk.api.views import ReadableSet
from opsdesk.core.errors import InvalidData


class PriceFilter(django_filters.FilterSet):
    """What prices can be asked for by."""

    store = django_filters.CharFilter(field_name="listing__store__code")
    seller_sku = django_filters.CharFilter(field_name="listing__seller_sku")
    replaced = django_filters.BooleanFilter()

    class Meta:
        model = ListingPrice
        fields: tuple[str, ...] = ()


class PriceSerializer(serializers.Serializer):
    """A price from a day on; amounts are texts in the store's currency, ``null`` where unknown."""

    id = serializers.IntegerField()
    store = serializers.CharField(source="listing.store.code")
    seller_sku = serializers.CharField(source="listing.seller_sku")
    currency = serializers.CharField(source="listing.store.currency")
    from_date = serializers.DateField()
    price = serializers.CharField()
    list_price = serializers.CharField(allow_null=True)
    floor = serializers.CharField(allow_null=True)
    margin = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    replaced = serializers.BooleanField()


class NewPriceSerializer(serializers.Serializer):
    """A price to set."""

    store = serializers.CharField(max_length=40)
    seller_sku = serializers.CharField(max_length=60)
    from_date = serializers.DateField()
    price = serializers.DecimalField(max_digits=14, decimal_places=4)
    list_price = serializers.DecimalField(
        max_digits=14, decimal_places=4, required=False, allow_null=True
    )
    reason = serializers.CharField(max_length=500)


class PriceSet(ReadableSet):
    """The prices of listings; POST sets one, and again changes nothing."""

    resource = "prices"
    http_method_names = ("get", "head", "post")
    ordering = ("id",)
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = PriceSerializer
    filterset_class = PriceFilter

    def get_queryset(self) -> QuerySet[ListingPrice]:
        rows = ListingPrice.objects.visible_to(self.request.scope)
        return rows.select_related("listing__store")

    def create(self, request: Any) -> Response:
        """Set one price."""
        given = NewPriceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        code, number = values.pop("store"), values.pop("seller_sku")
        rows = Listing.objects.visible_to(request.scope).select_related("store")
        listing = rows.filter(store__code=code, seller_sku=number).first()
        if listing is None:
            raise InvalidData(_("There is no such listing in this store."), field="seller_sku")
        mover = Mover(timezone.now(), request.auth.client, request.scope)
        priced = set_price(listing, NewPrice(**values), mover)
        stored = self.get_queryset().get(pk=priced.row.pk)
        return Response(PriceSerializer(stored).data, 201 if priced.created else 200)
