"""Signing in with a second factor, in a browser: set up, sign out, sign in by code, recover."""

from base64 import b32decode

import pytest
from django.conf import settings as configured
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from opsdesk.models import AuditEntry
from tests.pages.signing import code_of
from tests.pages.test_browser import (  # noqa: F401
    DESKTOP,
    PASSWORD,
    PHONE,
    Visitor,
    axe,
    browser,
    company,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def visitor(company, browser, live_server, settings):  # noqa: F811
    """Somebody before the sign-in page of a desk that asks for the second factor."""
    settings.SECOND_FACTOR = "required"
    made = []

    def make(**how):
        made.append(Visitor(browser, live_server, **how))
        return made[-1]

    yield make
    wrong = [one for each in made for one in each.wrong]
    for each in made:
        each.context.close()
    assert wrong == []


def give_password(desk, name="boss"):
    desk.go(reverse("admin:login"))
    desk.page.fill("#id_username", name)
    desk.page.fill("#id_password", PASSWORD)
    desk.page.click("#login-form button[type=submit]")
    desk.page.wait_for_url("**/second-factor/**")


def give(desk, code):
    desk.page.fill("#id_code", code)
    desk.page.click("button.main")


def set_up(desk):
    """Set the second factor up as its page says and return the key and the recovery codes."""
    key = bytes_of(desk.page.inner_text(".key"))
    give(desk, code_of(key))
    desk.page.wait_for_selector(".codes")
    return key, desk.page.locator(".codes code").all_inner_texts()


def bytes_of(text):
    return b32decode(text.replace(" ", "")).hex()


def leave(desk):
    desk.context.clear_cookies(name=configured.SESSION_COOKIE_NAME)


def barriers(desk):
    found = axe.Axe().run(desk.page).response["violations"]
    return [
        f"{one['id']} {one['nodes'][0]['target']}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_from_the_first_sign_in_to_the_last_recovery_code(visitor):
    desk = visitor()
    give_password(desk)

    key, codes = set_up(desk)

    assert len(set(codes)) == 10
    desk.page.click("text=I kept them, go on")
    desk.page.wait_for_selector("#nav-sidebar", state="attached")
    assert desk.heading() == "My desk"
    leave(desk)
    give_password(desk)
    desk.go("/admin/compensation/payrun/")
    assert desk.heading() == "Second factor"
    give(desk, code_of(key, steps=1))
    desk.page.wait_for_url("**/admin/compensation/payrun/")
    leave(desk)
    give_password(desk)
    give(desk, codes[4])
    desk.page.wait_for_selector("#nav-sidebar", state="attached")
    leave(desk)
    give_password(desk)
    give(desk, codes[4])
    assert "wrong or was used before" in desk.page.inner_text(".error")
    verbs = AuditEntry.objects.filter(verb__contains="co").order_by("id")
    assert list(verbs.values_list("verb", flat=True))[-4:] == [
        "second factor set up",
        "second factor shown",
        "recovery code used",
        "second factor refused",
    ]
    assert TOTPDevice.objects.get().user == User.objects.get(username="boss")


def test_my_security_makes_new_codes_and_signs_out_everywhere(visitor):
    desk = visitor()
    give_password(desk)
    key, codes = set_up(desk)
    desk.go(reverse("my_security"))
    desk.page.fill("#code", code_of(key, steps=1))
    desk.page.click("text=New recovery codes")
    desk.page.wait_for_selector(".codes")
    assert set(desk.page.locator(".codes code").all_inner_texts()) & set(codes) == set()

    desk.go(reverse("my_security"))
    desk.page.click("text=Sign out everywhere")

    desk.page.wait_for_selector("#id_username")
    assert "You are signed out everywhere." in desk.page.inner_text("body")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_of_sign_in_fit_and_can_be_read(visitor, size, dark, language):
    desk = visitor(size=size, dark=dark)
    cookie = {"name": configured.LANGUAGE_COOKIE_NAME, "value": language, "url": desk.server}
    desk.context.add_cookies([cookie])
    found = {}

    def look(name):
        desk.page.wait_for_load_state()
        found[name] = (desk.page.get_attribute("html", "lang"), desk.overflow(), barriers(desk))

    desk.go(reverse("admin:login"))
    look("sign-in")
    give_password(desk)
    look("set up")
    set_up(desk)
    look("codes")
    desk.go(reverse("my_security"))
    look("my security")
    desk.go(reverse("own_password"))
    look("password")
    desk.go(reverse("second_factor_set_up"))
    look("another app")
    leave(desk)
    give_password(desk)
    look("ask")

    assert set(map(str, found.values())) == {str((language, 0, []))}, found
