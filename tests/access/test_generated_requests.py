"""Whatever a machine sends: an answer in JSON with its headers, and never a fault of ours."""

import random

import pytest

from accounts.core.api_keys import EVERY_USE, new_key
from accounts.models import ApiClient, ApiKey
from catalog.models import Store
from tests import factories
from tests.opsdesk.api.calling import assert_headers

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

MANY = 2_000
WORDS = (
    "", "0", "-1", "UK", "DE", "x", "é", "密", "😀", "\0", "%00", "%", "%FF", "%ED%A0%80", "..",
    "1e999", "NaN", "9" * 40, "a" * 3000, "null", "true", "'", '"', "\\", "--", "=1", "{}", "[]",
    "2026-13-45", "0001-01-01T00:00:00+23:59", "%0d%0aX: y", "<b>", "\ud800", "cD0lMDA=", "Lw==",
)  # fmt: skip
PATHS = ("", "stores/", "stores/{}/", "me/", "{}/", "stores/{}", "stores/UK/{}/", "../{}", "{}")
NAMES = ("country", "stage", "department", "cursor", "page_size", "format", "api_key", "q", "密")
TYPES = ("application/json", "text/plain", "", "application/json; charset=x", "multipart/form-data")
HEADERS = ("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE", "HTTP_HOST", "HTTP_X_REQUEST_ID")


def quoted(text):
    """As it may stand in an address: what is not ASCII as bytes, the rest as it is."""
    return "".join(
        one if 32 < ord(one) < 127 else "".join(f"%{b:02X}" for b in one.encode("utf-8", "replace"))
        for one in text
    )


def a_request(chance, keys):
    """Method, address, body and headers of a request that nobody thought of."""
    word = lambda: chance.choice(WORDS)  # noqa: E731
    path = "/api/v1/" + chance.choice(PATHS).replace("{}", quoted(word()))
    pairs = [f"{chance.choice(NAMES)}={quoted(word())}" for _ in range(chance.randrange(3))]
    method = chance.choice(["GET", "GET", "GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "X"])
    headers = {chance.choice(HEADERS): word().encode("ascii", "ignore").decode()}
    headers = {name: value for name, value in headers.items() if value.isprintable()}
    if key := chance.choice(
        [*keys, *keys, word().encode("latin-1", "ignore").decode("latin-1"), ""]
    ):
        headers["HTTP_AUTHORIZATION"] = f"Api-Key {key}"
    body = chance.choice([b"", b"{", b"[" * 3000, word().encode("utf-8", "replace")])
    return method, path, quoted("&".join(pairs)), body, headers, chance.choice(TYPES)


def test_nothing_that_is_sent_ends_in_a_fault(client, settings):
    settings.API_REQUESTS_PER_MINUTE = 10 * MANY
    client.raise_request_exception = False
    for code in ("UK", "DE"):
        factories.store(code)
    every = factories.api_key(factories.api_client("every", resources=EVERY_USE))
    bound = factories.api_key(factories.api_client("bound", stores=("UK",)))
    keys = (every, bound, new_key().text)
    chance = random.Random(20261122)
    before = (Store.objects.count(), ApiClient.objects.count(), ApiKey.objects.count())

    faults, seen = [], set()
    for _ in range(MANY):
        method, path, query, body, headers, kind = request = a_request(chance, keys)
        response = client.generic(
            method, path, body, content_type=kind, QUERY_STRING=query, **headers
        )
        seen.add(response.status_code)
        json = "json" in response.get("Content-Type", "")
        if response.status_code >= 500 or not json:
            faults.append((response.status_code, request))
        assert_headers(response)

    assert faults == []
    assert {200, 400, 401, 403, 404, 405, 406} <= seen
    after = (Store.objects.count(), ApiClient.objects.count(), ApiKey.objects.count())
    assert after == before
