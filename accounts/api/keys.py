"""Whose key a request carries."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.actions.clients import note_use
from accounts.core.api_keys import prefix_of
from accounts.models import ApiKey
from accounts.queries.clients import key_of, scope_of_client
from opsdesk.api.keys import KeyAuthentication, presented_key
from opsdesk.core.periods import business_date


class ClientAuthentication(KeyAuthentication, BaseAuthentication):
    """Let a machine in by its key, and say in ``request.scope`` what it may see.

    ``request.auth`` is the key. No user is signed in: what a machine does is nobody's doing.
    """

    def authenticate(self, request: Any) -> tuple[AnonymousUser, ApiKey] | None:
        text = presented_key(request)
        if text is None:
            return None
        now = timezone.now()
        key = key_of(text, now)
        if key is None:
            raise AuthenticationFailed(*_refused(text))
        note_use(key, at=now)
        today = business_date(now, settings.COMPANY_TIME_ZONE)
        request._request.scope = scope_of_client(key.client, today)
        return AnonymousUser(), key


def _refused(text: str) -> tuple[str, str]:
    """Say why, as far as the text itself shows it; what is known of a key is told nobody."""
    if prefix_of(text) is None:
        return _("This is no key: it was cut off or typed wrong."), "malformed_key"
    return _("This key does not open the API, or not any more."), "key_refused"
