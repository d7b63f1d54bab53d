"""Reading the key of a request; what it opens is looked up by a later app."""

from typing import Any

from rest_framework.authentication import BaseAuthentication

SCHEME = "Api-Key"
# Longer than any key; nothing that long is looked at.
KEY_AT_MOST = 200


def presented_key(request: Any) -> str | None:
    """Return what the header ``Authorization: Api-Key <key>`` holds.

    ``None`` where there is no such header; a blank text for one that holds no key.
    """
    words = request.headers.get("Authorization", "").split()
    if not words or words[0].lower() != SCHEME.lower():
        return None
    return words[1] if len(words) == 2 and len(words[1]) <= KEY_AT_MOST else ""


class KeyAuthentication(BaseAuthentication):
    """Asks for an API key in the header, and for nothing else: no session, no cookie."""

    def authenticate_header(self, request: Any) -> str:
        return SCHEME
