"""Stores in the API."""

from typing import Any

import django_filters
from django.db.models import OuterRef, QuerySet, Subquery
from rest_framework import serializers

from catalog.models import Store, StoreDepartment
from catalog.models.stores import StoreStage
from opsdesk.api.views import ReadableSet


class StoreFilter(django_filters.FilterSet):
    """What stores can be asked for by."""

    marketplace = django_filters.CharFilter()
    country = django_filters.CharFilter()
    currency = django_filters.CharFilter()
    stage = django_filters.ChoiceFilter(choices=StoreStage.choices)
    department = django_filters.CharFilter(field_name="department")

    class Meta:
        model = Store
        fields: tuple[str, ...] = ()


class StoreSerializer(serializers.Serializer):
    """A store; ``department`` is the code of the one it belongs to today."""

    code = serializers.CharField()
    name = serializers.CharField()
    marketplace = serializers.CharField()
    country = serializers.CharField()
    currency = serializers.CharField()
    time_zone = serializers.CharField()
    stage = serializers.CharField()
    platform_fee_rate = serializers.CharField()
    department = serializers.CharField(allow_null=True)


class StoreSet(ReadableSet):
    """The stores that the key opens."""

    resource = "stores"
    ordering = ("code",)
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    serializer_class = StoreSerializer
    filterset_class = StoreFilter

    def get_queryset(self) -> QuerySet[Store]:
        scope: Any = self.request.scope
        of_today = StoreDepartment.objects.on(scope.today).filter(store=OuterRef("pk"))
        return Store.objects.visible_to(scope).annotate(
            department=Subquery(of_today.order_by("-from_date").values("department__code")[:1])
        )
