"""Who sees whose scorecards: a grade may change what somebody is paid."""

from datetime import date

import pytest

from accounts.core.roles import Role
from kpis.models import NightlyRun, Scorecard, ScorecardTemplate
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cards():
    """One of somebody in each of two departments."""
    run = NightlyRun.objects.create(as_of=date(2026, 4, 1), state="done", started_at=NOW)
    template = ScorecardTemplate.objects.get()
    for code in ("home", "away"):
        person = factories.person(code)
        factories.employment(person, department=factories.department(code))
        Scorecard.objects.create(person=person, template=template, start=date(2026, 3, 1), run=run)


def seen(by):
    rows = Scorecard.objects.visible_to(factories.scope(by))
    return set(rows.values_list("person__employee_no", flat=True))


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.TEAM_MEMBER, set()),
        (Role.SUPERVISOR, {"home"}),
        (Role.HR_PAYROLL, {"home", "away"}),
        (Role.MANAGER, {"home", "away"}),
        (Role.ADMINISTRATOR, set()),
        (Role.AUDITOR, {"home", "away"}),
    ],
)
def test_each_role_sees_those_of_whose_pay_it_may_see(role, expected):
    named = factories.department("home") if role == Role.SUPERVISOR else None

    assert seen(factories.user(role=role, department=named)) == expected


def test_everybody_sees_the_own_ones():
    me = factories.user(role=Role.TEAM_MEMBER)
    factories.Person.objects.filter(employee_no="away").update(user=me)

    assert seen(me) == {"away"}


def test_who_looks_after_the_system_and_leads_a_department_sees_those_of_that_one():
    both = factories.user(role=Role.ADMINISTRATOR)
    factories.grant(both, Role.SUPERVISOR, factories.department("home"))

    assert seen(both) == {"home"}
