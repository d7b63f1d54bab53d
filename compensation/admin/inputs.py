"""What people did in a month: work plan tasks and attendance."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from compensation.actions.inputs import delete_month_input, save_month_input
from compensation.models import Attendance, WorkTask
from opsdesk.admin.base import DeskAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.templatetags.desk import figure, month, number, percent


def has_inputs(scope: Any) -> bool:
    return scope.may(Right.PAY_VIEW) or scope.person_id is not None


enter(
    Entry(
        Section.PAY,
        50,
        _("Work plan"),
        "admin:compensation_worktask_changelist",
        "checklist",
        has_inputs,
    ),
    Entry(
        Section.PAY,
        60,
        _("Attendance"),
        "admin:compensation_attendance_changelist",
        "event_available",
        has_inputs,
    ),
)


class MonthInputAdmin(DeskAdmin):
    """Rows that a month's pay is calculated from; everybody sees the own ones."""

    edit_right = Right.INPUT_EDIT

    def save(self, request: HttpRequest, obj: WorkTask | Attendance, change: bool) -> None:
        save_month_input(obj, scope=request.scope, by=request.user, at=timezone.now())

    def delete(self, request: HttpRequest, obj: WorkTask | Attendance) -> None:
        delete_month_input(obj, scope=request.scope, by=request.user, at=timezone.now())

    @admin.display(description=_("month"), ordering="month")
    def month_text(self, row: WorkTask | Attendance) -> str:
        return month(row.month)


@admin.register(WorkTask)
class WorkTaskAdmin(MonthInputAdmin):
    list_display = [
        "name",
        "month_text",
        "owner",
        "kind",
        "planned_figure",
        "actual_figure",
        "done_figure",
    ]
    list_filter = ["month", "kind", "department"]
    list_select_related = ["person", "department"]
    search_fields = ["name__icontains", "person__name__icontains"]

    @admin.display(description=_("whose"))
    def owner(self, task: WorkTask) -> str:
        return str(task.person or task.department)

    @admin.display(description=_("planned"), ordering="planned")
    def planned_figure(self, task: WorkTask) -> str:
        return figure(number(task.planned))

    @admin.display(description=_("actual"), ordering="actual")
    def actual_figure(self, task: WorkTask) -> str:
        return figure(number(task.actual))

    @admin.display(description=_("completion"))
    def done_figure(self, task: WorkTask) -> str:
        return figure(percent(task.actual / task.planned if task.planned else None))


@admin.register(Attendance)
class AttendanceAdmin(MonthInputAdmin):
    list_display = ["person", "month_text", "absent_figure"]
    list_filter = ["month"]
    list_select_related = ["person"]
    search_fields = ["person__employee_no__istartswith", "person__name__icontains"]

    @admin.display(description=_("days absent"), ordering="absent_days")
    def absent_figure(self, attendance: Attendance) -> str:
        return figure(str(attendance.absent_days))
