"""The first sheet of an Excel file as lines of JSON: run as a program of its own, with limits.

Whoever opens a workbook unpacks what a stranger packed. So it is done in a process that ends,
with little memory and time (``opsdesk.core.sheets`` starts it and reads what it prints): first
``{"sheet": name, "others": [names]}``, then ``[row number, [texts]]`` for each row, or
``{"refused": why, "cell": "E3"}`` where the sheet cannot be taken.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from posixpath import join, normpath
from typing import Any
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MEMORY = 1 << 30
SECONDS = 60
ROWS, COLUMNS = 200_000, 200
# The reader makes a table up to the lowest and the rightmost cell, whatever is between.
TABLE = 10_000_000
# One long text may stand behind a million cells.
PRINTED = 150_000_000
# From here on a spreadsheet has lost digits.
EXACT = 10**15


class Refused(Exception):
    """Why the sheet cannot be taken, and at which cell."""

    def __init__(self, why: str, cell: str = "") -> None:
        super().__init__(why)
        self.why, self.cell = why, cell


def main(path: str) -> None:
    """Print the first sheet that is shown."""
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        # macOS knows the first of them by name only.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    try:
        show(path)
    except Refused as refusal:
        say({"refused": refusal.why, "cell": refusal.cell})
    except MemoryError:
        say({"refused": "too_large", "cell": ""})
    except Exception:  # a damaged file fails in as many ways as there are
        say({"refused": "unreadable", "cell": ""})


def show(path: str) -> None:
    """Print the sheet, or raise ``Refused``."""
    book = CalamineWorkbook.from_path(path)
    shown = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    if not shown:
        raise Refused("no_sheet")
    with ZipFile(path) as packed:
        look_through(packed, part_of(packed, shown[0]))
    sheet = book.get_sheet_by_name(shown[0])
    first = sheet.start[1] if sheet.start else 0
    say({"sheet": shown[0], "others": shown[1:]})
    printed = 0
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [text_of(cell, number, first + at) for at, cell in enumerate(cells)]
        if any(texts):
            printed += say([number, texts])
        if printed > PRINTED:
            raise Refused("too_large")


def part_of(packed: ZipFile, name: str) -> str:
    """Return where in the package the sheet with this name stands."""
    key = target = ""

    def sheet(tag: str, given: dict[str, str]) -> None:
        nonlocal key
        if plain(tag) == "sheet" and given.get("name") == name:
            key = next(value for about, value in given.items() if plain(about) == "id")

    def link(tag: str, given: dict[str, str]) -> None:
        nonlocal target
        if given.get("Id") == key:
            target = given["Target"]

    for part, handler in (("xl/workbook.xml", sheet), ("xl/_rels/workbook.xml.rels", link)):
        walk(packed, part, handler)
    return normpath(join("xl", target)).lstrip("/")


def look_through(packed: ZipFile, part: str) -> None:
    """Refuse a sheet that is too large, or a cell that holds an error instead of a value.

    It is looked at before the rows are: one cell far out would make a table of thousands of
    millions, and the reader hands out an error as an empty cell.
    """
    row = column = lowest = rightmost = 0

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal row, column, lowest, rightmost
        kind = plain(tag)
        if kind == "row":
            row, column = int(given.get("r") or row + 1), 0
            lowest = max(lowest, row)
        elif kind == "c":
            place = given.get("r", "")
            column = column_no(place) if place else column + 1
            rightmost = max(rightmost, column)
            if lowest > ROWS or rightmost > COLUMNS or lowest * rightmost > TABLE:
                raise Refused("too_large")
            if given.get("t") == "e":
                raise Refused("error_cell", place or f"{letters(column - 1)}{row}")

    walk(packed, part, start)


def walk(packed: ZipFile, part: str, start: Callable[[str, dict[str, str]], None]) -> None:
    """Call ``start`` for each tag of the part; a part that declares entities is refused."""

    def entity(*_about: object) -> None:
        raise Refused("unreadable")

    parser = ParserCreate(namespace_separator="}")
    parser.StartElementHandler = start
    parser.EntityDeclHandler = entity
    with packed.open(part) as file:
        parser.ParseFile(file)


def text_of(cell: Any, row: int, column: int) -> str:
    """Return a cell as it would be typed: ``1001`` and not ``1001.0``, dates as ``2026-04-01``."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        if abs(cell) >= EXACT:
            raise Refused("long_number", f"{letters(column)}{row}")
        if cell == int(cell):
            return str(int(cell))
        text = f"{cell:.15g}"
        return f"{Decimal(text):f}" if "e" in text else text
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != cell.time().min else cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def plain(name: str) -> str:
    """Return the name of a tag without its namespace."""
    return name.rpartition("}")[2]


def column_no(place: str) -> int:
    """Return 5 for ``E3``."""
    number = 0
    for letter in place.rstrip("0123456789").upper():
        number = number * 26 + ord(letter) - 64
    return number


def letters(column: int) -> str:
    """Return ``E`` for the fifth column, which is number 4."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def say(line: object) -> int:
    """Print one line of JSON and return its length."""
    return sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
