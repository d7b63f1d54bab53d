"""Disputes in the API: read, stored many at once, and moved through their life."""

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from opsdesk.actions.moves import Mover
from opsdesk.api.bulk import BulkSet, InstantField
from opsdesk.api.moves import MovingSet
from opsdesk.api.parts import KeyedByParts
from opsdesk.core.exchange import Outcome
from orders.actions.disputes import DISPUTE_COURSE, upsert_disputes
from orders.core.dispute_items import DisputeItem, DisputeKind
from orders.core.lifecycle import DisputeStatus
from orders.models import Dispute

# Said to be ``null`` these are known to be empty; left out they stay as they are.
CLEARABLE = ("respond_by", "amount", "outcome_amount")


class DisputeFilter(django_filters.FilterSet):
    """What disputes can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    order = django_filters.CharFilter(field_name="order__external_id")
    state = django_filters.ChoiceFilter(field_name="status", choices=DisputeStatus.choices)
    kind = django_filters.ChoiceFilter(choices=DisputeKind.choices)
    from_date = django_filters.DateFilter(field_name="business_date", lookup_expr="gte")
    to_date = django_filters.DateFilter(field_name="business_date", lookup_expr="lte")

    class Meta:
        model = Dispute
        fields: tuple[str, ...] = ()


class DisputeSerializer(serializers.Serializer):
    """A dispute and where it stands; amounts are texts in ``currency``, ``null`` is unknown."""

    store = serializers.CharField(source="store.code")
    external_id = serializers.CharField()
    order = serializers.CharField(source="order.external_id", default=None)
    kind = serializers.CharField()
    state = serializers.CharField(source="status")
    state_at_source = serializers.CharField(source="source_status")
    amount = serializers.CharField(allow_null=True)
    outcome_amount = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    reason = serializers.CharField()
    opened_at = serializers.DateTimeField()
    business_date = serializers.DateField()
    respond_by = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    source_updated_at = serializers.DateTimeField(allow_null=True)


class DisputeItemSerializer(serializers.Serializer):
    """One dispute to store."""

    store = serializers.CharField(max_length=40)
    external_id = serializers.CharField(max_length=100)
    opened_at = InstantField()
    order = serializers.CharField(max_length=100, required=False, allow_blank=True)
    kind = serializers.CharField(max_length=24, required=False)
    state = serializers.CharField(max_length=60, required=False)
    currency = serializers.CharField(max_length=3, required=False)
    amount = serializers.DecimalField(18, 4, required=False, allow_null=True)
    outcome_amount = serializers.DecimalField(18, 4, required=False, allow_null=True)
    reason = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    respond_by = InstantField(required=False, allow_null=True)
    closed_at = InstantField(required=False, allow_null=True)
    source_updated_at = InstantField(required=False, allow_null=True)


class DisputeSet(KeyedByParts, BulkSet, MovingSet):
    """The disputes of the stores that the key opens, by store and number."""

    resource = "disputes"
    ordering = ("pk",)
    part_fields = ("store__code", "external_id")
    course = DISPUTE_COURSE
    serializer_class = DisputeSerializer
    item_serializer = DisputeItemSerializer
    api_names = {"number": "external_id", "status": "state"}
    filterset_class = DisputeFilter

    def get_queryset(self) -> QuerySet[Dispute]:
        scope: Any = self.request.scope
        return Dispute.objects.visible_to(scope).select_related("store", "order")

    def item_of(self, given: Mapping[str, Any]) -> DisputeItem:
        named = dict(given)
        return DisputeItem(
            number=named.pop("external_id"),
            status=named.pop("state", ""),
            cleared=frozenset(name for name in CLEARABLE if name in named and named[name] is None),
            **named,
        )

    def upsert(self, items: Sequence[DisputeItem], mover: Mover) -> list[Outcome]:
        return upsert_disputes(items, scope=mover.scope, by=mover.by, at=mover.at)
