"""Reading the audit trail as a chain: is every entry there, as it was written?"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, Sum

from opsdesk.core.chain import (
    EPOCH,
    GENESIS,
    Ranges,
    entry_mac,
    head_mac,
    micros,
    seal_digest,
    well_formed,
)
from opsdesk.core.keys import derived
from opsdesk.models import AuditEntry, AuditHead, AuditWaiting

# No seal is larger; one that says so was tampered with.
SEAL_MOST = 100_000
_PAGE = 5_000
_SEALS = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong: a code, and where.

    altered: the entry is not what was signed; missing: a sealed entry is gone; unsealed: the entry
    waits for a seal that nobody will make; seal, head, end: the seal or the head was changed, or
    the end of the chain is gone; given: the chain does not hold the head that was kept elsewhere.
    """

    code: str
    entry: int | None = None
    at: datetime | None = None
    seal: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was looked at, and the first fault, where there is one."""

    entries: int
    waiting: int
    number: int
    digest: str
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far the trail is sealed and what was last verified, for people to see."""

    head: AuditHead | None
    waiting: int


class Broken(Exception):
    """The chain is broken at ``fault``."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def chain_state() -> ChainState:
    """Return the head and how many entries wait for their seal."""
    waiting = AuditWaiting.objects.aggregate(entries=Sum("count"))["entries"] or 0
    return ChainState(AuditHead.objects.filter(pk=AuditHead.THE_ONE).first(), waiting)


def macs_of(rows: QuerySet[AuditEntry], ranges: Ranges) -> list[str]:
    """Return the signatures of the entries with these numbers, by number."""
    found: list[str] = []
    for first, last in ranges:
        found += rows.filter(pk__range=(first, last)).order_by("pk").values_list("mac", flat=True)
    return found


def verify(known: tuple[int, str] | None = None) -> Verdict:
    """Look at every entry and every seal; memory does not grow with the trail.

    ``known`` is a head (number, digest) that was kept elsewhere: the chain must still hold it.
    Entries written meanwhile are not waited for.
    """
    head = AuditHead.objects.filter(pk=AuditHead.THE_ONE).first()
    walk = _Walk(derived("audit", settings.DATA_KEY))
    try:
        walk.through(head, known)
    except Broken as broken:
        return Verdict(walk.read, len(walk.aside), walk.number, walk.digest, broken.fault)
    return Verdict(walk.read, len(walk.aside), walk.number, walk.digest, None)


@dataclass
class _Walk:
    """A walk through seals and entries side by side, both in the order of their numbers.

    An entry that is met before its seal (or has none yet) is put aside until the seal comes.
    """

    key: bytes
    number: int = 0
    digest: str = GENESIS
    sealed: int = 0
    read: int = 0
    reached: int = 0
    aside: dict[int, str] = field(default_factory=dict)

    def through(self, head: AuditHead | None, known: tuple[int, str] | None) -> None:
        self.entries = self._entries()
        if head is None:
            raise Broken(Fault("head"))
        if known is not None and known[0] > head.number:
            # The end was cut off, and the head with it.
            self._seals(head.number, None)
            raise Broken(Fault("given", entry=self.reached + 1, seal=known[0]))
        self._seals(head.number, known)
        for _number, _mac in self.entries:
            pass
        self._compare(head)
        self._unsealed()

    def _seals(self, last: int, known: tuple[int, str] | None) -> None:
        if known == (0, self.digest):
            known = None
        for seal in _seal_rows():
            if seal[0] > last:
                break
            self._seal(seal)
            if known is not None and known[0] == self.number and known[1] != self.digest:
                raise Broken(Fault("given", seal=self.number))

    def _seal(self, seal: Sequence[Any]) -> None:
        number, ranges, count, digest, sealed_at = seal
        if number != self.number + 1:
            raise Broken(Fault("end", entry=self.reached + 1, seal=self.number + 1))
        if not well_formed(ranges, count, SEAL_MOST):
            raise Broken(Fault("seal", entry=self.reached + 1, seal=number))
        macs = [self._take(one) for first, last in ranges for one in range(first, last + 1)]
        if not self._is_digest(digest, [number, ranges, count], sealed_at, macs):
            raise Broken(Fault("seal", entry=ranges[0][0], seal=number))
        self.number, self.digest = number, digest
        self.sealed += count
        self.reached = max(self.reached, ranges[-1][1])

    def _is_digest(self, digest: str, content: list[Any], at: Any, macs: list[str]) -> bool:
        try:
            content.append(_micros(at))
        except (TypeError, ValueError, OverflowError):
            return False
        return seal_digest(self.key, self.digest, content, macs) == digest

    def _take(self, wanted: int) -> str:
        """Return the signature of an entry, once."""
        if wanted in self.aside:
            return self.aside.pop(wanted)
        for number, _mac in self.entries:
            if number >= wanted:
                break
        if wanted not in self.aside:
            raise Broken(Fault("missing", entry=wanted))
        return self.aside.pop(wanted)

    def _entries(self) -> Iterator[tuple[int, str]]:
        """Put each entry aside as it is met, or stop at the first that is not what was signed."""
        for row in _entry_rows():
            number, at, *content, detail, mac = row
            if not self._genuine(number, at, (content, detail), mac):
                raise Broken(Fault("altered", entry=number, at=_instant(at)))
            self.read += 1
            self.aside[number] = mac
            yield number, mac

    def _genuine(self, number: int, at: Any, content: tuple[list[Any], str], mac: str) -> bool:
        fields, detail = content
        try:
            told = {} if detail == "{}" else json.loads(detail)
            return entry_mac(self.key, [number, _micros(at), *fields, told]) == mac
        except (TypeError, ValueError, OverflowError, RecursionError):
            return False

    def _compare(self, head: AuditHead) -> None:
        if self.number != head.number:
            raise Broken(Fault("end", entry=self.reached + 1, seal=self.number + 1))
        whole = (
            self.digest,
            self.sealed,
            head_mac(self.key, self.number, self.digest, self.sealed),
        )
        if whole != (head.digest, head.entries, head.mac):
            raise Broken(Fault("head", seal=self.number))

    def _unsealed(self) -> None:
        """Refuse an entry that neither waits for its seal nor got it meanwhile."""
        left = sorted(self.aside)
        # What waits is read first: what is not there any more is found among the newer seals.
        for ranges in AuditWaiting.objects.values_list("ranges", flat=True):
            for first, last in ranges:
                place = slice(bisect_left(left, first), bisect_right(left, last))
                if len(left[place]) != last - first + 1:
                    _refuse_gap(first, last)
                del left[place]
        for seal in _seal_rows(self.number) if left else ():
            for first, last in seal[1]:
                del left[bisect_left(left, first) : bisect_right(left, last)]
        if left:
            at = AuditEntry.objects.values_list("at", flat=True).get(pk=left[0])
            raise Broken(Fault("unsealed", entry=left[0], at=at))


def _refuse_gap(first: int, last: int) -> None:
    """Refuse entries that are gone before their seal; those just written are there by now."""
    wanted = first
    rows = AuditEntry.objects.filter(pk__range=(first, last)).order_by("pk")
    for number in rows.values_list("pk", flat=True).iterator():
        if number != wanted:
            break
        wanted += 1
    if wanted <= last:
        raise Broken(Fault("missing", entry=wanted))


def _entry_rows() -> Iterator[Sequence[Any]]:
    """Yield id, time, actor, client, name, verb, model, record id, record, detail, signature."""
    detail = "detail::text" if connection.vendor == "postgresql" else "detail || ''"
    statement = (
        f"SELECT id, {_time('at')}, actor_id, client_id, actor_name, verb, model, object_id, "  # noqa: S608
        f"record, {detail}, mac FROM opsdesk_auditentry WHERE id > %s ORDER BY id LIMIT {_PAGE}"
    )
    return _pages(statement, 0, _PAGE)


def _seal_rows(after: int = 0) -> Iterator[Sequence[Any]]:
    """Yield number, ranges, count, digest, time of each seal after that number."""
    ranges = "ranges::text" if connection.vendor == "postgresql" else "ranges || ''"
    statement = (
        f"SELECT number, {ranges}, count, digest, {_time('sealed_at')} "  # noqa: S608
        f"FROM opsdesk_auditseal WHERE number > %s ORDER BY number LIMIT {_SEALS}"
    )
    for number, text, *rest in _pages(statement, after, _SEALS):
        try:
            yield number, json.loads(text), *rest
        except (TypeError, ValueError, RecursionError):
            yield number, None, *rest


def _pages(statement: str, after: int, size: int) -> Iterator[Sequence[Any]]:
    """Yield the rows of a statement that goes on after the number in the first column."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, [after])
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < size:
            return
        after = rows[-1][0]


def _time(column: str) -> str:
    """Return SQL for the time as it is kept, read without the cost of a conversion per row."""
    if connection.vendor == "postgresql":
        # Whoever wrote infinity there gets no further than to be found.
        time = f"(extract(epoch FROM {column}) * 1000000)::bigint"
        return f"CASE WHEN isfinite({column}) THEN {time} END"
    return f"{column} || ''"


def _micros(time: Any) -> int:
    return (
        time if isinstance(time, int) else micros(datetime.fromisoformat(time).replace(tzinfo=UTC))
    )


def _instant(time: Any) -> datetime | None:
    try:
        return EPOCH + timedelta(microseconds=_micros(time))
    except (TypeError, ValueError, OverflowError):
        return None
