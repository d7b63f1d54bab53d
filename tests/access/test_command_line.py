"""Signing in to a command: what it asks of a person, and what it refuses."""

import pytest
from axes.models import AccessAttempt
from django.core.management import CommandError
from django_otp.util import random_hex

from accounts.actions.passwords import note_password_set
from accounts.actions.second_factor import set_up
from accounts.core.roles import Role
from opsdesk.management.signing import signed_in
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW
from tests.pages.signing import code_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def required(settings, monkeypatch):
    settings.SECOND_FACTOR = "required"
    monkeypatch.setenv("OPSDESK_PASSWORD", "pw-for-tests")
    monkeypatch.delenv("OPSDESK_CODE", raising=False)


def with_factor(name="boss", role=Role.MANAGER):
    user, key = factories.user(name, role=role), random_hex(20)
    set_up(user, key, code_of(key), at=NOW)
    return user, key


def refused(name):
    with pytest.raises(CommandError) as error:
        signed_in(name)
    return str(error.value), error.value.returncode


def test_who_needs_no_second_factor_gives_the_password():
    user = factories.user("member", role=Role.TEAM_MEMBER)

    assert signed_in("member") == user
    assert AccessAttempt.objects.count() == 0


def test_with_guarded_rights_a_code_is_needed_once(monkeypatch):
    user, key = with_factor()
    monkeypatch.setenv("OPSDESK_CODE", code_of(key, steps=1))

    assert signed_in("boss") == user
    assert refused("boss") == (
        "This code is wrong or was used before. Wait for the next one of your app.",
        1,
    )
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == [
        "second factor set up",
        "second factor shown",
        "second factor refused",
    ]


def test_without_a_code_nobody_with_guarded_rights_is_let_in():
    with_factor()

    assert refused("boss")[1] == 1


def test_whose_rights_need_a_factor_that_is_not_set_up_sets_it_up_first():
    factories.manager("boss")

    assert refused("boss") == (
        "Your rights need a second factor. Sign in to the desk and set it up first.",
        1,
    )


def test_who_switched_it_on_is_asked_whatever_the_role():
    with_factor("member", Role.TEAM_MEMBER)

    assert refused("member")[1] == 1


def test_a_password_that_somebody_else_set_opens_no_command():
    user = factories.user("member", role=Role.TEAM_MEMBER)
    note_password_set(user, by=factories.user("admin"), at=NOW)

    assert refused("member") == (
        "Somebody else set this password. Sign in to the desk and choose your own first.",
        1,
    )


def test_switched_off_the_password_is_enough(settings):
    settings.SECOND_FACTOR = "off"
    user, _key = with_factor()

    assert signed_in("boss") == user


def test_a_person_must_be_named():
    assert refused("") == ("Name the person with --by.", 2)
