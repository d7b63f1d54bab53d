"""The page of a sign-in: what administrators do there and what they do not."""

import pytest

from accounts.core.roles import Role
from accounts.models import User
from opsdesk.models import AuditEntry
from tests import factories
from tests.pages.signing import sign_in, told

pytestmark = pytest.mark.django_db


def page(user):
    return f"/admin/accounts/user/{user.pk}/"


def test_an_administrator_shuts_somebody_out_at_once(client):
    sign_in(client, factories.user("admin", role=Role.ADMINISTRATOR))
    user = factories.user("member", role=Role.TEAM_MEMBER)
    theirs = sign_in(type(client)(), user)
    before = theirs.get("/admin/").status_code

    asked = client.get(f"{page(user)}shut-out/")
    done = client.post(f"{page(user)}shut-out/")

    assert (before, asked.status_code, theirs.get("/admin/").status_code) == (200, 200, 302)
    assert told(done) == ["member is shut out; every session has ended."]
    assert list(AuditEntry.objects.values_list("verb", flat=True)) == ["shut out"]


def test_a_form_lets_nobody_in_again(client):
    sign_in(client, factories.user("admin", role=Role.ADMINISTRATOR))
    user = factories.user("member", is_active=False)

    client.post(f"{page(user)}change/", {"username": "member", "is_active": "on"})

    assert User.objects.get(pk=user.pk).is_active is False
    assert "A change of access lets in again" in client.get(f"{page(user)}change/").content.decode()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AUDITOR, Role.HR_PAYROLL, Role.TEAM_MEMBER])
def test_others_shut_nobody_out(client, role):
    sign_in(client, factories.user(role=role))
    user = factories.user("member")

    for method in (client.get, client.post):
        assert method(f"{page(user)}shut-out/").status_code == 403

    assert User.objects.get(pk=user.pk).is_active is True
    assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize("number", ["abc", "1_0", "-1", "99999999999999999999999"])
def test_the_pages_of_no_sign_in_are_not_there(client, number):
    sign_in(client, factories.user(role=Role.ADMINISTRATOR))

    for name in ("password", "shut-out"):
        assert client.get(f"/admin/accounts/user/{number}/{name}/").status_code == 404


def test_nobody_shuts_oneself_out(client):
    admin = factories.user("admin", role=Role.ADMINISTRATOR)
    factories.user("other", role=Role.ADMINISTRATOR)
    sign_in(client, admin)

    response = client.post(f"{page(admin)}shut-out/")

    assert told(response) == ["Nobody shuts oneself out; ask another administrator."]
    assert User.objects.get(pk=admin.pk).is_active is True


def test_the_page_of_a_sign_in_shows_no_secret(client):
    sign_in(client, factories.user("admin", role=Role.ADMINISTRATOR))
    user = factories.user("member")
    sign_in(type(client)(), user)

    text = client.get(f"{page(user)}change/").content.decode()

    assert user.totpdevice_set.get().key not in text
    assert user.password not in text
