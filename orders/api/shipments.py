"""Shipments in the API: read, stored in bulk with their news, moved, and compared by channel."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import django_filters
from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from opsdesk.actions.moves import Mover
from opsdesk.api.bulk import BulkSet, InstantField, refuse_unknown
from opsdesk.api.moves import MovingSet
from opsdesk.core.exchange import Outcome
from opsdesk.core.money import round_money
from opsdesk.core.ratios import Ratio
from orders.actions.shipment_state import SHIPMENT_COURSE
from orders.actions.shipments import upsert_shipments
from orders.core.channels import Compared, compare, together
from orders.core.lifecycle import ShipmentStatus
from orders.core.shipment_items import (
    MOST_DAYS,
    MOST_PIECES,
    PLACE_LENGTH,
    TEXT_LENGTH,
    EventItem,
    ShipmentItem,
    ShippedLine,
)
from orders.core.shipping import OUTCOMES, EventCode
from orders.models import LogisticsChannel, Shipment
from orders.queries.channels import MOST_DAYS as MOST_COMPARED
from orders.queries.channels import Asked, channel_cells

COMPARED_DAYS = 90
TEXT = {"max_length": 100, "required": False, "allow_blank": True}


class ShipmentFilter(django_filters.FilterSet):
    """What shipments can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    order = django_filters.CharFilter(field_name="order__external_id")
    tracking_number = django_filters.CharFilter()
    channel = django_filters.CharFilter(field_name="channel__code")
    status = django_filters.ChoiceFilter(choices=ShipmentStatus.choices)
    dispatched_from = django_filters.DateFilter(field_name="dispatched_on", lookup_expr="gte")
    dispatched_to = django_filters.DateFilter(field_name="dispatched_on", lookup_expr="lte")

    class Meta:
        model = Shipment
        fields: tuple[str, ...] = ()


class LineSerializer(serializers.Serializer):
    """How many pieces of a line of the order are in the parcel."""

    line_no = serializers.IntegerField(source="order_line.line_no")
    quantity = serializers.IntegerField()


class EventSerializer(serializers.Serializer):
    """News of the shipment."""

    at = serializers.DateTimeField()
    code = serializers.CharField()
    text = serializers.CharField()
    place = serializers.CharField()


class ShipmentSerializer(serializers.Serializer):
    """A shipment; days are those of its store, amounts texts, ``null`` is not known."""

    store = serializers.CharField(source="store.code")
    external_id = serializers.CharField()
    tracking_number = serializers.CharField()
    order = serializers.CharField(source="order.external_id")
    channel = serializers.CharField(source="channel.code")
    warehouse = serializers.CharField(source="warehouse.code", default=None)
    status = serializers.CharField()
    outcome = serializers.SerializerMethodField()
    outcome_at = serializers.DateTimeField(allow_null=True)
    outcome_on = serializers.DateField(allow_null=True)
    dispatched_at = serializers.DateTimeField(allow_null=True)
    dispatched_on = serializers.DateField(allow_null=True)
    promised_days = serializers.IntegerField(allow_null=True)
    promised_on = serializers.DateField(allow_null=True)
    transit_days = serializers.IntegerField(allow_null=True)
    remote_area = serializers.BooleanField()
    cost = serializers.CharField(allow_null=True)
    cost_currency = serializers.CharField()
    reporting_cost = serializers.CharField(allow_null=True)
    last_event_at = serializers.DateTimeField(allow_null=True)
    lines = LineSerializer(many=True)
    events = EventSerializer(many=True)
    source_updated_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()

    def get_outcome(self, shipment: Shipment) -> str | None:
        """Return how it ended, ``None`` while it has not."""
        return shipment.status if shipment.status in OUTCOMES else None


class Strict(serializers.Serializer):
    """Refuses a field that nobody reads."""

    def to_internal_value(self, data: Any) -> Any:
        refuse_unknown(data, type(self))
        return super().to_internal_value(data)


class LineItemSerializer(Strict):
    """Pieces of a line that are in the parcel."""

    line_no = serializers.IntegerField(min_value=1, max_value=2_147_483_647)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_PIECES)


class EventItemSerializer(Strict):
    """One event to store."""

    at = InstantField()
    code = serializers.ChoiceField(EventCode.choices)
    text = serializers.CharField(max_length=TEXT_LENGTH, default="", allow_blank=True)
    place = serializers.CharField(max_length=PLACE_LENGTH, default="", allow_blank=True)


class ShipmentItemSerializer(serializers.Serializer):
    """One shipment to store, by its tracking number or by a number of its own."""

    store = serializers.CharField(max_length=40)
    tracking_number = serializers.CharField(**TEXT)
    external_id = serializers.CharField(**TEXT)
    order = serializers.CharField(**TEXT)
    channel = serializers.CharField(**TEXT | {"max_length": 40})
    warehouse = serializers.CharField(**TEXT | {"max_length": 40}, allow_null=True)
    dispatched_at = InstantField(required=False, allow_null=True)
    promised_days = serializers.IntegerField(
        min_value=0, max_value=MOST_DAYS, required=False, allow_null=True
    )
    outcome = serializers.ChoiceField(
        [status.value for status in OUTCOMES], required=False, allow_null=True
    )
    outcome_at = InstantField(required=False, allow_null=True)
    remote_area = serializers.BooleanField(required=False, allow_null=True)
    cost = serializers.DecimalField(16, 4, required=False, allow_null=True)
    cost_currency = serializers.CharField(max_length=3, required=False, allow_blank=True)
    lines = LineItemSerializer(many=True, required=False)
    events = EventItemSerializer(many=True, required=False)
    source_updated_at = InstantField(required=False, allow_null=True)


