"""Rows of a file grouped by document in a temporary SQLite file, so that memory stays flat."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from opsdesk.core.errors import InvalidData
from orders.core.formats.cells import mark_evidence
from orders.core.formats.columns import ColumnMap
from orders.core.formats.reader import Layout, RowReject, examine, open_rows
from orders.core.items import MAX_LINES

_BATCH = 1_000
_TABLES = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -8000;
    CREATE TABLE document (ordinal INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
    CREATE TABLE line (
        ordinal INTEGER NOT NULL, row_no INTEGER NOT NULL,
        cells TEXT, field TEXT, reason TEXT,
        PRIMARY KEY (ordinal, row_no)
    ) WITHOUT ROWID;
    CREATE TABLE facts (body TEXT NOT NULL);
"""
_NO_DOCUMENT = 0


class Document(NamedTuple):
    """The rows of one document in the order of the file, and those of them that are broken."""

    ordinal: int
    key: str
    rows: list[tuple[int, dict[str, str]]]
    broken: list[RowReject]


@dataclass(frozen=True, slots=True)
class SpoolFacts:
    """What was read: counts, what was settled, and the columns that the map does not use."""

    rows: int
    documents: int
    broken: int
    encoding: str
    delimiter: str
    decimal_mark: str
    unknown_columns: tuple[str, ...]
    columns: tuple[str, ...]


def build_spool(path: Path, column_map: ColumnMap, into: Path) -> SpoolFacts:
    """Group the rows of ``path`` by document in the file ``into``, or raise ``InvalidData``.

    Documents are numbered from 1 in the order of their first row: the same file and map give the
    same numbers, so that a reader may throw the spool away and go on in a new one. ``into``
    appears only when it is complete.
    """
    layout = examine(path, column_map)
    building = into.with_name(into.name + ".building")
    building.unlink(missing_ok=True)
    try:
        with contextlib.closing(sqlite3.connect(building)) as base:
            base.executescript(_TABLES)
            facts = _fill(base, path, column_map, layout)
            base.execute("INSERT INTO facts VALUES (?)", [json.dumps(asdict(facts))])
            base.commit()
        building.replace(into)
    finally:
        building.unlink(missing_ok=True)
    return facts


def spool_facts(spool: Path) -> SpoolFacts:
    """Return what was found out when the spool was built."""
    with _opened(spool) as base:
        body = json.loads(base.execute("SELECT body FROM facts").fetchone()[0])
    lists = {name: tuple(body[name]) for name in ("unknown_columns", "columns")}
    return SpoolFacts(**(body | lists))


def documents(spool: Path, after: int = 0) -> Iterator[Document]:
    """Yield the documents whose ordinal is above ``after``, in order.

    Of a document with more rows than an order may have, the first ones come with a reject that
    says so.
    """
    columns = spool_facts(spool).columns
    with _opened(spool) as base:
        found = base.execute(
            "SELECT ordinal, key, row_no, cells, field, reason FROM line"
            " JOIN document USING (ordinal) WHERE ordinal > ? ORDER BY ordinal, row_no",
            [after],
        )
        for (ordinal, key), lines in groupby(found, key=itemgetter(0, 1)):
            document = Document(ordinal, key, [], [])
            for _ordinal, _key, row_no, cells, field, reason in lines:
                if len(document.rows) + len(document.broken) > MAX_LINES:
                    continue
                if len(document.rows) + len(document.broken) == MAX_LINES:
                    field, cells = _("rows"), None
                    reason = _("The document has more rows than the %(most)d an order may have.")
                    reason %= {"most": MAX_LINES}
                if cells is None:
                    document.broken.append(RowReject(row_no, field, reason, key))
                else:
                    document.rows.append(
                        (row_no, dict(zip(columns, json.loads(cells), strict=True)))
                    )
            yield document


