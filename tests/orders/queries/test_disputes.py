"""Disputes whose deadline is near, by the calendar of each store."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.core.roles import Role
from orders.queries.disputes import due_within
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def due(days=3, scope=None, at=NOW):
    who = scope or make.scope(make.manager(f"m{next(make.NUMBERS)}"))
    return [one.external_id for one in due_within(who, days, at)]


def test_missed_ones_come_first_and_days_end_at_midnight_of_the_store():
    utc, tokyo = make.store("UTC", time_zone="UTC"), make.store("JP", time_zone="Asia/Tokyo")
    midnight = datetime(2026, 4, 6, tzinfo=UTC)  # three days after April 2nd are over
    in_tokyo = midnight - timedelta(hours=9)
    for shop, name, respond_by in (
        (utc, "late", NOW - timedelta(days=40)),
        (utc, "last second", midnight - SECOND),
        (utc, "the fourth day", midnight),
        (tokyo, "tokyo's last", in_tokyo - SECOND),
        (tokyo, "tokyo's fourth day", in_tokyo),
        (utc, "never", None),
    ):
        make.dispute(name, store=shop, respond_by=respond_by)
    for status in ("won", "lost", "settled"):
        make.dispute(store=utc, status=status, respond_by=NOW)

    assert due() == ["late", "tokyo's last", "last second"]


def test_one_sees_those_of_the_own_stores():
    make.dispute("mine", respond_by=NOW)
    away = make.store("FR", department=make.department("away"))
    make.dispute("theirs", store=away, respond_by=NOW)
    me = make.user(role=Role.TEAM_MEMBER)
    make.employment(make.person(user=me))

    assert due(scope=make.scope(me)) == ["mine"]
    assert due(scope=make.scope(make.user())) == []


def test_two_statements_whatever_the_number_of_stores(django_assert_num_queries):
    boss = make.scope(make.manager())
    for number in range(6):
        make.dispute(store=make.store(f"S{number}"), respond_by=NOW)

    with django_assert_num_queries(2):
        assert len(list(due_within(boss, 3, NOW))) == 6
