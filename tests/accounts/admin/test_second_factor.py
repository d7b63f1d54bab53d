"""The pages of the second factor: what they show, ask for and refuse."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib import admin
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.core.roles import Role
from opsdesk.models import AuditEntry
from tests import factories
from tests.pages.signing import code_of, device, sign_in, told

pytestmark = pytest.mark.django_db
ASK, SET_UP, MINE = "/admin/second-factor/", "/admin/second-factor/set-up/", "/admin/my-security/"
HOME = "/admin/"
WRONG = "This code is wrong or was used before. Wait for the next one of your app."


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR = "required"


@pytest.fixture
def boss(client):
    """A manager who gave the password and has no second factor yet."""
    user = factories.manager("boss")
    sign_in(client, user, factor=False)
    return user


def set_up(client):
    """Set up as the page asks; the key and the codes shown."""
    client.get(SET_UP)
    key = client.session["second_factor_key"]
    response = client.post(SET_UP, {"code": code_of(key)})
    return key, response.context["codes"]


def verbs():
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def test_without_one_the_way_leads_to_setting_it_up(client, boss):
    assert client.get(f"{ASK}?next=/admin/orders/order/").url == (
        f"{SET_UP}?next=%2Fadmin%2Forders%2Forder%2F"
    )


def test_setting_it_up_lets_the_session_in(client, boss):
    _key, codes = set_up(client)

    assert (len(codes), StaticToken.objects.count()) == (10, 10)
    assert client.get(HOME).status_code == 200
    assert "second_factor_key" not in client.session
    assert verbs() == ["second factor set up"]


def test_the_key_stays_the_same_until_it_is_proved_and_is_stored_nowhere_else(client, boss):
    first = client.get(SET_UP).context["key"]
    response = client.post(SET_UP, {"code": "nonsense"})

    assert response.context["key"] == first
    assert WRONG in response.content.decode()
    assert TOTPDevice.objects.count() == 0
    assert client.get(HOME).status_code == 302


def test_another_session_gets_another_key(client, boss):
    first = client.get(SET_UP).context["key"]
    sign_in(client, boss, factor=False)

    assert client.get(SET_UP).context["key"] != first


def test_the_page_holds_the_key_as_picture_link_and_text(client, boss):
    response = client.get(SET_UP)

    assert response.headers["Cache-Control"].split(", ")[-2:] == ["must-revalidate", "private"]
    assert response.context["picture"].startswith("data:image/svg+xml")
    assert response.context["link"].startswith("otpauth://totp/OpsDesk%3Aboss?secret=")
    assert len(response.context["key"].replace(" ", "")) == 32


def test_setting_up_later_needs_the_password_again(client):
    user = factories.user("member", role=Role.TEAM_MEMBER)
    sign_in(client, user, factor=False)
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=True):
        shown = client.get(SET_UP)
        code = client.post(SET_UP, {"code": "123456"})
        wrong = client.post(SET_UP, {"password": "wrong"})
        right = client.post(SET_UP, {"password": "pw-for-tests"})
        after = client.get(SET_UP)

    assert [("key" in one.context) for one in (shown, code, wrong, after)] == [
        False,
        False,
        False,
        True,
    ]
    assert "This is not your password" in wrong.content.decode()
    assert right.url == SET_UP


def test_where_there_is_one_nobody_sets_up_another_without_showing_it(client, boss):
    old = device(boss)

    assert client.get(SET_UP).url == f"{ASK}?next=%2Fadmin%2F"
    assert client.post(SET_UP, {"code": "123456"}).url == f"{ASK}?next=%2Fadmin%2F"
    assert TOTPDevice.objects.get() == old


def test_another_app_needs_a_code_of_the_old_one(client, boss):
    old, codes = set_up(client)
    client.get(SET_UP)
    new = client.session["second_factor_key"]

    for given in ({}, {"old_code": ""}, {"old_code": "nonsense"}):
        response = client.post(SET_UP, {"code": code_of(new)} | given)
        assert response.status_code == 200
    assert TOTPDevice.objects.get().key == old
    StaticDevice.objects.update(throttling_failure_count=0)
    client.post(SET_UP, {"code": code_of(new), "old_code": codes[0]})

    assert TOTPDevice.objects.get().key == new
    assert client.get(HOME).status_code == 200
    assert verbs()[-2:] == ["recovery code used", "second factor replaced"]


@pytest.mark.parametrize("with_recovery", [False, True])
def test_a_code_lets_in_and_leads_on(client, boss, with_recovery):
    key, codes = set_up(client)
    sign_in(client, boss, factor=False)
    code = codes[2] if with_recovery else code_of(key, steps=1)

    response = client.post(ASK, {"code": code, "next": "/admin/orders/order/"})

    assert response.url == "/admin/orders/order/"
    assert client.get(HOME).status_code == 200


@pytest.mark.parametrize("code", ["nonsense", "12345678", "", "1" * 41, "一二三四五六"])
def test_a_wrong_code_lets_nobody_in(client, boss, code):
    set_up(client)
    sign_in(client, boss, factor=False)

    response = client.post(ASK, {"code": code})

    assert (response.status_code, client.get(HOME).status_code) == (200, 302)


def test_guessing_codes_has_to_wait(client, boss):
    key, _codes = set_up(client)
    sign_in(client, boss, factor=False)
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        wrong = "000000" if code_of(key, steps=1) != "000000" else "111111"
        client.post(ASK, {"code": wrong})
        response = client.post(ASK, {"code": code_of(key, steps=1)})

    assert "Too many wrong codes. Try again in 1 second." in response.content.decode()
    assert client.get(HOME).status_code == 302


def test_my_security_shows_what_there_is(client, boss):
    set_up(client)

    response = client.get(MINE)

    shown = {name: response.context[name] for name in ("left", "required", "switched_off")}
    assert shown == {"left": 10, "required": True, "switched_off": False}


def test_new_recovery_codes_need_a_code(client, boss):
    key, codes = set_up(client)

    refused = client.post(f"{MINE}codes/", {"code": "nonsense"})
    made = client.post(f"{MINE}codes/", {"code": code_of(key, steps=1)})

    assert told(refused) == [WRONG]
    assert set(made.context["codes"]) & set(codes) == set()
    assert verbs() == [
        "second factor set up",
        "second factor refused",
        "second factor shown",
        "recovery codes made",
    ]


def test_it_is_switched_off_only_where_no_right_needs_it(client, boss):
    key, _codes = set_up(client)
    code = {"code": code_of(key, steps=1)}

    refused = client.post(f"{MINE}remove/", code)

    assert told(refused) == ["Your rights require the second factor; replace it instead."]
    assert TOTPDevice.objects.count() == 1
    boss.role_grants.all().delete()
    client.post(f"{MINE}remove/", code)
    assert TOTPDevice.objects.count() == 0


@pytest.mark.parametrize("path", [f"{MINE}codes/", f"{MINE}remove/", f"{MINE}sign-out/"])
def test_what_changes_something_is_not_looked_at(client, boss, path):
    sign_in(client, boss)

    assert client.get(path).status_code == 405


@pytest.mark.parametrize("path", [ASK, SET_UP, MINE, "/admin/password_change/"])
def test_strangers_are_led_to_the_sign_in_page(client, path):
    response = client.get(path)

    assert (response.status_code, response.url) == (302, f"/admin/login/?next={path}")


def test_the_secrets_have_no_pages_of_their_own():
    registered = {model._meta.label for model in admin.site._registry}

    assert registered & {"otp_totp.TOTPDevice", "otp_static.StaticDevice"} == set()
