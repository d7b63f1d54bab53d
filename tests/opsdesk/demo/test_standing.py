"""The sample company's stores have 90 days to look at."""

from datetime import date

import pytest

from catalog.models import AdDay, Campaign, StoreRating, TrafficDay, TrafficRestatement, Violation
from opsdesk.demo import standing
from opsdesk.demo.sales import SHOPS
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


def test_each_store_has_ratings_traffic_and_a_campaign():
    for shop in SHOPS:
        factories.store(shop.item.code, currency=shop.item.currency)

    standing.write(TODAY, by=factories.user(), at=NOW)

    counts = [model.objects.count() for model in (TrafficDay, AdDay, Campaign, Violation)]
    assert counts == [6 * 90, 6 * 90, 6, 2]
    assert StoreRating.objects.count() == 6 * 80  # every ninth day the platform says nothing
    assert TrafficRestatement.objects.count() == 0
    assert TrafficDay.objects.latest("day").day == date(2026, 4, 1)
