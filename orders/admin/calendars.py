"""Calendars, SLA policies, the escalation ladder, and the words that tickets are closed with."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.core.roles import Right
from opsdesk.admin.base import DeskAdmin, DeskForm, DeskInline
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.templatetags.desk import duration
from orders.actions.calendars import delete_terms, save_calendar_parts, save_terms
from orders.core.calendars import DAY_MINUTES, told
from orders.core.tickets import template_fault
from orders.models import (
    CalendarDay,
    CalendarSpan,
    EscalationRule,
    ReplyTemplate,
    ResolutionCode,
    RootCause,
    SlaPolicy,
    WorkCalendar,
)
from orders.queries.sla import hours_by_calendar

CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)

enter(
    *(
        Entry(
            Section.SERVICE,
            order,
            title,
            f"admin:orders_{model}_changelist",
            icon,
            Right.SALES_VIEW,
        )
        for order, title, model, icon in (
            (60, gettext_lazy("Reply templates"), "replytemplate", "quickreply"),
            (70, gettext_lazy("SLA policies"), "slapolicy", "timer"),
            (72, gettext_lazy("Escalation rules"), "escalationrule", "stairs"),
            (74, gettext_lazy("Work calendars"), "workcalendar", "calendar_month"),
            (76, gettext_lazy("Resolution codes"), "resolutioncode", "task_alt"),
            (78, gettext_lazy("Root causes"), "rootcause", "account_tree"),
        )
    )
)


class ClockField(forms.Field):
    """A time of the day such as 09:00 or 24:00, as minutes since midnight."""

    widget = UnfoldAdminTextInputWidget(attrs={"placeholder": "09:00", "size": 6})

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        found = CLOCK.fullmatch(str(value).strip())
        minutes = int(found[1]) * 60 + int(found[2]) if found else -1
        if found is None or int(found[2]) > 59 or not 0 <= minutes <= DAY_MINUTES:
            raise forms.ValidationError(_("Write a time such as 09:00; midnight ends at 24:00."))
        return minutes


class SpanForm(DeskForm):
    """A working time on a weekday."""

    start = ClockField(label=gettext_lazy("from"))
    end = ClockField(label=gettext_lazy("until"))

    class Meta:
        model = CalendarSpan
        fields = ("weekday", "start", "end")


class SpanInline(DeskInline):
    model = CalendarSpan
    form = SpanForm
    extra = 0


class DayInline(DeskInline):
    model = CalendarDay
    fields = ["day", "name", "works_as"]
    extra = 0


class TermsAdmin(DeskAdmin):
    """What supervisors and managers set up; open tickets follow it."""

    view_right = Right.SALES_VIEW
    edit_right = Right.SERVICE_ALLOW
    sortable_by = ()

    def save(self, request: HttpRequest, obj: Any, change: bool) -> None:
        save_terms(obj, by=request.user, at=timezone.now())

    def delete(self, request: HttpRequest, obj: Any) -> None:
        delete_terms(obj, by=request.user, at=timezone.now())


@admin.register(WorkCalendar)
class WorkCalendarAdmin(TermsAdmin):
    list_display = ["code", "name", "time_zone"]
    fields = ["code", "name", "time_zone"]
    inlines = [SpanInline, DayInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        parts, gone = [], []
        for formset in formsets:
            parts += formset.save(commit=False)
            gone += formset.deleted_objects
        if parts or gone:
            save_calendar_parts(form.instance, parts, gone, by=request.user, at=timezone.now())

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        hours = hours_by_calendar()

        @admin.display(description=_("working hours"))
        def working_hours(calendar: WorkCalendar) -> str:
            return told(hours[calendar.pk])

        return [*super().get_list_display(request), working_hours]


@admin.register(SlaPolicy)
class SlaPolicyAdmin(TermsAdmin):
    list_display = [
        "name",
        "measure",
        "promised",
        "calendar",
        "kind",
        "priority",
        "channel",
        "marketplace",
        "from_date",
        "pauses",
    ]
    list_filter = ["measure"]
    list_select_related = ["calendar"]

    @admin.display(description=gettext_lazy("promised"))
    def promised(self, policy: SlaPolicy) -> str:
        if policy.minutes is None:
            return _("measured only")
        return duration(timedelta(minutes=policy.minutes))


@admin.register(EscalationRule)
class EscalationRuleAdmin(TermsAdmin):
    list_display = ["measure", "level", "minutes_after_due", "audience", "only_major", "active"]
    list_filter = ["measure", "active"]


class WordAdmin(DeskAdmin):
    """Words of a list; one that is used is switched off, not deleted."""

    view_right = Right.SALES_VIEW
    edit_right = Right.SERVICE_ALLOW
    list_display = ["code", "name", "active"]
    search_fields = ["code__istartswith", "name__icontains"]
    sortable_by = ()


admin.site.register(ResolutionCode, WordAdmin)
admin.site.register(RootCause, WordAdmin)


class TemplateForm(DeskForm):
    """A reply template; what stands in braces must be known."""

    class Meta:
        model = ReplyTemplate
        fields = ("code", "language", "title", "text", "active")

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        if fault := template_fault(text):
            raise forms.ValidationError(fault)
        return text


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(DeskAdmin):
    """Whoever answers customers writes them."""

    view_right = Right.SALES_VIEW
    edit_right = Right.SERVICE_EDIT
    form = TemplateForm
    list_display = ["title", "code", "language", "active"]
    list_filter = ["language", "active"]
    search_fields = ["code__istartswith", "title__icontains"]
    sortable_by = ()
