"""Reasons for returns by what sources call them, and as they are offered."""

from __future__ import annotations

from orders.core.reasons import folded
from orders.models import ReturnReason


def reasons_by_word() -> dict[str, int]:
    """Return the reasons by the folded words of sources, and by their own codes."""
    found: dict[str, int] = {}
    for reason in ReturnReason.objects.filter(active=True).order_by("-pk"):
        for word in (reason.code, *reason.words):
            found[folded(word)] = reason.pk
    return found


def reason_tree() -> list[ReturnReason]:
    """Return the reasons that can be chosen, each below what it is part of."""
    return sorted(ReturnReason.objects.offered(), key=lambda reason: reason.path)
