"""Rows of a small table, CSV or Excel, with columns of fixed names, streamed."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from opsdesk.core.errors import InvalidData
from opsdesk.core.sheets import Sheet, is_sheet

_DELIMITERS = (",", ";", "\t", "|")


class Table:
    """A file whose columns are found by name, trimmed and in any case.

    It is CSV in UTF-8 or an Excel workbook, whose first sheet is read; ``sheet`` is its name where
    there are others. Raises ``InvalidData`` where it cannot be read, a needed column is missing or
    one stands twice.
    """

    def __init__(self, path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> None:
        self.path = path
        self.delimiter = ","
        self.book = Sheet(path) if is_sheet(path) else None
        self.sheet = self.book.name if self.book and self.book.others else ""
        header = self._header(needed or optional)
        if any("\0" in name for name in header):
            raise self._unreadable()
        self.columns = [name.strip().casefold() for name in header]
        known = {*needed, *optional}
        missing = [name for name in needed if name not in self.columns]
        if missing:
            message = _("The file has no column %(missing)s. Its columns are: %(found)s.")
            words = {"missing": ", ".join(missing), "found": ", ".join(header)[:500]}
            raise InvalidData(message % words, code="missing_column")
        for name in known:
            if self.columns.count(name) > 1:
                message = _("The column %(name)s stands twice in the file: leave one of the two.")
                raise InvalidData(message % {"name": name}, code="twin_column")
        self.unknown = [name for name in self.columns if name and name not in known]

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield each row with the number of its line in the file; a CSV's header is line 1."""
        for row_no, cells in self._cells():
            padded = cells + [""] * (len(self.columns) - len(cells))
            yield row_no, dict(zip(self.columns, padded, strict=False))

    def _cells(self) -> Iterator[tuple[int, list[str]]]:
        if self.book is not None:
            yield from islice(self.book.rows(), 1, None)
            return
        with self._open() as lines:
            reader = csv.reader(lines, delimiter=self.delimiter)
            try:
                next(reader, None)
                for cells in reader:
                    if any(cell.strip() for cell in cells):
                        yield reader.line_num, [cell.strip() for cell in cells]
            except (csv.Error, UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
                raise self._unreadable() from error

    def _header(self, needed: Sequence[str]) -> list[str]:
        if self.book is not None:
            return next((cells for _row_no, cells in self.book.rows()), [])
        try:
            with self._open() as lines:
                first = lines.readline(1_000_000)
            choices = {mark: next(csv.reader([first], delimiter=mark), []) for mark in _DELIMITERS}
        except (csv.Error, UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
            raise self._unreadable() from error
        wanted = set(needed)
        self.delimiter = max(
            _DELIMITERS,
            key=lambda mark: len({n.strip().casefold() for n in choices[mark]} & wanted),
        )
        return [name.strip() for name in choices[self.delimiter]]

    def _open(self) -> io.TextIOWrapper:
        with self.path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        opened = gzip.open if packed else open
        return io.TextIOWrapper(opened(self.path, "rb"), encoding="utf-8-sig", newline="")

    def _unreadable(self) -> InvalidData:
        message = _("The file cannot be read to its end as CSV in UTF-8.")
        return InvalidData(message, code="unreadable", field="file")
