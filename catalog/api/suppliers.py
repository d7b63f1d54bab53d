"""Suppliers in the API."""

import django_filters
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from catalog.models import Certificate, Supplier
from opsdesk.api.views import ReadableSet


class SupplierFilter(django_filters.FilterSet):
    """What suppliers can be asked for by."""

    country = django_filters.CharFilter()
    grade = django_filters.CharFilter()
    active = django_filters.BooleanFilter()

    class Meta:
        model = Supplier
        fields: tuple[str, ...] = ()


class CertificateSerializer(serializers.Serializer):
    """A certificate; ``valid_until`` is null where it does not end."""

    kind = serializers.CharField()
    number = serializers.CharField()
    valid_until = serializers.DateField(allow_null=True)


class SupplierSerializer(serializers.Serializer):
    """A supplier; ``grade`` is that of the latest score, blank where nothing is known."""

    code = serializers.CharField()
    name = serializers.CharField()
    country = serializers.CharField()
    currency = serializers.CharField()
    contact = serializers.CharField()
    annual_capacity = serializers.IntegerField(allow_null=True)
    active = serializers.BooleanField()
    grade = serializers.CharField()
    certificates = CertificateSerializer(many=True)


class SupplierSet(ReadableSet):
    """Whom the company buys from."""

    resource = "suppliers"
    ordering = ("code",)
    lookup_field = "code"
    lookup_value_regex = "[^/]+"
    serializer_class = SupplierSerializer
    filterset_class = SupplierFilter

    def get_queryset(self) -> QuerySet[Supplier]:
        certificates = Prefetch(
            "certificates", Certificate.objects.order_by("kind", "number", "pk")
        )
        return Supplier.objects.visible_to(self.request.scope).prefetch_related(certificates)
