"""Who sees which pay proposals."""

from decimal import Decimal

import pytest

from accounts.core.roles import Role
from compensation.models import Proposal
from tests import factories
from tests.factories import MARCH, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def proposals():
    """One about somebody in each of two departments, proposed by a manager."""
    boss = factories.manager()
    for code in ("home", "away"):
        person = factories.person(code)
        factories.employment(person, department=factories.department(code))
        Proposal.objects.create(
            person=person,
            month=MARCH,
            kind="bonus",
            amount=Decimal("100.00"),
            reason="Fair",
            proposed_by=boss,
            proposed_at=NOW,
        )


def seen(by):
    rows = Proposal.objects.visible_to(factories.scope(by))
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
def test_each_role_sees_the_proposals_of_whose_pay_it_may_see(role, expected):
    named = factories.department("home") if role == Role.SUPERVISOR else None

    assert seen(factories.user(role=role, department=named)) == expected


def test_a_supervisor_does_not_see_those_of_the_department_of_employment():
    lead = factories.user(role=Role.SUPERVISOR, department=factories.department("away"))
    factories.employment(factories.person(user=lead), department=factories.department("home"))

    assert seen(lead) == {"away"}
