"""A/B experiments of one listing that many start, feed and end at the same moment."""

import pytest

from catalog.actions.experiment_days import upsert_experiment_days
from catalog.actions.experiments import EXPERIMENT_COURSE
from catalog.models import Experiment, ExperimentDay, ExperimentResult
from opsdesk.actions.moves import Mover, move
from tests import factories
from tests.factories import NOW
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MOVER = Mover(NOW)


def moving(made, verb, **more):
    def work():
        move(EXPERIMENT_COURSE, Experiment.objects.get(pk=made.pk), verb, MOVER, **more)
        return verb

    return work


def test_of_many_experiments_started_at_once_on_a_listing_one_runs():
    listing = factories.listing("L1", status="live", price=1)
    many = [factories.experiment(f"X{number}", listing=listing) for number in range(10)]

    found = at_once(*[moving(made, "start") for made in many])

    # who lost is told in words: nobody sees an error of the database
    assert found == {"start": 1, "NotReady": 9}
    assert Experiment.objects.filter(status="running").count() == 1


def test_a_day_is_in_the_result_or_refused():
    listing = factories.listing("L1", status="live", price=1)
    made = factories.experiment("X1", listing=listing, status="running")

    def feeding(arm):
        def work():
            item = factories.experiment_day_item(arm=arm)
            outcomes = upsert_experiment_days([item], scope=None, by=None, at=NOW)
            return outcomes[0].state.value

        return work

    found = at_once(moving(made, "stop", reason="Over"), feeding("a"), feeding("b"))

    result = ExperimentResult.objects.get()
    days = ExperimentDay.objects.all()
    assert found["stop"] == 1
    assert found["created"] + found["error"] == 2
    assert result.impressions_a + result.impressions_b == sum(day.impressions for day in days)
