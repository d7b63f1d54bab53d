"""Letting machines in: proposed by one person, confirmed by another, with keys that end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy

from accounts.core.api_keys import (
    DEFAULT_DAYS,
    EVERY_USE,
    MAX_DAYS,
    MAX_OVERLAP_DAYS,
    OVERLAP_DAYS,
    digest,
    new_key,
    terms_digest,
)
from accounts.core.four_eyes import Authority, Case, authority_for
from accounts.core.roles import Right
from accounts.models import ApiClient, ApiKey, User
from accounts.queries.access import scope_at
from accounts.queries.clients import pepper
from opsdesk.actions.audit import record
from opsdesk.actions.records import save_record
from opsdesk.core.errors import Conflict, InvalidData, InvalidTransition, NotAllowed

USE_NOTED_EVERY = timedelta(minutes=1)
STORES_AT_MOST = 200
_WORDS = {
    "own_proposal": gettext_lazy("You proposed this client, so somebody else must confirm it."),
    "no_right": gettext_lazy("Your roles do not give you the right to do this."),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a client is called and for, what it may use, and of which stores; none: of every."""

    name: str
    purpose: str
    resources: tuple[str, ...]
    store_codes: tuple[str, ...] = ()


def digest_of(client: ApiClient) -> str:
    """Return what a confirmation of ``client`` as it stands covers."""
    return terms_digest(client.name, client.purpose, client.resources, client.store_codes)


@transaction.atomic
def propose_client(terms: Terms, *, by: User | None, at: datetime) -> ApiClient:
    """Write a client down; it is let in once another person confirms it.

    ``by`` is ``None`` for a command: whoever has the shell sets the installation up, so that
    client is confirmed by itself. Raises ``NotAllowed`` and ``InvalidData``.
    """
    _refuse_without({Right.ACCESS_EDIT}, by, at)
    client = ApiClient(proposed_by=by, proposed_at=at, confirmed_at=at if by is None else None)
    _write_terms(client, terms)
    save_record(client, by=by, at=at)
    if by is None:
        record("client confirmed", client, by=by, at=at, detail=_by({}, by))
    return client


@transaction.atomic
def change_client(client: ApiClient, terms: Terms, *, by: User, at: datetime) -> ApiClient:
    """Put ``terms`` in the place of those the client has; they are confirmed anew.

    Until then it is not let in. A stopped client is proposed again by this, also with the same
    terms. Raises ``NotAllowed``, ``InvalidData``, and ``Conflict`` where its terms are not those
    that ``client`` was read with.
    """
    _refuse_without({Right.ACCESS_EDIT}, by, at)
    stored = ApiClient.objects.select_for_update().get(pk=client.pk)
    before = digest_of(stored)
    if digest_of(client) != before:
        raise Conflict(gettext("The client was changed since you opened it; look at it again."))
    _write_terms(stored, terms)
    if stored.is_active and digest_of(stored) == before:
        return stored
    stored.is_active = True
    stored.proposed_by, stored.proposed_at = by, at
    stored.confirmed_by = stored.confirmed_at = None
    return save_record(stored, by=by, at=at)


def refuse_confirmer(client: ApiClient, *, by: User, at: datetime) -> None:
    """Raise ``NotAllowed`` where ``by`` may not confirm ``client``: the rule of four eyes."""
    scope = scope_at(by, at)
    may = scope is not None and scope.has(Right.ACCESS_CONFIRM)
    proposers = frozenset() if client.proposed_by_id is None else {client.proposed_by_id}
    case = Case(proposers=frozenset(proposers))
    authority_for(case, by.pk, [Authority(by.pk)] if may else [], _WORDS)


@transaction.atomic
def confirm_client(client: ApiClient, *, shown: str, by: User, at: datetime) -> ApiClient:
    """Let the client in as it was ``shown`` (``digest_of``).

    Raises ``NotAllowed`` for whoever proposed it and without the right, ``Conflict`` where it was
    changed since it was shown, ``InvalidTransition`` where it does not wait for this any more.
    """
    stored = ApiClient.objects.select_for_update().get(pk=client.pk)
    refuse_confirmer(stored, by=by, at=at)
    if digest_of(stored) != shown:
        raise Conflict(gettext("The client was changed since you opened it; look at it again."))
    waiting = ApiClient.objects.filter(pk=stored.pk, is_active=True, confirmed_at__isnull=True)
    if not waiting.exclude(proposed_by=by).update(confirmed_by=by, confirmed_at=at):
        raise InvalidTransition(gettext("This client does not wait to be confirmed."))
    stored.refresh_from_db()
    record("client confirmed", stored, by=by, at=at, detail={"shown": shown})
    return stored


@transaction.atomic
def stop_client(client: ApiClient, *, by: User | None, at: datetime) -> ApiClient:
    """Shut the client out at once, whatever its keys; only ``change_client`` lets it in again.

    Raises ``NotAllowed``, and ``InvalidTransition`` where it is stopped already.
    """
    _refuse_without({Right.ACCESS_EDIT, Right.ACCESS_CONFIRM}, by, at)
    if not ApiClient.objects.filter(pk=client.pk, is_active=True).update(is_active=False):
        raise InvalidTransition(gettext("This client is stopped already."))
    client.refresh_from_db()
    record("client stopped", client, by=by, at=at, detail=_by({}, by))
    return client


