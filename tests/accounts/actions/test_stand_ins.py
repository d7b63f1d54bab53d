"""Naming, confirming and ending stand-ins, and all that is refused."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.actions.stand_ins import confirm_stand_in, end_stand_in, name_stand_in
from accounts.core.roles import Right, Role
from accounts.models import StandIn
from opsdesk.actions.audit import record
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db

WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def boss():
    return factories.manager("boss")


@pytest.fixture
def clerk():
    return factories.user("clerk", role=Role.TEAM_MEMBER)


@pytest.fixture
def admin():
    return factories.user("admin", role=Role.ADMINISTRATOR)


def named(principal, stand_in, by, **values):
    row = StandIn(
        principal=principal,
        stand_in=stand_in,
        **{"from_date": TODAY, "to_date": WEEK, "reason": "Holiday"} | values,
    )
    return name_stand_in(row, scope=factories.scope(by), by=by, at=NOW)


def confirming(row, by):
    return confirm_stand_in(row, scope=factories.scope(by), by=by, at=NOW)


def ending(row, by):
    return end_stand_in(row, scope=factories.scope(by), by=by, at=NOW)


def lends(stand_in):
    return factories.scope(stand_in).may(Right.PAY_APPROVE)


def test_the_own_stand_in_holds_at_once(boss, clerk):
    named(boss, clerk, boss)

    scope = factories.scope(clerk)
    assert (scope.principals, lends(clerk)) == ({boss.pk}, True)
    assert not scope.has(Right.PAY_APPROVE)


def test_a_stand_in_sees_the_pay_of_whoever_is_away_and_nothing_else_of_the_company(clerk, boss):
    ops, away = factories.department(), factories.department("away")
    named(boss, clerk, boss)

    scope = factories.scope(clerk)

    assert scope.pay_departments == {ops.pk, away.pk}
    assert (scope.everything, scope.departments, scope.may(Right.PLAN_EDIT)) == (
        False,
        frozenset(),
        False,
    )


def test_a_stand_in_of_a_supervisor_sees_the_pay_of_that_department(clerk):
    ops = factories.department()
    factories.department("away")
    lead = factories.user("lead", role=Role.SUPERVISOR, department=ops)
    named(lead, clerk, lead)

    assert factories.scope(clerk).pay_departments == {ops.pk}


def test_a_stand_in_of_somebody_who_was_shut_out_decides_nothing(boss, clerk):
    named(boss, clerk, boss)
    boss.is_active = False
    boss.save()

    assert not lends(clerk)


def test_one_named_by_an_administrator_needs_a_second_person(admin, boss, clerk):
    row = named(boss, clerk, admin)
    assert not lends(clerk)

    confirming(row, boss)

    assert lends(clerk)


@pytest.mark.parametrize("who", ["admin", "clerk"])
def test_neither_who_named_it_nor_the_stand_in_confirms(who, admin, boss, clerk):
    factories.grant(clerk, Role.MANAGER)
    row = named(boss, clerk, admin)

    with pytest.raises(NotAllowed) as refused:
        confirming(row, {"admin": admin, "clerk": clerk}[who])

    assert refused.value.code == "own_proposal"
    assert StandIn.objects.get().confirmed_by is None


def test_somebody_without_the_right_does_not_confirm(admin, boss, clerk):
    row = named(boss, clerk, admin)

    with pytest.raises(NotAllowed) as refused:
        confirming(row, factories.user(role=Role.HR_PAYROLL))

    assert refused.value.code == "no_right"
    assert not lends(clerk)


def test_nobody_names_a_stand_in_for_somebody_else(boss, clerk):
    other = factories.manager("other")

    with pytest.raises(NotAllowed) as refused:
        named(boss, clerk, other)

    assert refused.value.code == "no_right"
    assert StandIn.objects.count() == 0


def test_nobody_makes_oneself_a_stand_in(admin, boss):
    with pytest.raises(NotAllowed) as refused:
        named(boss, admin, admin)

    assert (refused.value.code, refused.value.field) == ("own_access", "stand_in")
    assert StandIn.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"from_date": TODAY - timedelta(days=1)}, InvalidData),  # begins today or later
        ({"to_date": TODAY}, ValidationError),  # at least one day
    ],
)
def test_days_that_make_no_sense_are_refused(values, error, boss, clerk):
    with pytest.raises(error):
        named(boss, clerk, boss, **values)

    assert StandIn.objects.count() == 0


def test_who_decides_on_nothing_has_no_stand_in(admin, clerk):
    with pytest.raises(InvalidData) as refused:
        named(clerk, factories.user("x"), admin)

    assert refused.value.field == "principal"
    assert StandIn.objects.count() == 0


def test_nobody_who_was_shut_out_stands_in(boss, clerk):
    clerk.is_active = False
    clerk.save()

    with pytest.raises(InvalidData):
        named(boss, clerk, boss)

    assert StandIn.objects.count() == 0


@pytest.mark.parametrize("who", ["boss", "clerk", "admin"])
def test_each_of_the_two_and_administrators_end_it_at_once(who, admin, boss, clerk):
    row = named(boss, clerk, boss)

    ending(row, {"boss": boss, "clerk": clerk, "admin": admin}[who])

    assert not lends(clerk)
    with pytest.raises(InvalidTransition):
        ending(row, boss)


def test_a_stranger_does_not_end_it(boss, clerk):
    row = named(boss, clerk, boss)

    with pytest.raises(NotAllowed):
        ending(row, factories.manager("other"))

    assert lends(clerk)


@pytest.mark.parametrize(
    ("day", "stands"),
    [
        (TODAY - timedelta(days=1), False),
        (TODAY, True),  # the first day
        (WEEK - timedelta(days=1), True),  # the last one
        (WEEK, False),  # until before this day
    ],
)
def test_it_holds_from_the_first_day_until_before_the_last_date(day, stands, boss, clerk):
    named(boss, clerk, boss)

    assert factories.scope(clerk, today=day).may(Right.PAY_APPROVE) == stands


def test_it_is_seen_by_the_two_and_by_those_who_look_after_access(admin, boss, clerk):
    named(boss, clerk, boss)
    stranger = factories.user(role=Role.SUPERVISOR, department=factories.department())

    counts = [
        StandIn.objects.visible_to(factories.scope(who)).count()
        for who in (boss, clerk, admin, stranger)
    ]

    assert counts == [1, 1, 1, 0]


@pytest.mark.parametrize("by_oneself", [True, False])
def test_whose_password_somebody_else_knows_is_no_stand_in(by_oneself, boss, clerk, admin):
    # else whoever set it would sign in as the stand-in and decide
    record("password set", clerk, by=admin, at=NOW)

    with pytest.raises(NotAllowed) as refused:
        named(boss, clerk, boss if by_oneself else admin)

    assert (refused.value.code, refused.value.field) == ("through_password", "stand_in")
    assert StandIn.objects.count() == 0
    record("password chosen", clerk, by=clerk, at=NOW)
    assert named(boss, clerk, boss if by_oneself else admin).pk


def test_a_stand_in_whose_password_was_set_meanwhile_is_not_confirmed(boss, clerk, admin):
    row = named(boss, clerk, admin)
    record("password set", clerk, by=admin, at=NOW)

    with pytest.raises(NotAllowed) as refused:
        confirming(row, boss)

    assert refused.value.code == "through_password"
    assert (StandIn.objects.get().confirmed_by, lends(clerk)) == (None, False)


def test_a_stand_in_named_by_who_is_no_administrator_any_more_is_not_confirmed(boss, clerk, admin):
    row = named(boss, clerk, admin)
    admin.role_grants.all().delete()

    with pytest.raises(NotAllowed) as refused:
        confirming(row, boss)

    assert refused.value.code == "proposer_gone"
    assert StandIn.objects.get().confirmed_by is None
