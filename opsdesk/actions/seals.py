"""Sealing the entries of the audit trail that are committed, in a transaction of its own."""

import logging
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import connection, transaction

from opsdesk.core.chain import head_mac, joined, micros, seal_digest
from opsdesk.core.keys import derived
from opsdesk.models import AuditEntry, AuditHead, AuditSeal, AuditWaiting
from opsdesk.queries.audit import Verdict, macs_of

# A seal covers what waits, up to about so many entries.
SEAL_AT = 10_000
_ROWS = 2_000
logger = logging.getLogger(__name__)


def seal_soon(*, at: datetime) -> None:
    """Have what this transaction wrote sealed right after its commit; the sweep finds the rest.

    Once per transaction, however many changes it makes.
    """
    open_savepoints = set(connection.savepoint_ids)
    for savepoints, verb, _robust in connection.run_on_commit:  # type: ignore[misc]
        # One that was noted in a savepoint that may still be rolled back is not counted on.
        if isinstance(verb, partial) and verb.func is _try and savepoints <= open_savepoints:
            return
    transaction.on_commit(partial(_try, at))


def _try(at: datetime) -> None:
    try:
        seal_waiting(at=at, wait=False)
    except Exception as error:
        # What was done is committed; that its seal comes later must not reach the person.
        logger.warning("The audit trail is sealed later: %s", error)


def seal_waiting(*, at: datetime, wait: bool = True) -> int:
    """Seal all entries that are committed and not sealed; return how many.

    Sealers take turns by the head. Without ``wait`` this one leaves the work to the one before it.
    """
    total = 0
    # Looked at first without a lock: the sweep comes by often and mostly finds nothing.
    while AuditWaiting.objects.exists():
        with transaction.atomic():
            _commit_lightly()
            sealed = _seal(at, wait)
        total += sealed
        if not sealed:
            break
    return total


def _commit_lightly() -> None:
    """Spare PostgreSQL the wait for the disk: a seal that a crash loses is made again."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")


def _seal(at: datetime, wait: bool) -> int:
    held = AuditHead.objects.select_for_update(skip_locked=not wait)
    head = held.filter(pk=AuditHead.THE_ONE).first()
    if head is None:
        return 0
    taken, count = [], 0
    for row in AuditWaiting.objects.order_by("pk")[:_ROWS]:
        taken.append(row)
        count += row.count
        if count >= SEAL_AT:
            break
    if not taken:
        return 0
    AuditWaiting.objects.filter(pk__in=[row.pk for row in taken]).delete()
    ranges = joined(one for row in taken for one in row.ranges)
    key = derived("audit", settings.DATA_KEY)
    macs = macs_of(AuditEntry.objects.all(), ranges)
    if len(macs) != count:
        logger.error("Entries of the audit trail are missing before their seal: %s", ranges)
    number = head.number + 1
    digest = seal_digest(key, head.digest, [number, ranges, count, micros(at)], macs)
    AuditSeal.objects.create(number=number, ranges=ranges, count=count, digest=digest, sealed_at=at)
    AuditHead.objects.filter(pk=head.pk, number=head.number).update(
        number=number,
        digest=digest,
        entries=head.entries + count,
        mac=head_mac(key, number, digest, head.entries + count),
        sealed_at=at,
    )
    return count


def note_verified(verdict: Verdict, fault: str, *, at: datetime) -> None:
    """Keep for people to see what was verified and what was found."""
    AuditHead.objects.filter(pk=AuditHead.THE_ONE).update(
        verified_at=at, verified_number=verdict.number, verified_fault=fault[:200]
    )
