"""Numbers of customers that are personal data themselves, and what stands in their place."""

import hmac
import re
from hashlib import sha256

# As both databases read it, too.
PHONE_NUMBER = r"^ *\+?[0-9 ()./-]{7,}$"
_PLAIN = re.compile(r"[0-9]+")


def is_personal(number: str) -> bool:
    """Tell whether a customer's number names or reaches the customer: an e-mail, a phone number.

    A plain number of digits alone is taken for a number: most of them are.
    """
    if "@" in number:
        return True
    return re.search(PHONE_NUMBER, number) is not None and _PLAIN.fullmatch(number) is None


def former_key(number: str, key: bytes) -> str:
    """Return the keyed digest (64 letters) by which an erased number is known again."""
    return hmac.new(key, number.encode("utf-8", "surrogatepass"), sha256).hexdigest()


def pseudonym(digest: str) -> str:
    """Return the number that stands in the place of the one with this digest."""
    return f"erased-{digest[:32]}"
