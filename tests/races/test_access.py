"""Changes of access that many people decide on at the same moment."""

import pytest

from accounts.actions.access import decide_change, propose_change, withdraw_change
from accounts.core.roles import Role
from accounts.models import AccessChange, RoleGrant
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin():
    return factories.user("admin", role=Role.ADMINISTRATOR)


def proposed(user, by, kind="grant", role=Role.HR_PAYROLL):
    change = AccessChange(kind=kind, user=user, role=role, reason="New job")
    return propose_change(change, scope=factories.scope(by), by=by, at=NOW)


def test_of_fifty_decisions_at_once_by_two_people_one_succeeds(admin):
    bosses = [factories.manager(name) for name in ("boss", "deputy")]
    change = proposed(factories.user("ann"), admin)

    def deciding(number):
        by, confirm = bosses[number % 2], number % 3 == 0
        scope = factories.scope(by)
        return lambda: str(decide_change(change, confirm=confirm, scope=scope, by=by, at=NOW).state)

    found = at_once(*map(deciding, range(50)))

    state = AccessChange.objects.get(pk=change.pk).state
    assert found == {state: 1, "InvalidTransition": 49}
    assert RoleGrant.objects.filter(user__username="ann").count() == (state == "confirmed")
    assert AuditEntry.objects.filter(verb__startswith="access: ").count() == 1


def test_a_change_is_confirmed_or_taken_back_not_both(admin):
    boss = factories.manager("boss")
    change = proposed(factories.user("ann"), admin)
    scope = factories.scope(boss)

    def back():
        return str(withdraw_change(change, by=admin, at=NOW).state)

    def yes():
        return str(decide_change(change, confirm=True, scope=scope, by=boss, at=NOW).state)

    found = at_once(*[back] * 10, *[yes] * 10)

    state = AccessChange.objects.get(pk=change.pk).state
    assert found == {state: 1, "InvalidTransition": 19}
    assert RoleGrant.objects.filter(user__username="ann").count() == (state == "confirmed")


def test_of_two_administrators_taken_away_at_once_one_stays(admin):
    second = factories.user("second", role=Role.ADMINISTRATOR)
    boss, deputy = factories.manager("boss"), factories.manager("deputy")
    changes = [
        proposed(admin, second, kind="revoke", role=Role.ADMINISTRATOR),
        proposed(second, admin, kind="revoke", role=Role.ADMINISTRATOR),
    ]
    scopes = [factories.scope(boss), factories.scope(deputy)]

    def deciding(change, scope, by):
        return lambda: str(decide_change(change, confirm=True, scope=scope, by=by, at=NOW).state)

    found = at_once(deciding(changes[0], scopes[0], boss), deciding(changes[1], scopes[1], deputy))

    # whose proposer has gone, or, where both were looked at before, after which nobody is left
    refused = found["NotAllowed"] + found["InvalidData"]
    assert (found["confirmed"], refused, sum(found.values())) == (1, 1, 2)
    assert RoleGrant.objects.filter(role=Role.ADMINISTRATOR).count() == 1
