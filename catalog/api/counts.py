"""Counts of warehouses in the API: read, and taken as a whole."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from catalog.actions.snapshots import Counted, take_snapshot
from catalog.models import Sku, StockSnapshot, Warehouse
from opsdesk.actions.moves import Mover
from opsdesk.api.views import ReadableSet
from opsdesk.core.errors import InvalidData

MOST_COUNTS = 20_000
SHOWN = 5


class SnapshotFilter(django_filters.FilterSet):
    """What counts can be asked for by."""

    warehouse = django_filters.CharFilter(field_name="warehouse__code")
    external_id = django_filters.CharFilter()

    class Meta:
        model = StockSnapshot
        fields: tuple[str, ...] = ()


class SnapshotSerializer(serializers.Serializer):
    """A count: how many SKUs it named, of how many the ledger differed, and by how much in all."""

    id = serializers.IntegerField()
    warehouse = serializers.CharField(source="warehouse.code")
    external_id = serializers.CharField()
    taken_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    rows = serializers.IntegerField()
    adjusted = serializers.IntegerField()
    difference = serializers.IntegerField()


class CountSerializer(serializers.Serializer):
    """How many pieces of a SKU were counted."""

    sku = serializers.CharField(max_length=60)
    counted = serializers.IntegerField(min_value=0, max_value=10**9)


class NewSnapshotSerializer(serializers.Serializer):
    """A whole count; ``complete``: what it does not name was counted as none."""

    warehouse = serializers.CharField(max_length=40)
    external_id = serializers.CharField(max_length=80)
    taken_at = serializers.DateTimeField()
    complete = serializers.BooleanField(default=False)
    counts = CountSerializer(many=True, allow_empty=False, max_length=MOST_COUNTS)


class SnapshotSet(ReadableSet):
    """The counts; POST takes one, whole or not at all: 201, or 200 where it was known."""

    resource = "stock-snapshots"
    http_method_names = ("get", "head", "post")
    ordering = ("id",)
    lookup_value_regex = "[0-9]{1,18}"
    serializer_class = SnapshotSerializer
    filterset_class = SnapshotFilter

    def get_queryset(self) -> QuerySet[StockSnapshot]:
        scope: Any = self.request.scope
        return StockSnapshot.objects.visible_to(scope).select_related("warehouse")

    def create(self, request: Any) -> Response:
        """Take one count."""
        given = NewSnapshotSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        warehouses = Warehouse.objects.visible_to(request.scope)
        place = warehouses.filter(code=values.pop("warehouse")).first()
        if place is None:
            raise InvalidData(_("There is no such warehouse."), field="warehouse")
        counts = _counts(values.pop("counts"), Sku.objects.visible_to(request.scope))
        mover = Mover(timezone.now(), request.auth.client, request.scope)
        snapshot, new = take_snapshot(Counted(place, counts=counts, **values), mover)
        return Response(SnapshotSerializer(snapshot).data, 201 if new else 200)


def _counts(given: list[dict[str, Any]], skus: QuerySet[Sku]) -> dict[Sku, int]:
    """Return the counts by SKU; ``InvalidData`` names SKUs that are unknown or given twice."""
    counted = {one["sku"]: one["counted"] for one in given}
    if len(counted) != len(given):
        raise InvalidData(_("A SKU stands twice in this count: give each once."), field="counts")
    found = {sku.code: sku for sku in skus.filter(code__in=counted)}
    if missing := sorted(counted.keys() - found.keys()):
        message = _("There are no such SKUs: %(skus)s. Load them first.")
        raise InvalidData(message % {"skus": ", ".join(missing[:SHOWN])}, field="counts")
    return {found[code]: number for code, number in counted.items()}
