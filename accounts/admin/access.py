"""The roles that sign-ins have."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from accounts.admin.sign_ins import is_administrator
from accounts.core.roles import Right
from accounts.models import RoleGrant
from opsdesk.admin.base import ReadOnlyAdmin
from opsdesk.admin.navigation import Entry, Section, enter

enter(
    Entry(
        Section.SYSTEM,
        40,
        gettext_lazy("Roles"),
        "admin:accounts_rolegrant_changelist",
        "shield_person",
        is_administrator,
    ),
)


@admin.register(RoleGrant)
class RoleGrantAdmin(ReadOnlyAdmin):
    """Which roles somebody has; a change of access gives and takes them."""

    view_right = Right.ACCESS_VIEW
    list_display = ["user", "role", "department"]
    list_filter = ["role", "department"]
    list_select_related = ["user", "department"]
    search_fields = ["user__username__istartswith"]
