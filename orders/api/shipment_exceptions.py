"""Exceptions of shipments in the API, to be read: working on one takes a person."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from opsdesk.api.views import ReadableSet
from orders.core.lifecycle import ExceptionStatus
from orders.core.shipping import ExceptionKind
from orders.models import ShipmentException


class ExceptionFilter(django_filters.FilterSet):
    """What exceptions can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    channel = django_filters.CharFilter(field_name="shipment__channel__code")
    shipment = django_filters.CharFilter(field_name="shipment__external_id")
    kind = django_filters.ChoiceFilter(choices=ExceptionKind.choices)
    status = django_filters.ChoiceFilter(choices=ExceptionStatus.choices)

    class Meta:
        model = ShipmentException
        fields: tuple[str, ...] = ()


class ExceptionSerializer(serializers.Serializer):
    """What went wrong with a shipment, and where it stands; ``about`` is the day of the cause."""

    id = serializers.IntegerField()
    store = serializers.CharField(source="store.code")
    shipment = serializers.CharField(source="shipment.external_id")
    tracking_number = serializers.CharField(source="shipment.tracking_number")
    channel = serializers.CharField(source="shipment.channel.code")
    kind = serializers.CharField()
    about = serializers.DateField()
    raised_on = serializers.DateField()
    status = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)


class ExceptionSet(ReadableSet):
    """What went wrong with shipments of the stores that the key opens."""

    resource = "shipment-exceptions"
    ordering = ("id",)
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = ExceptionSerializer
    filterset_class = ExceptionFilter

    def get_queryset(self) -> QuerySet[ShipmentException]:
        scope: Any = self.request.scope
        rows = ShipmentException.objects.visible_to(scope)
        return rows.select_related("store", "shipment__channel")