@transaction.atomic
def issue_key(
    client: ApiClient, *, days: int = DEFAULT_DAYS, by: User | None, at: datetime
) -> tuple[ApiKey, str]:
    """Make a key that lives for ``days``; return it and its text, which is kept nowhere.

    Raises ``NotAllowed``, ``InvalidData`` for a life that is too short or too long, and
    ``InvalidTransition`` for a stopped client.
    """
    _refuse_without({Right.ACCESS_EDIT}, by, at)
    _refuse_outside(days, 1, MAX_DAYS)
    # Under the client's lock, as a rotation is: no key is made between its two steps.
    if not ApiClient.objects.select_for_update().get(pk=client.pk).is_active:
        raise InvalidTransition(gettext("This client is stopped: let it in again first."))
    made = new_key()
    key = ApiKey.objects.create(
        client=client,
        prefix=made.prefix,
        digest=digest(made.text, pepper()),
        created_at=at,
        created_by=by,
        expires_at=at + timedelta(days=days),
    )
    detail = {"prefix": key.prefix, "expires_at": key.expires_at.isoformat()}
    record("key issued", client, by=by, at=at, detail=_by(detail, by))
    return key, made.text


@transaction.atomic
def rotate_key(
    client: ApiClient, *, overlap_days: int = OVERLAP_DAYS, by: User | None, at: datetime
) -> tuple[ApiKey, str]:
    """Make a new key and have every other one end within ``overlap_days``, or when it would.

    Until then both are valid, so that the machine can change over. Raises as ``issue_key``.
    """
    _refuse_without({Right.ACCESS_EDIT}, by, at)
    _refuse_outside(overlap_days, 0, MAX_OVERLAP_DAYS)
    ApiClient.objects.select_for_update().get(pk=client.pk)
    ends = at + timedelta(days=overlap_days)
    old = ApiKey.objects.filter(client=client, revoked_at__isnull=True, expires_at__gt=ends)
    ending = list(old.values_list("prefix", flat=True))
    old.update(expires_at=ends)
    if ending:
        detail = {"prefixes": ending, "expires_at": ends.isoformat()}
        record("keys ending", client, by=by, at=at, detail=_by(detail, by))
    return issue_key(client, by=by, at=at)


@transaction.atomic
def revoke_key(key: ApiKey, *, by: User | None, at: datetime) -> ApiKey:
    """End a key at once. Raises ``NotAllowed``, and ``InvalidTransition`` where it has ended."""
    _refuse_without({Right.ACCESS_EDIT, Right.ACCESS_CONFIRM}, by, at)
    if not ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=at):
        raise InvalidTransition(gettext("This key is revoked already."))
    key.refresh_from_db()
    record("key revoked", key.client, by=by, at=at, detail=_by({"prefix": key.prefix}, by))
    return key


def note_use(key: ApiKey, *, at: datetime) -> None:
    """Note that a key was used just now, at most once a minute."""
    before = at - USE_NOTED_EVERY
    if key.last_used_at is not None and key.last_used_at > before:
        return
    old = Q(last_used_at__isnull=True) | Q(last_used_at__lte=before)
    ApiKey.objects.filter(old, pk=key.pk).update(last_used_at=at)


def _by(detail: dict[str, Any], by: User | None) -> dict[str, Any]:
    """Return ``detail`` with a word for who had the shell, where no person is known."""
    return detail if by is not None else detail | {"by": "command"}


def _write_terms(client: ApiClient, terms: Terms) -> None:
    unknown = sorted(set(terms.resources) - set(EVERY_USE))
    if unknown:
        raise InvalidData(
            gettext("The API has no “%(name)s”.") % {"name": unknown[0]}, field="resources"
        )
    if not terms.resources:
        raise InvalidData(gettext("Name at least one thing it may use."), field="resources")
    codes = sorted(set(terms.store_codes))
    if len(codes) > STORES_AT_MOST:
        raise InvalidData(
            gettext("A client is bound to at most %(count)s stores.") % {"count": STORES_AT_MOST},
            field="store_codes",
        )
    client.name, client.purpose = terms.name.strip(), terms.purpose.strip()
    # In the order of the table, so that the same rights always read the same.
    client.resources = [use for use in EVERY_USE if use in terms.resources]
    client.store_codes = codes


def _refuse_outside(days: int, least: int, most: int) -> None:
    if not least <= days <= most:
        raise InvalidData(
            gettext("Give a number of days from %(least)s to %(most)s.")
            % {"least": least, "most": most},
            field="days",
        )


def _refuse_without(rights: set[Right], by: User | None, at: datetime) -> None:
    scope = scope_at(by, at)
    if scope is not None and not any(scope.has(right) for right in rights):
        raise NotAllowed(
            gettext("Your roles do not give you the right to do this."), code="no_right"
        )
