"""Store ratings and violations in the API."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers

from catalog.actions.standing import violation_course
from catalog.core.lifecycle import ViolationStatus
from catalog.models import StoreRating, Violation
from catalog.models.standing import Severity, ViolationKind
from opsdesk.actions.moves import Course
from opsdesk.api.moves import MovingSet
from opsdesk.api.parts import KeyedByParts
from opsdesk.api.views import ReadableSet


class RatingFilter(django_filters.FilterSet):
    """What ratings can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    from_date = django_filters.DateFilter(field_name="day", lookup_expr="gte")
    to_date = django_filters.DateFilter(field_name="day", lookup_expr="lte")

    class Meta:
        model = StoreRating
        fields: tuple[str, ...] = ()


class RatingSerializer(serializers.Serializer):
    """A rating of a store on a day; ``null`` is unknown, not zero."""

    store = serializers.CharField(source="store.code")
    date = serializers.DateField(source="day")
    account_health = serializers.IntegerField(allow_null=True)
    odr = serializers.CharField(source="order_defect_rate", allow_null=True)
    chat_reply_rate = serializers.CharField(allow_null=True)
    source_updated_at = serializers.DateTimeField(allow_null=True)


class RatingSet(KeyedByParts, ReadableSet):
    """What platforms said of the stores that the key opens, by store and day."""

    resource = "store-ratings"
    ordering = ("pk",)
    part_fields = ("store__code", "day")
    day_field = "day"
    serializer_class = RatingSerializer
    filterset_class = RatingFilter

    def get_queryset(self) -> QuerySet[StoreRating]:
        scope: Any = self.request.scope
        return StoreRating.objects.visible_to(scope).select_related("store")


class ViolationFilter(django_filters.FilterSet):
    """What violations can be asked for by."""

    store = django_filters.CharFilter(field_name="store__code")
    status = django_filters.ChoiceFilter(choices=ViolationStatus.choices)
    kind = django_filters.ChoiceFilter(choices=ViolationKind.choices)
    severity = django_filters.ChoiceFilter(choices=Severity.choices)

    class Meta:
        model = Violation
        fields: tuple[str, ...] = ()


class ViolationSerializer(serializers.Serializer):
    """A violation and where it stands in its life."""

    store = serializers.CharField(source="store.code")
    external_id = serializers.CharField()
    kind = serializers.CharField()
    severity = serializers.CharField()
    points = serializers.IntegerField()
    happened_on = serializers.DateField()
    lapses_on = serializers.DateField(allow_null=True)
    appeal_until = serializers.DateField(allow_null=True)
    detail = serializers.CharField()
    status = serializers.CharField()


class ViolationSet(KeyedByParts, MovingSet):
    """The violations of the stores that the key opens, by store and number; with their moves."""

    resource = "violations"
    ordering = ("pk",)
    part_fields = ("store__code", "external_id")
    serializer_class = ViolationSerializer
    filterset_class = ViolationFilter

    @property
    def course(self) -> Course:  # type: ignore[override]
        """The life of violations as it stands now: appeals have a last day."""
        return violation_course(timezone.now())

    def get_queryset(self) -> QuerySet[Violation]:
        scope: Any = self.request.scope
        return Violation.objects.visible_to(scope).select_related("store")
