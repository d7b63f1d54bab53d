"""Rows of a file of staff."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.core.staff_items import StaffItem, check_staff
from catalog.core.formats.staff import MORE, NEEDED, example, read_staff
from opsdesk.core.errors import InvalidData
from tests.opsdesk.core.test_sheets import workbook

HEAD = ["employee_no", "name", "department", "position", "from_date"]
ROW = ["007", "Li Na", "EU", "promoter", "2026-04-01"]


def found(folder, *rows):
    path = folder / "staff.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    return [one for _row_no, one in read_staff(path).found]


def test_a_row_of_the_least_columns(tmp_path):
    assert found(tmp_path, HEAD, ROW) == [
        StaffItem("007", "Li Na", "EU", "promoter", date(2026, 4, 1), source_row=2)
    ]


def test_a_row_of_all_columns_from_excel(tmp_path):
    rows = [
        [*NEEDED, *MORE],
        ["007", "Li Na", "EU", "promoter", date(2026, 4, 1), date(2025, 4, 1), None, "EU-1",
         "mid", 3500.5, "li@example.com", "020", "lina"],
    ]  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", rows, formats=["yyyy-mm-dd"])

    assert [one for _row_no, one in read_staff(path).found] == [
        StaffItem(
            "007",
            "Li Na",
            "EU",
            "promoter",
            date(2026, 4, 1),
            email="li@example.com",
            phone="020",
            team="EU-1",
            level="mid",
            base_salary=Decimal("3500.5"),
            hire_date=date(2025, 4, 1),
            username="lina",
            source_row=2,
        )
    ]


def test_the_hire_date_stands_for_the_day_of_the_row(tmp_path):
    item = found(tmp_path, [*HEAD[:4], "hire_date"], ROW)[0]

    assert (item.from_date, item.hire_date) == (date(2026, 4, 1), date(2026, 4, 1))


def test_a_file_without_any_day_is_refused(tmp_path):
    with pytest.raises(InvalidData):
        found(tmp_path, HEAD[:4], ROW[:4])


def test_a_row_without_a_day_is_refused(tmp_path):
    fault = found(tmp_path, HEAD, [*ROW[:4], ""])[0]

    assert (fault.field, fault.source_row) == ("from_date", 2)


def test_a_salary_that_is_no_number_is_refused_without_repeating_it(tmp_path):
    fault = found(tmp_path, [*HEAD, "base_salary"], [*ROW, "¥3500"])[0]

    assert (fault.field, "3500" in fault.message.replace("3500.00", "")) == ("base_salary", False)


def test_the_example_is_a_row_that_is_taken(tmp_path):
    item = found(tmp_path, [*NEEDED, *MORE], example(date(2026, 4, 2)))[0]

    assert check_staff(item) == []
