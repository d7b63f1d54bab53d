"""The keys of machine clients: how one is written, checked and kept, and what it may open."""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MARK = "opsd"
PREFIX_LENGTH, SECRET_LENGTH = 8, 43
# 61 letters, a prime: with it the last letter finds every single wrong or swapped one. Without
# "l", which is taken for 1.
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_FORM = re.compile(
    rf"{MARK}_([{_LETTERS}]{{{PREFIX_LENGTH}}})_[{_LETTERS}]{{{SECRET_LENGTH}}}", re.ASCII
)
DEFAULT_DAYS, MAX_DAYS = 365, 730
OVERLAP_DAYS, MAX_OVERLAP_DAYS = 7, 30


class Use(TextChoices):
    READ = "read", _("read")
    WRITE = "write", _("write")


_BOTH, _READ = (Use.READ, Use.WRITE), (Use.READ,)
# What the API holds, and how each may be used.
RESOURCES: dict[str, tuple[Use, ...]] = {
    "stores": _BOTH,
    "categories": _BOTH,
    "products": _BOTH,
    "skus": _BOTH,
    "listings": _BOTH,
    "promotions": _BOTH,
    "experiments": _BOTH,
    "prices": _BOTH,
    "competitor-prices": _BOTH,
    "suppliers": _BOTH,
    "purchase-orders": _BOTH,
    "inbound-shipments": _BOTH,
    "warehouses": _BOTH,
    "stock-levels": _BOTH,
    "stock-movements": _BOTH,
    "stock-snapshots": _BOTH,
    "customers": _BOTH,
    "orders": _BOTH,
    "payments": _BOTH,
    "channels": _READ,
    "shipments": _BOTH,
    "shipment-exceptions": _READ,
    "returns": _BOTH,
    "disputes": _BOTH,
    "reviews": _BOTH,
    "tickets": _BOTH,
    "traffic": _BOTH,
    "ads": _BOTH,
    "fx-rates": _BOTH,
    "store-ratings": _BOTH,
    "violations": _BOTH,
    "employments": _BOTH,
    "attendance": _BOTH,
    "targets": _BOTH,
    "work-plans": _BOTH,
    "product-signals": _READ,
    "refunds": _READ,
    "metrics": _READ,
    "scorecards": _READ,
    "pay-runs": _READ,
    "alerts": _READ,
    "changes": _READ,
    "runs": _READ,
}
# ``orders:read`` and so on, in the order of the table: all that a machine client can be given.
EVERY_USE: tuple[str, ...] = tuple(
    f"{resource}:{use.value}" for resource, uses in RESOURCES.items() for use in uses
)
# Writing these changes what people are paid.
PAY_INPUTS = frozenset(
    f"{resource}:write"
    for resource in ("employments", "attendance", "targets", "work-plans", "fx-rates")
)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: ``prefix`` tells which one it is, ``text`` is shown once and never kept."""

    prefix: str
    text: str

    def __repr__(self) -> str:
        # Nothing that prints what it holds may print a key.
        return f"NewKey({self.prefix})"


def new_key() -> NewKey:
    """Return a key that nobody can guess: 42 letters of 61, and one that checks the others."""
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(PREFIX_LENGTH))
    secret = "".join(secrets.choice(_LETTERS) for _ in range(SECRET_LENGTH - 1))
    return NewKey(prefix, f"{MARK}_{prefix}_{secret}{_check_letter(prefix + secret)}")


def prefix_of(text: str) -> str | None:
    """Return the prefix of a key, ``None`` for what is no key or was typed wrong."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    letters = found[1] + text[-SECRET_LENGTH:]
    return found[1] if _check_letter(letters[:-1]) == letters[-1] else None


def digest(text: str, pepper: bytes) -> str:
    """Return what is kept of a key: useless without ``pepper``, which no database holds."""
    return hmac.new(pepper, text.encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two digests in a time that says nothing about where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def terms_digest(name: str, purpose: str, resources: Iterable[str], stores: Iterable[str]) -> str:
    """Return what a confirmation covers, as one short text: who the client is and what it may."""
    shown = [name, purpose, sorted(resources), sorted(stores)]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def _check_letter(letters: str) -> str:
    """Each place has a weight of its own, so that swapped letters are found as well."""
    total = sum(place * _LETTERS.index(letter) for place, letter in enumerate(letters, start=1))
    return _LETTERS[total % len(_LETTERS)]
