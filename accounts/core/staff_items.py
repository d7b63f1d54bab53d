"""Staff as it comes from outside, and the checks that each row has to pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.core.roles import set_pay
from accounts.core.scope import Scope
from opsdesk.core.exchange import Checks, FieldFault, decimals

YEARS = range(1950, 2101)
SALARY_BOUND = Decimal(10) ** 9
LEVELS = ("junior", "mid", "senior")


@dataclass(frozen=True, slots=True)
class StaffItem:
    """What a person is from ``from_date`` on; what is blank or ``None`` stays as it is stored."""

    employee_no: str
    name: str
    department: str
    position: str
    from_date: date
    email: str = ""
    phone: str = ""
    team: str = ""
    level: str = ""
    base_salary: Decimal | None = None
    hire_date: date | None = None
    leave_date: date | None = None
    username: str = ""
    source_row: int | None = None


def sets_pay(scope: Scope | None) -> bool:
    """Tell whether somebody may load salaries; the system itself (``None``) may.

    One role must both keep the staff and see pay: an administrator who leads a department, or
    stands in for somebody, does not set salaries by putting the two together.
    """
    return scope is None or set_pay(scope.roles)


def check_staff(item: StaffItem) -> list[FieldFault]:
    """Return everything wrong with a row; empty when it is fine. No fault repeats the cell."""
    checks = Checks(item.source_row)
    checks.text("employee_no", item.employee_no, 40)
    checks.text("name", item.name, 100)
    checks.text("department", item.department, 40)
    checks.text("position", item.position, 40)
    checks.text("email", item.email, 254, blank=True)
    checks.text("phone", item.phone, 40, blank=True)
    checks.text("team", item.team, 40, blank=True)
    checks.text("username", item.username, 150, blank=True)
    if item.level not in ("", *LEVELS):
        checks.wrong("level", _("junior, mid or senior is expected."))
    for field in ("from_date", "hire_date", "leave_date"):
        day = getattr(item, field)
        if day is not None and day.year not in YEARS:
            checks.wrong(field, _("A date of the years 1950 to 2100 is expected."))
    if item.hire_date is not None and item.hire_date > item.from_date:
        checks.wrong("hire_date", _("The hire date cannot be after the first day of the row."))
    if item.leave_date is not None and item.leave_date < item.from_date:
        checks.wrong("leave_date", _("The last day cannot be before the first day of the row."))
    salary = item.base_salary
    if salary is not None and (
        not salary.is_finite() or not 0 <= salary < SALARY_BOUND or decimals(salary) > 2
    ):
        message = _(
            "An amount of 0 or more with at most two decimals is expected, such as 3500.00."
        )
        checks.wrong("base_salary", message)
    return checks.faults
