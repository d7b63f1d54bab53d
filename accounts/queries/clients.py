"""Which machine a key belongs to, what it may see, and which keys end soon."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from accounts.core.api_keys import digest, prefix_of, same
from accounts.core.roles import Role
from accounts.core.scope import Scope
from accounts.models import ApiClient, ApiKey
from opsdesk.core.keys import derived

ENDS_SOON = timedelta(days=30)


def pepper() -> bytes:
    """Return the secret without which the digest of a key is worth nothing."""
    return derived("api-key", settings.DATA_KEY)


def key_of(text: str, at: datetime) -> ApiKey | None:
    """Return the key that ``text`` is, with its client, where it opens anything at ``at``.

    ``None`` for a wrong, expired or revoked key, and for one whose client is stopped or not
    confirmed: from outside they are all the same.
    """
    prefix = prefix_of(text)
    if prefix is None:
        return None
    key = valid_keys(at).filter(prefix=prefix).select_related("client").first()
    # Without a key the work is the same, so that the time does not tell which prefixes exist.
    kept = key.digest if key is not None else "0" * 64
    return key if same(digest(text, pepper()), kept) else None


def valid_keys(at: datetime) -> QuerySet[ApiKey]:
    """Return the keys that open something at ``at``."""
    return ApiKey.objects.filter(
        revoked_at__isnull=True,
        expires_at__gt=at,
        client__is_active=True,
        client__confirmed_at__isnull=False,
    )


def keys_ending_soon(at: datetime) -> QuerySet[ApiKey]:
    """Return the valid keys that end within 30 days, of clients that have no longer one."""
    longer = valid_keys(at).filter(client=OuterRef("client"), expires_at__gt=at + ENDS_SOON)
    return valid_keys(at).filter(~Exists(longer), expires_at__lte=at + ENDS_SOON)


def scope_of_client(client: ApiClient, today: date) -> Scope:
    """Return what a machine may see and do: its own list, and nothing by role."""
    return Scope(
        user_id=None,
        person_id=None,
        roles=frozenset({Role.MACHINE_CLIENT}),
        today=today,
        client_id=client.pk,
        resources=frozenset(client.resources),
        store_codes=frozenset(client.store_codes) or None,
    )
