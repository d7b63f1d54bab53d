"""Rows of a CSV file, streamed: its encoding, separator and columns are settled first."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from opsdesk.core.errors import InvalidData
from orders.core.formats.cells import clean_cell, column_key
from orders.core.formats.columns import DELIMITERS, ENCODINGS, ColumnMap
from orders.core.items import shown

MAX_BYTES = 2_000_000_000
MAX_LINE = 1_000_000
MAX_COLUMNS = 500
_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class RowReject:
    """A row that cannot be taken: its number, the column or field, why, and of which document."""

    row_no: int
    field: str
    reason: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """What was settled about a file before its rows are read."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    unknown: tuple[str, ...]


def examine(path: Path, column_map: ColumnMap, *, max_bytes: int = MAX_BYTES) -> Layout:
    """Settle encoding, separator and columns of the file, or raise ``InvalidData``.

    Reads the whole file once, so that a file that cannot be read to its end, is too large, or
    lacks a column is refused before anything is written.
    """
    encoding = _settle_encoding(path, column_map.encoding, max_bytes)
    choices = DELIMITERS if column_map.delimiter == "detect" else (column_map.delimiter,)
    headers = {delimiter: _header(path, encoding, delimiter) for delimiter in choices}
    missing = {
        delimiter: [label for key, label in column_map.used.items() if key not in keys]
        for delimiter, (_names, keys) in headers.items()
    }
    delimiter = min(choices, key=lambda each: (len(missing[each]), -len(headers[each][0])))
    names, keys = headers[delimiter]
    if missing[delimiter]:
        message = _("The file has no column %(missing)s. Its columns are: %(found)s.")
        wanted = ", ".join(missing[delimiter])
        found = ", ".join(shown(name) for name in names[:40]) or _("none")
        raise InvalidData(message % {"missing": wanted, "found": found}, code="missing_column")
    twice = [label for key, label in column_map.used.items() if keys.count(key) > 1]
    if twice:
        message = _("The column %(name)s stands twice in the file: leave one of the two.")
        raise InvalidData(message % {"name": twice[0]}, code="twin_column")
    unknown = tuple(
        name for name, key in zip(names, keys, strict=True) if key and key not in column_map.used
    )
    return Layout(encoding, delimiter, keys, unknown)


def open_rows(
    path: Path, column_map: ColumnMap, layout: Layout | None = None
) -> Iterator[tuple[int, dict[str, str]] | RowReject]:
    """Yield each data row as (row number, cells by column key), or why it cannot be read.

    The row number is the number of the line in the file on which the row begins: the header is
    line 1. Cells are trimmed and freed of spreadsheet guards. Blank lines are skipped.
    """
    layout = layout or examine(path, column_map)
    width = len(layout.header)
    document = layout.header.index(column_map.document.column)
    with _text(path, layout.encoding) as lines:
        rows = csv.reader(lines, delimiter=layout.delimiter, strict=True)
        next(rows, None)
        while True:
            row_no = rows.line_num + 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                raise _broken_quotes(row_no) from error
            if not any(cells):
                continue
            if len(cells) != width and (len(cells) < width or any(cells[width:])):
                yield _uneven(range(row_no, rows.line_num + 1), cells, width, document)
                continue
            # strict=False: blank cells after the last column were let through above.
            yield row_no, dict(zip(layout.header, map(clean_cell, cells), strict=False))


def _uneven(lines: range, cells: list[str], width: int, document: int) -> RowReject:
    """Return the reject of a row with too many or too few cells.

    Where such a row runs over several lines, a stray quotation mark has probably swallowed rows
    of other documents: these would be missing in silence, so the whole file is refused.
    """
    if len(lines) > 1:
        raise _broken_quotes(lines[0])
    reason = _("The row has %(found)d cells; expected: %(width)d, as many as columns.")
    key = clean_cell(cells[document]) if document < len(cells) else ""
    return RowReject(lines[0], _("columns"), reason % {"found": len(cells), "width": width}, key)


def _broken_quotes(line: int) -> InvalidData:
    message = _(
        "The file cannot be read from line %(line)d on: a quotation mark there is not closed, "
        "or stands where none may stand."
    )
    return InvalidData(message % {"line": line}, code="quotes")


def _header(path: Path, encoding: str, delimiter: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    with _text(path, encoding) as lines:
        try:
            names = next(csv.reader(lines, delimiter=delimiter), [])
        except csv.Error:
            names = []
    if len(names) > MAX_COLUMNS:
        message = _("The file has %(count)d columns; at most %(most)d are read.")
        raise InvalidData(message % {"count": len(names), "most": MAX_COLUMNS}, code="too_wide")
    names = [clean_cell(name) for name in names]
    while names and not names[-1]:
        names.pop()
    return tuple(names), tuple(column_key(name) for name in names)


def _settle_encoding(path: Path, stated: str, max_bytes: int) -> str:
    """Return the one encoding in which the whole file can be read.

    UTF-8 proves itself: other text does not look like it by chance. Where several of the others
    fit, guessing would turn names into other names in silence: the map has to say.
    """
    with _raw(path) as file:
        start = _read(file, path)[:4]
    bom = next((name for mark, name in _BOMS if start.startswith(mark)), "")
    if stated != "detect":
        tried = [bom if bom and stated.startswith("utf") else stated]
    else:
        tried = [bom] if bom else [name for name in ENCODINGS if name != "utf-16"]
    fitting = _readable_as(path, tried, max_bytes)
    if not fitting:
        message = _("The file cannot be read as %(tried)s. Save it as UTF-8.")
        raise InvalidData(message % {"tried": ", ".join(tried)}, code="encoding")
    if len(fitting) > 1 and fitting[0] != "utf-8":
        message = _("The file could be %(fitting)s: state the encoding in the column map.")
        names = _(" or ").join(fitting)
        raise InvalidData(message % {"fitting": names}, code="encoding", field="encoding")
    return fitting[0]


def _readable_as(path: Path, names: list[str], max_bytes: int) -> list[str]:
    """Return those of the encodings in which the file can be read to its end."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in names}
    size = carried = 0
    with _raw(path) as file:
        while True:
            chunk = _read(file, path)
            for name, decoder in list(decoders.items()):
                try:
                    decoder.decode(chunk, final=not chunk)
                except UnicodeDecodeError:
                    del decoders[name]
            if not chunk:
                return list(decoders)
            size += len(chunk)
            carried, *ended = reversed(_line_lengths(chunk, carried))
            if size > max_bytes or max(carried, *ended, 0) > MAX_LINE:
                message = _("The file is too large, or has a line of more than a million bytes.")
                raise InvalidData(message, code="too_large")


def _line_lengths(chunk: bytes, carried: int) -> list[int]:
    first, *others = (len(line) for line in chunk.replace(b"\r", b"\n").split(b"\n"))
    return [carried + first, *others]


def _raw(path: Path) -> BinaryIO:
    """Open the file for reading bytes, unpacking gzip, which is known by its first two bytes."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]
    except OSError as error:
        message = _("The file %(path)s cannot be opened.") % {"path": path.name}
        raise InvalidData(message, code="unreadable") from error


def _read(file: BinaryIO, path: Path) -> bytes:
    try:
        return file.read(_CHUNK)
    except (OSError, EOFError, zlib.error) as error:
        message = _("The file %(path)s is damaged: it cannot be unpacked.") % {"path": path.name}
        raise InvalidData(message, code="unreadable") from error


def _text(path: Path, encoding: str) -> io.TextIOWrapper:
    # newline="": line ends inside quotation marks are left to the CSV reader.
    return io.TextIOWrapper(_raw(path), encoding=encoding, newline="")