def stray_rows(spool: Path) -> Iterator[RowReject]:
    """Yield the rejects of the rows whose document is not known."""
    with _opened(spool) as base:
        for row in base.execute(
            "SELECT row_no, field, reason FROM line WHERE ordinal = ? ORDER BY row_no",
            [_NO_DOCUMENT],
        ):
            yield RowReject(*row)


def _fill(
    base: sqlite3.Connection, path: Path, column_map: ColumnMap, layout: Layout
) -> SpoolFacts:
    columns = tuple(column_map.used)
    ordinals = _Ordinals(base)
    marks = _Marks(column_map)
    pick = itemgetter(*columns) if len(columns) > 1 else lambda cells: (cells[columns[0]],)
    key_column, key_label = column_map.document.column, column_map.document.label
    rows = broken = 0
    batch: list[tuple[int, int, str | None, str | None, str | None]] = []
    for found in open_rows(path, column_map, layout):
        rows += 1
        if not isinstance(found, RowReject):
            row_no, cells = found
            if cells[key_column]:
                marks.see(cells)
                line = (ordinals.of(cells[key_column]), row_no, json.dumps(pick(cells)), None, None)
                batch.append(line)
            else:
                found = RowReject(row_no, key_label, _("The document number is blank."))
        if isinstance(found, RowReject):
            broken += 1
            ordinal = ordinals.of(found.document) if found.document else _NO_DOCUMENT
            batch.append((ordinal, found.row_no, None, found.field, found.reason))
        if len(batch) >= _BATCH:
            base.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?)", batch)
            batch.clear()
    base.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?)", batch)
    return SpoolFacts(
        rows=rows,
        documents=ordinals.last,
        broken=broken,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        decimal_mark=marks.settled(),
        unknown_columns=layout.unknown,
        columns=columns,
    )


class _Ordinals:
    """Numbers the documents in the order in which they are first met."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self.base = base
        self.last = 0
        self.current = ("", 0)

    def of(self, key: str) -> int:
        """Return the number of the document."""
        if key != self.current[0]:
            new = self.base.execute(
                "INSERT OR IGNORE INTO document VALUES (?, ?)", [self.last + 1, key]
            ).rowcount
            if new > 0:
                self.last += 1
                self.current = (key, self.last)
            else:
                found = self.base.execute("SELECT ordinal FROM document WHERE key = ?", [key])
                self.current = (key, found.fetchone()[0])
        return self.current[1]


class _Marks:
    """Watches the numbers go by until they prove one decimal mark for the whole file."""

    def __init__(self, column_map: ColumnMap) -> None:
        stated = column_map.decimal_mark
        self.stated = "" if stated == "detect" else stated
        self.columns = () if self.stated else column_map.number_columns()
        self.seen: dict[str, str] = {}

    def see(self, cells: dict[str, str]) -> None:
        """Note what the numbers of a row prove, with one example each."""
        for column in self.columns:
            evidence = mark_evidence(cells[column])
            if evidence and evidence not in self.seen:
                self.seen[evidence] = cells[column]

    def settled(self) -> str:
        """Return the decimal mark of the file, or raise ``InvalidData`` where it is open."""
        if self.stated:
            return self.stated
        proved = [mark for mark in (".", ",") if mark in self.seen]
        if len(proved) == 2:
            message = _("The file has numbers with a point (%(dot)s) and with a comma (%(comma)s).")
            examples = {"dot": self.seen["."], "comma": self.seen[","]}
            raise InvalidData(message % examples, code="decimal_mark", field="decimal_mark")
        if not proved and "?" in self.seen:
            message = _("%(number)s can be read in two ways: state decimal_mark in the column map.")
            number = {"number": self.seen["?"]}
            raise InvalidData(message % number, code="decimal_mark", field="decimal_mark")
        return proved[0] if proved else "."


@contextlib.contextmanager
def _opened(spool: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(_read_only(spool), uri=True)) as base:
        yield base


def _read_only(spool: Path) -> str:
    return f"{spool.absolute().as_uri()}?mode=ro"
