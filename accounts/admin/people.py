"""People and what they are employed as."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.actions.people import correct_employment, start_employment
from accounts.core.roles import Right
from accounts.models import Employment, Person, User
from opsdesk.admin.base import DeskAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.templatetags.desk import figure, money

enter(
    Entry(
        Section.PEOPLE,
        10,
        _("People"),
        "admin:accounts_person_changelist",
        "person",
        Right.PEOPLE_VIEW,
    ),
    Entry(
        Section.PEOPLE,
        20,
        _("Employments"),
        "admin:accounts_employment_changelist",
        "badge",
        Right.PEOPLE_VIEW,
    ),
)


@admin.register(Person)
class PersonAdmin(DeskAdmin):
    view_right = Right.PEOPLE_VIEW
    edit_right = Right.PEOPLE_EDIT
    list_display = ["employee_no", "name", "email", "user"]
    list_select_related = ["user"]
    search_fields = ["employee_no__istartswith", "name__icontains"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Employment)
class EmploymentAdmin(DeskAdmin):
    """A salary is shown to those who see pay, and to the person."""

    view_right = Right.PEOPLE_VIEW
    edit_right = Right.PEOPLE_EDIT
    deletable = False
    list_display = [
        "person",
        "department",
        "team",
        "position",
        "level",
        "from_date",
        "to_date",
        "leave_date",
    ]
    list_select_related = ["person", "department", "team", "position"]
    list_filter = ["department", "position", ("from_date", RangeDateFilter)]
    search_fields = ["person__employee_no__istartswith", "person__name__icontains"]
    ordering = ["person__employee_no", "-from_date"]

    def save(self, request: HttpRequest, obj: Employment, change: bool) -> None:
        verb = correct_employment if change else start_employment
        verb(obj, by=request.user, at=timezone.now())

    def get_list_display(self, request: HttpRequest) -> list[str]:
        shown = list(super().get_list_display(request))
        return [*shown, "salary_figure"] if self.may(request, Right.PAY_VIEW) else shown

    def get_exclude(self, request: HttpRequest, obj: Employment | None = None) -> list[str] | None:
        sees = self.may(request, Right.PAY_VIEW) or self.has_change_permission(request)
        return None if sees else ["base_salary"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("person", "department")

    @admin.display(description=_("base salary"), ordering="base_salary")
    def salary_figure(self, employment: Employment) -> str:
        if employment.base_salary is None:
            return figure(_("by the plan"))
        return figure(money(employment.base_salary))
