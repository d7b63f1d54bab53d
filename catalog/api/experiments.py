"""A/B experiments in the API: their plan, their days, their result, and their moves."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from catalog.actions.experiments import EXPERIMENT_COURSE
from catalog.core.experiments import Measure
from catalog.core.lifecycle import ExperimentStatus
from catalog.models import Experiment, ExperimentDay, ExperimentResult
from opsdesk.api.moves import MovingSet
from opsdesk.api.parts import KeyedByParts


class ExperimentFilter(django_filters.FilterSet):
    """What experiments can be asked for by."""

    store = django_filters.CharFilter(field_name="listing__store__code")
    listing = django_filters.CharFilter(field_name="listing__seller_sku")
    code = django_filters.CharFilter()
    status = django_filters.ChoiceFilter(choices=ExperimentStatus.choices)
    measure = django_filters.ChoiceFilter(choices=Measure.choices)

    class Meta:
        model = Experiment
        fields: tuple[str, ...] = ()


class DaySerializer(serializers.ModelSerializer):
    """What a version was shown, clicked and ordered on a day."""

    class Meta:
        model = ExperimentDay
        fields = ("arm", "day", "impressions", "clicks", "orders", "source_updated_at")


class ResultSerializer(serializers.ModelSerializer):
    """What the experiment showed when it ended; with ``missing_days`` it is preliminary."""

    p_value = serializers.CharField(allow_null=True)

    class Meta:
        model = ExperimentResult
        fields = (
            "impressions_a",
            "clicks_a",
            "orders_a",
            "impressions_b",
            "clicks_b",
            "orders_b",
            "method",
            "p_value",
            "verdict",
            "missing_days",
            "at",
        )


class ExperimentSerializer(serializers.Serializer):
    """An experiment; ``result`` is ``null`` until it has ended."""

    store = serializers.CharField(source="listing.store.code")
    listing = serializers.CharField(source="listing.seller_sku")
    code = serializers.CharField()
    name = serializers.CharField()
    hypothesis = serializers.CharField()
    measure = serializers.CharField()
    version_a = serializers.IntegerField(source="version_a.number")
    version_b = serializers.IntegerField(source="version_b.number")
    from_date = serializers.DateField()
    to_date = serializers.DateField()
    share_b = serializers.IntegerField()
    status = serializers.CharField()
    days = DaySerializer(many=True)
    result = ResultSerializer(default=None)


class ExperimentSet(KeyedByParts, MovingSet):
    """The experiments of the stores that the key opens, by store, seller SKU and code."""

    resource = "experiments"
    ordering = ("pk",)
    lookup_value_regex = "[^/]+/[^/]+/[^/]+"
    part_fields = ("listing__store__code", "listing__seller_sku", "code")
    serializer_class = ExperimentSerializer
    filterset_class = ExperimentFilter
    course = EXPERIMENT_COURSE

    def get_queryset(self) -> QuerySet[Experiment]:
        scope: Any = self.request.scope
        rows = Experiment.objects.visible_to(scope).prefetch_related("days")
        return rows.select_related("listing__store", "version_a", "version_b", "result")
