"""Keys for single purposes, made from one secret that is kept outside of the database."""

import hmac
from hashlib import sha256


def derived(purpose: str, key: str) -> bytes:
    """Return the key for ``purpose`` (32 bytes); the key of one tells nothing of another's."""
    return hmac.new(key.encode(), purpose.encode(), sha256).digest()
