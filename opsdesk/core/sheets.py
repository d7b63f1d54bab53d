"""Excel files: looked at from outside, unpacked in a process with limits, handed out row by row."""

from __future__ import annotations

import json
import subprocess
import sys
import weakref
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _

from opsdesk.core.errors import InvalidData

# What a workbook of 200,000 rows needs, with room; more is a bomb.
MAX_PARTS = 2_000
MAX_UNPACKED = 150_000_000
MAX_RATIO = 300
SMALL = 5_000_000
SECONDS = 90
_BOOK = "xl/workbook.xml"
_PACKED, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_READER = Path(__file__).parents[1] / "sheet_cells.py"

Row = tuple[int, list[str]]


def is_sheet(path: Path) -> bool:
    """Tell whether the file is a spreadsheet by what it begins with, whatever its name says."""
    with path.open("rb") as file:
        return file.read(4) in (_PACKED, _OLD)


class Sheet:
    """The first sheet of an Excel file that is shown; ``others`` are the names of those after it.

    Raises ``InvalidData`` where the file is no workbook, is too large, or where a cell holds an
    error or a number whose digits were lost. Each row comes with its number in the sheet.
    """

    def __init__(self, path: Path) -> None:
        _look_at(path)
        self._lines: IO[bytes] = TemporaryFile()  # noqa: SIM115  (closed with the sheet)
        weakref.finalize(self, self._lines.close)
        _read(path, self._lines)
        told = self._told(next(self._lines, b"{}"))
        if "sheet" not in told:
            raise _unreadable()
        self.name: str = told["sheet"]
        self.others: list[str] = told["others"]
        # Whatever is wrong anywhere in the sheet is told before its first row is used.
        for line in self._lines:
            self._told(line)

    def rows(self) -> Iterator[Row]:
        """Yield the rows that hold anything."""
        self._lines.seek(0)
        next(self._lines)
        for line in self._lines:
            number, cells = json.loads(line)
            yield number, cells

    @staticmethod
    def _told(line: bytes) -> Any:
        told = json.loads(line)
        if isinstance(told, dict) and "refused" in told:
            raise _refusal(told["refused"], told["cell"])
        return told


def _look_at(path: Path) -> None:
    """Refuse what need not be unpacked to be refused."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _unreadable() from error
    if _BOOK not in {part.filename for part in parts}:
        raise _unreadable()
    unpacked = sum(part.file_size for part in parts)
    ratio = unpacked / max(1, path.stat().st_size)
    too_dense = unpacked > SMALL and ratio > MAX_RATIO
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or too_dense:
        raise _refusal("too_large", "")


def _read(path: Path, lines: IO[bytes]) -> None:
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_READER), str(path)],
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _refusal("too_large", "") from error
    if done.returncode:
        # The limits ended it: memory or time.
        raise _refusal("too_large", "")
    lines.seek(0)


def _refusal(why: str, cell: str) -> InvalidData:
    sentences = {
        "too_large": _(
            "The Excel file is too large: at most 200,000 rows and 200 columns are taken. "
            "Save the table alone, or as CSV."
        ),
        "no_sheet": _("The Excel file shows no sheet with a table."),
        "error_cell": _("The cell %(cell)s holds an error instead of a value: put it right."),
        "long_number": _(
            "The cell %(cell)s holds a number of more than 15 digits, and Excel has lost the last "
            "ones: format the column as text and type it again."
        ),
    }
    if why not in sentences:
        return _unreadable()
    return InvalidData(sentences[why] % {"cell": cell}, code=why, field="file")


def _unreadable() -> InvalidData:
    message = _(
        "The file cannot be read as an Excel workbook. Save it as .xlsx without a password, or "
        "as CSV."
    )
    return InvalidData(message, code="unreadable", field="file")
