"""Setting passwords: an own one, and one for somebody else."""

import pytest

from accounts.core.roles import Role
from accounts.models import User
from opsdesk.models import AuditEntry
from tests import factories
from tests.pages.signing import device, sign_in, told

pytestmark = pytest.mark.django_db
OLD, NEW = "pw-for-tests", "my-own-long-password"
PAGE, HOME = "/admin/password_change/", "/admin/"


@pytest.fixture
def admin(client):
    user = factories.user("admin", role=Role.ADMINISTRATOR)
    sign_in(client, user)
    return user


def set_password(client, user, word="given-by-admin"):
    values = {"usable_password": "true", "password1": word, "password2": word}
    return client.post(f"/admin/accounts/user/{user.pk}/password/", values)


def has(user, word):
    return User.objects.get(pk=user.pk).check_password(word)


def change(client, old=OLD, new=NEW):
    values = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(PAGE, values)


def trail():
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def test_an_administrator_sets_a_password_that_opens_little(client, admin):
    user = factories.user("member", role=Role.TEAM_MEMBER)

    response = set_password(client, user)

    assert (response.status_code, has(user, "given-by-admin")) == (302, True)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor, entry.object_id) == ("password set", admin, str(user.pk))
    assert "given-by-admin" not in str(entry.detail)


GUARDED = [Role.SUPERVISOR, Role.HR_PAYROLL, Role.MANAGER, Role.ADMINISTRATOR, Role.AUDITOR]


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize("role", GUARDED)
def test_nobody_sets_a_password_that_opens_guarded_rights(client, admin, role, active):
    user = factories.user("guarded", role=role, is_active=active)

    response = set_password(client, user)

    assert told(response) == [
        "guarded has rights that need a second factor, and none is set up: whoever knows the "
        "password could use these rights. Have guarded set up the second factor, or take the "
        "roles away, then set the password."
    ]
    assert (has(user, OLD), trail()) == (True, [])


def test_behind_a_second_factor_a_password_may_be_set(client, admin):
    user = factories.user("guarded", role=Role.MANAGER)
    device(user)

    set_password(client, user)

    assert (has(user, "given-by-admin"), trail()) == (True, ["password set"])


def test_the_own_password_is_not_set_without_the_old_one(client, admin):
    response = set_password(client, admin)

    assert (response.url, has(admin, OLD), trail()) == (PAGE, True, [])


@pytest.mark.parametrize("role", [Role.TEAM_MEMBER, Role.HR_PAYROLL, Role.AUDITOR])
def test_others_set_no_passwords(client, role):
    sign_in(client, factories.user(role=role))
    user = factories.user("member")

    assert set_password(client, user).status_code == 403
    assert (has(user, OLD), trail()) == (True, [])


def test_who_got_a_password_chooses_an_own_one_before_anything_else(client, admin):
    user = factories.user("member", role=Role.TEAM_MEMBER)
    set_password(client, user)
    theirs = type(client)()
    theirs.post("/admin/login/", {"username": "member", "password": "given-by-admin"})

    assert theirs.get("/admin/orders/order/").url == f"{PAGE}?next=%2Fadmin%2Forders%2Forder%2F"
    assert theirs.get(HOME).wsgi_request.scope.roles == frozenset()
    assert theirs.post("/admin/my-security/sign-out/").status_code == 403
    assert "Choose one of your own to go on." in theirs.get(PAGE).content.decode()
    same = change(theirs, old="given-by-admin", new="given-by-admin")
    assert same.status_code == 200
    assert change(theirs, old="given-by-admin").url == HOME
    assert theirs.get(HOME).status_code == 200
    assert trail() == ["password set", "password chosen"]


def test_the_first_password_of_a_new_sign_in_is_not_its_own(client, admin):
    values = {
        "username": "fresh",
        "usable_password": "true",
        "password1": "given-by-admin",
        "password2": "given-by-admin",
    }
    client.post("/admin/accounts/user/add/", values)
    theirs = type(client)()

    theirs.post("/admin/login/", {"username": "fresh", "password": "given-by-admin"})

    assert theirs.get(HOME).url == f"{PAGE}?next=%2Fadmin%2F"
    assert trail() == ["created", "password set"]


def test_an_own_password_is_changed_and_other_sessions_end(client):
    user = factories.user("member", role=Role.TEAM_MEMBER)
    other = type(client)()
    sign_in(client, user)
    sign_in(other, user)

    response = change(client)

    assert (response.url, told(response)) == (HOME, ["Your password was changed."])
    assert (has(user, NEW), trail()) == (True, ["password chosen"])
    assert (client.get(HOME).status_code, other.get(HOME).status_code) == (200, 302)


@pytest.mark.parametrize(
    ("old", "new"),
    [("wrong", NEW), (OLD, OLD), (OLD, "short"), (OLD, "1234567890123"), (OLD, "")],
)
def test_a_wrong_old_or_a_weak_new_password_changes_nothing(client, old, new):
    user = factories.user("member", role=Role.TEAM_MEMBER)
    sign_in(client, user)

    assert change(client, old, new).status_code == 200
    assert has(user, OLD)
    assert trail() == (["password refused"] if old == "wrong" else [])


def test_the_old_password_cannot_be_guessed_here(client, settings):
    settings.AXES_FAILURE_LIMIT = 3
    user = factories.user("member", role=Role.TEAM_MEMBER)
    sign_in(client, user)
    for _ in range(3):
        change(client, "wrong")

    assert change(client).status_code == 200
    assert has(user, OLD)
