"""What a piece of an import did: counts by answer, refused rows, rows set aside, notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F

from opsdesk.core.exchange import Outcome, State
from opsdesk.models import ImportBatch, ImportReject

UNKNOWN_COLUMN = "unknown_column"
UNKNOWN_STATUS = "unknown_status"
SHEET = "sheet"
FROZEN_ROWS = "frozen"


@dataclass
class Tally:
    """The counts of one piece; ``rejects`` are by row and field, the first reason each."""

    rows: int = 0
    states: Counter[str] = field(default_factory=Counter)
    rejects: dict[tuple[int, str], str] = field(default_factory=dict)
    set_aside: Counter[str] = field(default_factory=Counter)
    notes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def reject(self, row_no: int, name: str, reason: str) -> None:
        """Note a refused row."""
        self.rejects.setdefault((row_no, name[:80]), reason)

    def answer(self, outcome: Outcome) -> None:
        """Count an answer that is no error."""
        if outcome.state is not State.ERROR:
            self.states[outcome.state] += 1
        if outcome.frozen:
            self.notes[(FROZEN_ROWS, "kept as restated")] += 1


def store_tally(batch: ImportBatch, tally: Tally) -> None:
    """Add the counts of a piece to its import, in the transaction of the piece."""
    ImportReject.objects.bulk_create(
        [
            ImportReject(batch=batch, row_no=row_no, field=name, reason=reason)
            for (row_no, name), reason in sorted(tally.rejects.items())
        ],
        batch_size=1_000,
    )
    stored = ImportBatch.objects.get(pk=batch.pk)
    ImportBatch.objects.filter(pk=batch.pk).update(
        rows_read=F("rows_read") + tally.rows,
        created=F("created") + tally.states[State.CREATED],
        updated=F("updated") + tally.states[State.UPDATED],
        unchanged=F("unchanged") + tally.states[State.UNCHANGED],
        rejected=F("rejected") + len({row_no for row_no, _name in tally.rejects}),
        set_aside=dict(Counter(stored.set_aside) + tally.set_aside),
        notes=_notes(stored.notes, tally.notes),
    )


def _notes(
    stored: Iterable[dict[str, object]], found: Counter[tuple[str, str]]
) -> list[dict[str, object]]:
    """Return the notes with their counts: {"kind": …, "value": …, "count": …}."""
    counts: Counter[tuple[str, str]] = Counter()
    for note in stored:
        counts[(str(note["kind"]), str(note["value"]))] += int(str(note["count"]))
    return [
        {"kind": kind, "value": value, "count": count}
        for (kind, value), count in sorted((counts + found).items())
    ]
