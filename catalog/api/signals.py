"""Signals of products in the API, to be read: deciding on one takes a person."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from catalog.core.signals import SignalKind
from catalog.models import ProductSignal, SignalStatus
from opsdesk.api.views import ReadableSet


class SignalFilter(django_filters.FilterSet):
    """What signals can be asked for by."""

    product = django_filters.CharFilter(field_name="product__code")
    category = django_filters.CharFilter(field_name="product__category__code")
    kind = django_filters.ChoiceFilter(choices=SignalKind.choices)
    status = django_filters.ChoiceFilter(choices=SignalStatus.choices)

    class Meta:
        model = ProductSignal
        fields: tuple[str, ...] = ()


class SignalSerializer(serializers.Serializer):
    """A signal with its numbers; ``verb`` is the step of the product that it proposes."""

    id = serializers.IntegerField()
    product = serializers.CharField(source="product.code")
    kind = serializers.CharField()
    verb = serializers.CharField()
    evidence = serializers.JSONField()
    raised_on = serializers.DateField()
    seen_on = serializers.DateField()
    status = serializers.CharField()
    reason = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)


class SignalSet(ReadableSet):
    """The signals of the products that the key opens."""

    resource = "product-signals"
    ordering = ("id",)
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = SignalSerializer
    filterset_class = SignalFilter

    def get_queryset(self) -> QuerySet[ProductSignal]:
        scope: Any = self.request.scope
        return ProductSignal.objects.visible_to(scope).select_related("product")
