"""The scope of a person, from roles and employment on a day."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.core.roles import COMPANY_WIDE, RIGHTS, Right, Role
from accounts.core.scope import Scope, nobody
from tests import factories
from tests.factories import TODAY

RIGHTS_OF_NOBODY = [right for right in Right if nobody(TODAY).may(right)]


@pytest.mark.django_db
def test_who_has_not_signed_in_is_nobody():
    assert factories.scope(AnonymousUser()) == nobody(TODAY)
    assert RIGHTS_OF_NOBODY == []


@pytest.mark.django_db
def test_a_deactivated_person_is_nobody():
    somebody = factories.user(role=Role.ADMINISTRATOR, is_active=False)

    assert factories.scope(somebody) == nobody(TODAY)


@pytest.mark.django_db
def test_roles_and_employment_are_put_together():
    home, away = factories.department("home"), factories.department("away")
    somebody = factories.user(role=Role.SUPERVISOR, department=away)
    factories.grant(somebody, Role.TEAM_MEMBER)
    person = factories.person(user=somebody)
    factories.employment(person, department=home)

    assert factories.scope(somebody) == Scope(
        user_id=somebody.pk,
        person_id=person.pk,
        roles=frozenset({Role.SUPERVISOR, Role.TEAM_MEMBER}),
        today=TODAY,
        departments=frozenset({home.pk, away.pk}),
        pay_departments=frozenset({away.pk}),
        grants=frozenset(
            {
                (Role.SUPERVISOR, frozenset({away.pk})),
                (Role.TEAM_MEMBER, frozenset({home.pk})),
            }
        ),
    )


@pytest.mark.django_db
def test_a_supervisor_whose_role_names_no_department_leads_the_one_of_employment():
    home = factories.department("home")
    somebody = factories.user(role=Role.SUPERVISOR)
    factories.employment(factories.person(user=somebody), department=home)

    assert factories.scope(somebody).pay_departments == {home.pk}


@pytest.mark.django_db
def test_employment_counts_from_the_first_day_to_the_last():
    somebody = factories.user()
    person = factories.person(user=somebody)
    factories.employment(person, since=date(2026, 3, 2), leave_date=date(2026, 3, 4))

    days = [date(2026, 3, day) for day in (1, 2, 4, 5)]
    found = [len(factories.scope(somebody, day).departments) for day in days]

    assert found == [0, 1, 1, 0]  # the last day at work is a day at work


@pytest.mark.django_db
def test_who_moves_belongs_to_one_department_each_day():
    somebody = factories.user()
    person = factories.person(user=somebody)
    home, away = factories.department("home"), factories.department("away")
    factories.employment(person, department=home, to_date=date(2026, 3, 16))
    factories.employment(person, department=away, since=date(2026, 3, 16))

    found = [factories.scope(somebody, date(2026, 3, day)).departments for day in (15, 16)]

    assert found == [{home.pk}, {away.pk}]


def test_every_role_has_its_rights_and_no_role_pays_and_approves():
    assert set(RIGHTS) == set(Role)
    assert [
        role
        for role, rights in RIGHTS.items()
        if {Right.PAY_APPROVE, Right.PAY_CALCULATE} <= rights
    ] == []
    assert Role.TEAM_MEMBER not in COMPANY_WIDE
    assert [role for role, rights in RIGHTS.items() if Right.PAY_APPROVE in rights] == [
        Role.MANAGER
    ]


@pytest.mark.django_db
def test_a_right_reaches_only_the_departments_of_the_role_that_carries_it():
    home, away = factories.department("home"), factories.department("away")
    both = factories.user(role=Role.ADMINISTRATOR)
    factories.grant(both, Role.SUPERVISOR, away)
    factories.employment(factories.person(user=both), department=home)

    scope = factories.scope(both)

    assert scope.everything  # as an administrator
    assert [scope.reaches(Right.INPUT_EDIT, {one.pk}) for one in (home, away)] == [False, True]
    assert [scope.sees_pay_of(one.pk) for one in (home, away)] == [False, True]
    assert not scope.pays_everywhere
