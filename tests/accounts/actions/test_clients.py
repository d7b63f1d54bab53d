"""Machine clients from proposal to their last key, and everything that is refused on the way."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.actions.clients import (
    Terms,
    change_client,
    confirm_client,
    digest_of,
    issue_key,
    note_use,
    propose_client,
    revoke_key,
    rotate_key,
    stop_client,
)
from accounts.core.api_keys import EVERY_USE
from accounts.core.roles import PEOPLE_ROLES, Role
from accounts.models import ApiClient, ApiKey
from opsdesk.core.errors import Conflict, InvalidData, InvalidTransition, NotAllowed
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

TERMS = Terms("ERP", "sends orders", ("orders:write", "stores:read"), ("UK", "DE"))
DAY = timedelta(days=1)


@pytest.fixture
def admin():
    return factories.user("admin", role=Role.ADMINISTRATOR)


@pytest.fixture
def boss():
    return factories.manager("boss")


@pytest.fixture
def proposed(admin):
    return propose_client(TERMS, by=admin, at=NOW)


def everything():
    """All that is kept about clients, to be compared whole."""
    rows = (ApiClient.objects.order_by("pk").values(), ApiKey.objects.order_by("pk").values())
    return [*map(list, rows), AuditEntry.objects.count()]


def refused(kind, verb, *args, **how):
    """Assert that ``verb`` raises ``kind`` and writes nothing; return the refusal."""
    before = everything()
    with pytest.raises(kind) as refusal:
        verb(*args, **how)
    assert everything() == before
    return refusal.value


def test_a_proposal_waits_and_holds_its_terms_in_the_order_of_the_table(proposed, admin):
    assert (proposed.resources, proposed.store_codes) == (
        ["stores:read", "orders:write"],
        ["DE", "UK"],
    )
    assert (proposed.proposed_by, proposed.confirmed_at) == (admin, None)


@pytest.mark.parametrize("role", [role for role in PEOPLE_ROLES if role != Role.ADMINISTRATOR])
def test_only_an_administrator_proposes(role):
    somebody = factories.user(role=role)

    refusal = refused(NotAllowed, propose_client, TERMS, by=somebody, at=NOW)

    assert refusal.code == "no_right"


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms("ERP", "", ()), "resources"),
        (Terms("ERP", "", ("orders:read", "payslips:read")), "resources"),
        (Terms("ERP", "", ("metrics:write",)), "resources"),
        (Terms("ERP", "", ("orders:read",), tuple(map(str, range(201)))), "store_codes"),
    ],
)
def test_terms_that_cannot_be_are_refused(terms, field, admin):
    assert refused(InvalidData, propose_client, terms, by=admin, at=NOW).field == field


@pytest.mark.parametrize("name", ["", "  ", "ERP", "x" * 61])
def test_a_name_is_there_short_and_of_one_client_only(name, proposed, admin):
    refused(ValidationError, propose_client, Terms(name, "", EVERY_USE), by=admin, at=NOW)


def test_a_second_person_confirms(proposed, boss):
    confirm_client(proposed, shown=digest_of(proposed), by=boss, at=NOW)

    stored = ApiClient.objects.get()
    assert (stored.confirmed_by, stored.confirmed_at) == (boss, NOW)
    entry = AuditEntry.objects.first()
    assert (entry.verb, entry.actor) == ("client confirmed", boss)


def test_nobody_confirms_what_they_proposed(proposed, admin):
    refusal = refused(
        NotAllowed, confirm_client, proposed, shown=digest_of(proposed), by=admin, at=NOW
    )

    assert refusal.code == "own_proposal"


@pytest.mark.parametrize(
    "role", [role for role in PEOPLE_ROLES if role not in (Role.ADMINISTRATOR, Role.MANAGER)]
)
def test_without_the_right_nobody_confirms(role, proposed):
    somebody = factories.user(role=role)

    refused(NotAllowed, confirm_client, proposed, shown=digest_of(proposed), by=somebody, at=NOW)


def test_what_changed_since_it_was_shown_is_not_confirmed(proposed, admin, boss):
    shown = digest_of(proposed)
    wider = Terms("ERP", "sends orders", ("orders:write", "attendance:write"))
    change_client(proposed, wider, by=admin, at=NOW)

    refused(Conflict, confirm_client, proposed, shown=shown, by=boss, at=NOW)


def test_whoever_changed_it_last_does_not_confirm_it(proposed, admin):
    other = factories.user(role=Role.ADMINISTRATOR)
    changed = change_client(proposed, Terms("ERP", "", ("orders:read",)), by=other, at=NOW)

    refused(NotAllowed, confirm_client, changed, shown=digest_of(changed), by=other, at=NOW)
    confirm_client(changed, shown=digest_of(changed), by=admin, at=NOW)

    assert ApiClient.objects.get().confirmed_by == admin


def test_nothing_is_confirmed_twice(proposed, boss):
    confirm_client(proposed, shown=digest_of(proposed), by=boss, at=NOW)
    third = factories.manager("third")

    refused(
        InvalidTransition, confirm_client, proposed, shown=digest_of(proposed), by=third, at=NOW
    )


def test_a_change_takes_the_confirmation_away(admin):
    client = factories.api_client()

    change_client(client, Terms("ERP", "", ("orders:read",)), by=admin, at=NOW)

    stored = ApiClient.objects.get()
    assert (stored.resources, stored.confirmed_at, stored.proposed_by) == (
        ["orders:read"],
        None,
        admin,
    )


def test_nobody_changes_what_somebody_else_changed_meanwhile(proposed, admin):
    read_before = ApiClient.objects.get()
    change_client(proposed, Terms("ERP", "", ("orders:read",)), by=admin, at=NOW)

    refused(
        Conflict, change_client, read_before, Terms("ERP", "", ("skus:read",)), by=admin, at=NOW
    )


def test_a_change_of_nothing_changes_nothing(admin):
    client = factories.api_client()
    before = everything()

    change_client(client, Terms("ERP", "", ("stores:read",)), by=admin, at=NOW)

    assert everything() == before


def test_a_stopped_client_is_let_in_again_by_two_people(admin, boss):
    client = factories.api_client()
    stop_client(client, by=boss, at=NOW)

    refused(InvalidTransition, stop_client, client, by=boss, at=NOW)
    refused(InvalidTransition, issue_key, client, by=admin, at=NOW)
    refused(InvalidTransition, rotate_key, client, by=admin, at=NOW)
    again = change_client(client, Terms("ERP", "", ("stores:read",)), by=admin, at=NOW)

    assert (again.is_active, again.confirmed_at) == (True, None)


def test_a_stopped_client_is_not_confirmed(proposed, admin, boss):
    stop_client(proposed, by=admin, at=NOW)

    refused(InvalidTransition, confirm_client, proposed, shown=digest_of(proposed), by=boss, at=NOW)


@pytest.mark.parametrize("role", [role for role in PEOPLE_ROLES if role != Role.ADMINISTRATOR])
@pytest.mark.parametrize("verb", [issue_key, rotate_key])
def test_only_an_administrator_makes_keys(verb, role):
    client = factories.api_client()

    refused(NotAllowed, verb, client, by=factories.user(role=role), at=NOW)


@pytest.mark.parametrize(
    "role", [role for role in PEOPLE_ROLES if role not in (Role.ADMINISTRATOR, Role.MANAGER)]
)
def test_only_who_lets_in_shuts_out(role):
    client = factories.api_client()
    key, _ = issue_key(client, by=None, at=NOW)
    somebody = factories.user(role=role)

    refused(NotAllowed, stop_client, client, by=somebody, at=NOW)
    refused(NotAllowed, revoke_key, key, by=somebody, at=NOW)


@pytest.mark.parametrize(("days", "good"), [(0, False), (1, True), (730, True), (731, False)])
def test_a_key_lives_from_one_day_to_two_years(days, good):
    client = factories.api_client()

    if good:
        key, _ = issue_key(client, days=days, by=None, at=NOW)
        assert key.expires_at == NOW + days * DAY
    else:
        refused(InvalidData, issue_key, client, days=days, by=None, at=NOW)


@pytest.mark.parametrize(("days", "good"), [(-1, False), (0, True), (30, True), (31, False)])
def test_old_keys_live_on_for_a_month_at_most(days, good):
    client = factories.api_client()
    issue_key(client, by=None, at=NOW)

    if good:
        rotate_key(client, overlap_days=days, by=None, at=NOW)
        assert ApiKey.objects.last().expires_at == NOW + days * DAY
    else:
        refused(InvalidData, rotate_key, client, overlap_days=days, by=None, at=NOW)


def test_a_rotation_never_lengthens_the_life_of_a_key():
    client = factories.api_client()
    short, _ = issue_key(client, days=2, by=None, at=NOW)
    long, _ = issue_key(client, by=None, at=NOW)
    gone, _ = issue_key(client, by=None, at=NOW)
    revoke_key(gone, by=None, at=NOW)

    new, _ = rotate_key(client, by=None, at=NOW)

    ends = dict(ApiKey.objects.values_list("prefix", "expires_at"))
    assert ends == {
        short.prefix: NOW + 2 * DAY,
        long.prefix: NOW + 7 * DAY,
        gone.prefix: NOW + 365 * DAY,
        new.prefix: NOW + 365 * DAY,
    }


def test_a_revoked_key_is_not_revoked_again(admin):
    key, _ = issue_key(factories.api_client(), by=None, at=NOW)
    revoke_key(key, by=admin, at=NOW)

    refused(InvalidTransition, revoke_key, key, by=admin, at=NOW)


def test_the_last_use_is_written_once_a_minute():
    key, _ = issue_key(factories.api_client(), by=None, at=NOW)
    written = []

    for seconds in (0, 30, 59, 60, 61):
        note_use(ApiKey.objects.get(), at=NOW + timedelta(seconds=seconds))
        written.append((ApiKey.objects.get().last_used_at - NOW).seconds)

    assert written == [0, 0, 0, 60, 60], key


def test_no_secret_and_no_digest_is_in_the_audit_trail_or_in_what_prints_a_key(proposed, admin):
    first, one = issue_key(proposed, by=admin, at=NOW)
    second, two = rotate_key(proposed, by=admin, at=NOW)
    revoke_key(first, by=admin, at=NOW)
    stop_client(proposed, by=admin, at=NOW)

    kept = json.dumps(list(AuditEntry.objects.values()), default=str)
    kept += f"{first!r} {first} {second!r} {proposed!r} {proposed}"
    secrets = [one, two, one[-43:], two[-43:], first.digest, second.digest]
    assert [secret for secret in secrets if secret in kept] == []
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "created",
        "key issued",
        "keys ending",
        "key issued",
        "key revoked",
        "client stopped",
    ]
