"""The mark in a subject that leads an answer to its ticket, and that nobody else can make."""

import hmac
import re
from base64 import b32encode
from hashlib import sha256

LENGTH = 12
_MARK = re.compile(r"\[#T0*([0-9]{1,18})-([a-z2-7]{12})\]", re.IGNORECASE | re.ASCII)
_ANSWERED = re.compile(r"\A(?:\s*(?:re|aw|sv|antw|odp|答复|回复)\s*[:：])+", re.IGNORECASE)


def mark_of(ticket: int, key: bytes) -> str:
    """Return the mark of a ticket: ``[#T000123-k3x9…]``."""
    return f"[#T{ticket:06}-{_proof(ticket, key)}]"


def marked_ticket(subject: str, key: bytes) -> int | None:
    """Return the ticket whose mark stands in ``subject``, ``None`` where no right one does."""
    for number, proof in _MARK.findall(subject[:1000]):
        if hmac.compare_digest(proof.lower(), _proof(int(number), key)):
            return int(number)
    return None


def plain_subject(subject: str) -> str:
    """Return the subject without marks and without the words that say that it is an answer."""
    return _ANSWERED.sub("", _MARK.sub("", subject)).strip()


def _proof(ticket: int, key: bytes) -> str:
    return b32encode(hmac.digest(key, str(ticket).encode(), sha256)).decode().lower()[:LENGTH]
