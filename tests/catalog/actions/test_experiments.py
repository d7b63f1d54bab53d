"""Planning A/B experiments, starting and ending them, and adopting what won."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.core.roles import Role
from accounts.queries.clients import scope_of_client
from catalog.actions.experiments import (
    EXPERIMENT_COURSE,
    adopt_winner,
    is_current,
    save_experiment,
    winner_of,
)
from catalog.models import Experiment, ExperimentResult, Listing, ListingVersion
from opsdesk.actions.moves import Mover, move
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed, NotReady
from opsdesk.models import AuditEntry, LifeEvent
from tests import factories as make
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIRST = date(2026, 3, 30)


def planned(listing=None, **values):
    """A plan that nobody has stored."""
    of = listing or make.listing(status="live", price=Decimal(10))
    first, second = make.listing_version(of, title="Old"), make.listing_version(of, title="New")
    given = {
        "code": "X1",
        "name": "Title",
        "hypothesis": "More clicks",
        "to_date": date(2026, 4, 3),
    }
    given |= {"version_a": first, "version_b": second, "from_date": FIRST}
    return Experiment(listing=of, **given | values)


def running(clicks_a=200, clicks_b=260, *, days=4, **values):
    """A running experiment with figures of its first days, split evenly."""
    made = make.experiment(status="running", **values)
    for number in range(days):
        for arm, clicks in (("a", clicks_a), ("b", clicks_b)):
            make.experiment_day(
                made, arm, FIRST + DAY * number, impressions=2500, clicks=clicks // 4, orders=1
            )
    return made


def test_a_plan_begins_its_life():
    made = save_experiment(planned(), make.mover(make.manager()))

    assert (made.status, LifeEvent.objects.get().verb) == ("planned", "begin")
    verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["created", "experiment: begin"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "a/b"}, "code"),
        ({"code": "a\tb"}, "code"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(change, field):
    with pytest.raises(InvalidData) as refusal:
        save_experiment(planned(**change), make.mover())

    assert refusal.value.field == field
    assert (Experiment.objects.count(), LifeEvent.objects.count()) == (0, 0)


def test_versions_of_another_listing_and_one_version_twice_are_refused():
    other = make.listing_version(make.listing())
    foreign, same = planned(version_b=other), planned()
    same.version_b = same.version_a

    for plan in (foreign, same):
        with pytest.raises(InvalidData) as refusal:
            save_experiment(plan, make.mover())
        assert refusal.value.field == "version_b"

    assert Experiment.objects.count() == 0


def test_an_ended_listing_is_not_tried_any_more():
    with pytest.raises(InvalidData, match="has ended") as refusal:
        save_experiment(planned(make.listing(status="ended")), make.mover())

    assert refusal.value.field == "listing"


@pytest.mark.parametrize(
    ("status", "from_date", "refused"),
    [
        ("planned", date(2026, 4, 2), True),  # the last day of the other
        ("running", date(2026, 4, 2), True),
        ("planned", date(2026, 4, 3), False),  # the first day after it
        ("ended", date(2026, 4, 2), False),
        ("cancelled", date(2026, 4, 2), False),
    ],
)
def test_two_experiments_on_one_listing_share_no_day(status, from_date, refused):
    other = make.experiment(status=status)
    plan = planned(other.listing, code="X2", from_date=from_date, to_date=date(2026, 4, 9))

    if refused:
        with pytest.raises(InvalidData, match="X1 Experiment X1 is planned or runs") as refusal:
            save_experiment(plan, make.mover())
        assert refusal.value.field == "from_date"
    else:
        save_experiment(plan, make.mover())

    assert Experiment.objects.count() == (1 if refused else 2)


def test_a_plan_changes_until_it_begins():
    made = save_experiment(planned(), make.mover())
    made.name, made.to_date = "Other", date(2026, 4, 9)

    save_experiment(made, make.mover())
    assert Experiment.objects.get().name == "Other"

    Experiment.objects.update(status="running")
    made.name = "Later"
    with pytest.raises(InvalidTransition) as refusal:
        save_experiment(made, make.mover())
    assert refusal.value.code == "not_planned"
    assert Experiment.objects.get().name == "Other"


def test_a_plan_stays_with_its_listing():
    made = save_experiment(planned(), make.mover())
    made.listing = make.listing()

    with pytest.raises(InvalidData) as refusal:
        save_experiment(made, make.mover())

    assert refusal.value.field == "listing"


def test_without_the_right_or_the_store_nobody_plans():
    auditor = make.user(role=Role.AUDITOR)
    stranger = make.user(role=Role.SUPERVISOR, department=make.department("away"))

    for by, code in ((auditor, "no_right"), (stranger, "not_yours")):
        with pytest.raises(NotAllowed) as refusal:
            save_experiment(planned(), make.mover(by))
        assert refusal.value.code == code

    assert Experiment.objects.count() == 0


def test_a_start_needs_a_live_listing_and_no_other_that_runs():
    listing = make.listing(status="paused")
    made = make.experiment("X2", listing=listing)
    make.experiment("X1", listing=listing, status="running")

    with pytest.raises(NotReady) as refusal:
        move(EXPERIMENT_COURSE, made, "start", make.mover())

    assert refusal.value.message == (
        f"{listing} is not live: nobody would see the versions. "
        "X1 Experiment X1 runs on this listing already: end it first."
    )
    assert LifeEvent.objects.count() == 0


def test_who_loses_the_race_for_the_start_is_told_in_words():
    made = make.experiment("X2")
    answers = iter([[], ["X1 runs on this listing already: end it first."]])
    course = type(EXPERIMENT_COURSE)(
        EXPERIMENT_COURSE.life, Experiment, lambda thing, verb: next(answers)
    )
    make.experiment("X1", listing=made.listing, status="running")

    with pytest.raises(NotReady, match="X1 runs on this listing already"):
        move(course, made, "start", make.mover())

    made.refresh_from_db()
    assert (made.status, LifeEvent.objects.count()) == ("planned", 0)


def test_an_experiment_of_more_days_than_a_year_and_a_bit_is_refused():
    with pytest.raises(InvalidData) as refusal:
        save_experiment(planned(to_date=date(9999, 12, 31)), make.mover())

    assert (refusal.value.field, Experiment.objects.count()) == ("to_date", 0)


def test_the_end_writes_the_result_once():
    made = running()

    move(EXPERIMENT_COURSE, made, "end", make.mover())

    result = ExperimentResult.objects.get()
    assert (made.status, result.verdict, result.method) == ("ended", "b_better", "z")
    # 200 and 260 of 10,000: see the core's test
    assert (result.p_value, result.missing_days, result.at) == (Decimal("0.004651"), 0, NOW)
    assert (result.impressions_a, result.clicks_a, result.orders_a) == (10_000, 200, 4)
    assert (result.impressions_b, result.clicks_b, result.orders_b) == (10_000, 260, 4)
    with pytest.raises(InvalidTransition):
        move(EXPERIMENT_COURSE, made, "end", make.mover())
    assert ExperimentResult.objects.get() == result


def test_with_days_missing_it_is_ended_early_and_says_so():
    made = running(days=3)

    with pytest.raises(NotReady, match="2 of its planned days have no figures"):
        move(EXPERIMENT_COURSE, made, "end", make.mover())
    assert ExperimentResult.objects.count() == 0

    move(EXPERIMENT_COURSE, made, "stop", make.mover(), reason="The season is over")
    assert (made.status, ExperimentResult.objects.get().missing_days) == ("ended", 2)


@pytest.mark.parametrize("arms", ["", "a", "b"])
def test_without_figures_of_both_versions_it_is_ended_early_with_too_little_data(arms):
    made = make.experiment(status="running")
    for arm in arms:
        make.experiment_day(made, arm, FIRST)

    move(EXPERIMENT_COURSE, made, "stop", make.mover(), reason="The season is over")

    result = ExperimentResult.objects.get()
    assert (result.p_value, result.verdict) == (None, "too_little")
    assert (result.impressions_a, result.impressions_b) == (
        1000 * ("a" in arms),
        1000 * ("b" in arms),
    )


def test_with_all_days_there_is_nothing_to_end_early():
    made = running()

    with pytest.raises(NotReady, match="All of its planned days have figures"):
        move(EXPERIMENT_COURSE, made, "stop", make.mover(), reason="Because")

    assert ExperimentResult.objects.count() == 0


def test_a_cancelled_experiment_has_no_result():
    made = running()

    move(EXPERIMENT_COURSE, made, "cancel", make.mover(), reason="Wrong pictures")

    assert (made.status, ExperimentResult.objects.count()) == ("cancelled", 0)


def test_the_winner_is_adopted_as_a_new_current_version():
    made, by = running(), make.manager()
    move(EXPERIMENT_COURSE, made, "end", make.mover())
    made = Experiment.objects.get()

    version = adopt_winner(made, make.mover(by))

    listing = Listing.objects.get()
    assert (winner_of(made).arm, winner_of(made).version) == ("B", made.version_b)
    assert (version.number, version.title, version.author) == (3, "Cup 2", by)
    assert version.reason == "Won the experiment X1"
    assert listing.current == version
    assert is_current(made.version_b, listing)
    with pytest.raises(NotReady) as refusal:
        adopt_winner(made, make.mover(by))
    assert refusal.value.code == "adopted"
    assert ListingVersion.objects.count() == 3


@pytest.mark.parametrize("status", ["running", "ended"])
def test_without_a_winner_nothing_is_adopted(status):
    made = running(200, 204)
    if status == "ended":
        move(EXPERIMENT_COURSE, made, "end", make.mover())

    with pytest.raises(NotReady) as refusal:
        adopt_winner(Experiment.objects.get(), make.mover(make.manager()))

    assert refusal.value.code == "no_winner"
    assert ListingVersion.objects.count() == 2


def test_a_machine_ends_nothing_and_adopts_nothing():
    client = make.api_client(resources=("experiments:write",))
    machine = Mover(NOW, client, scope_of_client(client, TODAY))
    made = running()

    with pytest.raises(NotAllowed) as refusal:
        move(EXPERIMENT_COURSE, made, "end", machine)
    assert refusal.value.code == "no_person"
    move(EXPERIMENT_COURSE, made, "end", make.mover())

    with pytest.raises(NotAllowed) as refusal:
        adopt_winner(made, machine)
    assert refusal.value.code == "no_person"
    assert ListingVersion.objects.count() == 2
