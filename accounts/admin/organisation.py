"""Departments, teams and positions."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from accounts.models import Department, Position, Team
from opsdesk.admin.base import DeskAdmin
from opsdesk.admin.navigation import Entry, Section, enter

enter(
    Entry(
        Section.PEOPLE,
        30,
        _("Departments"),
        "admin:accounts_department_changelist",
        "apartment",
        Right.PEOPLE_VIEW,
    ),
    Entry(
        Section.PEOPLE,
        40,
        _("Teams"),
        "admin:accounts_team_changelist",
        "groups",
        Right.PEOPLE_VIEW,
    ),
    Entry(
        Section.PEOPLE,
        50,
        _("Positions"),
        "admin:accounts_position_changelist",
        "work",
        Right.PEOPLE_VIEW,
    ),
)


@admin.register(Department)
class DepartmentAdmin(DeskAdmin):
    view_right = Right.PEOPLE_VIEW
    edit_right = Right.MASTER_EDIT
    list_display = ["code", "name"]
    search_fields = ["code__istartswith", "name__icontains"]


@admin.register(Team)
class TeamAdmin(DeskAdmin):
    view_right = Right.PEOPLE_VIEW
    edit_right = Right.PEOPLE_EDIT
    list_display = ["code", "name", "department"]
    list_select_related = ["department"]
    search_fields = ["code__istartswith", "name__icontains"]


@admin.register(Position)
class PositionAdmin(DeskAdmin):
    view_right = Right.PEOPLE_VIEW
    edit_right = Right.PEOPLE_EDIT
    list_display = ["code", "shown_name"]

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, position: Position) -> str:
        return str(position)
