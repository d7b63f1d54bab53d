"""Disputes from outside and by hand: one answer per item, and where each stands in its life."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts.core.roles import Role
from catalog.models import DirtyDay
from opsdesk.actions.moves import move, options
from opsdesk.core.errors import InvalidData, NotAllowed, NotReady
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED, State
from opsdesk.models import AuditEntry, LifeEvent
from orders.actions.disputes import DISPUTE_COURSE, save_dispute, upsert_disputes
from orders.models import Dispute
from tests import factories as make
from tests.factories import NOW, dispute_item

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def store():
    return make.store()


def take(*items, scope=None, at=NOW):
    return upsert_disputes(items, scope=scope, by=None, at=at)


def wrong(outcome):
    assert outcome.state is State.ERROR
    return [(fault.field, fault.message) for fault in outcome.errors]


def steps():
    return list(LifeEvent.objects.order_by("pk").values_list("verb", "state"))


def test_a_dispute_comes_with_its_order_and_the_day_of_its_store():
    shop = make.store(time_zone="Asia/Tokyo")
    order = make.order(external_id="O-1")
    opened = datetime(2026, 3, 31, 16, tzinfo=UTC)  # April 1st in Tokyo
    item = dispute_item(
        order="O-1",
        kind="a_to_z",
        amount=Decimal("12.50"),
        reason="Never came",
        opened_at=opened,
        respond_by=NOW + DAY,
    )

    assert take(item) == [CREATED]

    stored = Dispute.objects.get()
    assert (stored.store, stored.order, stored.kind, stored.amount, stored.currency) == (
        shop,
        order,
        "a_to_z",
        Decimal("12.50"),
        "CNY",
    )
    assert (stored.business_date, stored.status, stored.closed_on) == (
        date(2026, 4, 1),
        "opened",
        None,
    )
    assert steps() == [("begin", "opened")]


def test_the_same_again_writes_nothing(store):
    item = dispute_item(amount=Decimal(5), status="investigating", source_updated_at=NOW)
    take(item)
    before = Dispute.objects.values().get()
    entries = AuditEntry.objects.count()

    assert take(item) == [UNCHANGED]

    assert Dispute.objects.values().get() == before
    assert (AuditEntry.objects.count(), LifeEvent.objects.count()) == (entries, 1)


def test_what_is_not_given_stays_and_what_is_cleared_goes(store):
    take(dispute_item(amount=Decimal(5), reason="Why", kind="chargeback", respond_by=NOW))

    assert take(dispute_item()) == [UNCHANGED]
    assert take(dispute_item(cleared=frozenset({"respond_by", "amount"}))) == [UPDATED]

    stored = Dispute.objects.get()
    assert (stored.amount, stored.respond_by, stored.reason, stored.kind) == (
        None,
        None,
        "Why",
        "chargeback",
    )


def test_an_older_item_changes_nothing_in_whatever_order_they_come(store):
    old, new = NOW - 2 * DAY, NOW - DAY
    take(dispute_item(amount=Decimal(5), source_updated_at=new))

    assert take(dispute_item(amount=Decimal(4), source_updated_at=old)) == [UNCHANGED]
    assert take(dispute_item(amount=Decimal(5), source_updated_at=NOW)) == [UNCHANGED]
    # the newer time counts all the same: what was said before it comes too late
    assert take(dispute_item(amount=Decimal(4), source_updated_at=new)) == [UNCHANGED]

    assert Dispute.objects.get().amount == Decimal(5)


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        ("opened", "investigating", ["investigate"]),
        ("opened", "arbitration", ["mediate", "arbitrate"]),
        ("investigating", "won", ["win"]),
        ("mediation", "lost", ["lose"]),
        ("arbitration", "settled", ["settle"]),
    ],
)
def test_a_state_from_outside_moves_a_stored_dispute_without_asking_for_evidence(
    store, before, after, way
):
    take(dispute_item(status=before))

    assert take(dispute_item(status=after)) == [UPDATED]

    assert Dispute.objects.get().status == after
    assert [verb for verb, _state in steps()] == ["begin", *way]


@pytest.mark.parametrize(
    ("before", "after"),
    [("won", "lost"), ("settled", "opened"), ("arbitration", "mediation"), ("lost", "won")],
)
def test_a_state_that_no_step_leads_to_is_refused(store, before, after):
    take(dispute_item(status=before))

    [answer] = take(dispute_item(status=after, amount=Decimal(9)))

    assert [field for field, _message in wrong(answer)] == ["status"]
    stored = Dispute.objects.get()
    assert (stored.status, stored.amount, len(steps())) == (before, None, 1)


def test_a_word_that_nobody_has_mapped_is_kept_beside_the_state(store):
    take(dispute_item(status="PENDING_SELLER"))
    assert Dispute.objects.values_list("status", "source_status").get() == (
        "opened",
        "PENDING_SELLER",
    )

    take(dispute_item(status="won"))

    assert Dispute.objects.values_list("status", "source_status").get() == ("won", "")


def test_a_decision_has_its_time_and_the_day_of_the_store():
    make.store(time_zone="Asia/Tokyo")
    closed = datetime(2026, 4, 1, 16, tzinfo=UTC)  # April 2nd in Tokyo
    take(dispute_item("D-1", status="won", closed_at=closed), dispute_item("D-2"))
    take(dispute_item("D-2", status="lost", closed_at=closed), dispute_item("D-3", status="won"))

    rows = Dispute.objects.order_by("external_id").values_list("closed_at", "closed_on")

    # of the third nobody knows when: it is not guessed
    assert list(rows) == [(closed, date(2026, 4, 2))] * 2 + [(None, None)]


def test_an_open_dispute_has_no_decision(store):
    take(dispute_item("D-1"))

    answers = take(
        dispute_item("D-1", closed_at=NOW),
        dispute_item("D-2", status="mediation", closed_at=NOW),
    )

    assert [[field for field, _message in wrong(one)] for one in answers] == [
        ["status"],
        ["closed_at"],
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"store": "XX"}, "store"),
        ({"number": " "}, "number"),
        ({"number": "a\nb"}, "number"),
        ({"number": "x" * 101}, "number"),
        ({"order": "none"}, "order"),
        ({"kind": "theft"}, "kind"),
        ({"currency": "EUR"}, "currency"),
        ({"amount": Decimal("-0.01")}, "amount"),
        ({"amount": Decimal("1.005")}, "amount"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"amount": Decimal("1e400000")}, "amount"),
        ({"outcome_amount": Decimal(10) ** 12}, "outcome_amount"),
        ({"reason": "a\x00b"}, "reason"),
        ({"reason": "x" * 4001}, "reason"),
        ({"opened_at": datetime(1, 1, 1, tzinfo=UTC)}, "opened_at"),
        ({"opened_at": NOW + DAY + timedelta(seconds=1)}, "opened_at"),
        ({"respond_by": datetime(9999, 12, 31, tzinfo=UTC)}, "respond_by"),
        ({"status": "won", "closed_at": datetime(2026, 3, 1, tzinfo=UTC)}, "closed_at"),
        ({"source_updated_at": NOW + 2 * DAY}, "source_updated_at"),
    ],
)
def test_a_wrong_item_is_told_and_the_others_are_stored(store, given, field):
    bad, fine = take(dispute_item(**{"number": "BAD"} | given), dispute_item("FINE"))

    assert [name for name, _message in wrong(bad)] == [field]
    assert fine == CREATED
    assert [one.external_id for one in Dispute.objects.all()] == ["FINE"]


def test_of_two_with_one_number_the_first_is_taken(store):
    first, second = take(dispute_item(kind="other"), dispute_item(kind="chargeback"))

    assert (first, [field for field, _message in wrong(second)]) == (CREATED, ["number"])
    assert Dispute.objects.get().kind == "other"


def test_a_store_that_is_not_seen_is_not_there(store):
    make.store("FR", department=make.department("away"))
    me = make.user(role=Role.TEAM_MEMBER)
    make.employment(make.person(user=me))

    answers = take(dispute_item(), dispute_item(store="FR"), scope=make.scope(me))

    assert (answers[0], [f for f, _m in wrong(answers[1])]) == (CREATED, ["store"])


def test_another_zone_of_the_store_leaves_the_days_that_are_stored(store):
    take(dispute_item(opened_at=datetime(2026, 3, 31, 20, tzinfo=UTC)))
    store.time_zone = "Asia/Tokyo"
    store.save()

    take(dispute_item(opened_at=datetime(2026, 3, 31, 20, tzinfo=UTC), amount=Decimal(3)))

    assert Dispute.objects.get().business_date == date(2026, 3, 31)


def test_many_are_stored_in_few_statements(store, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        answers = take(*[dispute_item(f"D-{number}") for number in range(300)])

    assert set(answers) == {CREATED}


# ---- by hand, and its life


def typed(store, **values):
    given = {"external_id": "D-1", "kind": "chargeback", "opened_at": NOW - DAY}
    return Dispute(store=store, **given | values)


def test_a_dispute_is_written_down_by_hand(store):
    me = make.mover(make.user(role=Role.MANAGER))

    save_dispute(typed(store, amount=Decimal(3)), me)

    stored = Dispute.objects.get()
    assert (stored.currency, stored.business_date) == ("CNY", date(2026, 4, 1))
    assert list(LifeEvent.objects.values_list("life", "state", "by")) == [
        ("dispute", "opened", me.by.pk)
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": Decimal("1.005")}, "amount"),
        ({"opened_at": NOW + 2 * DAY}, "opened_at"),
        ({"external_id": "a\tb"}, "external_id"),
    ],
)
def test_what_is_wrong_is_wrong_by_hand_too(store, given, field):
    with pytest.raises(InvalidData) as refusal:
        save_dispute(typed(store, **given), make.mover())

    assert refusal.value.field == field
    assert Dispute.objects.count() == 0


def test_a_number_is_used_once_in_a_store(store):
    save_dispute(typed(store), make.mover())

    with pytest.raises(ValidationError, match="dispute with this number already"):
        save_dispute(typed(store), make.mover())

    save_dispute(typed(make.store("DE")), make.mover())
    assert Dispute.objects.count() == 2


def test_an_order_is_one_of_the_same_store(store):
    other = make.order(store=make.store("DE"))

    with pytest.raises(InvalidData, match="There is no order"):
        save_dispute(typed(store, order=other), make.mover())


def test_who_does_not_see_the_store_writes_nothing_down(store):
    stranger = make.mover(make.user(role=Role.TEAM_MEMBER))

    with pytest.raises(NotAllowed):
        save_dispute(typed(store), stranger)

    assert Dispute.objects.count() == 0


@pytest.mark.parametrize(("status", "verb"), [("opened", "mediate"), ("mediation", "arbitrate")])
def test_a_third_party_is_asked_with_evidence_only(store, status, verb):
    dispute = make.dispute(status=status)
    make.evidence(dispute, withdrawn_at=NOW, withdrawal_reason="Wrong")

    with pytest.raises(NotReady, match="There is no evidence yet"):
        move(DISPUTE_COURSE, dispute, verb, make.mover())
    assert Dispute.objects.get().status == status

    make.evidence(dispute)
    move(DISPUTE_COURSE, dispute, verb, make.mover())
    assert Dispute.objects.get().status == DISPUTE_COURSE.life.move(verb).to


def test_whoever_makes_the_first_step_handles_it(store):
    first, second = (
        make.person(user=make.user(role=Role.TEAM_MEMBER)),
        make.person(user=make.user(role=Role.TEAM_MEMBER)),
    )
    dispute = make.dispute()

    move(DISPUTE_COURSE, dispute, "investigate", make.mover(first.user))
    move(DISPUTE_COURSE, dispute, "win", make.mover(second.user))

    stored = Dispute.objects.get()
    assert (stored.handled_by, stored.closed_at, stored.closed_on) == (
        first,
        NOW,
        date(2026, 4, 2),
    )


def test_the_system_handles_nothing(store):
    move(DISPUTE_COURSE, make.dispute(), "investigate", make.mover())

    assert Dispute.objects.get().handled_by is None


def test_what_stands_against_a_step_is_said_before_it_is_made(store):
    dispute = make.dispute()
    scope = make.scope(make.user(role=Role.TEAM_MEMBER))

    found = {one.verb: one.refusals for one in options(DISPUTE_COURSE, dispute, scope)}

    assert found == {
        "investigate": (),
        "mediate": ("There is no evidence yet: add a text or a file that proves our side.",),
        "win": (),
        "lose": (),
        "settle": (),
    }


def dirty():
    rows = DirtyDay.objects.filter(family="disputes").order_by("day")
    return sorted({row.day for row in rows})


def test_the_days_of_a_dispute_are_noted_as_those_with_news(store):
    opened, closed = date(2026, 4, 1), date(2026, 4, 2)
    take(dispute_item())
    assert dirty() == [opened]
    DirtyDay.objects.all().delete()

    take(dispute_item())
    assert dirty() == []

    take(dispute_item(opened_at=datetime(2026, 3, 30, tzinfo=UTC)))
    assert dirty() == [date(2026, 3, 30), opened]
    DirtyDay.objects.all().delete()

    move(DISPUTE_COURSE, Dispute.objects.get(), "win", make.mover())
    assert dirty() == [closed]
    DirtyDay.objects.all().delete()

    take(dispute_item(opened_at=datetime(2026, 3, 30, tzinfo=UTC), closed_at=NOW - DAY))
    assert dirty() == [date(2026, 3, 30), opened, closed]
