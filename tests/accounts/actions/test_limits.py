"""Approval limits: one proposes, another confirms, and neither has the role."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.actions.limits import confirm_limit, propose_limit
from accounts.core.roles import Role
from accounts.models import ApprovalLimit
from accounts.queries.approvals import limits_in_force
from opsdesk.core.errors import InvalidData, InvalidTransition, NotAllowed
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return factories.user("admin", role=Role.ADMINISTRATOR)


@pytest.fixture
def boss():
    return factories.manager("boss")


def proposed(by, role=Role.SUPERVISOR, up_to="80.00", from_date=TODAY):
    limit = ApprovalLimit(role=role, kind="pay_proposal", up_to=up_to, from_date=from_date)
    return propose_limit(limit, scope=factories.scope(by), by=by, at=NOW)


def confirming(limit, by):
    return confirm_limit(limit, scope=factories.scope(by), by=by, at=NOW)


def in_force(day=TODAY):
    return limits_in_force("pay_proposal", day)


def test_the_shipped_limit_holds_until_another_one_is_confirmed(admin, boss):
    limit = proposed(admin)
    assert in_force() == {"supervisor": Decimal(500)}

    confirming(limit, boss)

    assert in_force() == {"supervisor": Decimal(80)}
    assert in_force(TODAY - timedelta(days=1)) == {"supervisor": Decimal(500)}


@pytest.mark.parametrize(
    ("who", "code"), [("admin", "own_proposal"), ("lead", "own_pay"), ("hr", "no_right")]
)
def test_who_may_not_confirm(who, code, admin):
    people = {
        "admin": admin,
        "lead": factories.manager("lead"),
        "hr": factories.user("hr", role=Role.HR_PAYROLL),
    }
    factories.grant(people["lead"], Role.SUPERVISOR, factories.department())
    limit = proposed(admin)

    with pytest.raises(NotAllowed) as refused:
        confirming(limit, people[who])

    assert refused.value.code == code
    assert in_force() == {"supervisor": Decimal(500)}


def test_a_limit_is_confirmed_once(admin, boss):
    limit = confirming(proposed(admin), boss)

    with pytest.raises(InvalidTransition):
        confirming(limit, factories.manager("other"))

    assert ApprovalLimit.objects.get(pk=limit.pk).confirmed_by == boss


def test_the_shipped_limit_is_not_confirmed(boss):
    with pytest.raises(InvalidTransition):
        confirming(ApprovalLimit.objects.get(), boss)

    assert ApprovalLimit.objects.get().confirmed_by is None


def test_only_administrators_propose(boss):
    with pytest.raises(NotAllowed):
        proposed(boss)

    assert ApprovalLimit.objects.count() == 1


def test_no_limit_begins_in_the_past(admin):
    with pytest.raises(InvalidData) as refused:
        proposed(admin, from_date=TODAY - timedelta(days=1))

    assert refused.value.field == "from_date"
    assert ApprovalLimit.objects.count() == 1
