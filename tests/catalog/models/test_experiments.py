"""What the database refuses of A/B experiments by itself."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Experiment, ExperimentDay, ExperimentResult
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"to_date": date(2026, 3, 30)}, "experiment_days_in_order"),
        ({"share_b": 0}, "experiment_share_between"),
        ({"share_b": 100}, "experiment_share_between"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(change, constraint):
    made = make.experiment()

    with pytest.raises(IntegrityError), transaction.atomic():
        Experiment.objects.update(**change)

    assert constraint in {one.name for one in Experiment._meta.constraints}
    assert Experiment.objects.get() == made


def test_a_version_is_not_held_against_itself():
    made = make.experiment()

    with pytest.raises(IntegrityError), transaction.atomic():
        Experiment.objects.update(version_b=made.version_a)


def test_one_experiment_runs_on_a_listing_and_a_code_is_there_once():
    made = make.experiment("X1", status="running")
    other = make.experiment("X2", listing=made.listing)
    make.experiment("X1", listing=make.listing(), status="running")

    with pytest.raises(IntegrityError), transaction.atomic():
        Experiment.objects.filter(pk=other.pk).update(status="running")
    with pytest.raises(IntegrityError), transaction.atomic():
        Experiment.objects.filter(pk=other.pk).update(code="X1")

    other.refresh_from_db()
    assert (other.status, other.code) == ("planned", "X2")


@pytest.mark.parametrize("figures", [(10, 11, 0), (10, 5, 6)])
def test_a_funnel_that_cannot_be_is_refused(figures):
    impressions, clicks, orders = figures
    made = make.experiment()

    with pytest.raises(IntegrityError), transaction.atomic():
        make.experiment_day(made, impressions=impressions, clicks=clicks, orders=orders)

    assert ExperimentDay.objects.count() == 0


def test_a_day_of_a_version_is_there_once():
    made = make.experiment()
    make.experiment_day(made, "a")
    make.experiment_day(made, "b")

    with pytest.raises(IntegrityError), transaction.atomic():
        make.experiment_day(made, "a")


def test_an_experiment_has_one_result_and_a_chance_is_none_above_one():
    counts = dict.fromkeys(("impressions_a", "clicks_a", "orders_a"), 0)
    counts |= dict.fromkeys(("impressions_b", "clicks_b", "orders_b"), 0)
    given = counts | {"method": "z", "verdict": "too_little", "missing_days": 0, "at": NOW}
    made = make.experiment()

    with pytest.raises(IntegrityError), transaction.atomic():
        ExperimentResult.objects.create(experiment=made, p_value=2, **given)
    ExperimentResult.objects.create(experiment=made, p_value=1, **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        ExperimentResult.objects.create(experiment=made, p_value=1, **given)
