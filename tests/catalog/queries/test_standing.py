"""Points of stores by day, and the appeals that end soon."""

from datetime import date, timedelta

import pytest

from catalog.actions.standing import upsert_violations
from catalog.core.lifecycle import VIOLATION
from catalog.core.standing import points_series
from catalog.models import Violation
from catalog.queries.standing import appeals_ending, point_spans, points_of
from opsdesk.queries.lives import history
from tests import factories
from tests.factories import NOW, TODAY, violation_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def shops():
    uk, de, fr = (factories.store(code) for code in ("UK", "DE", "FR"))
    day = date(2026, 3, 10)
    items = [
        violation_item("1", points=4, happened_on=day, lapses_on=date(2026, 3, 20)),
        violation_item("2", points=2, happened_on=date(2026, 3, 15)),
        violation_item("3", points=8, happened_on=day),
        violation_item("4", store="DE", points=1, happened_on=day),
    ]
    upsert_violations(items, scope=None, by=None, at=NOW)
    Violation.objects.filter(external_id="3").update(status="overturned")
    return uk, de, fr


@pytest.mark.parametrize(
    ("day", "uk", "de"),
    [
        (date(2026, 3, 9), 0, 0),
        (date(2026, 3, 10), 4, 1),
        (date(2026, 3, 15), 6, 1),
        (date(2026, 3, 19), 6, 1),
        (date(2026, 3, 20), 2, 1),  # lapsed that day
    ],
)
def test_points_count_until_they_lapse_and_never_once_overturned(
    shops, day, uk, de, django_assert_num_queries
):
    ids = [shop.pk for shop in shops]

    with django_assert_num_queries(1):
        found = points_of(ids, day)

    assert found == dict(zip(ids, (uk, de, 0), strict=True))
    assert points_series(point_spans(shops[0]), day, day) == [(day, uk)]


def test_appeals_that_end_within_three_days():
    factories.store("UK")
    for number, until in enumerate((-1, 0, 3, 4)):
        item = violation_item(f"V{number}", appeal_until=TODAY + timedelta(days=until))
        upsert_violations([item], scope=None, by=None, at=NOW)
    gone = violation_item("V9", appeal_until=TODAY)
    upsert_violations([gone], scope=None, by=None, at=NOW)
    Violation.objects.filter(external_id="V9").update(status="appealed")

    found = appeals_ending(factories.scope(factories.manager()), 3)

    assert [one.external_id for one in found] == ["V1", "V2"]


def test_a_thing_older_than_its_written_life_has_no_history():
    assert history(VIOLATION, 1, NOW) == []
