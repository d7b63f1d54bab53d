"""The file of staff to fill in."""

import pytest
from django.urls import reverse

from accounts.core.roles import PEOPLE_ROLES, Role
from tests import factories
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
URL = "admin:opsdesk_importbatch_staff"
ADD = "admin:opsdesk_importbatch_add"


def test_hr_gets_all_columns(client):
    sign_in(client, factories.user(role=Role.HR_PAYROLL))

    text = client.get(reverse(URL)).content.decode()
    page = client.get(reverse(ADD)).content.decode()

    assert text.splitlines()[0] == (
        "\ufeffemployee_no,name,department,position,from_date,hire_date,leave_date,team,level,"
        "base_salary,email,phone,username"
    )
    assert (text.count("\n"), reverse(URL) in page, "base_salary" in page) == (2, True, True)


def test_an_administrator_gets_no_salary(client):
    sign_in(client, factories.user(role=Role.ADMINISTRATOR))

    text = client.get(reverse(URL)).content.decode()
    page = client.get(reverse(ADD)).content.decode()

    assert ("base_salary" in text, "3500" in text, "base_salary" in page) == (False, False, False)


@pytest.mark.parametrize("role", PEOPLE_ROLES)
def test_others_get_none(client, role):
    sign_in(client, factories.user(role=role, department=factories.department()))

    code = client.get(reverse(URL)).status_code

    assert code == (200 if role in (Role.HR_PAYROLL, Role.ADMINISTRATOR) else 403)
