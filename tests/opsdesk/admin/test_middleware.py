"""What is turned away before any page, and the headers that every answer carries."""

import pytest
from django.http import HttpResponse

from opsdesk.admin.middleware import POLICY, GuardMiddleware


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
    assert response["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize("path", ["/admin/", "/admin/?q=%2500", "/admin/?q=100%25", "/?q=%E4%B8"])
def test_any_other_address_reaches_its_page_with_the_policy(path, answer):
    response = answer(path)

    assert (response.status_code, response.content) == (200, b"page")
    assert response["Content-Security-Policy"] == POLICY


def test_a_page_may_have_a_stricter_policy(answer):
    response = answer("/", **{"Content-Security-Policy": "default-src 'none'"})

    assert response["Content-Security-Policy"] == "default-src 'none'"


def test_the_policy_names_no_outside_host():
    assert [word for word in POLICY.split() if "." in word or word == "*"] == []
