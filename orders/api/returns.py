"""Returns in the API: reading them with their refunds, their steps, and paying back."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from opsdesk.actions.moves import Mover
from opsdesk.api.moves import MovingSet
from opsdesk.api.parts import KeyedByParts
from opsdesk.core.money import ZERO
from orders.actions.refunding import RefundOrder, preview_refund, refund_return
from orders.actions.return_course import RETURN_COURSE
from orders.api.refunds import RefundSerializer, with_lines
from orders.core.items import MAX_LINES, MAX_QUANTITY
from orders.core.lifecycle import ReturnStatus
from orders.core.refund_plan import LineAsk, RefundAsk, RefundPlan
from orders.models import Refund, RefundMethod, Return, ReturnLine


class ReturnFilter(django_filters.FilterSet):
    """What returns can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    status = django_filters.ChoiceFilter(choices=ReturnStatus.choices)
    order = django_filters.CharFilter(field_name="order__external_id")
    requested_after = django_filters.IsoDateTimeFilter(field_name="requested_at", lookup_expr="gte")
    requested_before = django_filters.IsoDateTimeFilter(field_name="requested_at", lookup_expr="lt")

    class Meta:
        model = Return
        fields: tuple[str, ...] = ()


class PiecesSerializer(serializers.Serializer):
    """Received pieces in one condition, and what becomes of them."""

    units = serializers.IntegerField()
    condition = serializers.CharField()
    decision = serializers.CharField(source="disposal")
    warehouse = serializers.CharField(source="warehouse.code", default=None)


class ReturnLineSerializer(serializers.Serializer):
    """A line of a return; ``refund_amount`` is what was announced, without tax."""

    line_no = serializers.IntegerField()
    order_line_no = serializers.IntegerField(source="order_line.line_no", default=None)
    kind = serializers.CharField()
    sku = serializers.CharField(source="sku.code", default=None)
    item_code = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    refund_amount = serializers.CharField(source="amount")
    reason = serializers.CharField(source="reason.code", default=None)
    received = serializers.IntegerField(allow_null=True)
    restock = serializers.BooleanField(allow_null=True)
    pieces = PiecesSerializer(many=True)


class ReturnSerializer(serializers.Serializer):
    """A return; amounts are in its currency. ``refunds`` are those made here, part by part."""

    store = serializers.CharField(source="store.code")
    external_id = serializers.CharField()
    order = serializers.CharField(source="order.external_id", default=None)
    status = serializers.CharField()
    reason = serializers.CharField()
    requested_at = serializers.DateTimeField()
    refunded_at = serializers.DateTimeField(allow_null=True)
    refunded_on = serializers.DateField(allow_null=True)
    currency = serializers.CharField()
    amount = serializers.CharField()
    units = serializers.IntegerField()
    refunded_here = serializers.BooleanField(source="in_parts")
    handled_at = serializers.DateTimeField(allow_null=True)
    inspected_at = serializers.DateTimeField(allow_null=True)
    lines = ReturnLineSerializer(many=True)
    refunds = RefundSerializer(many=True)


class LineAskSerializer(serializers.Serializer):
    """Pieces of a line; ``total`` is what the buyer gets of it, where that is less."""

    line_no = serializers.IntegerField(min_value=1, max_value=2_147_483_647)
    quantity = serializers.IntegerField(min_value=0, max_value=MAX_QUANTITY, default=0)
    total = serializers.DecimalField(16, 4, min_value=ZERO, allow_null=True, default=None)


class RefundAskSerializer(serializers.Serializer):
    """A refund to be made, or only looked at with ``preview``."""

    external_id = serializers.CharField(max_length=100)
    lines = LineAskSerializer(many=True, default=list, max_length=MAX_LINES)
    extra = serializers.DecimalField(16, 4, min_value=ZERO, default=ZERO)
    shipping = serializers.DecimalField(16, 4, min_value=ZERO, default=ZERO)
    method = serializers.ChoiceField(RefundMethod.choices, default=RefundMethod.ORIGINAL)
    reference = serializers.CharField(max_length=100, default="", allow_blank=True)
    note = serializers.CharField(max_length=500, default="", allow_blank=True)
    expected_total = serializers.DecimalField(18, 4, allow_null=True, default=None)
    preview = serializers.BooleanField(default=False)


def _order_of(said: dict[str, Any]) -> RefundOrder:
    lines = [LineAsk(one["line_no"], one["quantity"], one["total"]) for one in said["lines"]]
    return RefundOrder(
        RefundAsk(tuple(lines), said["extra"], said["shipping"]),
        said["external_id"],
        method=said["method"],
        reference=said["reference"],
        note=said["note"],
        expected=said["expected_total"],
    )


def _plan(plan: RefundPlan) -> dict[str, Any]:
    """Return a refund that was only looked at, as the API says it."""
    names = ("amount", "tax", "shipping", "total")
    lines = [
        {
            "line_no": line.line_no,
            "quantity": line.units,
            "amount": str(line.amount),
            "tax": str(line.tax),
        }
        for line in plan.lines
    ]
    return {name: str(getattr(plan, name)) for name in names} | {"lines": lines}


class ReturnSet(KeyedByParts, MovingSet):
    """The returns of the stores that the key opens, by store and number; with their moves."""

    resource = "returns"
    ordering = ("pk",)
    part_fields = ("store__code", "external_id")
    serializer_class = ReturnSerializer
    filterset_class = ReturnFilter
    course = RETURN_COURSE

    def get_queryset(self) -> QuerySet[Return]:
        scope: Any = self.request.scope
        lines = ReturnLine.objects.select_related("sku", "order_line", "reason")
        return (
            Return.objects.visible_to(scope)
            .select_related("store", "order")
            .prefetch_related(
                Prefetch("lines", lines.order_by("line_no")),
                "lines__pieces__warehouse",
                Prefetch("refunds", with_lines(Refund.objects.order_by("number"))),
            )
        )

    @action(detail=True, methods=["post"])
    def refund(self, request: Any, **key: Any) -> Response:
        """Refund a part once: 201 where it is new, 200 where it was made before or looked at."""
        case = self.get_object()
        given = RefundAskSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        order = _order_of(given.validated_data)
        if given.validated_data["preview"]:
            return Response(_plan(preview_refund(case, order.ask)))
        mover = Mover(timezone.now(), request.auth.client, request.scope)
        made = refund_return(case, order, mover)
        fresh = with_lines(Refund.objects.filter(pk=made.refund.pk)).get()
        return Response(RefundSerializer(fresh).data, status=201 if made.new else 200)
