"""Addresses of sign-ins that lead nowhere."""

import pytest

from accounts.core.roles import Role
from tests import factories
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", ["abc", "1_0", "-1", "99999999999999999999999"])
def test_the_password_page_of_no_sign_in_is_not_there(client, number):
    sign_in(client, factories.user(role=Role.ADMINISTRATOR))

    response = client.get(f"/admin/accounts/user/{number}/password/")

    assert response.status_code == 404
