"""What people did in a month: work plan tasks and attendance, as long as the month is open."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from accounts.actions.periods import refuse_closed
from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import User
from accounts.queries.people import departments_in
from compensation.core.lifecycle import PayRunState
from compensation.models import Attendance, PayRun, WorkTask
from opsdesk.actions.records import delete_record, save_record
from opsdesk.core.errors import InvalidTransition, NotAllowed

MonthInput = WorkTask | Attendance


@transaction.atomic
def save_month_input(
    row: MonthInput, *, scope: Scope | None, by: User | None, at: datetime
) -> MonthInput:
    """Insert or change a work plan task or an attendance, unless its month is closed.

    ``scope`` ``None`` is the system itself. Raises ``NotAllowed`` for departments that one does not
    lead, ``PeriodClosed``, and ``InvalidTransition`` while the month's pay run is submitted or
    approved: what was shown for approval must stay what it was.
    """
    if row.pk:
        _refuse(type(row).objects.get(pk=row.pk), scope)
    _refuse(row, scope)
    return save_record(row, by=by, at=at)


@transaction.atomic
def delete_month_input(
    row: MonthInput, *, scope: Scope | None, by: User | None, at: datetime
) -> None:
    """Delete a work plan task or an attendance of a month that is still open."""
    stored = type(row).objects.get(pk=row.pk)
    _refuse(stored, scope)
    delete_record(stored, by=by, at=at)


def _refuse(row: MonthInput, scope: Scope | None) -> None:
    owner = row.department if isinstance(row, WorkTask) else None
    departments = [owner] if owner else []
    if row.person is not None:
        departments = departments_in(row.person, row.month)
    if owner is None and row.person is None:
        return  # belongs to nobody: the rules of the row say so
    asked = [department.pk for department in departments]
    if scope is not None and not scope.reaches(Right.INPUT_EDIT, asked):
        raise NotAllowed(
            gettext("You don't have the right to change this in that department."), code="no_right"
        )
    for department in departments:
        refuse_closed(department, row.month)
        run = PayRun.objects.filter(department=department, month=row.month).first()
        if run and run.state in (PayRunState.SUBMITTED, PayRunState.APPROVED):
            raise InvalidTransition(
                gettext("The pay run %(run)s is “%(state)s”; give it back before you change this.")
                % {"run": run, "state": run.get_state_display()}
            )
