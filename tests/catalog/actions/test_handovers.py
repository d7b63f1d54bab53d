"""Handing a store over: who may offer, who accepts, and what changes hands."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from accounts.core.roles import Role
from accounts.models import ClosedMonth
from catalog.actions.handovers import (
    accept_handover,
    decline_handover,
    offer_handover,
    withdraw_handover,
)
from catalog.models import DirtyDay, Handover, StoreAssignment
from opsdesk.core.errors import DomainError, InvalidData, InvalidTransition, NotAllowed
from opsdesk.models import AuditEntry
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = make.NOW
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def colleague(number, department=None):
    person = make.person(number, name=number, user=make.user(number.lower()))
    make.employment(person, department=department)
    return person


@pytest.fixture
def giver():
    return colleague("GIVER")


@pytest.fixture
def receiver():
    return colleague("TAKER")


@pytest.fixture
def lead():
    return make.user("lead", role=Role.SUPERVISOR, department=make.department())


@pytest.fixture
def shop(giver):
    return held(giver).store


def held(person, share="1", start=MARCH, end=None, store=None):
    return StoreAssignment.objects.create(
        store=store or make.store(),
        person=person,
        share=Decimal(share),
        from_date=start,
        to_date=end,
    )


def offer(shop, giver, receiver, by=None, **values):
    by = by or giver.user
    values = {"share": Decimal(1), "on_date": MAY, "reason": "Moves to Asia"} | values
    handover = Handover(store=shop, from_person=giver, to_person=receiver, **values)
    return offer_handover(handover, scope=make.scope(by), by=by, at=NOW)


def assignments():
    rows = StoreAssignment.objects.order_by("from_date", "person__employee_no")
    return [
        (row.person.employee_no, row.share, row.from_date, row.to_date)
        for row in rows.select_related("person")
    ]


def stored():
    return (
        list(Handover.objects.order_by("pk").values()),
        list(StoreAssignment.objects.order_by("pk").values()),
        DirtyDay.objects.count(),
        AuditEntry.objects.count(),
    )


def test_an_own_offer_needs_the_receiver_alone(shop, giver, receiver):
    handover = offer(shop, giver, receiver, on_date=APRIL)
    offered = (handover.state, handover.accepted_from_at, handover.accepted_to_at)

    handover = accept_handover(handover, by=receiver.user, at=NOW)

    assert offered == ("offered", NOW, None)
    assert (handover.state, handover.decided_by, handover.accepted_to_at) == (
        "accepted",
        receiver.user,
        NOW,
    )
    assert assignments() == [
        ("GIVER", Decimal(1), MARCH, APRIL),
        ("TAKER", Decimal(1), APRIL, None),
    ]
    assert min(DirtyDay.objects.values_list("day", flat=True)) == APRIL
    verbs = AuditEntry.objects.order_by("pk").values_list("model", "verb")
    assert list(verbs) == [
        ("catalog.handover", "created"),
        ("catalog.storeassignment", "changed"),
        ("catalog.storeassignment", "created"),
        ("catalog.handover", "handover: accepted"),
    ]


def test_an_offer_of_a_supervisor_needs_both(shop, giver, receiver, lead):
    handover = offer(shop, giver, receiver, by=lead)
    before = assignments()

    handover = accept_handover(handover, by=giver.user, at=NOW)
    half = (handover.state, assignments() == before)
    handover = accept_handover(handover, by=receiver.user, at=NOW)

    assert half == ("offered", True)
    assert (handover.state, handover.decided_by) == ("accepted", receiver.user)
    assert [row[0] for row in assignments()] == ["GIVER", "TAKER"]


def test_both_may_accept_in_any_order(shop, giver, receiver, lead):
    handover = offer(shop, giver, receiver, by=lead)

    accept_handover(handover, by=receiver.user, at=NOW)
    handover = accept_handover(handover, by=giver.user, at=NOW)

    assert (handover.state, handover.decided_by) == ("accepted", giver.user)


def test_nobody_accepts_twice_for_both(shop, giver, receiver, lead):
    handover = offer(shop, giver, receiver, by=lead)
    accept_handover(handover, by=giver.user, at=NOW)
    before = stored()

    with pytest.raises(InvalidTransition):
        accept_handover(handover, by=giver.user, at=NOW)

    assert stored() == before


@pytest.mark.parametrize("verb", [accept_handover, decline_handover])
@pytest.mark.parametrize("who", ["offerer", "stranger", "manager", "administrator"])
def test_nobody_answers_for_somebody_else(shop, giver, receiver, lead, verb, who):
    by = {
        "offerer": lead,
        "stranger": colleague("OTHER").user,
        "manager": make.manager(),
        "administrator": make.user(role=Role.ADMINISTRATOR),
    }[who]
    handover = offer(shop, giver, receiver, by=lead)
    before = stored()

    with pytest.raises(NotAllowed):
        verb(handover, by=by, at=NOW)

    assert stored() == before


def test_who_offered_does_not_become_the_receiver(shop, giver, receiver, lead):
    handover = offer(shop, giver, receiver, by=lead)
    accept_handover(handover, by=giver.user, at=NOW)
    receiver.user = lead
    receiver.save()
    before = stored()

    with pytest.raises(NotAllowed):
        accept_handover(handover, by=lead, at=NOW)

    assert stored() == before


@pytest.mark.parametrize("who", ["giver", "receiver"])
def test_either_declines(shop, giver, receiver, lead, who):
    handover = offer(shop, giver, receiver, by=lead)
    before = assignments()
    by = {"giver": giver, "receiver": receiver}[who].user

    handover = decline_handover(handover, by=by, at=NOW)

    assert (handover.state, handover.decided_by, assignments()) == ("declined", by, before)


def test_only_who_offered_withdraws(shop, giver, receiver, lead):
    handover = offer(shop, giver, receiver, by=lead)
    before = stored()

    for by in (giver.user, receiver.user, make.manager()):
        with pytest.raises(NotAllowed):
            withdraw_handover(handover, by=by, at=NOW)
    unchanged = stored() == before
    handover = withdraw_handover(handover, by=lead, at=NOW)

    assert (unchanged, handover.state, handover.decided_by) == (True, "withdrawn", lead)


@pytest.mark.parametrize("end", [accept_handover, decline_handover])
def test_what_is_decided_is_decided_once(shop, giver, receiver, end):
    handover = end(offer(shop, giver, receiver), by=receiver.user, at=NOW)
    before = stored()

    for verb, by in (
        (accept_handover, receiver.user),
        (decline_handover, receiver.user),
        (withdraw_handover, giver.user),
    ):
        with pytest.raises(InvalidTransition):
            verb(handover, by=by, at=NOW)

    assert stored() == before


def test_a_part_is_handed_over_and_the_rest_stays(giver, receiver):
    shop = held(giver, "0.8", end=date(2026, 7, 1)).store

    accept_handover(offer(shop, giver, receiver, share=Decimal("0.3")), by=receiver.user, at=NOW)

    assert assignments() == [
        ("GIVER", Decimal("0.8"), MARCH, MAY),
        ("GIVER", Decimal("0.5"), MAY, date(2026, 7, 1)),
        ("TAKER", Decimal("0.3"), MAY, date(2026, 7, 1)),
    ]


def test_two_parts_go_on_the_same_day(shop, giver, receiver):
    third = colleague("ZOE")
    for to, share in ((receiver, "0.3"), (third, "0.3"), (receiver, "0.4")):
        handover = offer(shop, giver, to, share=Decimal(share))
        accept_handover(handover, by=to.user, at=NOW)

    assert assignments() == [
        ("GIVER", Decimal(1), MARCH, MAY),
        ("TAKER", Decimal("0.7"), MAY, None),
        ("ZOE", Decimal("0.3"), MAY, None),
    ]


def test_what_begins_on_the_day_goes_whole(giver, receiver):
    shop = held(giver, start=MAY).store

    accept_handover(offer(shop, giver, receiver), by=receiver.user, at=NOW)

    assert assignments() == [("TAKER", Decimal(1), MAY, None)]


def test_a_share_that_is_gone_meanwhile_is_not_handed_over(shop, giver, receiver):
    handover = offer(shop, giver, receiver)
    StoreAssignment.objects.update(share=Decimal("0.5"))
    before = stored()

    with pytest.raises(InvalidData):
        accept_handover(handover, by=receiver.user, at=NOW)

    assert stored() == before


def test_a_receiver_with_another_end_is_refused(giver, receiver):
    shop = held(giver, "0.5").store
    held(receiver, "0.5", start=MAY, end=date(2026, 6, 1), store=shop)
    handover = offer(shop, giver, receiver, share=Decimal("0.5"))
    before = stored()

    with pytest.raises(InvalidData):
        accept_handover(handover, by=receiver.user, at=NOW)

    assert stored() == before


def test_a_closed_month_does_not_change_hands(shop, giver, receiver):
    late = offer(shop, giver, receiver, on_date=date(2026, 4, 30))
    ClosedMonth.objects.create(department=make.department(), month=APRIL, closed_at=NOW)
    before = stored()

    with pytest.raises(DomainError) as accepted:
        accept_handover(late, by=receiver.user, at=NOW)
    with pytest.raises(DomainError) as offered:
        offer(shop, giver, receiver, duty="operation", on_date=date(2026, 4, 30))

    assert (accepted.value.code, offered.value.code) == ("period_closed", "period_closed")
    assert stored() == before


def test_of_one_share_one_offer_is_open(shop, giver, receiver):
    offer(shop, giver, receiver, share=Decimal("0.5"))
    before = stored()

    with pytest.raises(ValidationError) as refusal:
        offer(shop, giver, colleague("OTHER"), share=Decimal("0.5"))

    assert refusal.value.messages == [
        "A handover of this person's share is open already: have it decided first."
    ]
    assert len(stored()[0]) == len(before[0])


@pytest.mark.parametrize(
    "values",
    [
        {"share": Decimal("1.1")},
        {"share": Decimal(0)},
        {"share": Decimal(-1)},
        {"duty": "customer_service"},
        {"on_date": date(2026, 2, 28)},  # the day before the giver has it
        {"on_date": date.max},
        {"reason": ""},
    ],
    ids=str,
)
def test_an_offer_that_does_not_fit_is_refused(shop, giver, receiver, values):
    before = stored()

    with pytest.raises((DomainError, ValidationError)):
        offer(shop, giver, receiver, **values)

    assert stored() == before


def test_who_cannot_sign_in_cannot_accept(shop, giver, receiver):
    receiver.user.is_active = False
    receiver.user.save()
    silent = make.person("SILENT")
    make.employment(silent)
    before = stored()

    for to in (receiver, silent):
        with pytest.raises(InvalidData):
            offer(shop, giver, to)

    assert stored() == before


def test_who_has_left_receives_nothing(shop, giver, receiver):
    receiver.employments.update(leave_date=date(2026, 4, 30))
    before = stored()

    with pytest.raises(InvalidData):
        offer(shop, giver, receiver)

    assert stored() == before


def test_nobody_offers_to_themselves(shop, giver, lead):
    me = make.person("LEAD", user=lead)
    make.employment(me)
    before = stored()

    for by, to in ((lead, me), (giver.user, giver)):
        with pytest.raises(NotAllowed):
            offer(shop, giver, to, by=by)

    assert stored() == before


def test_a_team_member_offers_only_what_is_their_own(shop, giver, receiver):
    other = colleague("OTHER")
    before = stored()

    with pytest.raises(NotAllowed):
        offer(shop, giver, receiver, by=other.user)

    assert stored() == before


def test_nothing_is_offered_across_departments_one_does_not_see(giver, receiver, lead):
    away = make.department("away")
    there = colleague("THERE", away)
    foreign = held(there, store=make.store("FAR", department=away)).store
    here = held(giver, store=make.store("HERE")).store
    before = stored()

    for shop, by, one, two in (
        (foreign, lead, there, receiver),
        (foreign, lead, there, there),
        (here, giver.user, giver, there),
        (here, lead, giver, there),
    ):
        with pytest.raises(NotAllowed):
            offer(shop, one, two, by=by)

    assert stored() == before


@pytest.mark.parametrize("role", [Role.HR_PAYROLL, Role.AUDITOR], ids=str)
def test_others_who_see_everything_offer_nothing(shop, giver, receiver, role):
    user = make.user(role=role)
    before = stored()

    with pytest.raises(NotAllowed):
        offer(shop, giver, receiver, by=user)

    assert stored() == before
