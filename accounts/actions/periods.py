"""Closing months, and refusing what is dated into a closed one."""

from datetime import date, datetime

from django.utils.translation import gettext

from accounts.models import ClosedMonth, Department
from opsdesk.core.errors import PeriodClosed
from opsdesk.core.periods import Period


def close_month(department: Department, month: Period, *, at: datetime) -> ClosedMonth:
    """Close ``month`` for the department for good."""
    return ClosedMonth.objects.create(department=department, month=month.start, closed_at=at)


def refuse_closed(department: Department, month: date) -> None:
    """Raise ``PeriodClosed`` where the month beginning on ``month`` is closed."""
    if ClosedMonth.objects.filter(department=department, month=month).exists():
        raise PeriodClosed(
            gettext("%(month)s is closed for %(department)s; nothing dated into it changes.")
            % {"month": f"{month:%Y-%m}", "department": department}
        )
