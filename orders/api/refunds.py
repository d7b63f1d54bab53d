"""Refunds made here, in the API: read only, each with what it was for."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from rest_framework import serializers

from opsdesk.api.parts import KeyedByParts
from opsdesk.api.views import ReadableSet
from orders.models import Refund, RefundLine, RefundMethod

DIGITS = 9


class RefundFilter(django_filters.FilterSet):
    """What refunds can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    method = django_filters.ChoiceFilter(choices=RefundMethod.choices)
    reference = django_filters.CharFilter()
    refunded_from = django_filters.DateFilter(field_name="refunded_on", lookup_expr="gte")
    refunded_before = django_filters.DateFilter(field_name="refunded_on", lookup_expr="lt")

    class Meta:
        model = Refund
        fields: tuple[str, ...] = ()


class RefundLineSerializer(serializers.Serializer):
    """What of a refund was for a line of its return."""

    line_no = serializers.IntegerField(source="return_line.line_no")
    quantity = serializers.IntegerField()
    amount = serializers.CharField()
    tax = serializers.CharField()
    restocked = serializers.IntegerField()


class RefundSerializer(serializers.Serializer):
    """A refund; ``total`` is what the buyer got: goods, tax and shipping."""

    store = serializers.CharField(source="store.code")
    return_ = serializers.CharField(source="return_case.external_id")
    number = serializers.IntegerField()
    external_id = serializers.CharField()
    currency = serializers.CharField()
    amount = serializers.CharField()
    tax = serializers.CharField()
    shipping = serializers.CharField()
    total = serializers.CharField()
    units = serializers.IntegerField()
    refunded_at = serializers.DateTimeField()
    refunded_on = serializers.DateField()
    method = serializers.CharField()
    reference = serializers.CharField()
    early = serializers.BooleanField()
    lines = RefundLineSerializer(many=True)

    def to_representation(self, refund: Refund) -> dict[str, Any]:
        shown = super().to_representation(refund)
        # ``return`` is a word of the language and can be no attribute.
        return {name.rstrip("_"): value for name, value in shown.items()}


def with_lines(refunds: QuerySet[Refund]) -> QuerySet[Refund]:
    """Return the refunds with all that the API shows of them."""
    lines = RefundLine.objects.select_related("return_line").order_by("return_line__line_no")
    rows = refunds.select_related("store", "return_case")
    return rows.prefetch_related(Prefetch("lines", lines))


class RefundSet(KeyedByParts, ReadableSet):
    """The refunds made for the stores that the key opens, by store, return and number."""

    resource = "refunds"
    ordering = ("pk",)
    lookup_value_regex = "[^/]+/[^/]+/[^/]+"
    part_fields = ("store__code", "return_case__external_id", "number")
    serializer_class = RefundSerializer
    filterset_class = RefundFilter

    def get_queryset(self) -> QuerySet[Refund]:
        return with_lines(Refund.objects.visible_to(self.request.scope))

    def get_object(self) -> Refund:
        number = self.kwargs["key"].rpartition("/")[2]
        if not (number.isascii() and number.isdigit()) or len(number) > DIGITS:
            raise Http404
        return super().get_object()
