"""The gate behind sign-in: the second factor cannot be skipped."""

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from accounts.core.scope import nobody
from compensation.actions.payruns import approve_run
from compensation.models import PayRun
from opsdesk.core.errors import NotAllowed
from opsdesk.core.periods import Period
from tests import factories
from tests.factories import NOW
from tests.pages.signing import device, sign_in

pytestmark = pytest.mark.django_db
ASK = "/admin/second-factor/"
HOME = "/admin/"


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR = "required"


@pytest.fixture
def run():
    return PayRun.objects.create(
        department=factories.department(),
        month=Period.parse("2026-03").start,
        state="submitted",
        currency="CNY",
    )


def no_factor(client, role=Role.MANAGER):
    user = factories.user(role=role)
    return user, sign_in(client, user, factor=False)


GUARDED_ROLES = [
    Role.SUPERVISOR,
    Role.HR_PAYROLL,
    Role.MANAGER,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
]


@pytest.mark.parametrize("role", GUARDED_ROLES)
def test_a_page_leads_to_the_second_factor_and_back(client, role):
    no_factor(client, role)

    response = client.get("/admin/orders/order/?q=5")

    assert (response.status_code, response.url) == (
        302,
        f"{ASK}?next=%2Fadmin%2Forders%2Forder%2F%3Fq%3D5",
    )


def test_a_team_member_is_not_asked(client):
    no_factor(client, Role.TEAM_MEMBER)

    assert client.get(HOME).status_code == 200


def test_who_switched_it_on_is_asked_whatever_the_role(client):
    user, _client = no_factor(client, Role.TEAM_MEMBER)
    device(user)

    assert client.get(HOME).url == f"{ASK}?next=%2Fadmin%2F"


def test_who_stands_in_for_somebody_guarded_is_asked(client):
    user, _client = no_factor(client, Role.TEAM_MEMBER)
    boss = factories.manager()
    boss.stand_ins.create(
        stand_in=user,
        from_date="2020-01-01",
        to_date="2100-01-01",
        named_by=boss,
        named_at=NOW,
    )

    assert client.get(HOME).url == f"{ASK}?next=%2Fadmin%2F"


@pytest.mark.parametrize(
    "how",
    [
        {"HTTP_HX_REQUEST": "true"},
        {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"},
        {"HTTP_ACCEPT": "application/json"},
    ],
)
def test_what_is_no_page_is_refused_without_data(client, how):
    no_factor(client)

    response = client.get("/admin/compensation/payrun/", **how)

    assert (response.status_code, response.content) == (403, b"Complete your sign-in first.")


def test_a_post_is_refused_and_writes_nothing(client, run):
    no_factor(client)

    for path in (f"/admin/compensation/payrun/{run.pk}/approve/", "/admin/accounts/user/add/"):
        assert client.post(path, {"digest": run.digest}).status_code == 403

    run.refresh_from_db()
    assert (run.state, factories.User.objects.count()) == ("submitted", 1)


def test_actions_refuse_by_themselves(client, run):
    user, _client = no_factor(client)

    scope = client.get(HOME).wsgi_request.scope

    assert scope == nobody(scope.today)
    with pytest.raises(NotAllowed):
        approve_run(run, digest=run.digest, scope=scope, by=user, at=NOW)
    run.refresh_from_db()
    assert run.state == "submitted"


def test_sign_out_and_the_language_stay_open(client):
    no_factor(client)

    assert client.post("/i18n/setlang/", {"language": "zh-hans"}).status_code == 302
    assert client.get(ASK, follow=True).status_code == 200
    assert client.post("/admin/logout/").status_code == 200
    assert client.get(HOME).url == "/admin/login/?next=/admin/"


def test_who_showed_the_factor_goes_on(client):
    user = factories.manager()
    sign_in(client, user)

    assert client.get(HOME).status_code == 200


def test_a_device_that_was_replaced_opens_no_session_any_more(client):
    user = factories.manager()
    sign_in(client, user)
    device(user).delete()
    device(user)

    assert client.get(HOME).url == f"{ASK}?next=%2Fadmin%2F"


def test_the_device_of_somebody_else_opens_nothing(client):
    user = factories.manager()
    sign_in(client, user)
    device(user).delete()
    session = client.session
    session["otp_device_id"] = device(factories.user()).persistent_id
    session.save()

    assert client.get(HOME).url == f"{ASK}?next=%2Fadmin%2F"


def test_a_role_that_comes_later_asks_at_once(client):
    user, _client = no_factor(client, Role.TEAM_MEMBER)
    before = client.get(HOME).status_code

    factories.grant(user, Role.MANAGER)

    assert (before, client.get(HOME).url) == (200, f"{ASK}?next=%2Fadmin%2F")


def test_signing_in_anew_asks_anew(client):
    user = factories.manager()
    sign_in(client, user)

    sign_in(client, user, factor=False)

    assert client.get(HOME).url == f"{ASK}?next=%2Fadmin%2F"


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_nobody_is_sent_to_another_host(client, wanted):
    user = factories.manager()
    sign_in(client, user)

    response = client.get(ASK, {"next": wanted})

    assert (response.status_code, response.url) == (302, reverse("admin:index"))


def test_switched_off_it_asks_nobody(client, settings):
    settings.SECOND_FACTOR = "off"
    no_factor(client)

    assert client.get(HOME).status_code == 200


def test_somebody_else_may_sign_in_instead(client):
    no_factor(client)
    factories.user("member", role=Role.TEAM_MEMBER)

    response = client.post("/admin/login/", {"username": "member", "password": "pw-for-tests"})

    assert (response.status_code, client.get(HOME).status_code) == (302, 200)
