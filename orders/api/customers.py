"""Customers in the API: read, and stored many at once; how to reach them is masked."""

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from accounts.core.roles import Right
from opsdesk.actions.moves import Mover
from opsdesk.api.bulk import BulkSet, InstantField
from opsdesk.api.parts import KeyedByParts
from opsdesk.core.exchange import Outcome
from opsdesk.core.privacy import masked
from orders.actions.customer_files import upsert_customers
from orders.core.address_items import CONTACT_LIMITS, CustomerItem, CustomerRecord
from orders.core.rfm import Segment
from orders.models import Customer, ErasedFor


class CustomerFilter(django_filters.FilterSet):
    """What customers can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    tier = django_filters.CharFilter(field_name="standing__tier__code")
    segment = django_filters.ChoiceFilter(field_name="standing__segment", choices=Segment.choices)
    erased_for = django_filters.ChoiceFilter(choices=ErasedFor.choices)

    class Meta:
        model = Customer
        fields: tuple[str, ...] = ()


class ContactField(serializers.CharField):
    """A part of how to reach somebody, masked for who may not see it."""

    def to_representation(self, value: str) -> str:
        scope: Any = self.context["request"].scope
        return value if scope.may(Right.CUSTOMER_VIEW) else masked(value)


class CustomerSerializer(serializers.Serializer):
    """A customer, and how they stood last night; ``spend`` is in the reporting currency."""

    store = serializers.CharField(source="store.code")
    external_id = serializers.CharField()
    country = serializers.CharField()
    name = ContactField()
    email = ContactField()
    phone = ContactField()
    address = ContactField()
    erased_at = serializers.DateTimeField()
    tier = serializers.CharField(source="standing.tier.code", default=None)
    segment = serializers.CharField(source="standing.segment", default=None)
    first_order_on = serializers.DateField(source="standing.first_order_on", default=None)
    last_order_on = serializers.DateField(source="standing.last_order_on", default=None)
    orders = serializers.IntegerField(source="standing.orders", default=None)
    spend = serializers.CharField(source="standing.spend", default=None)
    as_of = serializers.DateField(source="standing.day", default=None)


class CustomerItemSerializer(serializers.Serializer):
    """One customer to store; what is left out or blank is kept."""

    store = serializers.CharField(max_length=40)
    external_id = serializers.CharField(max_length=100)
    country = serializers.CharField(max_length=60, required=False, allow_blank=True)
    name = serializers.CharField(
        max_length=CONTACT_LIMITS["name"], required=False, allow_blank=True
    )
    email = serializers.CharField(
        max_length=CONTACT_LIMITS["email"], required=False, allow_blank=True
    )
    phone = serializers.CharField(
        max_length=CONTACT_LIMITS["phone"], required=False, allow_blank=True
    )
    address = serializers.CharField(
        max_length=CONTACT_LIMITS["address"], required=False, allow_blank=True
    )
    source_updated_at = InstantField(required=False, allow_null=True)


class CustomerSet(KeyedByParts, BulkSet):
    """The customers of the stores that the key opens, by store and number."""

    resource = "customers"
    http_method_names = ("get", "head", "post")
    ordering = ("pk",)
    part_fields = ("store__code", "external_id")
    serializer_class = CustomerSerializer
    item_serializer = CustomerItemSerializer
    filterset_class = CustomerFilter

    def get_queryset(self) -> QuerySet[Customer]:
        scope: Any = self.request.scope
        return Customer.objects.visible_to(scope).select_related("store", "standing__tier")

    def item_of(self, given: Mapping[str, Any]) -> CustomerRecord:
        told = dict(given)
        store, updated = told.pop("store"), told.pop("source_updated_at", None)
        return CustomerRecord(store, CustomerItem(**told), updated)

    def upsert(self, items: Sequence[CustomerRecord], mover: Mover) -> list[Outcome]:
        return upsert_customers(items, scope=mover.scope, by=mover.by, at=mover.at)
