"""What no machine ever sees, whatever it may use and of whichever stores."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.core.api_keys import EVERY_USE
from accounts.core.roles import Right, Role
from accounts.models import AccessChange, StandIn
from accounts.queries.clients import scope_of_client
from catalog.models import Handover
from compensation.models import PayRun, Payslip, Proposal
from kpis.queries.metrics import metric_scope_visible
from tests import factories
from tests.factories import MARCH, NOW

pytestmark = pytest.mark.django_db

CLOSED = (AccessChange, StandIn, Handover, PayRun, Payslip, Proposal)


@pytest.fixture(autouse=True)
def company():
    """One row of everything that is closed to machines; the run is locked, the bonus approved."""
    boss, other = factories.manager(), factories.user(role=Role.HR_PAYROLL)
    person, home = factories.person("E1"), factories.department("home")
    store = factories.store("UK", department=home)
    run = PayRun.objects.create(
        department=home, month=MARCH, currency="CNY", state="locked", approved_by=boss
    )
    Payslip.objects.create(run=run, person=person, total=1)
    Proposal.objects.create(
        person=person,
        month=MARCH,
        kind="bonus",
        amount=Decimal("100.00"),
        reason="Fair",
        state="approved",
        proposed_by=other,
        proposed_at=NOW,
        decided_by=boss,
        decided_at=NOW,
    )
    StandIn.objects.create(
        principal=boss,
        stand_in=other,
        from_date=date(2026, 4, 1),
        to_date=date(2026, 5, 1),
        named_by=boss,
        named_at=NOW,
    )
    Handover.objects.create(
        store=store,
        from_person=person,
        to_person=factories.person("E2"),
        on_date=date(2026, 5, 1),
        reason="Moves",
        offered_by=boss,
        offered_at=NOW,
    )


@pytest.fixture(params=[(), ("UK",)], ids=["every store", "one store"])
def scope(request):
    client = factories.api_client(resources=EVERY_USE, stores=request.param)
    return scope_of_client(client, factories.TODAY)


@pytest.mark.parametrize("model", CLOSED)
def test_what_is_closed_to_machines_stays_closed(scope, model):
    assert (model.objects.exists(), model.objects.visible_to(scope).exists()) == (True, False)


def test_no_machine_has_a_right_of_a_person(scope):
    assert [right for right in Right if scope.may(right) or scope.has(right)] == []


@pytest.mark.parametrize("kind", ["company", "department", "store", "person"])
def test_no_machine_sees_figures_yet(scope, kind):
    assert not metric_scope_visible(scope, kind, 0 if kind == "company" else 1)
