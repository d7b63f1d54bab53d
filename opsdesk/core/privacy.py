"""How sensitive a field is, and what is shown of it to somebody who may not see it."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

MASK = "•••"


class Sensitivity(StrEnum):
    """Why a field needs care; a model says it of its fields in ``sensitive``."""

    # Who somebody is: seen by those who see the row, erased on request, never in the audit trail.
    IDENTITY = "identity"
    # How to reach somebody: besides, masked for those who have no need of it.
    PERSONAL = "personal"
    # How to reach a customer: masked likewise, by a right of its own.
    CUSTOMER = "customer"
    # What somebody is paid: hidden from those who may not see pay; the audit trail keeps it.
    PAY = "pay"


# What erasure takes away, so that the audit trail never holds it.
ERASABLE = frozenset({Sensitivity.IDENTITY, Sensitivity.PERSONAL, Sensitivity.CUSTOMER})
# Of these something is shown to everybody, so that one can be told from another.
CONTACTS = frozenset({Sensitivity.PERSONAL, Sensitivity.CUSTOMER})


# The right that shows a field; who somebody is, is shown to whoever sees the row.
SHOWN_BY: Mapping[Sensitivity, str] = {
    Sensitivity.PERSONAL: "personal.view",
    Sensitivity.CUSTOMER: "customer.view",
    Sensitivity.PAY: "pay.view",
}


def sensitivity(model: Any, field: str) -> Sensitivity | None:
    """Return how sensitive ``field`` of ``model`` is; ``None``: not at all."""
    policy: Mapping[str, Sensitivity] = getattr(model, "sensitive", {})
    return policy.get(field)


def is_shown(model: Any, field: str, may: Callable[[str], bool]) -> bool:
    """Tell whether ``field`` of ``model`` is shown to somebody; ``may`` knows their rights."""
    level = sensitivity(model, field)
    right = SHOWN_BY.get(level) if level else None
    return right is None or may(right)


def masked(text: str) -> str:
    """Return of a contact only what tells one from another: ``li@example.com`` as ``l•••@e•••``."""
    name, at, host = text.partition("@")
    parts = [part[:1] + MASK for part in ((name, host) if at else (name,)) if part]
    return at.join(parts)
