"""Closing months, and refusing what is dated into a closed one."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext

from accounts.models import ClosedMonth, Department
from opsdesk.core.errors import PeriodClosed
from opsdesk.core.periods import Period


def hold_departments(ids: Iterable[int]) -> None:
    """Hold the departments until the end of the transaction, in one order for all.

    Of closing a month and writing something dated into it one comes first: each holds the
    department, then looks. Whatever else is held is held before. (SQLite has one writer anyway.)
    """
    held = Department.objects.filter(pk__in=set(ids)).order_by("pk")
    list(held.select_for_update(no_key=True).values_list("pk", flat=True))


def close_month(department: Department, month: Period, *, at: datetime) -> ClosedMonth:
    """Close ``month`` for the department for good."""
    hold_departments([department.pk])
    return ClosedMonth.objects.create(department=department, month=month.start, closed_at=at)


def refuse_closed(department: Department, month: date) -> None:
    """Hold the department; raise ``PeriodClosed`` where the month that begins then is closed."""
    hold_departments([department.pk])
    if ClosedMonth.objects.filter(department=department, month=month).exists():
        raise PeriodClosed(
            gettext("%(month)s is closed for %(department)s; nothing dated into it changes.")
            % {"month": f"{month:%Y-%m}", "department": department}
        )
