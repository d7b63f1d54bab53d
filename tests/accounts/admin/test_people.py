"""What of people and salaries each role is shown, in forms, lists and by asking in the address."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from accounts.models import Employment
from tests import factories
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db

SALARY, MAIL, PHONE = "7654.32", "linmei@example.com", "13800138000"


@pytest.fixture
def ann():
    person = factories.person("E1", name="Ann", email=MAIL, phone=PHONE)
    factories.employment(person, base_salary=Decimal(SALARY))
    return person


def signed_in(client, role):
    department = factories.department() if role == Role.SUPERVISOR else None
    return sign_in(client, factories.user(role=role, department=department))


def pages_of(client, ann):
    """The text of the lists and forms about a person."""
    employment = Employment.objects.get(person=ann)
    addresses = [
        reverse("admin:accounts_person_changelist"),
        reverse("admin:accounts_person_change", args=[ann.pk]),
        reverse("admin:accounts_employment_changelist"),
        reverse("admin:accounts_employment_change", args=[employment.pk]),
    ]
    return "".join(client.get(address).content.decode() for address in addresses)


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        (Role.TEAM_MEMBER, set()),
        (Role.SUPERVISOR, {"salary"}),
        (Role.HR_PAYROLL, {"salary", "mail", "phone"}),
        (Role.MANAGER, {"salary"}),
        (Role.ADMINISTRATOR, {"mail", "phone"}),
        (Role.AUDITOR, {"salary"}),
    ],
)
def test_each_role_is_shown_what_it_needs(role, shown, client, ann):
    text = pages_of(signed_in(client, role), ann)

    salary = SALARY in text or "7,654.32" in text
    found = {"salary": salary, "mail": MAIL in text, "phone": PHONE in text}
    assert {name for name, there in found.items() if there} == shown


def test_a_contact_is_masked_but_told_apart_from_others(client, ann):
    text = pages_of(signed_in(client, Role.MANAGER), ann)

    assert ("l•••@e•••" in text, "1•••" in text) == (True, True)


def test_who_leads_one_department_only_sees_no_salary_of_another(client, ann):
    away = factories.department("away")
    stranger = factories.employment(department=away, base_salary=Decimal("1234.56"))
    both = factories.user(role=Role.ADMINISTRATOR)
    factories.grant(both, Role.SUPERVISOR, factories.department())
    sign_in(client, both)

    listed = client.get(reverse("admin:accounts_employment_changelist")).content.decode()
    page = client.get(reverse("admin:accounts_employment_change", args=[stranger.pk]))

    assert ("7,654.32" in listed, "1,234.56" in listed) == (True, False)
    assert b"1234.56" not in page.content
    assert "base_salary" not in page.context["adminform"].form.fields


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("employment", "base_salary__gte=7000"),
        ("employment", "base_salary=7654.32"),
        ("employment", "person__email__startswith=lin"),
    ],
)
def test_what_is_hidden_is_not_found_out_by_asking_in_the_address(model, query, client, ann):
    signed_in(client, Role.ADMINISTRATOR)

    response = client.get(reverse(f"admin:accounts_{model}_changelist") + f"?{query}")

    assert response.status_code == 400  # a lookup that is not allowed


def test_nor_is_a_contact(client, ann):
    signed_in(client, Role.MANAGER)

    response = client.get(reverse("admin:accounts_person_changelist") + "?phone__startswith=138")

    assert response.status_code == 400


def test_an_administrator_changes_no_salary(client, ann):
    signed_in(client, Role.ADMINISTRATOR)
    employment = Employment.objects.get()
    address = reverse("admin:accounts_employment_change", args=[employment.pk])
    form = client.get(address).context["adminform"].form
    values = {name: value for name, value in form.initial.items() if value is not None}

    client.post(address, values | {"level": "senior", "base_salary": "99999.00"})

    employment.refresh_from_db()
    assert (employment.level, employment.base_salary) == ("senior", Decimal(SALARY))
