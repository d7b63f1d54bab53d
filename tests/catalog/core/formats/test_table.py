"""Small tables with columns of fixed names, as CSV and as Excel."""

import pytest

from catalog.core.formats.table import Table
from opsdesk.core.errors import InvalidData
from tests.opsdesk.core.test_sheets import workbook

ROWS = [[" Code ", "NAME", "note"], ["007", "Seven", "x"], ["", "", ""], ["008", "Eight", ""]]


def written(folder, kind, rows):
    if kind == "xlsx":
        return workbook(folder / "a.xlsx", rows)
    path = folder / "a.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_columns_are_found_by_name(tmp_path, kind):
    table = Table(written(tmp_path, kind, ROWS), ["code"], ["name"])

    assert list(table.rows()) == [
        (2, {"code": "007", "name": "Seven", "note": "x"}),
        (4, {"code": "008", "name": "Eight", "note": ""}),
    ]
    assert (table.unknown, table.sheet) == (["note"], "")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("header", "code"), [(["name"], "missing_column"), (["code", "Code"], "twin_column")]
)
def test_a_header_that_does_not_fit_is_refused(tmp_path, kind, header, code):
    with pytest.raises(InvalidData) as refusal:
        Table(written(tmp_path, kind, [header, ["1", "2"]]), ["code"])

    assert refusal.value.code == code


def test_a_row_shorter_than_the_header_is_filled_up(tmp_path):
    table = Table(workbook(tmp_path / "a.xlsx", [["code", "name"], ["1"]]), ["code"], ["name"])

    assert list(table.rows()) == [(2, {"code": "1", "name": ""})]


def test_the_sheet_is_named_where_there_are_several(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["code"], ["1"]], more=["Notes"])

    assert Table(path, ["code"]).sheet == "People"


def test_an_empty_sheet_has_no_columns(tmp_path):
    with pytest.raises(InvalidData) as refusal:
        Table(workbook(tmp_path / "a.xlsx", []), ["code"])

    assert refusal.value.code == "missing_column"
