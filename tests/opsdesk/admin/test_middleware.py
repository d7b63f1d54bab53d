"""What is turned away before any page, and the headers that every answer carries."""

import pytest
from django.http import HttpResponse

from opsdesk.admin.middleware import POLICY, POLICY_WITH_EVAL, GuardMiddleware, policy
from tests import factories
from tests.pages.signing import sign_in

HEADERS = (
    "Cache-Control",
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
)


@pytest.fixture
def answer(rf):
    """What a browser gets for an address, when the page itself answers "page"."""

    def get(path, **headers):
        guard = GuardMiddleware(lambda request: HttpResponse("page", headers=headers))
        return guard(rf.get(path))

    return get


@pytest.mark.parametrize(
    "path", ["/admin/%00", "/admin/?q=%00", "/admin/?q=a%00b&p=1", "/admin/?%00=1"]
)
def test_a_nul_in_the_address_is_a_wrong_request(path, answer):
    response = answer(path)

    assert (response.status_code, response.content) == (
        400,
        b"The address holds a character that is not text.",
    )
    assert response["Content-Security-Policy"] == policy()


@pytest.mark.parametrize("path", ["/admin/", "/admin/?q=%2500", "/admin/?q=100%25", "/?q=%E4%B8"])
def test_any_other_address_reaches_its_page_with_the_policy(path, answer):
    response = answer(path)

    assert (response.status_code, response.content) == (200, b"page")
    assert response["Content-Security-Policy"] == policy()


def test_a_page_may_have_a_stricter_policy(answer):
    response = answer("/", **{"Content-Security-Policy": "default-src 'none'"})

    assert response["Content-Security-Policy"] == "default-src 'none'"


def test_the_policy_names_no_outside_host():
    words = f"{POLICY} {POLICY_WITH_EVAL}".split()

    assert [word for word in words if "." in word or word == "*"] == []


@pytest.mark.parametrize(("strict", "sent"), [(True, POLICY), (False, POLICY_WITH_EVAL)])
def test_eval_is_allowed_only_where_the_scripts_need_it(answer, settings, strict, sent):
    settings.STRICT_SCRIPTS = strict

    assert answer("/")["Content-Security-Policy"] == sent
    assert ("'unsafe-eval'" in sent) is not strict


def test_no_answer_is_kept_by_a_browser_unless_its_page_says_so(answer):
    assert answer("/")["Cache-Control"] == "no-store"
    assert answer("/", **{"Cache-Control": "max-age=60"})["Cache-Control"] == "max-age=60"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/admin/", "/admin/login/", "/nowhere/"])
def test_every_answer_carries_the_headers(client, path):
    headers = client.get(path).headers
    present = {name: headers.get(name) for name in HEADERS}

    assert present.pop("Cache-Control").endswith(("no-store", "private"))
    assert present == {
        "Content-Security-Policy": policy(),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
        "payment=(), usb=()",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["x", "-1", "9" * 30])
def test_a_page_of_what_was_found_that_is_not_there_is_not_there(client, page):
    sign_in(client, factories.manager())

    response = client.get("/admin/search/", {"s": "x", "page": page})

    assert (response.status_code, response.content) == (404, b"There is no such page.")