class AskedSerializer(Strict):
    """Which parcels are compared: dispatched in these days, of a store or country."""

    dispatched_from = serializers.DateField(required=False)
    dispatched_to = serializers.DateField(required=False)
    store = serializers.CharField(max_length=40, default="")
    country = serializers.CharField(max_length=2, default="")


class ShipmentSet(MovingSet, BulkSet):
    """The shipments of the stores that the key opens, by store and number or tracking number."""

    resource = "shipments"
    ordering = ("pk",)
    lookup_field = "key"
    lookup_value_regex = "[^/]+/[^/]+"
    serializer_class = ShipmentSerializer
    filterset_class = ShipmentFilter
    item_serializer = ShipmentItemSerializer
    course = SHIPMENT_COURSE

    def get_queryset(self) -> QuerySet[Shipment]:
        scope: Any = self.request.scope
        rows = Shipment.objects.visible_to(scope)
        rows = rows.select_related("store", "order", "channel", "warehouse")
        return rows.prefetch_related("lines__order_line", "events")

    def get_object(self) -> Shipment:
        store, name = self.kwargs["key"].split("/")
        if "\0" in store + name:
            raise Http404
        rows = self.get_queryset().filter(store__code=store)
        found = rows.filter(external_id=name).first() or rows.filter(tracking_number=name).first()
        if found is None:
            raise Http404
        self.check_object_permissions(self.request, found)
        return found

    def known_parameters(self) -> frozenset[str]:
        if self.action == "comparison":
            return frozenset(AskedSerializer().fields)
        return super().known_parameters()

    def item_of(self, given: Mapping[str, Any]) -> ShipmentItem:
        told = {name: value for name, value in given.items() if value is not None}
        lines, events = told.pop("lines", None), told.pop("events", [])
        return ShipmentItem(
            **told,
            lines=None if lines is None else tuple(ShippedLine(**line) for line in lines),
            events=tuple(EventItem(told["store"], "", **event) for event in events),
        )

    def upsert(self, items: Sequence[ShipmentItem], mover: Mover) -> list[Outcome]:
        return upsert_shipments(items, scope=mover.scope, by=mover.by, at=mover.at)

    @action(detail=False, methods=["get"])
    def comparison(self, request: Any) -> Response:
        """Compare the channels of the parcels dispatched in a range of days."""
        given = AskedSerializer(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        asked = _asked(given.validated_data, request.scope.today)
        found = compare(channel_cells(asked, request.scope))
        channels = LogisticsChannel.objects.filter(pk__in=found).order_by("code")
        told = [_figures(found[one.pk], channel=one.code) for one in channels]
        total = _figures(together(found.values()), channel=None)
        answer = {
            "dispatched_from": asked.first,
            "dispatched_to": asked.last,
            "store": asked.store or None,
            "country": asked.country or None,
            "currency": settings.REPORTING_CURRENCY,
        }
        return Response(answer | {"channels": told, "total": total})


def _asked(given: Mapping[str, Any], today: date) -> Asked:
    """Return what was asked for, the last 90 days unless told; refuse what is not a range."""
    last = given.get("dispatched_to", today)
    ordinal = max(last.toordinal() - COMPARED_DAYS + 1, 1)
    first = given.get("dispatched_from", date.fromordinal(ordinal))
    if last < first:
        sentence = _("The range ends before it begins.")
    elif (last - first).days >= MOST_COMPARED:
        sentence = _("At most %(most)d days are compared at once.") % {"most": MOST_COMPARED}
    else:
        return Asked(first, last, given["store"], given["country"])
    raise serializers.ValidationError({"dispatched_to": [sentence]})


def _figures(figures: Compared, **name: str | None) -> dict[str, Any]:
    cost = figures.cost.value
    currency = settings.REPORTING_CURRENCY
    return {
        **name,
        "parcels": figures.parcels,
        "under_way": figures.under_way,
        "delivered": figures.delivered,
        "lost": figures.lost,
        "returned_to_sender": figures.returned,
        "delivered_rate": _ratio(figures.delivered_rate),
        "on_time_rate": _ratio(figures.on_time),
        "mean_days": _ratio(figures.mean_days),
        "days_p50": figures.half_within,
        "days_p90": figures.most_within,
        "cost_per_parcel": None if cost is None else str(round_money(cost, currency)),
        "cost_total": str(figures.cost_sum) if figures.costed else None,
        "parcels_with_cost": figures.costed,
        "parcels_by_days": {str(days): n for days, n in sorted(figures.by_days.items())},
    }


def _ratio(ratio: Ratio) -> dict[str, Any]:
    """Return both numbers, and the quotient with four decimals; ``null``: no value."""
    value = ratio.value
    return {
        "value": None if value is None else f"{value:.4f}",
        "numerator": int(ratio.part),
        "denominator": int(ratio.whole),
    }
