"""Ratings and violations as they come, and what a violation's life allows."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.core.roles import Role
from catalog.actions.standing import (
    save_violation,
    upsert_ratings,
    upsert_violations,
    violation_course,
)
from catalog.models import StoreRating, Violation
from opsdesk.actions.moves import Mover, move
from opsdesk.core.errors import InvalidData, NotAllowed, NotReady
from opsdesk.models import AuditEntry, LifeEvent
from tests import factories
from tests.factories import NOW, TODAY, rating_item, violation_item

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 4, 2, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def shop():
    return factories.store("UK")


def rate(*items, scope=None, at=NOW):
    return [one.state for one in upsert_ratings(items, scope=scope, by=None, at=at)]


def punish(*items, scope=None, at=NOW):
    return upsert_violations(items, scope=scope, by=None, at=at)


def rated():
    rows = StoreRating.objects.order_by("day")
    return list(rows.values_list("day", "account_health", "order_defect_rate", "chat_reply_rate"))


def test_a_rating_is_stored_and_what_is_not_told_stays_unknown():
    assert rate(rating_item(order_defect_rate=Decimal(0))) == ["created"]

    assert rated() == [(TODAY, 950, Decimal(0), None)]


def test_the_same_rating_again_writes_nothing():
    rate(rating_item())
    entries = AuditEntry.objects.count()

    assert rate(rating_item()) == ["unchanged"]
    assert AuditEntry.objects.count() == entries


def test_what_is_not_given_keeps_what_is_stored():
    rate(rating_item(chat_reply_rate=Decimal("0.9")))

    assert rate(rating_item(account_health=None, order_defect_rate=Decimal("0.01"))) == ["updated"]
    assert rated() == [(TODAY, 950, Decimal("0.01"), Decimal("0.9"))]


def test_the_newer_source_time_wins_in_any_order():
    early, middle, late = (NOON + timedelta(minutes=n) for n in range(3))
    rate(rating_item(account_health=900, source_updated_at=early))
    rate(rating_item(account_health=900, source_updated_at=late))

    # comes last, but what the source said later is known already
    assert rate(rating_item(account_health=700, source_updated_at=middle)) == ["unchanged"]
    assert rated() == [(TODAY, 900, None, None)]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": TODAY + timedelta(days=1)}, "day"),
        ({"store": "XX"}, "store"),
        ({"account_health": 1001}, "account_health"),
        ({"order_defect_rate": Decimal("1.1")}, "order_defect_rate"),
        ({"chat_reply_rate": Decimal("-0.1")}, "chat_reply_rate"),
        ({"chat_reply_rate": Decimal("0.12345")}, "chat_reply_rate"),
        ({"source_updated_at": NOW + timedelta(days=2)}, "source_updated_at"),
    ],
)
def test_a_rating_that_cannot_be_is_refused_alone(values, field):
    good = rating_item(TODAY - timedelta(days=5))

    outcomes = upsert_ratings([rating_item(**values), good], scope=None, by=None, at=NOW)

    assert [error.field for error in outcomes[0].errors] == [field]
    assert rated() == [(date(2026, 3, 28), 950, None, None)]


def test_the_second_of_two_ratings_of_a_day_is_refused():
    assert rate(rating_item(), rating_item(account_health=1)) == ["created", "error"]
    assert rated() == [(TODAY, 950, None, None)]


def test_a_store_that_is_not_seen_is_not_written():
    away = factories.department("away")
    factories.store("FR", department=away)
    leader = factories.user(role=Role.SUPERVISOR, department=away)

    assert rate(rating_item(), rating_item(store="FR"), scope=factories.scope(leader)) == [
        "error",
        "created",
    ]
    assert [one.store.code for one in StoreRating.objects.all()] == ["FR"]


@pytest.mark.parametrize("many", [1, 60])
def test_many_ratings_take_as_few_statements_as_one(many, django_assert_max_num_queries):
    days = [TODAY - timedelta(days=n) for n in range(many)]
    rate(*(rating_item(day) for day in days))

    with django_assert_max_num_queries(13):
        rate(*(rating_item(day, account_health=10) for day in days))


def test_a_violation_begins_open_and_its_life_is_not_told_by_files():
    assert [one.state for one in punish(violation_item())] == ["created"]
    violation = Violation.objects.get()
    Violation.objects.update(status="upheld")

    assert [one.state for one in punish(violation_item(points=8))] == ["updated"]
    violation.refresh_from_db()
    assert (violation.status, violation.points) == ("upheld", 8)
    assert list(LifeEvent.objects.values_list("life", "state")) == [("violation", "open")]
    assert [one.state for one in punish(violation_item(points=8))] == ["unchanged"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"number": " "}, "number"),
        ({"kind": "fine"}, "kind"),
        ({"severity": "grave"}, "severity"),
        ({"points": -1}, "points"),
        ({"happened_on": TODAY + timedelta(days=1)}, "happened_on"),
        ({"lapses_on": date(2026, 3, 31)}, "lapses_on"),  # on the very day: never counted
        ({"appeal_until": date(2026, 3, 30)}, "appeal_until"),
        ({"store": "XX"}, "store"),
    ],
)
def test_a_violation_that_cannot_be_is_refused(values, field):
    outcome = punish(violation_item(**values))[0]

    assert [error.field for error in outcome.errors] == [field]
    assert (Violation.objects.count(), LifeEvent.objects.count()) == (0, 0)


@pytest.fixture
def violation():
    punish(violation_item(appeal_until=TODAY))
    return Violation.objects.get()


def step(violation, verb, *, at=NOW, reason="They misread the invoice"):
    return move(violation_course(at), violation, verb, Mover(at), reason=reason)


def test_an_appeal_is_possible_until_the_end_of_its_last_day_where_the_store_is(violation):
    # 22:59 UTC is 23:59 in London's summer
    step(violation, "appeal", at=datetime(2026, 4, 2, 22, 59, tzinfo=UTC))

    assert Violation.objects.get().status == "appealed"


def test_an_appeal_comes_too_late_after_it(violation):
    with pytest.raises(NotReady, match="The last day to appeal was 2026-04-02"):
        step(violation, "appeal", at=datetime(2026, 4, 2, 23, 0, tzinfo=UTC))

    assert Violation.objects.get().status == "open"
    step(violation, "accept", at=datetime(2026, 4, 3, 9, 0, tzinfo=UTC))
    assert Violation.objects.get().status == "upheld"


def test_an_appeal_needs_a_reason(violation):
    with pytest.raises(InvalidData, match="Give the reason"):
        step(violation, "appeal", reason=" ")

    assert Violation.objects.get().status == "open"


def test_nobody_writes_a_violation_of_a_store_they_do_not_see(violation):
    leader = factories.user(role=Role.SUPERVISOR, department=factories.department("away"))
    violation.points = 0

    with pytest.raises(NotAllowed):
        save_violation(violation, Mover(NOW, leader, factories.scope(leader)))

    assert Violation.objects.get().points == 4
