"""Sealing short secrets for the database: who lacks the key neither reads nor changes them."""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

NONCE, TAG = 16, 32


def seal(secret: str, key: bytes) -> str:
    """Return ``secret`` encrypted and signed with ``key``; each time another text."""
    nonce, plain = secrets.token_bytes(NONCE), secret.encode()
    hidden = nonce + _mixed(plain, nonce, key)
    return urlsafe_b64encode(hidden + _tag(hidden, key)).decode()


def unseal(sealed: str, key: bytes) -> str:
    """Return what ``seal`` was given; ``ValueError`` for another key or an altered text."""
    try:
        whole = urlsafe_b64decode(sealed.encode())
    except ValueError:
        whole = b""
    hidden, tag = whole[:-TAG], whole[-TAG:]
    if len(hidden) < NONCE or not hmac.compare_digest(tag, _tag(hidden, key)):
        raise ValueError("sealed with another key, or altered")
    return _mixed(hidden[NONCE:], hidden[:NONCE], key).decode()


def _mixed(data: bytes, nonce: bytes, key: bytes) -> bytes:
    """Return ``data`` combined with a stream that only this key and nonce make; twice is nothing.

    HMAC over nonce and counter is a stream that nobody without the key foretells.
    """
    own = _own(key, b"encrypt")
    blocks = range(len(data) // TAG + 1)
    stream = b"".join(hmac.digest(own, nonce + block.to_bytes(4), sha256) for block in blocks)
    return bytes(one ^ other for one, other in zip(data, stream, strict=False))


def _tag(hidden: bytes, key: bytes) -> bytes:
    return hmac.digest(_own(key, b"sign"), hidden, sha256)


def _own(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, purpose, sha256)
