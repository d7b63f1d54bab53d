"""Excel files: what comes out of them, and what is not let in."""

import re
import struct
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from opsdesk.core.errors import InvalidData
from opsdesk.core.sheets import Sheet, is_sheet


def workbook(path, rows, *, more=(), formats=None, hidden=False):
    """A workbook of one sheet with these rows, and empty sheets named ``more``."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        looks = {name: book.add_format({"num_format": name}) for name in formats or ()}
        if hidden:
            book.add_worksheet("Hidden").hide()
        sheet = book.add_worksheet("People")
        for name in more:
            book.add_worksheet(name)
        sheet.activate()
        sheet.set_first_sheet()
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, tuple):
                    sheet.write_formula(number, column, cell[0], None, cell[1])
                elif isinstance(cell, date):
                    kind = "yyyy-mm-dd hh:mm" if isinstance(cell, datetime) else "yyyy-mm-dd"
                    sheet.write_datetime(number, column, cell, looks[kind])
                elif cell is not None:
                    sheet.write(number, column, cell)
    return path


def changed(path, part, change):
    """The workbook with one of its parts changed."""
    made = path.with_name("changed.xlsx")
    with (
        zipfile.ZipFile(path) as before,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, change(content) if name == part else content)
    return made


FIRST = "xl/worksheets/sheet1.xml"


def refusal(path):
    with pytest.raises(InvalidData) as error:
        Sheet(path)
    return error.value.code


def test_cells_come_out_as_they_were_typed(tmp_path):
    rows = [
        ["007", 1001.0, 0.1, 3500.55, 0.1 + 0.2, -2],
        [date(2026, 4, 1), datetime(2026, 4, 1, 8, 30), True, ("=1+1", 2), " x ", "李娜"],  # noqa: DTZ001
        [0.0000001, 0, 123456789012345, "=1+1", None, "-"],
    ]
    path = workbook(tmp_path / "a.xlsx", rows, formats=("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))

    sheet = Sheet(path)

    assert list(sheet.rows()) == [
        (1, ["007", "1001", "0.1", "3500.55", "0.3", "-2"]),
        (2, ["2026-04-01", "2026-04-01 08:30:00", "TRUE", "2", "x", "李娜"]),
        (3, ["0.0000001", "0", "123456789012345", "=1+1", "", "-"]),
    ]
    assert (sheet.name, sheet.others) == ("People", [])


def test_rows_keep_their_numbers_and_can_be_read_again(tmp_path):
    sheet = Sheet(workbook(tmp_path / "a.xlsx", [[], [], ["a"], [], ["b"]], more=["Notes"]))

    assert [list(sheet.rows()), list(sheet.rows())] == [[(3, ["a"]), (5, ["b"])]] * 2
    assert sheet.others == ["Notes"]


def test_the_first_sheet_that_is_shown_is_read(tmp_path):
    sheet = Sheet(workbook(tmp_path / "a.xlsx", [["a"]], hidden=True))

    assert (sheet.name, sheet.others, list(sheet.rows())) == ("People", [], [(1, ["a"])])


def test_an_error_is_no_empty_cell(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["a", "b"], ["x", ("=1/0", "#DIV/0!")]])

    with pytest.raises(InvalidData) as error:
        Sheet(path)

    assert (error.value.code, str(error.value)) == (
        "error_cell",
        "The cell B2 holds an error instead of a value: put it right.",
    )


def test_a_number_that_lost_its_digits_is_refused(tmp_path):
    assert refusal(workbook(tmp_path / "a.xlsx", [["id"], [10**15]])) == "long_number"


@pytest.mark.parametrize(
    ("row", "column"),
    [(1_048_575, 0), (0, 16_383), (200_000, 0), (0, 200), (150_000, 150)],
    ids=["lowest", "rightmost", "a row too many", "a column too many", "too wide and too low"],
)
def test_a_cell_far_out_is_refused_before_a_table_is_made(tmp_path, row, column):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(row, column, "b")

    assert refusal(path) == "too_large"


def test_what_unpacks_to_too_much_is_refused_unopened(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["a"]])
    bomb = changed(path, FIRST, lambda xml: xml + b" " * 160_000_000)

    assert bomb.stat().st_size < 400_000
    assert refusal(bomb) == "too_large"


def test_a_size_that_lies_does_not_help(tmp_path):
    path = changed(
        workbook(tmp_path / "a.xlsx", [["a"]]), FIRST, lambda xml: xml + b" " * 160_000_000
    )
    with zipfile.ZipFile(path) as packed:
        size = packed.getinfo(FIRST).file_size
    path.write_bytes(path.read_bytes().replace(struct.pack("<L", size), struct.pack("<L", 900)))

    assert refusal(path) == "unreadable"


def test_a_long_text_behind_many_cells_is_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["x" * 32_000] for _row in range(5_000)])

    assert path.stat().st_size < 100_000
    assert refusal(path) == "too_large"


def test_entities_are_refused(tmp_path):
    declared = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">]>'
    path = changed(
        workbook(tmp_path / "a.xlsx", [[1]]),
        FIRST,
        lambda xml: re.sub(rb"(<\?xml[^>]*\?>)", rb"\1" + declared, xml),
    )

    assert refusal(path) == "unreadable"


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04" + b"\0" * 100,
        b"\xd0\xcf\x11\xe0" + b"\0" * 1000,
    ],
    ids=["damaged", "the old format or a password"],
)
def test_what_is_no_workbook_is_refused(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)

    assert is_sheet(path)
    assert refusal(path) == "unreadable"


def test_another_package_is_refused(tmp_path):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("word/document.xml", "<a/>")

    assert refusal(path) == "unreadable"


@pytest.mark.parametrize("part", [FIRST, "xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_a_workbook_with_a_broken_part_is_refused(tmp_path, part):
    path = changed(workbook(tmp_path / "a.xlsx", [[1]]), part, lambda xml: xml[: len(xml) // 2])

    assert refusal(path) == "unreadable"


def test_a_csv_is_no_sheet(tmp_path):
    Path(tmp_path / "a.csv").write_bytes(b"a,b\n")

    assert not is_sheet(tmp_path / "a.csv")
