"""The A/B experiment of the sample company."""

import pytest

from catalog.models import Experiment, ExperimentDay
from opsdesk.demo import experiments
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


def test_two_weeks_of_both_versions_wait_for_their_end():
    listing = factories.listing(status="live", price=10)
    listing.current = factories.listing_version(listing, 1, title="Cup | sturdy")
    listing.save()

    experiments.write(TODAY, at=NOW)

    made = Experiment.objects.get()
    listing.refresh_from_db()
    assert (made.status, ExperimentDay.objects.count()) == ("running", 28)
    assert (made.version_a, made.version_b.title) == (
        listing.current,
        "A present for every kitchen: Cup",
    )


def test_without_a_live_listing_there_is_none():
    experiments.write(TODAY, at=NOW)

    assert Experiment.objects.count() == 0
