"""Who gets into the API: each kind of key, and everything that is no key."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from accounts.actions.clients import issue_key, revoke_key, rotate_key, stop_client
from accounts.core.api_keys import new_key
from accounts.core.roles import Role
from accounts.models import ApiClient, ApiKey
from tests import factories
from tests.opsdesk.api.calling import assert_headers, get, header_of, problem, told
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db

ME = "/api/v1/me/"
NO_KEY = problem(
    401,
    "Unauthorized",
    "Send your key in the header “Authorization: Api-Key <key>”.",
    "not_authenticated",
)
REFUSED = problem(
    401, "Unauthorized", "This key does not open the API, or not any more.", "key_refused"
)
MALFORMED = problem(
    401, "Unauthorized", "This is no key: it was cut off or typed wrong.", "malformed_key"
)


def now():
    return datetime.now(UTC)


@pytest.fixture
def erp():
    return factories.api_client(resources=("stores:read", "orders:write"))


def test_a_key_opens_and_is_told_about_itself(client, erp):
    text = factories.api_key(erp)
    key = ApiKey.objects.get()

    response = get(client, ME, text)

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response.json() == {
        "name": "ERP",
        "resources": ["stores:read", "orders:write"],
        "stores": None,
        "key": {
            "prefix": key.prefix,
            "expires_at": response.json()["key"]["expires_at"],
        },
    }
    assert datetime.fromisoformat(response.json()["key"]["expires_at"]) == key.expires_at
    assert_headers(response)


def test_a_client_of_some_stores_is_told_which(client):
    text = factories.api_key(factories.api_client(stores=("UK", "DE")))

    assert get(client, ME, text).json()["stores"] == ["DE", "UK"]


def test_without_a_key_nothing_opens_and_the_answer_says_how(client):
    response = client.get(ME)

    assert told(response) == NO_KEY
    assert response["WWW-Authenticate"] == "Api-Key"


def refused_keys():
    """A key of each kind that opens nothing, by the kind."""
    fine = factories.api_client("fine")
    revoked, revoked_text = issue_key(fine, by=None, at=now())
    revoke_key(revoked, by=None, at=now())
    stopped = factories.api_client("stopped")
    stopped_text = factories.api_key(stopped)
    stop_client(stopped, by=None, at=now())
    waiting = factories.api_client("waiting")
    ApiClient.objects.filter(pk=waiting.pk).update(confirmed_at=None)
    old = factories.api_client("changed over")
    rotated = factories.api_key(old)
    rotate_key(old, overlap_days=0, by=None, at=now())
    return {
        "wrong": new_key().text,
        "expired": factories.api_key(fine, at=now() - timedelta(days=2), days=1),
        "revoked": revoked_text,
        "stopped": stopped_text,
        "unconfirmed": factories.api_key(waiting),
        "rotated": rotated,
    }


def test_a_key_that_opens_nothing_is_not_told_why(client):
    answers = {}

    for kind, text in refused_keys().items():
        response = get(client, ME, text)
        answers[kind] = (told(response), response["WWW-Authenticate"])

    assert answers == dict.fromkeys(answers, (REFUSED, "Api-Key"))
    assert not ApiKey.objects.filter(last_used_at__isnull=False).exists()


def test_old_and_new_key_both_open_during_a_rotation(client, erp):
    old = factories.api_key(erp)
    _, new = rotate_key(erp, by=None, at=now())

    assert [get(client, ME, text).status_code for text in (old, new)] == [200, 200]


@pytest.mark.parametrize("text", ["x", "opsd_short_key", "two words", "密钥", "x" * 10_000])
def test_a_text_that_is_no_key_is_called_that(client, text):
    response = client.get(ME, headers={"authorization": f"Api-Key {text}"})

    assert told(response) == MALFORMED


def test_a_mistyped_key_is_told_apart(client, erp):
    text = factories.api_key(erp)
    wrong = text[:-1] + ("a" if text[-1] != "a" else "b")

    assert told(get(client, ME, wrong)) == MALFORMED


@pytest.mark.parametrize("scheme", ["Bearer", "Basic", "Token", ""])
def test_another_scheme_is_no_key(client, erp, scheme):
    header = f"{scheme} {factories.api_key(erp)}".strip()

    assert told(client.get(ME, headers={"authorization": header})) == NO_KEY


def test_the_scheme_is_read_in_any_case(client, erp):
    header = f"api-key  {factories.api_key(erp)}"

    assert client.get(ME, headers={"authorization": header}).status_code == 200


@pytest.mark.parametrize("name", ["api_key", "key", "Authorization", "access_token"])
def test_a_key_in_the_address_opens_nothing(client, erp, name):
    text = factories.api_key(erp)

    assert told(client.get(ME, {name: text})) == NO_KEY
    assert told(client.get(ME, {name: f"Api-Key {text}"})) == NO_KEY
    assert get(client, f"{ME}?{name}={text}", text).status_code == 400


def test_a_key_in_the_body_or_a_cookie_opens_nothing(client, erp):
    text = factories.api_key(erp)
    client.cookies["Authorization"] = f"Api-Key {text}"

    assert told(client.get(ME)) == NO_KEY
    assert told(client.post(ME, {"api_key": text})) == NO_KEY


def test_a_signed_in_browser_is_nobody_to_the_api(client, django_assert_num_queries):
    sign_in(client, factories.user(role=Role.ADMINISTRATOR))
    sessions = Session.objects.count()

    with django_assert_num_queries(0):
        answer = told(client.get(ME))

    assert (answer, Session.objects.count()) == (NO_KEY, sessions)


def test_a_key_does_not_open_a_page(client, erp):
    response = client.get("/admin/", **header_of(factories.api_key(erp)))

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_a_request_with_a_key_leaves_no_session_and_asks_little(
    client, erp, django_assert_num_queries
):
    sign_in(client, factories.user(role=Role.ADMINISTRATOR))
    sessions = Session.objects.count()
    text = factories.api_key(erp)

    # the key with its client, the note of its use
    with django_assert_num_queries(2):
        get(client, ME, text)
    with django_assert_num_queries(1):
        get(client, ME, text)

    assert Session.objects.count() == sessions
    assert ApiKey.objects.get().last_used_at is not None


def test_a_key_is_refused_from_the_request_after_its_end(client, erp):
    key, text = issue_key(erp, by=None, at=now())

    before = get(client, ME, text).status_code
    revoke_key(key, by=None, at=now())

    assert (before, get(client, ME, text).status_code) == (200, 401)


def test_what_is_refused_is_said_in_the_callers_language(client):
    response = client.get(ME, headers={"accept-language": "zh-hans", "authorization": "Api-Key x"})

    assert told(response)[1]["detail"] != MALFORMED[1]["detail"]


def test_no_key_is_kept_in_a_log(client, erp, caplog):
    text = factories.api_key(erp)

    get(client, f"/api/v1/nothing/?api_key={text}&x={text}", text)

    said = " ".join(str(record.__dict__) for record in caplog.records)
    assert (text[-43:] in said, "nothing" in said) == (False, True)
