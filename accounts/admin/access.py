"""Sign-ins and their roles."""

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.forms import AdminPasswordChangeForm, UserCreationForm

from accounts.core.roles import Right, Role
from accounts.models import RoleGrant, User
from opsdesk.actions.audit import record
from opsdesk.admin.base import DeskAdmin, ReadOnlyAdmin, number_or_404
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.core.errors import NotAllowed


def is_administrator(scope: Any) -> bool:
    return Role.ADMINISTRATOR in scope.roles


enter(
    Entry(
        Section.SYSTEM,
        30,
        gettext_lazy("Sign-ins"),
        "admin:accounts_user_changelist",
        "key",
        is_administrator,
    ),
    Entry(
        Section.SYSTEM,
        40,
        gettext_lazy("Roles"),
        "admin:accounts_rolegrant_changelist",
        "shield_person",
        is_administrator,
    ),
    Entry(
        Section.SYSTEM,
        50,
        gettext_lazy("Sign-in log"),
        "admin:axes_accesslog_changelist",
        "login",
        Right.AUDIT_VIEW,
    ),
)

# Rights come from roles; Django's groups would be a second, silent way. What another package
# registered is shown again as a fact.
for model in (Group, AccessAttempt, AccessFailureLog, AccessLog):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(AccessLog, AccessFailureLog)
class SignInLogAdmin(ReadOnlyAdmin):
    """Who signed in, and who failed to."""

    view_right = Right.AUDIT_VIEW
    list_display = ["username", "attempt_time", "ip_address", "user_agent"]
    list_filter = [("attempt_time", RangeDateFilter)]
    search_fields = ["username__istartswith", "ip_address"]


@admin.register(AccessAttempt)
class LockOutAdmin(ReadOnlyAdmin):
    """Failed sign-ins of late; after enough of them nobody gets in for a while."""

    view_right = Right.AUDIT_VIEW
    list_display = ["username", "attempt_time", "ip_address", "failures_since_start"]
    search_fields = ["username__istartswith", "ip_address"]


class AdministratorsOnly(DeskAdmin):
    """Written by administrators, looked at by auditors too."""

    deletable = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, Right.AUDIT_VIEW)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request.scope)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request.scope)


@admin.register(User)
class SignInAdmin(AdministratorsOnly, DjangoUserAdmin):
    """Who may sign in. What somebody may do comes from the roles."""

    form = AdministratorsOnly.form
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "email", "is_active", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["username__istartswith", "last_name__istartswith"]
    readonly_fields = ["last_login", "date_joined", "password_page"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "email", "is_active"]}),
        (gettext_lazy("Sign-in"), {"fields": ["password_page", "last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "usable_password", "password1", "password2"]}),
    ]

    def save(self, request: HttpRequest, obj: User, change: bool) -> None:
        obj.is_staff = True
        super().save(request, obj, change)

    @admin.display(description=gettext_lazy("password"))
    def password_page(self, user: User) -> str:
        url = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('<a href="{}">{}</a>', url, _("Set a new one"))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        number_or_404(id)
        before = User.objects.filter(pk=id).values_list("password", flat=True).first()
        response = super().user_change_password(request, id, form_url)
        user = User.objects.filter(pk=id).first()
        if user is not None and user.password != before:
            record("password set", user, by=request.user, at=timezone.now())
        return response


@admin.register(RoleGrant)
class RoleGrantAdmin(AdministratorsOnly):
    """Which roles somebody has; nobody changes the own ones."""

    deletable = True
    list_display = ["user", "role", "department"]
    list_filter = ["role", "department"]
    list_select_related = ["user", "department"]
    search_fields = ["user__username__istartswith"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request.scope)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("user", "department")

    def save(self, request: HttpRequest, obj: RoleGrant, change: bool) -> None:
        before = RoleGrant.objects.filter(pk=obj.pk).first() if change else None
        self.refuse_own(request, obj, before)
        super().save(request, obj, change)

    def delete(self, request: HttpRequest, obj: RoleGrant) -> None:
        self.refuse_own(request, obj, None)
        super().delete(request, obj)

    @staticmethod
    def refuse_own(request: HttpRequest, obj: RoleGrant, before: RoleGrant | None) -> None:
        """Raise where somebody touches the own roles."""
        touched = {obj.user_id} | ({before.user_id} if before else set())
        if request.user.pk in touched:
            raise NotAllowed(
                _("Nobody changes the own roles; ask another administrator."), field="user"
            )
