"""Logistics channels in the API, to be read."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from opsdesk.api.views import ReadableSet
from orders.core.shipping import ChannelKind
from orders.models import LogisticsChannel


class ChannelFilter(django_filters.FilterSet):
    """What channels can be asked for by."""

    kind = django_filters.ChoiceFilter(choices=ChannelKind.choices)
    active = django_filters.BooleanFilter()

    class Meta:
        model = LogisticsChannel
        fields: tuple[str, ...] = ()


class ChannelSerializer(serializers.Serializer):
    """A channel; ``promised_days_remote`` ``null``: as everywhere else."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    carrier = serializers.CharField()
    promised_days = serializers.IntegerField()
    promised_days_remote = serializers.IntegerField(allow_null=True)
    silent_days = serializers.IntegerField()
    active = serializers.BooleanField()


class ChannelSet(ReadableSet):
    """The ways parcels go, by code."""

    resource = "channels"
    ordering = ("code",)
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    serializer_class = ChannelSerializer
    filterset_class = ChannelFilter

    def get_queryset(self) -> QuerySet[LogisticsChannel]:
        scope: Any = self.request.scope
        return LogisticsChannel.objects.visible_to(scope)
