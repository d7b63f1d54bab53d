"""Every refusal is a problem document, whatever it comes from."""

import json

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import DataError
from django.http import Http404
from django.urls import path
from rest_framework.exceptions import Throttled
from rest_framework.response import Response
from rest_framework.views import APIView

from opsdesk.api.errors import problem as answer_to
from opsdesk.core.errors import Conflict, InvalidData, InvalidTransition, NoRate, NotAllowed
from tests import factories
from tests.opsdesk.api.calling import get, header_of, problem, told

pytestmark = pytest.mark.django_db

RAISED = {}


class Raises(APIView):
    """Raises what the test put there; answers a body with itself."""

    permission_classes = ()

    def get(self, request):
        raise RAISED["what"]

    def post(self, request):
        return Response(request.data)


urlpatterns = [path("api/v1/raises/", Raises.as_view())]


@pytest.fixture
def key():
    return factories.api_key()


@pytest.mark.parametrize(
    "address",
    ["/api/v1/nothing/", "/api/v1/stores", "/api/", "/api/v2/", "/api/v1/me/x/", "/api/v1/密/"],
)
def test_an_address_where_nothing_stands_is_no_page(client, key, address):
    expected = problem(
        404,
        "Not Found",
        "There is nothing at this address. Addresses end in a slash.",
        "not_found",
    )

    assert [told(client.get(address)), told(get(client, address, key))] == [expected, expected]


@pytest.mark.parametrize("address", ["/api/v1/me/?x=%00", "/api/v1/%00/", "/api/v1/stores/%00/"])
def test_a_nul_in_the_address_is_a_wrong_request(client, key, address):
    assert told(get(client, address, key)) == problem(
        400, "Bad Request", "The request cannot be understood.", "bad_request"
    )


def test_a_host_that_is_not_ours_is_a_wrong_request(client, key):
    response = get(client, "/api/v1/stores/", key, HTTP_HOST="elsewhere.example")

    assert told(response)[0] == 400


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png", ";;;"])
def test_json_is_all_there_is(client, key, accept):
    response = get(client, "/api/v1/me/", key, HTTP_ACCEPT=accept)

    assert (told(response)[0], told(response)[1]["code"]) == (406, "not_acceptable")


def test_options_tell_nothing(client, key):
    assert told(client.options("/api/v1/me/", **header_of(key)))[0] == 405


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (
            Http404("secret"),
            problem(
                404,
                "Not Found",
                "There is no such record, or this key does not open it.",
                "not_found",
            ),
        ),
        (
            PermissionDenied("secret"),
            problem(
                403,
                "Forbidden",
                "You do not have permission to perform this action.",
                "permission_denied",
            ),
        ),
        (NotAllowed("Not you."), problem(403, "Forbidden", "Not you.", "not_allowed")),
        (Conflict("Changed."), problem(409, "Conflict", "Changed.", "conflict")),
        (
            InvalidTransition("Too late."),
            problem(409, "Conflict", "Too late.", "invalid_transition"),
        ),
        (NoRate("No rate."), problem(400, "Bad Request", "No rate.", "no_rate")),
        (
            InvalidData("Too long.", field="name"),
            problem(
                400,
                "Bad Request",
                "The request holds something that cannot be accepted.",
                "invalid",
                errors={"name": ["Too long."]},
            ),
        ),
        (
            ValidationError({"name": ["Too long."], "__all__": ["Twice."]}, code="invalid"),
            problem(
                400,
                "Bad Request",
                "The request holds something that cannot be accepted.",
                "invalid",
                errors={"name": ["Too long."], "": ["Twice."]},
            ),
        ),
        (
            ValidationError("Twice."),
            problem(
                400,
                "Bad Request",
                "The request holds something that cannot be accepted.",
                "invalid",
                errors={"": ["Twice."]},
            ),
        ),
        (
            BadRequest("secret"),
            problem(400, "Bad Request", "The request cannot be understood.", "parse_error"),
        ),
        (
            DataError("secret"),
            problem(
                400, "Bad Request", "A value is larger than anything that is kept.", "out_of_range"
            ),
        ),
        (
            OverflowError("secret"),
            problem(
                400, "Bad Request", "A value is larger than anything that is kept.", "out_of_range"
            ),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.urls(__name__)
def test_what_a_view_raises_becomes_a_document(client, key, raised, expected):
    RAISED["what"] = raised

    assert told(get(client, "/api/v1/raises/", key)) == expected


@pytest.mark.urls(__name__)
def test_who_is_told_to_wait_is_told_how_long(client, key):
    RAISED["what"] = Throttled(wait=12.5)

    response = get(client, "/api/v1/raises/", key)

    assert (told(response)[0], response["Retry-After"]) == (429, "13")


@pytest.mark.urls(__name__)
def test_a_fault_of_ours_says_nothing_of_it(client, key, settings):
    RAISED["what"] = RuntimeError("secret")
    client.raise_request_exception = False

    answers = []
    for debug in (True, False):
        settings.DEBUG = debug
        answers.append(told(get(client, "/api/v1/raises/", key)))

    expected = problem(
        500, "Internal Server Error", "This is our fault and has been written down.", "fault"
    )
    assert answers == [expected, expected]


def test_the_fault_is_not_hidden_from_the_server():
    assert answer_to(RuntimeError(), {}) is None


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"{", "The body is no JSON: "),
        (b"\xff", "The body is no JSON: "),
        (b"NaN", "The body is no JSON: NaN."),
        (b"[Infinity]", "The body is no JSON: Infinity."),
        (b'{"a": "\\u0000"}', "The body holds a character that is not text."),
        (b'{"a\\u0000": 1}', "The body holds a character that is not text."),
        (b'["\\ud800"]', "The body holds a character that is not text."),
        (b"[" * 22 + b"]" * 22, "The JSON is nested too deeply."),
        (b"[" * 50_000 + b"]" * 50_000, "The JSON is nested too deeply."),
        (b"1" * 5000, "The body is no JSON: "),
    ],
    ids=["cut", "bytes", "nan", "infinity", "nul", "nul key", "half", "deep", "deeper",
         "long number"],
)  # fmt: skip
@pytest.mark.urls(__name__)
def test_a_body_that_cannot_be_kept_is_refused(client, key, body, detail):
    response = client.post(
        "/api/v1/raises/", body, content_type="application/json", **header_of(key)
    )

    status, said = told(response)
    assert (status, said["code"], said["detail"][: len(detail)]) == (400, "parse_error", detail)


@pytest.mark.urls(__name__)
def test_any_other_body_is_read_as_it_is(client, key):
    body = {"名": ["店", "😀", 1, "2.50", None, True]}

    response = client.post(
        "/api/v1/raises/", json.dumps(body), content_type="application/json", **header_of(key)
    )

    assert (response.status_code, response.json()) == (200, body)


@pytest.mark.urls(__name__)
def test_a_body_that_is_too_large_is_not_read(client, key, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    response = client.post(
        "/api/v1/raises/", b"[" * 101, content_type="application/json", **header_of(key)
    )

    assert told(response) == problem(
        413, "Request Entity Too Large", "The body is larger than 100 bytes.", "too_large"
    )


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "x/y"])
@pytest.mark.urls(__name__)
def test_a_body_that_is_not_json_is_refused(client, key, kind):
    response = client.post("/api/v1/raises/", b"a=1", content_type=kind, **header_of(key))

    assert (told(response)[0], told(response)[1]["code"]) == (415, "unsupported_media_type")
