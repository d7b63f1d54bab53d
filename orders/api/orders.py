"""Orders in the API: reading them with their lines and payments, and their steps."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from opsdesk.api.moves import MovingSet
from opsdesk.api.parts import KeyedByParts
from orders.actions.order_course import ORDER_COURSE
from orders.core.anomaly_words import told
from orders.core.lifecycle import OrderStatus
from orders.models import Order, OrderAnomaly, OrderLine


class OrderFilter(django_filters.FilterSet):
    """What orders can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    status = django_filters.ChoiceFilter(choices=OrderStatus.choices)
    placed_after = django_filters.IsoDateTimeFilter(field_name="placed_at", lookup_expr="gte")
    placed_before = django_filters.IsoDateTimeFilter(field_name="placed_at", lookup_expr="lt")

    class Meta:
        model = Order
        fields: tuple[str, ...] = ()


class BuyerSerializer(serializers.Serializer):
    """Who bought, by number: names and addresses are not told here."""

    external_id = serializers.CharField()
    country = serializers.CharField()


class LineSerializer(serializers.Serializer):
    """A line of an order, in its currency."""

    line_no = serializers.IntegerField()
    kind = serializers.CharField()
    sku = serializers.CharField(source="sku.code", default=None)
    item_code = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = serializers.CharField()
    discount = serializers.CharField()
    tax = serializers.CharField()
    unit_cost = serializers.CharField(allow_null=True)
    amount = serializers.CharField()


class PaymentSerializer(serializers.Serializer):
    """Money that came in."""

    external_id = serializers.CharField()
    amount = serializers.CharField()
    collected_at = serializers.DateTimeField(allow_null=True)
    collected_on = serializers.DateField(allow_null=True)


class AnomalySerializer(serializers.Serializer):
    """What the order is held for, in words."""

    kind = serializers.CharField()
    found_at = serializers.DateTimeField()
    message = serializers.SerializerMethodField()

    def get_message(self, anomaly: OrderAnomaly) -> str:
        return told(anomaly.kind, anomaly.found)


class OrderSerializer(serializers.Serializer):
    """An order; amounts are in its currency, ``held_for`` is what waits for a person."""

    store = serializers.CharField(source="store.code")
    external_id = serializers.CharField()
    placed_at = serializers.DateTimeField()
    business_date = serializers.DateField()
    currency = serializers.CharField()
    status = serializers.CharField()
    source_status = serializers.CharField()
    customer = BuyerSerializer(allow_null=True)
    traffic_source = serializers.CharField()
    amount = serializers.CharField()
    units = serializers.IntegerField()
    tax = serializers.CharField()
    shipping_charge = serializers.CharField()
    platform_fee = serializers.CharField(allow_null=True)
    allocated_in = serializers.CharField(source="warehouse.code", default=None)
    lines = LineSerializer(many=True)
    payments = PaymentSerializer(many=True)
    held_for = AnomalySerializer(many=True)
    source_updated_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()


class OrderSet(KeyedByParts, MovingSet):
    """The orders of the stores that the key opens, by store and number; with their moves."""

    resource = "orders"
    ordering = ("pk",)
    part_fields = ("store__code", "external_id")
    serializer_class = OrderSerializer
    filterset_class = OrderFilter
    course = ORDER_COURSE

    def get_queryset(self) -> QuerySet[Order]:
        scope: Any = self.request.scope
        rows = Order.objects.visible_to(scope).select_related("store", "customer", "warehouse")
        waiting = OrderAnomaly.objects.waiting().order_by("kind")
        lines = OrderLine.objects.select_related("sku").order_by("line_no")
        return rows.prefetch_related(
            Prefetch("lines", lines),
            "payments",
            Prefetch("anomalies", waiting, to_attr="held_for"),
        )
