"""Employing people: nobody writes what they are paid by themselves."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.actions.people import correct_employment, save_person, start_employment
from accounts.actions.periods import close_month
from accounts.core.roles import Role
from accounts.models import Employment, Person
from opsdesk.core.errors import NotAllowed, PeriodClosed
from opsdesk.core.periods import Period
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
KEEPERS = [Role.HR_PAYROLL, Role.ADMINISTRATOR]


def keeper(role):
    """Somebody who keeps the staff, and what they are employed as."""
    user = factories.user(role=role)
    return user, factories.employment(factories.person("H1", user=user))


def state():
    return (
        list(Employment.objects.order_by("pk").values()),
        list(Person.objects.order_by("pk").values()),
        AuditEntry.objects.count(),
    )


@pytest.mark.parametrize("role", KEEPERS)
def test_nobody_corrects_the_own_employment(role):
    user, own = keeper(role)
    before = state()
    own.base_salary = Decimal("99999.00")

    with pytest.raises(NotAllowed):
        correct_employment(own, by=user, at=NOW)

    assert state() == before


@pytest.mark.parametrize("role", KEEPERS)
def test_nobody_begins_an_own_employment(role):
    user, own = keeper(role)
    before = state()
    raised = Employment(
        person=own.person,
        department=own.department,
        position=own.position,
        from_date=date(2026, 5, 1),
        hire_date=own.hire_date,
        base_salary=Decimal("99999.00"),
    )

    with pytest.raises(NotAllowed):
        start_employment(raised, by=user, at=NOW)

    assert state() == before


def test_nobody_takes_over_the_employment_of_another():
    user, own = keeper(Role.HR_PAYROLL)
    other = factories.employment(factories.person("E2"), since=date(2020, 1, 1))
    before = state()
    other.person = own.person

    with pytest.raises(NotAllowed):
        correct_employment(other, by=user, at=NOW)

    assert state() == before


@pytest.mark.parametrize("role", KEEPERS)
def test_nobody_stops_or_begins_being_a_person(role):
    user, own = keeper(role)
    other = factories.person("E2")
    before = state()

    own.person.user = None
    with pytest.raises(NotAllowed):
        save_person(own.person, by=user, at=NOW)
    other.user = user
    with pytest.raises(NotAllowed):
        save_person(other, by=user, at=NOW)

    assert state() == before


def test_another_keeper_may():
    _user, own = keeper(Role.HR_PAYROLL)
    colleague = factories.user(role=Role.HR_PAYROLL)

    own.base_salary = Decimal("7000.00")
    correct_employment(own, by=colleague, at=NOW)
    own.person.user = None
    save_person(own.person, by=colleague, at=NOW)

    own.refresh_from_db()
    assert (own.base_salary, Person.objects.get().user) == (Decimal("7000.00"), None)


def test_the_own_contacts_may_be_kept():
    user, own = keeper(Role.HR_PAYROLL)
    own.person.phone = "020"

    save_person(own.person, by=user, at=NOW)

    assert Person.objects.get().phone == "020"


def test_an_administrator_makes_nobody_see_the_pay_of_a_person():
    # a sign-in made up for it would see the payslips of that person as its own
    admin = factories.user("admin", role=Role.ADMINISTRATOR)
    person = factories.person("E7")
    person.user = factories.user("puppet")

    with pytest.raises(NotAllowed) as refused:
        save_person(person, by=admin, at=NOW)

    assert (refused.value.code, refused.value.field) == ("no_right", "user")
    assert Person.objects.get(pk=person.pk).user is None
    assert AuditEntry.objects.count() == 0


@pytest.fixture
def both():
    """An administrator who leads the department "home"."""
    user = factories.user("both", role=Role.ADMINISTRATOR)
    factories.grant(user, Role.SUPERVISOR, factories.department("home"))
    return user


def test_two_roles_put_together_set_no_salary(both):
    row = factories.employment(base_salary=Decimal("7000.00"))
    row.base_salary = Decimal("9999.00")
    new = Employment(
        person=factories.person(),
        department=factories.department(),
        position=row.position,
        base_salary=Decimal("9999.00"),
        from_date=date(2026, 5, 1),
        hire_date=date(2026, 5, 1),
    )

    with pytest.raises(NotAllowed):
        correct_employment(row, by=both, at=NOW)
    with pytest.raises(NotAllowed):
        start_employment(new, by=both, at=NOW)

    assert Employment.objects.get().base_salary == Decimal("7000.00")


def test_nor_do_they_bring_a_salary_where_it_is_seen(both):
    row = factories.employment(base_salary=Decimal("7000.00"))
    row.department = factories.department("home")

    with pytest.raises(NotAllowed):
        correct_employment(row, by=both, at=NOW)

    assert Employment.objects.get().department == factories.department()


def test_the_number_on_payslips_of_closed_months_stays():
    paid = factories.person("E2")
    factories.employment(paid)
    close_month(factories.department(), Period.parse("2026-03"), at=NOW)
    before = state()
    paid.employee_no = "X2"

    with pytest.raises(PeriodClosed) as refused:
        save_person(paid, by=factories.user(role=Role.HR_PAYROLL), at=NOW)

    assert refused.value.field == "employee_no"
    assert state() == before


def test_a_number_that_no_closed_month_was_paid_by_is_put_right():
    newcomer = factories.person("E3")
    factories.employment(newcomer, since=date(2026, 4, 1))
    close_month(factories.department(), Period.parse("2026-03"), at=NOW)
    newcomer.employee_no = "X3"

    saved = save_person(newcomer, by=factories.user(role=Role.HR_PAYROLL), at=NOW)

    assert saved.employee_no == "X3"


def paid(salary="9000.00"):
    """Somebody with a salary of their own."""
    return factories.employment(factories.person("E7"), base_salary=Decimal(salary))


def promoted(row, **values):
    values = {"level": "senior", "position": row.position, "department": row.department} | values
    return Employment(
        person=row.person, from_date=date(2026, 5, 1), hire_date=row.hire_date, **values
    )


def test_a_salary_that_is_not_seen_goes_on_with_a_new_position():
    row = paid()

    new = start_employment(promoted(row), by=factories.user(role=Role.ADMINISTRATOR), at=NOW)

    assert new.base_salary == Decimal("9000.00")


def test_who_sets_salaries_leaves_one_to_the_plan_by_leaving_it_blank():
    new = start_employment(promoted(paid()), by=factories.user(role=Role.HR_PAYROLL), at=NOW)

    assert new.base_salary is None


def test_a_salary_does_not_go_on_in_another_department_by_who_does_not_see_it():
    row = paid()
    before = state()

    with pytest.raises(NotAllowed):
        start_employment(
            promoted(row, department=factories.department("other")),
            by=factories.user(role=Role.ADMINISTRATOR),
            at=NOW,
        )

    assert state()[:2] == before[:2]


def test_a_role_of_each_does_not_join_sign_in_and_person(both):
    stranger = factories.person("E8")
    before = state()
    stranger.user = factories.user("puppet")

    with pytest.raises(NotAllowed) as refused:
        save_person(stranger, by=both, at=NOW)

    assert refused.value.field == "user"
    assert state() == before
