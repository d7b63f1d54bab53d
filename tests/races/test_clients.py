"""Machine clients, confirmed and given keys by many at once."""

from datetime import timedelta

import pytest

from accounts.actions.clients import (
    Terms,
    change_client,
    confirm_client,
    digest_of,
    issue_key,
    propose_client,
    revoke_key,
    rotate_key,
    stop_client,
)
from accounts.core.roles import Role
from accounts.models import ApiClient, ApiKey
from accounts.queries.clients import key_of
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW
from tests.races.crowd import at_once

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

CROWD = 50
DAY = timedelta(days=1)


def test_of_a_crowd_exactly_one_confirms():
    admin = factories.user(role=Role.ADMINISTRATOR)
    two = [factories.manager("one"), factories.manager("two")]
    client = propose_client(Terms("ERP", "", ("orders:read",)), by=admin, at=NOW)
    shown = digest_of(client)

    def confirm(by):
        return lambda: confirm_client(client, shown=shown, by=by, at=NOW).name

    results = at_once(*(confirm(two[number % 2]) for number in range(CROWD)))

    assert results == {"ERP": 1, "InvalidTransition": CROWD - 1}
    assert AuditEntry.objects.filter(verb="client confirmed").count() == 1
    assert ApiClient.objects.get().confirmed_by in two


def test_no_change_slips_in_under_a_confirmation():
    admin, boss = factories.user(role=Role.ADMINISTRATOR), factories.manager()
    client = propose_client(Terms("ERP", "", ("orders:read",)), by=admin, at=NOW)
    shown = digest_of(client)
    wider = Terms("ERP", "", ("orders:read", "attendance:write"))

    at_once(
        lambda: change_client(client, wider, by=admin, at=NOW) and "changed",
        lambda: confirm_client(client, shown=shown, by=boss, at=NOW) and "confirmed",
    )

    stored = ApiClient.objects.get()
    assert (stored.resources, stored.confirmed_at) == (["orders:read", "attendance:write"], None)


def test_after_a_crowd_of_rotations_one_key_is_left_for_good():
    client = factories.api_client()
    first, _ = issue_key(client, by=None, at=NOW)
    texts = []

    def rotate():
        texts.append(rotate_key(client, by=None, at=NOW)[1])
        return "rotated"

    assert at_once(*[rotate] * CROWD) == {"rotated": CROWD}

    ends = list(ApiKey.objects.order_by("pk").values_list("expires_at", flat=True))
    assert ends == [NOW + 7 * DAY] * CROWD + [NOW + 365 * DAY], first
    assert [key_of(text, NOW + 6 * DAY) is None for text in texts] == [False] * CROWD
    assert sum(key_of(text, NOW + 7 * DAY) is not None for text in texts) == 1
    # the one before each new key was given its end with it
    said = AuditEntry.objects.filter(verb="keys ending").order_by("pk").values_list("detail")
    keys = list(ApiKey.objects.order_by("pk").values_list("prefix", flat=True))
    assert [detail["prefixes"] for (detail,) in said] == [[prefix] for prefix in keys[:-1]]


def test_no_key_is_made_for_a_client_that_is_being_stopped():
    client = factories.api_client()

    at_once(
        lambda: stop_client(client, by=None, at=NOW) and "stopped",
        *[lambda: issue_key(client, by=None, at=NOW) and "issued"] * 10,
    )

    assert not ApiClient.objects.get().is_active
    stopped = AuditEntry.objects.get(verb="client stopped").pk
    assert not AuditEntry.objects.filter(verb="key issued", pk__gt=stopped).exists()


def test_a_key_is_revoked_once():
    key, _ = issue_key(factories.api_client(), by=None, at=NOW)

    results = at_once(*[lambda: revoke_key(key, by=None, at=NOW).prefix] * 10)

    assert results == {key.prefix: 1, "InvalidTransition": 9}
    assert AuditEntry.objects.filter(verb="key revoked").count() == 1
