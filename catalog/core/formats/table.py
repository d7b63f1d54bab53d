"""Rows of a small CSV table with columns of fixed names, streamed."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from opsdesk.core.errors import InvalidData

_DELIMITERS = (",", ";", "\t", "|")


class Table:
    """A CSV file in UTF-8 whose columns are found by name, trimmed and in any case.

    Raises ``InvalidData`` where it cannot be read, a needed column is missing or one stands twice.
    """

    def __init__(self, path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> None:
        self.path = path
        self.delimiter = ","
        header = self._header(needed)
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
        """Yield each row with the number of its line in the file; the header is line 1."""
        with self._open() as lines:
            reader = csv.reader(lines, delimiter=self.delimiter)
            try:
                next(reader, None)
                for cells in reader:
                    if any(cell.strip() for cell in cells):
                        padded = cells + [""] * (len(self.columns) - len(cells))
                        values = (cell.strip() for cell in padded)
                        yield reader.line_num, dict(zip(self.columns, values, strict=False))
            except (csv.Error, UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
                raise self._unreadable() from error

    def _header(self, needed: Sequence[str]) -> list[str]:
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
