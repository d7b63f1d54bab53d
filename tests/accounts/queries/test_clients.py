"""Which keys open the API, and what their machines may see."""

from datetime import timedelta

import pytest

from accounts.actions.clients import issue_key, revoke_key, rotate_key, stop_client
from accounts.core import api_keys
from accounts.core.roles import Right, Role
from accounts.models import ApiClient, ApiKey
from accounts.queries import clients
from accounts.queries.clients import key_of, keys_ending_soon, scope_of_client
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def client():
    return factories.api_client(stores=("UK",))


def found(text, at=NOW):
    key = key_of(text, at)
    return key and key.client.name


def test_a_key_is_found_with_its_client_in_one_query(client, django_assert_num_queries):
    text = factories.api_key(client, at=NOW)

    with django_assert_num_queries(1):
        assert found(text) == "ERP"


@pytest.mark.parametrize("text", ["", "opsd_x_y", "\0", "密钥"])
def test_what_is_no_key_asks_the_database_nothing(text, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert found(text) is None


def test_a_key_that_nobody_issued_opens_nothing(client):
    factories.api_key(client, at=NOW)

    assert found(api_keys.new_key().text) is None


def test_the_secret_of_another_key_opens_nothing(client):
    key, text = issue_key(client, by=None, at=NOW)
    made = api_keys.new_key()
    ApiKey.objects.filter(pk=key.pk).update(prefix=made.prefix)

    assert (found(made.text), found(text)) == (None, None)


def test_a_key_opens_until_the_instant_it_expires(client):
    text = factories.api_key(client, at=NOW, days=1)
    moment = timedelta(microseconds=1)

    assert [found(text, NOW + DAY - moment), found(text, NOW + DAY)] == ["ERP", None]


def test_a_revoked_key_opens_nothing(client):
    key, text = issue_key(client, by=None, at=NOW)
    revoke_key(key, by=None, at=NOW)

    assert found(text) is None


def test_the_keys_of_a_stopped_client_open_nothing(client):
    text = factories.api_key(client, at=NOW)
    stop_client(client, by=None, at=NOW)

    assert found(text) is None


def test_the_keys_of_an_unconfirmed_client_open_nothing(client):
    text = factories.api_key(client, at=NOW)
    ApiClient.objects.update(confirmed_at=None)

    assert found(text) is None


def test_old_and_new_are_valid_together_until_the_rotation_ends(client):
    old = factories.api_key(client, at=NOW)
    _, new = rotate_key(client, by=None, at=NOW)

    days = [0, 6, 7, 364, 365]
    assert [found(old, NOW + day * DAY) for day in days] == ["ERP", "ERP", None, None, None]
    assert [found(new, NOW + day * DAY) for day in days] == ["ERP"] * 4 + [None]


def test_another_pepper_makes_every_key_worthless(client, settings):
    text = factories.api_key(client, at=NOW)

    settings.DATA_KEY = "another-one-" + "2" * 48

    assert found(text) is None


def test_digests_are_compared_in_constant_time_also_where_there_is_no_key(client, monkeypatch):
    compared = []
    monkeypatch.setattr(
        clients, "same", lambda *both: compared.append(both) or api_keys.same(*both)
    )
    text, unknown = factories.api_key(client, at=NOW), api_keys.new_key().text

    assert (found(text), found(unknown)) == ("ERP", None)

    kept = ApiKey.objects.get().digest
    assert compared == [(kept, kept), (api_keys.digest(unknown, clients.pepper()), "0" * 64)]


def test_the_comparison_is_the_one_of_the_standard_library(monkeypatch):
    asked = []
    monkeypatch.setattr(api_keys.hmac, "compare_digest", lambda *both: asked.append(both))

    api_keys.same("ab", "cd")

    assert asked == [(b"ab", b"cd")]


def test_the_scope_of_a_machine_is_its_own_list(client):
    scope = scope_of_client(client, TODAY)

    assert (scope.client_id, scope.user_id, scope.person_id) == (client.pk, None, None)
    assert (scope.resources, scope.store_codes) == (
        frozenset({"stores:read"}),
        frozenset({"UK"}),
    )
    assert (scope.roles, scope.everything) == (frozenset({Role.MACHINE_CLIENT}), False)
    assert [right for right in Right if scope.may(right)] == []


def test_a_machine_that_is_bound_to_no_store_sees_every_row():
    scope = scope_of_client(factories.api_client(), TODAY)

    assert (scope.store_codes, scope.everything) == (None, True)


def test_keys_ending_soon_are_those_that_nothing_follows(client):
    other = factories.api_client("other")
    issue_key(client, days=30, by=None, at=NOW)  # to the day: soon
    issue_key(other, days=5, by=None, at=NOW)
    issue_key(other, days=31, by=None, at=NOW)  # the machine has changed over

    assert [key.client.name for key in keys_ending_soon(NOW)] == ["ERP"]
    stop_client(client, by=None, at=NOW)
    assert [key.client.name for key in keys_ending_soon(NOW)] == []
