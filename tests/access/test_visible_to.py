"""Who sees which rows of each model: every role, the own department and a foreign one."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.core.api_keys import EVERY_USE
from accounts.core.roles import Role
from accounts.models import AccessChange, Department, Employment, Person, StandIn, Team
from accounts.queries.clients import scope_of_client
from catalog.models import Handover, Store, StoreAssignment, StoreDepartment
from compensation.models import Attendance, PayRun, Payslip, Proposal, WorkTask
from kpis.models import Scorecard, Target
from orders.models import (
    AllocationSource,
    Customer,
    CustomerStanding,
    HoldPolicy,
    LogisticsChannel,
    Order,
    OrderAddress,
    OrderAnomaly,
    Refund,
    Return,
    Shipment,
    ShipmentException,
)
from tests import factories
from tests.catalog.models.test_visible import OF_PRODUCT, OF_STORE, SUPPLY
from tests.factories import MARCH
from tests.orders.models.test_mailboxes import OF_MAILBOX
from tests.orders.models.test_reviews import OF_STORE as AFTER_ORDERS
from tests.orders.models.test_tickets import OF_TICKET

pytestmark = pytest.mark.django_db

EVERY_ROW = {
    Department: {"home", "away"},
    Team: {"home", "away"},
    Person: {"home-me", "home-other", "away-other"},
    Employment: {"home-me", "home-other", "away-other"},
    Store: {"home", "away"},
    Customer: {"home", "away"},
    CustomerStanding: {"home", "away"},
    Order: {"home", "away"},
    OrderAddress: {"home", "away"},
    Return: {"home", "away"},
    Refund: {"home", "away"},
    Shipment: {"home", "away"},
    ShipmentException: {"home", "away"},
    OrderAnomaly: {"home", "away"},
    AllocationSource: {"home", "away"},
    HoldPolicy: {"home", "away"},
    Target: {"home", "away"},
    WorkTask: {"home-me", "home-other", "away-other", "home", "away"},
    Attendance: {"home-me", "home-other", "away-other"},
    PayRun: {"home", "away"},
    Payslip: {"home-me", "home-other", "away-other"},
}
MODELS = list(EVERY_ROW)
SALES = {
    Store,
    Customer,
    CustomerStanding,
    Order,
    OrderAddress,
    Order,
    OrderAddress,
    OrderAnomaly,
    AllocationSource,
    HoldPolicy,
    Return,
    Refund,
    Shipment,
    ShipmentException,
}
PAY = {PayRun, Payslip}

NAMES = {
    Department: "code",
    Team: "code",
    Person: "employee_no",
    Employment: "person__employee_no",
    Store: "code",
    Customer: "store__code",
    CustomerStanding: "customer__store__code",
    Order: "store__code",
    OrderAddress: "order__store__code",
    Return: "store__code",
    Refund: "store__code",
    Shipment: "store__code",
    ShipmentException: "store__code",
    OrderAnomaly: "store__code",
    AllocationSource: "store__code",
    HoldPolicy: "store__code",
    Target: "department__code",
    WorkTask: "name",
    Attendance: "person__employee_no",
    PayRun: "department__code",
    Payslip: "person__employee_no",
}


@pytest.fixture
def me():
    """Somebody who signs in and is employed in the department "home"."""
    return factories.user("me")


@pytest.fixture(autouse=True)
def company(me):
    """Two departments that have one row of everything each; colleague and stranger."""
    HoldPolicy.objects.all().delete()
    for code in ("home", "away"):
        department = factories.department(code)
        Team.objects.create(code=code, name=code, department=department)
        people = [factories.person(f"{code}-other")]
        if code == "home":
            people.append(factories.person("home-me", user=me))
        shop = factories.store(code, department=department)
        order = factories.order(store=shop)
        factories.customer_standing(factories.customer(store=shop))
        OrderAddress.objects.create(order=order, city=code)
        factories.shipment_exception(factories.shipment(order=order))
        factories.anomaly(order)
        AllocationSource.objects.create(store=shop, warehouse=factories.warehouse())
        HoldPolicy.objects.create(store=shop)
        factories.part_refund(factories.refund(store=shop))
        factories.target(department=department)
        factories.work_task(department=department, kind="promotion", name=code)
        run = PayRun.objects.create(department=department, month=MARCH, currency="CNY")
        for person in people:
            factories.employment(person, department=department)
            factories.work_task(person, name=person.employee_no)
            factories.attendance(person)
            Payslip.objects.create(run=run, person=person, total=1)


def seen(model, scope):
    return set(model.objects.visible_to(scope).values_list(NAMES[model], flat=True))


def of_home(model):
    return {name for name in EVERY_ROW[model] if name.startswith("home")}


def test_each_model_with_rules_is_tested():
    found = {
        model
        for model in (*Department._meta.apps.get_models(),)
        if hasattr(model._default_manager, "visible_to")
    }

    # these have tests of their own, beside their actions
    own = {Proposal, AccessChange, StandIn, Handover, Scorecard, *OF_STORE, *SUPPLY, *OF_PRODUCT}
    own |= {LogisticsChannel, *OF_TICKET, *OF_MAILBOX, *AFTER_ORDERS}
    assert found - own == set(MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_who_has_not_signed_in_sees_nothing(model):
    scope = factories.scope(AnonymousUser())

    assert seen(model, scope) == set()


@pytest.mark.parametrize("model", MODELS)
def test_who_was_deactivated_sees_nothing(model, me):
    factories.grant(me, Role.MANAGER)
    me.is_active = False
    me.save()

    assert seen(model, factories.scope(me)) == set()


@pytest.mark.parametrize("model", MODELS)
def test_a_sign_in_without_person_and_role_sees_nothing(model):
    assert seen(model, factories.scope(factories.user())) == set()


@pytest.mark.parametrize("model", MODELS)
def test_a_superuser_without_a_role_sees_nothing(model):
    scope = factories.scope(factories.user(is_superuser=True))

    assert seen(model, scope) == set()


@pytest.mark.parametrize("model", MODELS)
def test_a_team_member_sees_the_own_department_and_no_pay(model, me):
    factories.grant(me, Role.TEAM_MEMBER)

    # An employment shows a salary: of these the own one.
    expected = {Employment: {"home-me"}} | {hidden: set() for hidden in PAY}
    assert seen(model, factories.scope(me)) == expected.get(model, of_home(model))


@pytest.mark.parametrize("model", MODELS)
def test_a_supervisor_sees_the_department_of_the_role_and_its_pay(model):
    somebody = factories.user(role=Role.SUPERVISOR, department=factories.department("home"))

    assert seen(model, factories.scope(somebody)) == of_home(model)


@pytest.mark.parametrize("role", [Role.HR_PAYROLL, Role.MANAGER, Role.AUDITOR])
@pytest.mark.parametrize("model", MODELS)
def test_who_works_for_the_whole_company_sees_all_of_it(model, role):
    assert seen(model, factories.scope(factories.user(role=role))) == EVERY_ROW[model]


@pytest.mark.parametrize("model", MODELS)
def test_an_administrator_sees_everything_but_pay(model):
    scope = factories.scope(factories.user(role=Role.ADMINISTRATOR))

    assert seen(model, scope) == (set() if model in PAY else EVERY_ROW[model])


def machine(*, resources=EVERY_USE, stores=()):
    client = factories.api_client(resources=resources, stores=stores)
    return scope_of_client(client, factories.TODAY)


@pytest.mark.parametrize("model", MODELS)
def test_a_machine_of_no_store_sees_everything_but_pay(model):
    assert seen(model, machine()) == (set() if model in PAY else EVERY_ROW[model])


@pytest.mark.parametrize("model", MODELS)
def test_a_machine_of_a_store_sees_its_rows_and_nothing_that_has_no_store(model):
    assert seen(model, machine(stores=("home",))) == ({"home"} if model in SALES else set())


@pytest.mark.parametrize("model", MODELS)
def test_a_machine_of_a_store_that_is_not_there_sees_nothing(model):
    assert seen(model, machine(stores=("gone",))) == set()


@pytest.mark.parametrize("resources", [("pay-runs:read",), EVERY_USE])
@pytest.mark.parametrize("state", ["open", "locked", "paid"])
def test_no_machine_sees_pay_whatever_it_may_use(state, resources):
    PayRun.objects.update(state=state, approved_by=factories.manager())
    scope = machine(resources=resources)

    assert [seen(model, scope) for model in PAY] == [set(), set()]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("open", set()),
        ("calculated", set()),
        ("submitted", set()),
        ("approved", set()),
        ("locked", {"home-me"}),
        ("paid", {"home-me"}),
    ],
)
def test_the_own_payslip_is_seen_once_it_is_locked(state, expected, me):
    factories.grant(me, Role.TEAM_MEMBER)
    boss = factories.manager()
    PayRun.objects.update(state=state, approved_by=boss)

    assert seen(Payslip, factories.scope(me)) == expected


def test_an_administrator_sees_the_own_locked_payslip_alone(me):
    factories.grant(me, Role.ADMINISTRATOR)
    PayRun.objects.update(state="locked", approved_by=factories.manager())

    assert seen(Payslip, factories.scope(me)) == {"home-me"}


def test_a_supervisor_of_one_department_does_not_see_the_pay_of_where_they_are_employed(me):
    factories.grant(me, Role.SUPERVISOR, factories.department("away"))

    scope = factories.scope(me)

    assert (seen(PayRun, scope), seen(Payslip, scope)) == ({"away"}, {"away-other"})


@pytest.mark.parametrize("model", sorted(SALES, key=str))
def test_who_is_assigned_to_a_store_sees_it_from_the_first_day_to_the_last(model, me):
    assigned = StoreAssignment.objects.create(
        store=Store.objects.get(code="away"),
        person=me.person,
        from_date=date(2026, 4, 2),
        to_date=date(2026, 4, 3),
    )

    days = [date(2026, 4, day) for day in (1, 2, 3)]
    found = ["away" in seen(model, factories.scope(me, day)) for day in days]

    assert found == [False, True, False], assigned


@pytest.mark.parametrize("model", sorted(SALES, key=str))
def test_a_store_that_changes_hands_goes_with_all_its_orders(model):
    somebody = factories.user(role=Role.SUPERVISOR, department=factories.department("home"))
    store = Store.objects.get(code="home")
    StoreDepartment.objects.filter(store=store).update(to_date=date(2026, 4, 2))
    StoreDepartment.objects.create(
        store=store, department=factories.department("away"), from_date=date(2026, 4, 2)
    )

    days = [date(2026, 4, day) for day in (1, 2)]

    assert [seen(model, factories.scope(somebody, day)) for day in days] == [{"home"}, set()]


def test_who_left_sees_the_own_rows_and_no_department(me):
    Employment.objects.filter(person=me.person).update(leave_date=date(2026, 4, 1))
    factories.grant(me, Role.TEAM_MEMBER)
    scope = factories.scope(me)

    found = {model: seen(model, scope) for model in MODELS}

    assert found == {model: set() for model in MODELS} | {
        Person: {"home-me"},
        Employment: {"home-me"},
        WorkTask: {"home-me"},
        Attendance: {"home-me"},
    }


def test_a_person_of_two_departments_is_listed_once(me):
    factories.grant(me, Role.TEAM_MEMBER)
    Employment.objects.filter(person=me.person).update(to_date=date(2026, 1, 1))
    factories.employment(me.person, department=factories.department("home"), since=date(2026, 1, 1))

    rows = [model.objects.visible_to(factories.scope(me)) for model in (Person, Attendance)]

    assert [len(found) == len(set(found)) for found in rows] == [True, True]
