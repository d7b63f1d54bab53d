"""Guessing passwords: few tries, the same answers for every name, and a page that says how long."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth import authenticate
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.admin.guessing import client_address, password_is_right
from accounts.core.roles import Role
from opsdesk.models import AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db
RIGHT = "pw-for-tests"
LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def few(settings):
    settings.AXES_FAILURE_LIMIT = 3
    settings.SIGN_IN_GUESSES_EVERYWHERE = 7


def guess(name, word="wrong", address="10.0.0.1", language="en"):
    """The answer to one guess, without what differs by chance."""
    client = Client(REMOTE_ADDR=address, HTTP_ACCEPT_LANGUAGE=language)
    response = client.post(LOGIN, {"username": name, "password": word})
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return response.status_code, text.replace(name, "NAME")


def codes(name, times, **how):
    return [guess(name, **how)[0] for _ in range(times)]


# The answer names a minute, and none may begin between two names.
@time_machine.travel(datetime(2026, 4, 2, 9, 0, 30, tzinfo=UTC), tick=False)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_name_is_answered_alike(language):
    factories.user("known", role=Role.MANAGER)
    factories.user("gone", is_active=False)
    unusable = factories.user("without")
    unusable.set_unusable_password()
    unusable.save()

    answers = {
        name: [guess(name, language=language) for _ in range(4)]
        for name in ("known", "gone", "without", "unknown")
    }

    assert len({str(given) for given in answers.values()}) == 1
    assert [status for status, _text in answers["known"]] == [200, 200, 429, 429]


def test_the_right_password_of_who_is_shut_out_is_answered_as_a_wrong_one():
    factories.user("gone", is_active=False)

    assert guess("gone", RIGHT) == guess("unknown", "wrong")


def test_after_enough_guesses_the_right_password_waits_too():
    factories.user("known")

    assert codes("known", 3) == [200, 200, 429]
    status, text = guess("known", RIGHT)

    assert status == 429
    assert "Too many wrong passwords. You can try again at " in text
    assert AccessLog.objects.count() == 0


def test_the_page_says_until_when_and_trying_on_does_not_prolong_it():
    factories.user("known")
    began = timezone.now()
    with time_machine.travel(began, tick=False):
        codes("known", 3)
    with time_machine.travel(began + timedelta(minutes=10), tick=False):
        response = Client(REMOTE_ADDR="10.0.0.1").post(
            LOGIN, {"username": "known", "password": RIGHT}
        )
    with time_machine.travel(began + timedelta(minutes=15, seconds=1), tick=False):
        after = guess("known", RIGHT)[0]

    assert (response.status_code, response.headers["Retry-After"]) == (429, "300")
    assert after == 302


@pytest.mark.parametrize(("second", "said"), [(0, "17:16"), (1, "17:16"), (59, "17:16")])
def test_at_the_minute_that_the_page_names_it_works(second, said):
    factories.user("known")
    began = datetime(2026, 4, 2, 9, 0, second, tzinfo=UTC)
    with time_machine.travel(began, tick=False):
        codes("known", 2)
        text = guess("known")[1]
    with time_machine.travel(datetime(2026, 4, 2, 9, int(said[3:]), tzinfo=UTC), tick=False):
        after = guess("known", RIGHT)[0]

    assert f"You can try again at {said}." in text
    assert after == 302


def test_in_chinese_the_page_speaks_chinese():
    codes("known", 3)

    assert "密码错误次数过多" in guess("known", language="zh-hans")[1]


def test_one_name_waits_only_where_it_was_guessed():
    factories.user("known")
    codes("known", 3)

    assert guess("known", RIGHT, address="10.0.0.2")[0] == 302
    assert guess("another", RIGHT)[0] == 200


def test_many_addresses_together_get_no_further():
    factories.user("known")
    tried = [guess("known", address=f"10.0.1.{number}")[0] for number in range(8)]

    assert tried == [200] * 6 + [429] * 2
    assert guess("known", RIGHT, address="10.0.2.1")[0] == 429


def test_who_signed_in_from_an_address_is_not_shut_out_there_by_others():
    factories.user("known")
    guess("known", RIGHT, address="10.0.0.9")
    for number in range(8):
        guess("known", address=f"10.0.1.{number}")

    assert guess("known", RIGHT, address="10.0.0.9")[0] == 302
    # what others guessed elsewhere still counts there
    assert guess("known", RIGHT, address="10.0.1.200")[0] == 429


def test_the_right_password_takes_the_count_back_and_is_no_failure():
    factories.user("known")
    codes("known", 2)

    assert guess("known", RIGHT)[0] == 302
    assert codes("known", 3) == [200, 200, 429]
    assert AccessFailureLog.objects.count() == 5
    assert list(AccessFailureLog.objects.filter(locked_out=True).values_list("username")) == [
        ("known",)
    ]


def test_nothing_of_what_was_typed_is_kept():
    guess("known", "secret-guess")

    kept = str([list(model.objects.values()) for model in (AccessAttempt, AccessFailureLog)])

    assert "secret-guess" not in kept


def test_a_name_that_is_made_to_wait_is_in_the_trail_once():
    factories.user("known")

    codes("known", 5)
    codes("unknown", 5)

    assert list(AuditEntry.objects.values_list("verb", flat=True)) == ["sign-in made to wait"]


def test_other_places_that_ask_for_a_password_count_as_well():
    user = factories.user("known")
    request = RequestFactory().post("/", {"password": "x"}, REMOTE_ADDR="10.0.0.1")

    tried = [password_is_right(request, "known", word) for word in ("a", RIGHT, "b", "c", "d")]

    assert tried == [None, user, None, None, None]
    assert password_is_right(request, "known", RIGHT) is None
    assert not getattr(request, "axes_locked_out", False)


def test_a_request_is_needed_to_sign_in():
    factories.user("known")

    assert authenticate(RequestFactory().get("/"), username="known", password=RIGHT) is not None


FORWARDED = [
    # trusted proxies, X-Forwarded-For, what is taken for the client
    (0, "1.1.1.1", "9.9.9.9"),
    (1, "1.1.1.1", "1.1.1.1"),
    (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),  # the first one was written by the client
    (2, "6.6.6.6, 1.1.1.1, 8.8.8.8", "1.1.1.1"),
    (2, "1.1.1.1", "9.9.9.9"),  # past our proxies
    (1, "nonsense", None),
    (1, "", "9.9.9.9"),
    (1, "2001:DB8::1", "2001:db8::1"),
]


@pytest.mark.parametrize(("proxies", "forwarded", "expected"), FORWARDED)
def test_the_address_is_what_our_own_proxies_saw(proxies, forwarded, expected, settings):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="9.9.9.9", HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address(request) == expected
