"""The days of A/B experiments, from files and from the form."""

from datetime import date, timedelta

import pytest

from accounts.core.roles import Role
from catalog.actions.experiment_days import save_days, upsert_experiment_days
from catalog.models import ExperimentDay
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED
from opsdesk.models import AuditEntry
from tests import factories as make
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
FIRST = date(2026, 3, 30)
DAY = timedelta(days=1)
item = make.experiment_day_item


@pytest.fixture
def running():
    """X1 of the listing L1 in UK, from March 30th until before April 3rd; today is the 2nd."""
    return make.experiment(
        "X1", listing=make.listing("L1", status="live", price=1), status="running"
    )


def upsert(*items, scope=None, at=NOW):
    return upsert_experiment_days(items, scope=scope, by=None, at=at)


def stored():
    names = ("arm", "day", "impressions", "clicks", "orders")
    return list(ExperimentDay.objects.order_by("day", "arm").values_list(*names))


def test_days_are_stored_changed_and_left_alone(running):
    first = upsert(item(arm="a"), item(arm="b", clicks=30))
    second = upsert(item(arm="a"), item(arm="b", clicks=31), item(FIRST + DAY, arm="a"))

    assert first == [CREATED, CREATED]
    assert second == [UNCHANGED, UPDATED, CREATED]
    assert stored() == [
        ("a", FIRST, 1000, 20, 2),
        ("b", FIRST, 1000, 31, 2),
        ("a", FIRST + DAY, 1000, 20, 2),
    ]
    verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["created", "created", "created", "changed"]


def test_what_is_older_at_its_source_comes_too_late(running):
    upsert(item(source_updated_at=NOW))

    late = upsert(item(clicks=99, source_updated_at=NOW - DAY))
    confirmed = upsert(item(source_updated_at=NOW + timedelta(hours=2)))
    between = upsert(item(clicks=99, source_updated_at=NOW + timedelta(hours=1)))

    assert late + confirmed + between == [UNCHANGED, UNCHANGED, UNCHANGED]
    assert stored() == [("a", FIRST, 1000, 20, 2)]


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"store": "FR"}, "store", "There is no store FR that you see"),
        ({"listing": "L9"}, "experiment", "The listing UK L9 has no experiment with the code X1."),
        ({"experiment": "X9"}, "experiment", "has no experiment with the code X9"),
        ({"arm": "c"}, "arm", "arm is “c”; known are: a, b."),
        ({"day": date(2026, 3, 29)}, "day", "it goes from 2026-03-30 until before 2026-04-03"),
        ({"day": date(2026, 4, 3)}, "day", "2026-04-03 has not come yet"),
        ({"day": date(1026, 4, 3)}, "day", "no day of our time"),
        ({"clicks": 1001}, "clicks", "There are 1001 clicks of 1000 impressions"),
        ({"orders": 21}, "orders", "There are 21 orders of 20 clicks"),
        ({"impressions": -1, "clicks": -1, "orders": -1}, "impressions", "at least 0"),
        ({"impressions": 10**13}, "impressions", "at least 0"),
        ({"source_updated_at": NOW + DAY * 2}, "source_updated_at", "in the future"),
    ],
)
def test_what_cannot_be_is_refused_by_row_and_field(running, change, field, said):
    given = {"source_row": 7, **change}
    day = given.pop("day", FIRST)

    outcome = upsert(item(day, **given))[0]

    fault = outcome.errors[0]
    assert (outcome.state, fault.field, fault.source_row) == ("error", field, 7)
    assert said in fault.message
    assert stored() == []


def test_a_day_after_the_end_of_the_plan_is_refused_also_later(running):
    outcome = upsert(item(date(2026, 4, 3)), at=NOW + DAY * 9)[0]

    assert "2026-04-03 is no day of the experiment" in outcome.errors[0].message
    assert stored() == []


def test_the_same_day_twice_in_one_delivery_is_taken_once(running):
    outcomes = upsert(item(), item(clicks=99))

    assert [outcome.state for outcome in outcomes] == ["created", "error"]
    assert stored() == [("a", FIRST, 1000, 20, 2)]


@pytest.mark.parametrize("status", ["planned", "ended", "cancelled"])
def test_only_a_running_experiment_takes_days(running, status):
    day = make.experiment_day(running)
    type(running).objects.update(status=status)

    outcome = upsert(item(clicks=5))[0]

    assert (outcome.state, outcome.errors[0].field) == ("error", "experiment")
    for days, gone in (([day], []), ([], [day])):
        with pytest.raises(InvalidTransition) as refusal:
            save_days(running, days, make.mover(), gone=gone)
        assert refusal.value.code == "not_running"
    assert stored() == [("a", FIRST, 1000, 20, 2)]


def test_days_of_a_store_one_does_not_see_are_refused(running):
    stranger = make.user(role=Role.SUPERVISOR, department=make.department("away"))

    outcome = upsert(item(), scope=make.scope(stranger))[0]

    assert (outcome.state, outcome.errors[0].field) == ("error", "store")
    day = ExperimentDay(experiment=running, arm="a", day=FIRST, impressions=1, clicks=0, orders=0)
    with pytest.raises(NotAllowed):
        save_days(running, [day], make.mover(stranger))
    assert stored() == []


@pytest.mark.parametrize(
    ("day", "taken"),
    [
        (FIRST - DAY, False),
        (FIRST, True),
        (TODAY, True),
        (TODAY + DAY, False),  # the first day after the plan, and not yet come
    ],
)
def test_the_form_takes_the_days_of_the_plan(running, day, taken):
    given = ExperimentDay(experiment=running, arm="a", day=day, impressions=9, clicks=3, orders=1)

    if taken:
        save_days(running, [given], make.mover())
    else:
        with pytest.raises(InvalidData) as refusal:
            save_days(running, [given], make.mover())
        assert refusal.value.field == "day"

    assert stored() == ([("a", day, 9, 3, 1)] if taken else [])


def test_a_day_is_taken_out_while_it_runs(running):
    save_days(running, [], make.mover(), gone=[make.experiment_day(running)])

    assert stored() == []
    assert AuditEntry.objects.get().verb == "deleted"


def test_a_hundred_days_take_as_many_statements_as_ten(running, django_assert_max_num_queries):
    type(running).objects.update(from_date=date(2025, 1, 1))
    days = [item(date(2025, 1, 1) + DAY * number) for number in range(100)]

    with django_assert_max_num_queries(25):
        outcomes = upsert(*days)

    assert outcomes == [CREATED] * 100


def test_a_figure_that_nobody_counted_is_refused_in_the_form(running):
    day = ExperimentDay(experiment=running, arm="a", day=FIRST, impressions=9 * 10**18)

    with pytest.raises(InvalidData) as refusal:
        save_days(running, [day], make.mover())

    assert (refusal.value.field, stored()) == ("impressions", [])
