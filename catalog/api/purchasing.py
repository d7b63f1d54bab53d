"""Purchase orders and inbound shipments in the API: reading, moving, receiving."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet, Value
from django.db.models.functions import Concat
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from catalog.actions.inbound import CUSTOMS_COURSE
from catalog.actions.purchasing import PURCHASE_COURSE
from catalog.actions.receiving import Delivery, receive
from catalog.core.lifecycle import CustomsStatus, PurchaseStatus
from catalog.core.supply_items import COLON, UNITS_BOUND
from catalog.models import InboundShipment, PurchaseLine, PurchaseOrder
from opsdesk.actions.moves import Mover
from opsdesk.api.moves import MovingSet
from opsdesk.core.errors import InvalidData


class PurchaseOrderFilter(django_filters.FilterSet):
    """What purchase orders can be asked for by."""

    status = django_filters.ChoiceFilter(choices=PurchaseStatus.choices)
    supplier = django_filters.CharFilter(field_name="supplier__code")
    warehouse = django_filters.CharFilter(field_name="warehouse__code")

    class Meta:
        model = PurchaseOrder
        fields: tuple[str, ...] = ()


class PurchaseLineSerializer(serializers.Serializer):
    """A SKU of an order; ``open`` pieces are still to come."""

    sku = serializers.CharField(source="sku.code")
    units = serializers.IntegerField()
    unit_cost = serializers.CharField()
    received = serializers.IntegerField()
    rejected = serializers.IntegerField()
    open = serializers.IntegerField(source="still_open")


class PurchaseOrderSerializer(serializers.Serializer):
    """A purchase order with its lines; costs are in ``currency``."""

    code = serializers.CharField()
    supplier = serializers.CharField(source="supplier.code")
    warehouse = serializers.CharField(source="warehouse.code")
    currency = serializers.CharField()
    status = serializers.CharField()
    ordered_on = serializers.DateField(allow_null=True)
    expected_on = serializers.DateField(allow_null=True)
    notes = serializers.CharField()
    lines = PurchaseLineSerializer(many=True)


class ReceiptSerializer(serializers.Serializer):
    """Pieces of a SKU that came with a delivery note."""

    sku = serializers.CharField(max_length=60)
    delivery_note = serializers.CharField(max_length=60)
    received_on = serializers.DateField()
    accepted = serializers.IntegerField(min_value=0, max_value=UNITS_BOUND)
    rejected = serializers.IntegerField(min_value=0, max_value=UNITS_BOUND, default=0)
    note = serializers.CharField(max_length=500, default="", allow_blank=True)


class PurchaseOrderSet(MovingSet):
    """What is bought; ``…/receipts/`` records what came in."""

    resource = "purchase-orders"
    ordering = ("code",)
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    serializer_class = PurchaseOrderSerializer
    filterset_class = PurchaseOrderFilter
    course = PURCHASE_COURSE

    def get_queryset(self) -> QuerySet[PurchaseOrder]:
        lines = Prefetch("lines", PurchaseLine.objects.select_related("sku").order_by("pk"))
        rows = PurchaseOrder.objects.visible_to(self.request.scope)
        return rows.select_related("supplier", "warehouse").prefetch_related(lines)

    @action(detail=True, methods=["post"])
    def receipts(self, request: Any, **key: Any) -> Response:
        """Record a delivery once: 201 where it is new, 200 where it was recorded before."""
        order = self.get_object()
        given = ReceiptSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        line = order.lines.filter(sku__code=said["sku"]).first()
        if line is None:
            message = _("%(order)s has no line of %(sku)s.")
            words = {"order": order.code, "sku": said["sku"]}
            raise InvalidData(message % words, field="sku")
        delivery = Delivery(
            said["delivery_note"],
            said["received_on"],
            said["accepted"],
            said["rejected"],
            said["note"],
        )
        mover = Mover(timezone.now(), request.auth.client, request.scope)
        arrival = receive(line, delivery, mover)
        fresh = self.get_object()
        answer = {
            "new": arrival.new,
            "warnings": list(arrival.warnings),
            "order": self.get_serializer(fresh).data,
        }
        return Response(answer, status=201 if arrival.new else 200)


class InboundShipmentFilter(django_filters.FilterSet):
    """What inbound shipments can be asked for by."""

    status = django_filters.ChoiceFilter(choices=CustomsStatus.choices)
    purchase_order = django_filters.CharFilter(field_name="order__code")

    class Meta:
        model = InboundShipment
        fields: tuple[str, ...] = ()


class InboundShipmentSerializer(serializers.Serializer):
    """A shipment on its way; ``key`` is its address: the order, a colon, the reference."""

    key = serializers.CharField()
    purchase_order = serializers.CharField(source="order.code")
    reference = serializers.CharField()
    status = serializers.CharField()
    shipped_on = serializers.DateField(allow_null=True)
    expected_on = serializers.DateField(allow_null=True)


class InboundShipmentSet(MovingSet):
    """What is on its way, and where it stands with customs."""

    resource = "inbound-shipments"
    # one name per shipment: the number of an order has no colon
    ordering = ("key",)
    lookup_field = "key"
    lookup_value_regex = "[^/]+"
    serializer_class = InboundShipmentSerializer
    filterset_class = InboundShipmentFilter
    course = CUSTOMS_COURSE

    def get_queryset(self) -> QuerySet[InboundShipment]:
        rows = InboundShipment.objects.visible_to(self.request.scope).select_related("order")
        return rows.annotate(key=Concat("order__code", Value(COLON), "reference"))

    def get_object(self) -> InboundShipment:
        code, colon, reference = self.kwargs["key"].partition(COLON)
        if not colon:
            raise Http404
        rows = self.filter_queryset(self.get_queryset())
        return get_object_or_404(rows, order__code=code, reference=reference)
