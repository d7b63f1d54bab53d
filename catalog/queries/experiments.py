"""A/B experiments: the figures of their days, what stands beside them, and those of a listing."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from catalog.core.experiments import Arm, Counts, missing_days
from catalog.core.lifecycle import ExperimentStatus
from catalog.models import Experiment, ExperimentDay, Listing

OPEN = (ExperimentStatus.PLANNED, ExperimentStatus.RUNNING)
Days = dict[str, dict[date, Counts]]


def count_missing(experiment: Experiment, known: Days) -> int:
    """Return how many planned days, of A and of B counted each, have no figures in ``known``."""
    span = (experiment.from_date, experiment.to_date)
    return sum(len(missing_days(*span, known[arm])) for arm in Arm.values)


def figures_of(experiment: Experiment) -> Days:
    """Return the figures of both versions by day."""
    found: Days = {arm: {} for arm in Arm.values}
    rows = ExperimentDay.objects.filter(experiment=experiment).order_by("day")
    for arm, day, *counts in rows.values_list("arm", "day", "impressions", "clicks", "orders"):
        found[arm][day] = Counts(*counts)
    return found


def other_open(experiment: Experiment) -> QuerySet[Experiment]:
    """Return the other experiments of its listing that are planned or running."""
    rows = Experiment.objects.filter(listing=experiment.listing_id, status__in=OPEN)
    return rows.exclude(pk=experiment.pk).order_by("from_date", "pk")


def with_overlap(experiment: Experiment) -> Experiment | None:
    """Return another planned or running one of its listing that shares a day with it, if any."""
    rows = other_open(experiment)
    return rows.filter(from_date__lt=experiment.to_date, to_date__gt=experiment.from_date).first()


def experiments_of(listing: Listing) -> QuerySet[Experiment]:
    """Return the experiments of a listing, the latest first, each with its result."""
    return listing.experiments.select_related("result", "version_a", "version_b")
