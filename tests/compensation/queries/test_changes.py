"""Who changed what a month is paid by: also who took something out of it, or wrote it ahead."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.actions.people import correct_employment, save_person
from accounts.core.roles import Role
from accounts.models import Person
from catalog.actions.fx import record_rates
from catalog.actions.stores import place_store
from catalog.core.items import RateItem
from catalog.models import StoreDepartment
from compensation.actions.calculation import calculate_run
from compensation.actions.payruns import approve_run, submit_run
from compensation.actions.plans import copy_plan, save_plan
from compensation.models import PayRun
from compensation.queries.plans import plan_for
from opsdesk.core.errors import NotAllowed
from opsdesk.core.periods import Period
from tests import factories
from tests.factories import NOW

MARCH = Period.parse("2026-03")
FEBRUARY = NOW.replace(month=2, day=27)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    ops = factories.department()
    factories.employment(factories.person("E1"), position="supervisor")
    factories.employment(factories.person("E2"))
    factories.order("600.00", external_id="o1", on=date(2026, 3, 1))
    factories.target("1000.00")
    return ops


@pytest.fixture
def hr():
    return factories.user("hr", role=Role.HR_PAYROLL)


@pytest.fixture
def boss():
    return factories.manager("boss")


def submitted(desk, hr):
    run = calculate_run(desk, MARCH, by=hr, at=NOW)
    return submit_run(run, scope=factories.scope(hr), by=hr, at=NOW)


def refusal(run, by):
    """The code with which ``by`` may not approve, and whether nothing was written."""
    with pytest.raises(NotAllowed) as refused:
        approve_run(run, digest=run.digest, scope=factories.scope(by), by=by, at=NOW)
    stored = PayRun.objects.get()
    return refused.value.code, stored.state, stored.approved_by


def changed(run):
    return [(one["model"], one["actor_id"]) for one in run.changes]


def test_who_put_off_the_plan_that_was_to_hold_does_not_approve(desk, hr, boss):
    author = factories.manager("author")
    wanted = copy_plan(plan_for(MARCH.start), effective_from=MARCH.start, by=author, at=FEBRUARY)
    wanted.effective_from = date(2026, 4, 1)
    save_plan(wanted, by=boss, at=FEBRUARY)

    run = submitted(desk, hr)

    assert changed(run) == [("compensation.planversion", boss.pk)]
    assert refusal(run, boss) == ("changed_input", "submitted", None)


def test_nor_who_gave_a_store_to_another_department_from_the_first_day_on(desk, hr, boss):
    other = factories.department("other")
    factories.store("FR")
    factories.refund("300.00", store=factories.store("FR"), on=date(2026, 3, 5))
    span = StoreDepartment(
        store=factories.store("FR"), department=other, from_date=date(2026, 3, 1)
    )
    place_store(span, by=boss, at=NOW)

    run = submitted(desk, hr)

    assert run.base == Decimal("600.00")
    assert changed(run) == [("catalog.storedepartment", boss.pk)]
    assert refusal(run, boss) == ("changed_input", "submitted", None)


def test_nor_who_ended_an_employment_before_the_month(desk, hr, boss):
    leaving = factories.employment(factories.person("E3"))
    leaving.leave_date = date(2026, 2, 27)
    leaving.to_date = date(2026, 2, 28)
    correct_employment(leaving, by=boss, at=NOW)

    assert refusal(submitted(desk, hr), boss) == ("changed_input", "submitted", None)


def test_nor_who_recorded_a_rate_ahead_for_a_day_of_the_month(desk, hr, boss):
    rate = RateItem(date(2026, 3, 15), "GBP", "CNY", Decimal(20))
    record_rates([rate], by=boss, at=FEBRUARY)

    assert refusal(submitted(desk, hr), boss) == ("changed_input", "submitted", None)


def test_a_rate_of_an_earlier_day_recorded_then_is_no_change_of_the_month(desk, hr, boss):
    rate = RateItem(date(2026, 2, 20), "GBP", "CNY", Decimal(20))
    record_rates([rate], by=boss, at=FEBRUARY)

    run = submitted(desk, hr)

    assert changed(run) == []
    run = approve_run(run, digest=run.digest, scope=factories.scope(boss), by=boss, at=NOW)
    assert run.state == "approved"


def test_whose_sign_in_was_taken_off_is_paid_all_the_same(desk, hr, boss):
    paid = Person.objects.get(employee_no="E1")
    paid.user = boss
    save_person(paid, by=hr, at=FEBRUARY)
    paid.user = None
    save_person(paid, by=hr, at=NOW)

    run = submitted(desk, hr)

    assert changed(run) == [("accounts.person", hr.pk)]
    assert refusal(run, boss) == ("own_pay", "submitted", None)
