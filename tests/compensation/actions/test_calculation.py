"""What a calculation counts once, and whose change of what it was calculated from it tells."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import User
from compensation.actions.calculation import calculate_run
from compensation.actions.inputs import delete_month_input, save_month_input
from compensation.models import PayslipLine, PlanVersion
from opsdesk.actions.records import save_record
from opsdesk.core.periods import Period
from tests import factories
from tests.factories import NOW

MARCH = Period.parse("2026-03")

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    ops = factories.department()
    factories.employment(factories.person("E1"), position="supervisor")
    factories.order("890.00")
    factories.target("1000.00")
    return ops


def changes(desk):
    run = calculate_run(desk, MARCH, by=None, at=NOW)
    names = {user.pk: user.username for user in User.objects.all()}
    return [
        (change["by"] or names[change["actor_id"]], change["verb"], change["model"])
        for change in run.changes
    ]


def test_who_ends_the_month_elsewhere_counts_there_for_the_penalty_and_not_here(desk):
    other = factories.department("other")
    factories.employment(factories.person("S2"), position="supervisor", department=other)
    factories.target("1000.00", department=other)
    mover, stayer = factories.person("E5"), factories.person("E6")
    factories.employment(mover, since=date(2025, 1, 1), to_date=date(2026, 3, 16))
    factories.employment(mover, department=other, since=date(2026, 3, 16))
    factories.employment(stayer)
    factories.work_task(mover, planned="10", actual="0")
    factories.work_task(stayer, planned="10", actual="4")

    for department in (desk, other):
        calculate_run(department, MARCH, by=None, at=NOW)

    # 40 % here; with the mover's 0 % the mean would be 20 %, and the penalty would be paid twice
    penalties = PayslipLine.objects.filter(kind="penalty")
    assert list(
        penalties.values_list("payslip__run__department__code", "amount", "figures__people")
    ) == [("other", Decimal("-50.00"), 1)]


def test_a_plan_in_another_currency_than_the_figures_is_named(desk):
    PlanVersion.objects.update(currency="EUR")

    run = calculate_run(desk, MARCH, by=None, at=NOW)

    assert [p["code"] for p in run.problems if p["blocking"]] == ["currency_mismatch"]
    assert run.currency == "CNY"


def test_a_deleted_input_is_a_change_of_the_month(desk):
    boss = factories.manager("boss")
    person = factories.employment().person
    for row in (
        factories.attendance(person),
        factories.work_task(person),
        factories.work_task(department=desk, kind="promotion"),
    ):
        delete_month_input(row, scope=None, by=boss, at=NOW)

    assert changes(desk) == [
        ("boss", "deleted", "compensation.attendance"),
        ("boss", "deleted", "compensation.worktask"),
        ("boss", "deleted", "compensation.worktask"),
    ]


def test_an_input_that_moved_away_is_a_change_of_the_month(desk):
    boss = factories.manager("boss")
    person = factories.employment().person
    to_april, to_another = factories.work_task(person), factories.attendance(person)
    to_april.month = date(2026, 4, 1)
    to_another.person = factories.person()
    for row in (to_april, to_another):
        save_month_input(row, scope=None, by=boss, at=NOW)

    assert changes(desk) == [
        ("boss", "changed", "compensation.worktask"),
        ("boss", "changed", "compensation.attendance"),
    ]


def test_who_takes_somebody_out_of_the_department_changed_the_month(desk):
    boss = factories.manager("boss")
    employment = factories.employment()
    employment.department = factories.department("other")
    save_record(employment, by=boss, at=NOW)

    assert changes(desk) == [("boss", "changed", "accounts.employment")]


def test_what_was_deleted_of_another_month_or_department_is_no_change_of_this_one(desk):
    boss = factories.manager("boss")
    other = factories.department("other")
    person = factories.employment().person
    stranger = factories.employment(department=other).person
    for row in (
        factories.attendance(person, month=date(2026, 2, 1)),
        factories.attendance(stranger),
        factories.work_task(department=other, kind="promotion"),
    ):
        delete_month_input(row, scope=None, by=boss, at=NOW)

    assert changes(desk) == []
