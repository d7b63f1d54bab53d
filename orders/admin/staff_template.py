"""The columns of a file of staff, told on the page, and as a file to fill in."""

import csv
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.core.staff_items import sets_pay
from catalog.core.formats.staff import MORE, NEEDED, SALARY, example
from opsdesk.admin.pages import page
from orders.actions.imports import formats_for

STAFF = "staff"


def staff_columns(scope: Any) -> list[dict[str, Any]]:
    """Return the columns of a file of staff with their meaning; none for who may not load it."""
    if STAFF not in formats_for(scope):
        return []
    meanings = _meanings()
    return [
        {"name": name, "meaning": meanings[name], "needed": name in NEEDED}
        for name in (*NEEDED, *MORE)
        if name != SALARY or sets_pay(scope)
    ]


def staff_template() -> Any:
    """Return the file to fill in: the columns and one row as an example."""

    @page()
    def view(request: HttpRequest) -> HttpResponse:
        columns = [column["name"] for column in staff_columns(request.scope)]
        if not columns:
            raise PermissionDenied
        row = dict(zip((*NEEDED, *MORE), example(request.scope.today), strict=True))
        response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="staff.csv"'
        writer = csv.writer(response)
        writer.writerows([columns, [row[name] for name in columns]])
        return response

    return view


def _meanings() -> dict[str, str]:
    return {
        "employee_no": _("The number that stays with the person for ever."),
        "name": _("Name."),
        "department": _("Code of the department."),
        "position": _("Code of the position, such as promoter."),
        "from_date": _("From this day on the row holds, such as 2026-04-01. Or hire_date alone."),
        "hire_date": _("First day in the company."),
        "leave_date": _("Last day at work."),
        "team": _("Code of a team of the department."),
        "level": _("junior, mid or senior."),
        SALARY: _("Per month, such as 3500.00; for somebody new, blank is what the pay plan says."),
        "email": _("E-mail."),
        "phone": _("Phone."),
        "username": _("The sign-in, where the person has one."),
    }
