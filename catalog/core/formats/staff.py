"""From the rows of a file to what people are employed as."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from accounts.core.staff_items import StaffItem
from catalog.core.formats.rows import Refused, Row, Rows, date_in, decimal_in, read_rows
from opsdesk.core.errors import InvalidData
from opsdesk.core.exchange import FieldFault

NEEDED = ("employee_no", "name", "department", "position")
SALARY = "base_salary"
MORE = (
    "from_date",
    "hire_date",
    "leave_date",
    "team",
    "level",
    SALARY,
    "email",
    "phone",
    "username",
)


def read_staff(path: Path) -> Rows:
    """Return the staff of a file; ``from_date`` or ``hire_date`` tells where a row begins."""
    rows = read_rows(path, NEEDED, MORE, _staff)
    if "from_date" not in rows.columns and "hire_date" not in rows.columns:
        message = _("The file has neither a column from_date nor hire_date: add one of them.")
        raise InvalidData(message, code="missing_column", field="file")
    return rows


def _staff(row: Row, row_no: int) -> StaffItem:
    days = {
        name: date_in(name, row, row_no) if row.get(name) else None
        for name in ("from_date", "hire_date", "leave_date")
    }
    start = days["from_date"] or days["hire_date"]
    if start is None:
        message = _("The row has no day: fill in from_date, or hire_date for somebody new.")
        raise Refused(FieldFault("from_date", message, row_no))
    words = ("email", "phone", "team", "level", "username")
    return StaffItem(
        **{name: row[name] for name in NEEDED},
        **{name: row.get(name, "") for name in words},
        from_date=start,
        hire_date=days["hire_date"],
        leave_date=days["leave_date"],
        base_salary=_salary(row.get(SALARY, ""), row_no),
        source_row=row_no,
    )


def _salary(text: str, row_no: int) -> Decimal | None:
    """Return the amount; unlike others, this refusal does not repeat what stands in the cell."""
    try:
        return decimal_in(SALARY, text, row_no) if text else None
    except Refused as error:
        message = _(
            "An amount of 0 or more with at most two decimals is expected, such as 3500.00."
        )
        raise Refused(FieldFault(SALARY, message, row_no)) from error


def example(today: date) -> list[str]:
    """Return a row that shows what each column takes, in the order of ``NEEDED`` and ``MORE``."""
    cells = {
        "employee_no": "E100",
        "name": "Li Na 李娜",
        "department": "EU",
        "position": "promoter",
        "from_date": today.replace(day=1).isoformat(),
        "hire_date": today.replace(day=1).isoformat(),
        "level": "mid",
        SALARY: "3500.00",
        "email": "li.na@example.com",
        "phone": "020-5550-0100",
    }
    return [cells.get(name, "") for name in (*NEEDED, *MORE)]
