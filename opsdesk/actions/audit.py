"""Writing the audit trail, in the transaction of the change itself."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, models, transaction
from django.utils import translation

from opsdesk.actions.bulk import insert_rows
from opsdesk.actions.seals import seal_soon
from opsdesk.core.chain import entry_mac, micros, plain, ranges_of
from opsdesk.core.keys import derived
from opsdesk.models import AuditEntry, AuditWaiting

SYSTEM = "system"
# The trail is read in one language, whatever that of the person who wrote.
LANGUAGE = "en"
# So many entries of a bulk change wait as one; a seal covers a few of these.
_PART = 5_000
_COLUMNS = (
    "id",
    "at",
    "actor_id",
    "client_id",
    "actor_name",
    "verb",
    "model",
    "object_id",
    "record",
    "detail",
    "mac",
)


class Actor(Protocol):
    """Whoever does something: a person's sign-in, or a machine client, whose text is its name."""

    pk: Any


# A record in the trail: its primary key and what it is called.
Named = tuple[Any, str]


def person_id(by: Actor | None) -> int | None:
    """Return the sign-in's number where a person does it, not a machine or the system."""
    return by.pk if isinstance(by, AbstractBaseUser) else None


def audit_name(obj: models.Model) -> str:
    """Return what the trail calls a record: never by the name of a person, always in English."""
    with translation.override(LANGUAGE):
        return str(getattr(obj, "audit_name", None) or obj)


def record(
    verb: str,
    obj: models.Model,
    *,
    by: Actor | None,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write that ``by`` (``None``: the system itself) did ``verb`` to ``obj``; return the entry.

    ``detail`` must be JSON-able, amounts as text, and hold no personal data.
    """
    named = [(obj.pk, audit_name(obj))]
    # the class of what a request brings may be that of a lazy cover
    return _write(verb, obj._meta.model, named, by=by, at=at, detail=detail)[0]


def record_many(
    verb: str,
    model: type[models.Model],
    records: Iterable[models.Model | Named],
    *,
    by: Actor | None,
    at: datetime,
) -> int:
    """Write one entry per record of a bulk change and return how many.

    A record is the object itself, or its primary key and what the trail calls it.
    """
    named = [one if isinstance(one, tuple) else (one.pk, audit_name(one)) for one in records]
    return len(_write(verb, model, named, by=by, at=at)) if named else 0


@transaction.atomic(savepoint=False)
def _write(
    verb: str,
    model: type[models.Model],
    records: Sequence[Named],
    *,
    detail: Mapping[str, Any] | None = None,
    **who: Any,
) -> list[AuditEntry]:
    by, at = who["by"], who["at"]
    sign = _signer()
    person = person_id(by)
    shared: dict[str, Any] = {
        "at": at,
        "actor_id": person,
        "client_id": by.pk if by is not None and person is None else None,
        "actor_name": SYSTEM if by is None else "" if person else str(by)[:150],
        "verb": verb,
        "model": model._meta.label_lower,
        "detail": plain(dict(detail or {})),
    }
    entries = [
        AuditEntry(id=number, object_id=str(pk), record=name[:200], **shared)
        for number, (pk, name) in zip(_numbers(len(records)), records, strict=True)
    ]
    for entry in entries:
        entry.mac = sign(entry)
    _insert(entries)
    for start in range(0, len(entries), _PART):
        part = entries[start : start + _PART]
        AuditWaiting.objects.create(ranges=ranges_of(e.pk for e in part), count=len(part))
    seal_soon(at=at)
    return entries


def _signer() -> Callable[[AuditEntry], str]:
    return partial(_sign, derived("audit", settings.DATA_KEY))


def _sign(key: bytes, entry: AuditEntry) -> str:
    content = [entry.pk, micros(entry.at), *(getattr(entry, name) for name in _COLUMNS[2:-1])]
    return entry_mac(key, content)


def _numbers(count: int) -> list[int]:
    """Return the primary keys of the next entries; each is given once, whatever is deleted."""
    table = AuditEntry._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return sorted(number for (number,) in cursor.fetchall())
        # The only writer here; the counter of the table knows numbers that were deleted.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        last = int(row[0]) if row else 0
        return list(range(last + 1, last + count + 1))


def _insert(entries: list[AuditEntry]) -> None:
    if len(entries) == 1:
        entries[0].save(force_insert=True)
        return
    detail = json.dumps(entries[0].detail)
    insert_rows(
        AuditEntry,
        _COLUMNS,
        (
            [detail if name == "detail" else getattr(entry, name) for name in _COLUMNS]
            for entry in entries
        ),
    )
