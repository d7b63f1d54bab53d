"""The pages on which machines are proposed, confirmed, stopped and given keys."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.actions.clients import (
    Terms,
    change_client,
    digest_of,
    issue_key,
    propose_client,
    stop_client,
)
from accounts.core.roles import PEOPLE_ROLES, Role
from accounts.models import ApiClient, ApiKey
from accounts.queries.clients import key_of
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/apiclient/"
KEY = re.compile(r"opsd_\w{8}_\w{43}")
SEES = {Role.MANAGER, Role.ADMINISTRATOR, Role.AUDITOR}


@pytest.fixture
def admin():
    return factories.user("admin", role=Role.ADMINISTRATOR)


@pytest.fixture
def boss():
    return factories.manager("boss")


@pytest.fixture
def proposed(admin):
    return propose_client(Terms("ERP", "", ("orders:write",), ("UK",)), by=admin, at=NOW)


def at(client, what="change", *more):
    """The address of a page of ``client``."""
    return reverse(f"admin:accounts_apiclient_{what}", args=[client.pk, *more])


def latest():
    return str(ApiKey.objects.values_list("pk", flat=True).order_by("pk").last() or 0)


def now():
    return datetime.now(UTC)


def kept():
    rows = (ApiClient.objects.order_by("pk").values(), ApiKey.objects.order_by("pk").values())
    return [*map(list, rows), AuditEntry.objects.count()]


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize("role", PEOPLE_ROLES)
def test_the_pages_are_for_those_who_see_access(client, role, proposed):
    sign_in(client, factories.user(role=role))

    answers = {client.get(url).status_code for url in (LIST, at(proposed), at(proposed, "history"))}

    assert answers == ({200} if role in SEES else {403})


@pytest.mark.parametrize("role", [role for role in PEOPLE_ROLES if role != Role.ADMINISTRATOR])
def test_nobody_but_an_administrator_changes_anything(client, role, proposed):
    key, _ = issue_key(proposed, by=None, at=now())
    sign_in(client, factories.user(role=role))
    before = kept()
    posts = {
        f"{LIST}add/": {"name": "x", "resources": "orders:read"},
        at(proposed, "edit"): {"name": "x", "resources": "orders:read"},
        at(proposed, "key", "new"): {"days": "9", "latest": latest()},
        at(proposed, "key", "rotate"): {"days": "9", "latest": latest()},
    }
    if role != Role.MANAGER:
        posts |= {
            at(proposed, "do", "confirm"): {"digest": digest_of(proposed)},
            at(proposed, "do", "stop"): {},
            at(proposed, "revoke", str(key.pk)): {},
        }

    for url, data in posts.items():
        response = client.post(url, data)
        # Who sees the page is told on it why not.
        assert response.status_code in ((302, 403) if role in SEES else (403,))
        assert KEY.search(response.content.decode()) is None

    assert kept() == before


def test_an_administrator_proposes_a_client(client, admin):
    sign_in(client, admin)

    response = client.post(
        f"{LIST}add/",
        {
            "name": "Warehouse",
            "purpose": "stock",
            "resources": ["orders:read", "stores:read"],
            "store_codes": "UK, DE；FR",
        },
    )

    made = ApiClient.objects.get()
    assert response["Location"] == at(made)
    assert (made.name, made.resources, made.store_codes, made.confirmed_at) == (
        "Warehouse",
        ["stores:read", "orders:read"],
        ["DE", "FR", "UK"],
        None,
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": "", "resources": "orders:read"}, "This field is required."),
        ({"name": "New"}, "Name at least one thing it may use."),
        ({"name": "New", "resources": "payslips:read"}, "is not one of the available choices"),
        ({"name": "ERP", "resources": "orders:read"}, "already exists"),
        ({"name": "a\0b", "resources": "orders:read"}, "Null characters are not allowed."),
    ],
)
def test_a_form_that_cannot_be_is_shown_again_with_the_reason(
    client, admin, proposed, data, sentence
):
    sign_in(client, admin)
    before = kept()

    response = client.post(f"{LIST}add/", data)

    assert (response.status_code, sentence in response.content.decode()) == (200, True)
    assert kept() == before


def test_the_form_of_a_client_shows_what_it_has(client, admin, proposed):
    sign_in(client, admin)

    page = client.get(at(proposed, "edit")).content.decode()

    assert re.findall(r'value="([a-z-]+:[a-z]+)" checked', page) == ["orders:write"]
    assert 'value="UK"' in page


def test_a_change_by_the_form_waits_to_be_confirmed(client, admin):
    made = factories.api_client()
    sign_in(client, admin)

    form = {"name": "ERP", "resources": ["orders:read"], "shown": digest_of(made)}
    client.post(at(made, "edit"), form)

    stored = ApiClient.objects.get()
    assert (stored.resources, stored.confirmed_at) == (["orders:read"], None)


@pytest.mark.parametrize("shown", ["", "the one before"])
def test_a_form_that_shows_what_is_no_more_changes_nothing(client, admin, proposed, shown):
    before_that = digest_of(proposed)
    other = Terms("ERP", "", ("orders:read",))
    change_client(proposed, other, by=factories.user(role=Role.ADMINISTRATOR), at=NOW)
    sign_in(client, admin)
    before = kept()

    form = {"name": "ERP", "resources": ["stores:read"], "shown": shown and before_that}
    response = client.post(at(proposed, "edit"), form)

    sentence = "The client was changed since you opened it; look at it again."
    assert (response.status_code, sentence in response.content.decode()) == (200, True)
    assert kept() == before


def test_another_person_confirms_what_the_page_showed(client, boss, proposed):
    sign_in(client, boss)
    shown = re.search(r'name="digest" value="(\w+)"', client.get(at(proposed)).content.decode())

    client.post(at(proposed, "do", "confirm"), {"digest": shown[1]})

    assert ApiClient.objects.get().confirmed_by == boss


@pytest.mark.parametrize("digest", ["", "x", "0" * 64])
def test_what_the_page_did_not_show_is_not_confirmed(client, boss, proposed, digest):
    sign_in(client, boss)
    before = kept()

    response = client.post(at(proposed, "do", "confirm"), {"digest": digest})

    assert said(response) == ["The client was changed since you opened it; look at it again."]
    assert kept() == before


def test_the_proposer_finds_no_button_and_is_refused(client, admin, proposed):
    sign_in(client, admin)
    before = kept()

    page = client.get(at(proposed)).content.decode()
    response = client.post(at(proposed, "do", "confirm"), {"digest": digest_of(proposed)})

    sentence = "You proposed this client, so somebody else must confirm it."
    assert (sentence in page, at(proposed, "do", "confirm") in page) == (True, False)
    assert (said(response)[-1], kept()) == (sentence, before)


def test_a_client_that_writes_pay_inputs_is_pointed_out(client, boss, admin):
    terms = Terms("HR", "", ("attendance:write", "orders:write", "targets:read"))
    sign_in(client, boss)

    page = client.get(at(propose_client(terms, by=admin, at=NOW))).content.decode()

    assert "This client writes what people are paid by: attendance:write." in page


def test_the_page_names_the_stores_and_says_which_are_not_there(client, boss, admin):
    factories.store("UK")
    terms = Terms("ERP", "", ("orders:read",), ("UK", "UKK"))
    sign_in(client, boss)

    page = client.get(at(propose_client(terms, by=admin, at=NOW))).content.decode()

    assert ("Shop UK" in page, page.count("there is no such store")) == (True, 1)


@pytest.mark.parametrize("how", ["new", "rotate"])
def test_a_new_key_is_shown_once_and_works(client, admin, how):
    made = factories.api_client()
    sign_in(client, admin)

    response = client.post(at(made, "key", how), {"days": "7", "latest": latest()})

    text = KEY.search(response.content.decode())[0]
    assert (response.status_code, "no-store" in response["Cache-Control"]) == (200, True)
    assert key_of(text, now()).client == made
    again = [client.get(url).content.decode() for url in (LIST, at(made), at(made, "history"), "/")]
    assert [KEY.search(page) for page in again] == [None] * 4
    stores = f"{dict(client.session)} {said(response)} {list(AuditEntry.objects.values())}"
    assert text[-43:] not in stores


def test_a_form_sent_twice_makes_one_key(client, admin):
    made = factories.api_client()
    sign_in(client, admin)
    form = {"days": "7", "latest": latest()}

    client.post(at(made, "key", "new"), form)
    second = client.post(at(made, "key", "new"), form)

    assert (second.status_code, ApiKey.objects.count()) == (302, 1)
    assert said(second) == ["A key was made meanwhile; look at the list of keys."]


@pytest.mark.parametrize("days", ["", "0", "-1", "731", "x", "9" * 30, "1.5"])
def test_a_life_that_cannot_be_makes_no_key(client, admin, days):
    made = factories.api_client()
    sign_in(client, admin)
    before = kept()

    response = client.post(at(made, "key", "new"), {"days": days, "latest": latest()})

    assert (response.status_code, kept()) == (302, before)


def test_a_key_is_revoked_by_its_button(client, boss):
    made = factories.api_client()
    key, text = issue_key(made, by=None, at=now())
    sign_in(client, boss)

    client.post(at(made, "revoke", str(key.pk)))

    assert key_of(text, now()) is None


def test_the_key_of_another_client_is_not_there(client, boss):
    made, other = factories.api_client(), factories.api_client("other")
    key, _ = issue_key(other, by=None, at=now())
    sign_in(client, boss)
    before = kept()

    response = client.post(at(made, "revoke", str(key.pk)))

    assert (response.status_code, kept()) == (404, before)


def test_a_client_is_stopped_by_its_button(client, boss):
    made = factories.api_client()
    sign_in(client, boss)

    client.post(at(made, "do", "stop"))

    assert ApiClient.objects.get().is_active is False


@pytest.mark.parametrize("what", [("do", "confirm"), ("do", "stop"), ("key", "new")])
def test_nothing_happens_by_opening_an_address(client, admin, proposed, what):
    sign_in(client, admin)
    before = kept()

    response = client.get(at(proposed, *what))

    assert (response.status_code, kept()) == (405, before)


@pytest.mark.parametrize("what", [("do", "x"), ("key", "x"), ("revoke", "x"), ("revoke", "9")])
def test_a_verb_that_is_not_there_is_not_there(client, admin, proposed, what):
    sign_in(client, admin)

    assert client.post(at(proposed, *what)).status_code == 404


@pytest.mark.parametrize("many", [1, 4])
def test_the_list_asks_the_same_few_questions_for_any_number(
    client, admin, many, django_assert_max_num_queries
):
    for number in range(many):
        made = factories.api_client(f"c{number}")
        issue_key(made, by=None, at=now())
        issue_key(made, by=None, at=now(), days=5)
    sign_in(client, admin)
    client.get(LIST)

    with django_assert_max_num_queries(12):
        page = client.get(LIST).content.decode()

    assert page.count("⚠") == many


def test_my_desk_tells_what_waits_and_which_keys_end(client, admin, boss, proposed):
    issue_key(factories.api_client("old"), days=5, by=None, at=now())
    desks = {}
    for user in (admin, boss):
        sign_in(client, user)
        desks[user.username] = client.get("/admin/").content.decode()
    stop_client(proposed, by=boss, at=NOW)
    after = client.get("/admin/").content.decode()

    waits, ends = "Machine clients to confirm", "API keys that end within 30 days"
    found = {name: (waits in page, ends in page) for name, page in desks.items()}
    assert found == {"admin": (False, True), "boss": (True, False)}
    assert waits not in after
