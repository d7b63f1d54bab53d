"""Writing the audit trail, in the transaction of the change itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from django.db import models

from opsdesk.models import AuditEntry


class Actor(Protocol):
    """Whoever does something: a sign-in."""

    pk: Any

    def get_username(self) -> str: ...


SYSTEM = "system"


def record(
    verb: str,
    obj: models.Model,
    *,
    by: Actor | None,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write that ``by`` (``None``: the system itself) did ``verb`` to ``obj``; return the entry.

    ``detail`` must be JSON-able; amounts go in as text.
    """
    return AuditEntry.objects.create(
        at=at,
        actor_id=by.pk if by else None,
        actor_name=by.get_username() if by else SYSTEM,
        verb=verb,
        model=obj._meta.label_lower,
        object_id=str(obj.pk),
        record=str(obj)[:200],
        detail=dict(detail or {}),
    )


def record_many(
    verb: str,
    model: type[models.Model],
    records: Iterable[str],
    *,
    by: Actor | None,
    at: datetime,
) -> int:
    """Write one entry per record of a bulk change and return how many."""
    entries = AuditEntry.objects.bulk_create(
        [
            AuditEntry(
                at=at,
                actor_id=by.pk if by else None,
                actor_name=by.get_username() if by else SYSTEM,
                verb=verb,
                model=model._meta.label_lower,
                record=name[:200],
            )
            for name in records
        ],
        batch_size=500,
    )
    return len(entries)
