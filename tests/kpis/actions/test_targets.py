"""A target is set once per department and month, above 0, while the month is open."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.core.roles import Role
from accounts.models import ClosedMonth
from kpis.actions.targets import set_target
from kpis.models import Target
from opsdesk.core.errors import InvalidData, NotAllowed, PeriodClosed
from opsdesk.models import AuditEntry
from tests import factories as make

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)


def put(net_sales="1000.00", month=MARCH, *, scope=None):
    wanted = Target(department=make.department(), month=month, net_sales=Decimal(net_sales))
    return set_target(wanted, scope=scope, by=None, at=make.NOW)


def stored():
    return list(Target.objects.values_list("department__code", "month", "net_sales"))


def test_a_target_is_set_and_written_down():
    put()

    assert stored() == [("ops", MARCH, Decimal("1000.00"))]
    assert AuditEntry.objects.get(model="kpis.target").verb == "created"


def test_a_target_set_again_is_changed():
    put()
    put("1200.00")

    assert stored() == [("ops", MARCH, Decimal("1200.00"))]
    assert AuditEntry.objects.get(verb="changed").detail == {
        "changed": {"net_sales": ["1000.00", "1200.00"]}
    }


@pytest.mark.parametrize("net_sales", ["0", "-1", "NaN", "Infinity", "10.001"])
def test_a_target_that_is_no_amount_above_zero_is_refused(net_sales):
    with pytest.raises(InvalidData) as refusal:
        put(net_sales)

    assert refusal.value.field == "net_sales"
    assert stored() == []


def test_a_day_within_a_month_is_refused():
    with pytest.raises(InvalidData) as refusal:
        put(month=date(2026, 3, 2))

    assert refusal.value.field == "month"
    assert stored() == []


def test_a_closed_month_keeps_its_target():
    put()
    ClosedMonth.objects.create(department=make.department(), month=MARCH, closed_at=make.NOW)

    with pytest.raises(PeriodClosed):
        put("1200.00")

    assert stored() == [("ops", MARCH, Decimal("1000.00"))]


def test_nobody_sets_the_target_of_a_department_that_is_not_led():
    away = make.department("away")
    lead = make.user(role=Role.SUPERVISOR, department=away)
    make.employment(make.person(user=lead))  # works in ops, leads away

    with pytest.raises(NotAllowed) as refusal:
        put(scope=make.scope(lead))

    assert (refusal.value.code, refusal.value.field) == ("no_right", "department")
    assert stored() == []


def test_who_looks_after_the_system_and_leads_a_department_sets_the_target_of_that_one_alone():
    both = make.user(role=Role.ADMINISTRATOR)
    make.grant(both, Role.SUPERVISOR, make.department("away"))

    with pytest.raises(NotAllowed):
        put(scope=make.scope(both))

    assert stored() == []
