"""Staff from outside: what a row changes, what it leaves, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.actions.staff import upsert_staff
from accounts.core.roles import Role
from accounts.core.staff_items import StaffItem
from accounts.models import ClosedMonth, Employment, Person, Team
from opsdesk.core.errors import NotAllowed
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)


@pytest.fixture(autouse=True)
def departments():
    for code in ("EU", "ASIA"):
        Team.objects.create(department=factories.department(code), code=f"{code}-1", name=code)


def item(number="E1", since=APRIL, **values):
    values = {"name": "Li Na", "department": "EU", "position": "promoter"} | values
    return StaffItem(number, from_date=since, **values, source_row=2)


def load(*items, by=None, scope=None):
    return upsert_staff(items, scope=scope, by=by, at=NOW)


def states(outcomes):
    return [str(outcome.state) for outcome in outcomes]


def fields(outcomes):
    return [error.field for outcome in outcomes for error in outcome.errors]


def stored():
    return (
        list(Person.objects.order_by("pk").values()),
        list(Employment.objects.order_by("pk").values()),
        AuditEntry.objects.count(),
    )


def held(*names):
    return list(Employment.objects.order_by("person", "from_date").values_list(*names))


def test_somebody_new_is_employed():
    user = factories.user("lina")

    outcomes = load(
        item(
            email="li@example.com",
            phone="020",
            team="EU-1",
            level="senior",
            base_salary=Decimal("3500.00"),
            username="lina",
        )
    )

    assert states(outcomes) == ["created"]
    person = Person.objects.get()
    assert (person.name, person.email, person.phone, person.user) == (
        "Li Na",
        "li@example.com",
        "020",
        user,
    )
    assert held("from_date", "hire_date", "team__code", "level", "base_salary", "to_date") == [
        (APRIL, APRIL, "EU-1", "senior", Decimal("3500.00"), None)
    ]
    assert list(AuditEntry.objects.order_by("pk").values_list("model", "verb")) == [
        ("accounts.person", "created"),
        ("accounts.employment", "created"),
    ]


def test_the_same_rows_again_change_nothing():
    rows = [
        item(leave_date=date(2026, 7, 31)),
        item(since=MAY, position="supervisor", name="Li Na-Wang"),
        item("E2", base_salary=Decimal("2000.00"), team="EU-1"),
    ]
    load(*rows)
    before = stored()

    outcomes = load(*rows)

    assert states(outcomes) == ["unchanged"] * 3
    assert stored() == before


@pytest.mark.parametrize(
    ("change", "column", "value"),
    [
        ({"position": "supervisor"}, "position__code", "supervisor"),
        ({"department": "ASIA"}, "department__code", "ASIA"),
        ({"team": "EU-1"}, "team__code", "EU-1"),
        ({"level": "senior"}, "level", "senior"),
        ({"base_salary": Decimal("2500.00")}, "base_salary", Decimal("2500.00")),
    ],
)
def test_a_change_begins_a_new_employment(change, column, value):
    load(item())

    outcomes = load(item(since=MAY, **change))

    assert states(outcomes) == ["updated"]
    rows = held("from_date", "to_date", column)
    assert (rows[0][:2], rows[1]) == ((APRIL, MAY), (MAY, None, value))


def test_what_is_left_blank_stays():
    load(item(email="li@example.com", level="senior", team="EU-1", base_salary=Decimal(3000)))

    load(item(since=MAY, position="supervisor"))

    assert Person.objects.get().email == "li@example.com"
    assert held("level", "team__code", "base_salary", "hire_date")[1] == (
        "senior",
        "EU-1",
        Decimal("3000"),
        APRIL,
    )


def test_the_team_stays_behind_in_its_department():
    load(item(team="EU-1"))

    load(item(since=MAY, department="ASIA"))

    assert held("department__code", "team__code") == [("EU", "EU-1"), ("ASIA", None)]


def test_the_row_of_the_day_is_corrected():
    load(item())

    outcomes = load(item(level="senior"))

    assert (states(outcomes), held("from_date", "level")) == (["updated"], [(APRIL, "senior")])


def test_a_later_row_that_says_the_same_changes_nothing():
    load(item())
    before = stored()

    assert states(load(item(since=MAY))) == ["unchanged"]
    assert stored() == before


def test_a_last_day_ends_the_employment():
    load(item())

    outcomes = load(item(since=MAY, leave_date=date(2026, 5, 20)))

    assert states(outcomes) == ["updated"]
    assert held("from_date", "leave_date") == [(APRIL, date(2026, 5, 20))]


def test_who_comes_back_is_employed_anew():
    load(item(leave_date=date(2026, 4, 20), base_salary=Decimal(3000)))

    outcomes = load(item(since=JUNE))

    assert states(outcomes) == ["updated"]
    assert held("from_date", "hire_date", "leave_date", "base_salary") == [
        (APRIL, APRIL, date(2026, 4, 20), Decimal(3000)),
        (JUNE, JUNE, None, None),
    ]


def test_a_history_is_taken_in_any_order_and_the_latest_row_names_the_person():
    outcomes = load(
        item(since=JUNE, level="senior", name="New Name"),
        item(name="Old Name"),
        item(since=MAY, position="supervisor", name="Old Name"),
    )

    assert states(outcomes) == ["updated", "created", "updated"]
    assert held("from_date", "to_date") == [(APRIL, MAY), (MAY, JUNE), (JUNE, None)]
    assert Person.objects.get().name == "New Name"


def test_an_old_row_does_not_bring_the_old_name_back():
    load(item(name="Old Name"), item(since=MAY, level="senior", name="New Name"))

    assert states(load(item(name="Old Name"))) == ["unchanged"]
    assert Person.objects.get().name == "New Name"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"department": "MARS"}, "department"),
        ({"position": "king"}, "position"),
        ({"team": "EU-9"}, "team"),
        ({"team": "ASIA-1"}, "team"),
        ({"username": "nobody"}, "username"),
        ({"email": "no address"}, "email"),
        ({"base_salary": Decimal("-1")}, "base_salary"),
        ({"leave_date": date(2026, 3, 31)}, "leave_date"),
    ],
)
def test_a_faulty_row_is_refused_and_keeps_no_other_out(change, field):
    outcomes = load(item(**change), item("E2"))

    assert (states(outcomes), fields(outcomes)) == (["error", "created"], [field])
    assert list(Person.objects.values_list("employee_no", flat=True)) == ["E2"]


def test_of_twin_rows_the_first_is_taken():
    outcomes = load(item(level="junior"), item(level="senior"))

    assert (states(outcomes), fields(outcomes)) == (["created", "error"], ["from_date"])
    assert held("level") == [("junior",)]


def test_a_row_before_what_is_stored_is_refused():
    load(item(since=MAY))
    before = stored()

    outcomes = load(item(since=APRIL, level="senior"))

    assert (states(outcomes), fields(outcomes)) == (["error"], ["from_date"])
    assert stored() == before


def test_a_closed_month_does_not_change():
    load(item())
    closed = factories.department("EU")
    ClosedMonth.objects.create(department=closed, month=APRIL, closed_at=NOW)

    outcomes = load(
        item(level="senior"),
        item("E2", since=date(2026, 4, 30)),
        item("E3", since=date(2026, 4, 30), department="ASIA"),
    )

    assert states(outcomes) == ["error", "error", "created"]
    assert [(error.field, error.source_row) for o in outcomes for error in o.errors] == [
        ("from_date", 2),
        ("from_date", 2),
    ]
    assert held("person__employee_no", "level") == [("E1", "mid"), ("E3", "mid")]


@pytest.mark.parametrize("role", [Role.HR_PAYROLL, Role.ADMINISTRATOR])
def test_a_row_about_oneself_is_refused(role):
    load(item())
    user = factories.user("lina", role=role)
    Person.objects.update(user=user)
    before = stored()

    outcomes = load(item(since=MAY, level="senior"), by=user, scope=factories.scope(user))

    assert states(outcomes) == ["error"]
    assert outcomes[0].errors[0].message == (
        "Nobody changes the own employment: ask somebody else who keeps the staff."
    )
    assert stored() == before


def test_nobody_becomes_a_person_by_a_file():
    load(item())
    hr = factories.user("hr", role=Role.HR_PAYROLL)
    before = stored()

    outcomes = load(item(username="hr"), by=hr, scope=factories.scope(hr))

    assert states(outcomes) == ["error"]
    assert stored() == before


def test_a_sign_in_does_not_change_hands_by_a_file():
    factories.user("lina")
    factories.user("other")
    load(item(username="lina"))
    before = stored()

    outcomes = load(item(username="other"), item("E2", username="lina"))

    assert (states(outcomes), fields(outcomes)) == (["error"] * 2, ["username"] * 2)
    assert stored() == before


def test_salaries_are_loaded_by_hr_only():
    admin = factories.user(role=Role.ADMINISTRATOR)
    hr = factories.user(role=Role.HR_PAYROLL)
    row = item(base_salary=Decimal("3500.00"))

    refused = load(row, by=admin, scope=factories.scope(admin))
    nothing = Person.objects.count()
    taken = load(row, by=hr, scope=factories.scope(hr))

    assert (states(refused), fields(refused), nothing) == (["error"], ["base_salary"], 0)
    assert states(taken) == ["created"]


@pytest.mark.parametrize(
    "role", [Role.TEAM_MEMBER, Role.SUPERVISOR, Role.MANAGER, Role.AUDITOR], ids=str
)
def test_others_load_no_staff(role):
    user = factories.user(role=role, department=factories.department("EU"))

    with pytest.raises(NotAllowed):
        load(item(), by=user, scope=factories.scope(user))

    assert stored() == ([], [], 0)


def test_nothing_is_loaded_for_somebody_whose_data_was_erased():
    load(item())
    Person.objects.update(name="", erased_at=NOW)
    before = stored()

    outcomes = load(item())

    assert (states(outcomes), fields(outcomes)) == (["error"], ["employee_no"])
    assert stored() == before


def test_reasons_name_nobody():
    load(item(since=MAY))

    outcomes = load(item(since=APRIL, level="senior"), item("E2", email="secret@"))

    told = " ".join(error.message for outcome in outcomes for error in outcome.errors)
    assert [word for word in ("Li", "Na", "secret") if word in told.split()] == []


def test_rows_that_change_nothing_cost_no_queries_each(django_assert_num_queries):
    few, many = [[item(f"E{n}") for n in range(count)] for count in (1, 30)]
    load(*many)

    with django_assert_num_queries(9):
        load(*few)
    with django_assert_num_queries(9 + 29 * 2):  # a savepoint each
        load(*many)
