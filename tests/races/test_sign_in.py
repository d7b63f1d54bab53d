"""Signing in at the same moment from many places."""

import pytest
from axes.models import AccessAttempt, AccessLog
from django.test import Client
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from accounts.actions.second_factor import set_up, show_code
from accounts.admin.guessing import password_is_right
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW
from tests.pages.signing import code_of, sign_in
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ASK = "/admin/second-factor/"


@pytest.fixture
def user():
    return factories.manager()


def verbs():
    return sorted(AuditEntry.objects.values_list("verb", flat=True))


def test_of_fifty_sessions_that_show_one_code_one_is_let_in(user, settings):
    settings.SECOND_FACTOR = "required"
    key = random_hex(20)
    set_up(user, key, code_of(key), at=NOW)
    code = code_of(key, steps=1)
    clients = [sign_in(Client(), user, factor=False) for _ in range(50)]

    def show(client):
        client.post(ASK, {"code": code})
        return client.get("/admin/my-security/").status_code

    results = at_once(*[lambda client=client: show(client) for client in clients])

    assert results == {200: 1, 302: 49}
    assert verbs().count("second factor shown") == 1


def test_of_fifty_who_show_one_recovery_code_one_is_let_in(user):
    key = random_hex(20)
    codes = set_up(user, key, code_of(key), at=NOW)

    def show():
        show_code(user, codes[0], at=NOW)
        return "in"

    results = at_once(*[show] * 50)

    assert results["in"] == 1
    assert StaticToken.objects.count() == 9
    assert verbs().count("recovery code used") == 1


def test_of_twenty_who_set_up_at_once_one_does(user):
    keys = [random_hex(20) for _ in range(20)]

    def make(key):
        set_up(user, key, code_of(key), at=NOW)
        return "set up"

    results = at_once(*[lambda key=key: make(key) for key in keys])

    assert results["set up"] == 1
    assert (TOTPDevice.objects.count(), StaticToken.objects.count()) == (1, 10)
    assert verbs() == ["second factor set up"]


def test_of_fifty_guesses_at_once_the_limit_is_looked_at(user, monkeypatch):
    looked = []
    monkeypatch.setattr(type(user), "check_password", lambda self, raw: looked.append(raw) or False)

    def guess(number):
        client = Client(REMOTE_ADDR="10.0.0.1", HTTP_USER_AGENT=f"browser {number}")
        data = {"username": "manager", "password": f"guess {number}"}
        return client.post("/admin/login/", data).status_code

    results = at_once(*[lambda number=number: guess(number) for number in range(50)])

    assert len(looked) == 8
    assert sum(results.values()) == 50
    assert set(results) <= {200, 429}
    assert AccessAttempt.objects.get().failures_since_start == 8
    assert AccessLog.objects.count() == 0


def test_of_fifty_guesses_from_fifty_addresses_the_limit_is_looked_at(user, settings, monkeypatch):
    settings.SIGN_IN_GUESSES_EVERYWHERE = 20
    looked = []
    monkeypatch.setattr(type(user), "check_password", lambda self, raw: looked.append(raw) or False)

    def guess(number):
        client = Client(REMOTE_ADDR=f"10.0.0.{number}")
        request = client.get("/admin/login/").wsgi_request
        return password_is_right(request, "manager", "guess")

    results = at_once(*[lambda number=number: guess(number) for number in range(50)])

    assert results == {None: 50}
    assert len(looked) == 20
