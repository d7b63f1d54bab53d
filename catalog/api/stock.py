"""Warehouses, what lies in them, and what comes and goes, in the API."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from catalog.actions.stock import Entry, move_stock
from catalog.models import MovementKind, Sku, StockLevel, StockMovement, Warehouse
from opsdesk.actions.moves import Mover
from opsdesk.api.views import ReadableSet
from opsdesk.core.errors import InvalidData


class WarehouseFilter(django_filters.FilterSet):
    """What warehouses can be asked for by."""

    kind = django_filters.CharFilter()
    active = django_filters.BooleanFilter()

    class Meta:
        model = Warehouse
        fields: tuple[str, ...] = ()


class WarehouseSerializer(serializers.Serializer):
    """A warehouse."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    country = serializers.CharField()
    allows_negative = serializers.BooleanField()
    active = serializers.BooleanField()


class WarehouseSet(ReadableSet):
    """The warehouses."""

    resource = "warehouses"
    ordering = ("code",)
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    serializer_class = WarehouseSerializer
    filterset_class = WarehouseFilter

    def get_queryset(self) -> QuerySet[Warehouse]:
        return Warehouse.objects.visible_to(self.request.scope)


class PlaceFilter(django_filters.FilterSet):
    """Rows of a warehouse and a SKU, by their codes."""

    warehouse = django_filters.CharFilter(field_name="warehouse__code")
    sku = django_filters.CharFilter(field_name="sku__code")


class LevelSerializer(serializers.Serializer):
    """What lies of a SKU in a warehouse."""

    id = serializers.IntegerField()
    warehouse = serializers.CharField(source="warehouse.code")
    sku = serializers.CharField(source="sku.code")
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField()
    available = serializers.IntegerField()


class LevelSet(ReadableSet):
    """The stock levels."""

    resource = "stock-levels"
    ordering = ("id",)
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = LevelSerializer
    filterset_class = PlaceFilter

    def get_queryset(self) -> QuerySet[StockLevel]:
        rows = StockLevel.objects.visible_to(self.request.scope)
        return rows.select_related("warehouse", "sku")


class MovementSerializer(serializers.Serializer):
    """A movement, read and written."""

    id = serializers.IntegerField(read_only=True)
    warehouse = serializers.CharField(source="warehouse.code", max_length=40)
    sku = serializers.CharField(source="sku.code", max_length=60)
    kind = serializers.ChoiceField(MovementKind.choices)
    units = serializers.IntegerField(default=0, min_value=-(10**9), max_value=10**9)
    reserved = serializers.IntegerField(default=0, min_value=-(10**9), max_value=10**9)
    happened_at = serializers.DateTimeField(required=False)
    external_id = serializers.CharField(max_length=100)
    reference = serializers.CharField(max_length=100, default="", allow_blank=True)
    reason = serializers.CharField(max_length=500, default="", allow_blank=True)


class MovementSet(ReadableSet):
    """The ledger; POST writes one movement: 201, or 200 where it was stored before."""

    resource = "stock-movements"
    http_method_names = ("get", "head", "post")
    ordering = ("id",)
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = MovementSerializer
    filterset_class = PlaceFilter

    def get_queryset(self) -> QuerySet[StockMovement]:
        rows = StockMovement.objects.visible_to(self.request.scope)
        return rows.select_related("warehouse", "sku")

    def create(self, request: Any) -> Response:
        """Write one movement."""
        given = MovementSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        scope = request.scope
        warehouses = Warehouse.objects.visible_to(scope)
        place = warehouses.filter(code=values.pop("warehouse")["code"]).first()
        sku = Sku.objects.visible_to(scope).filter(code=values.pop("sku")["code"]).first()
        if place is None:
            raise InvalidData(_("There is no such warehouse."), field="warehouse")
        if sku is None:
            raise InvalidData(_("There is no such SKU: load it first."), field="sku")
        mover = Mover(timezone.now(), request.auth.client, scope)
        [moved] = move_stock([Entry(place, sku, **values)], mover)
        return Response(MovementSerializer(moved.movement).data, 201 if moved.created else 200)
