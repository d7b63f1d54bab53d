"""Sign-ins: who may sign in, who did, and who failed to."""

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.forms import AdminPasswordChangeForm, UserCreationForm

from accounts.actions.access import shut_out
from accounts.actions.passwords import note_password_set, refuse_setting_password
from accounts.actions.sign_ins import save_sign_in
from accounts.core.roles import Right, Role
from accounts.models import User
from accounts.queries.second_factor import device_of
from opsdesk.admin.base import DeskAdmin, ReadOnlyAdmin, number_or_404
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, desk_page, page
from opsdesk.core.errors import DomainError
from opsdesk.core.periods import business_date


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
        50,
        gettext_lazy("Sign-in log"),
        "admin:axes_accesslog_changelist",
        "login",
        Right.AUDIT_VIEW,
    ),
    Entry(
        Section.SYSTEM,
        51,
        gettext_lazy("Failed sign-ins"),
        "admin:axes_accessfailurelog_changelist",
        "no_accounts",
        Right.AUDIT_VIEW,
    ),
)

# Rights come from roles; Django's groups would be a second, silent way. What another package
# registered is shown again as a fact; the secrets of second factors are shown to nobody.
for model in (Group, AccessAttempt, AccessFailureLog, AccessLog, TOTPDevice, StaticDevice):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(AccessLog)
class SignInLogAdmin(ReadOnlyAdmin):
    """Who signed in."""

    view_right = Right.AUDIT_VIEW
    list_display = ["username", "attempt_time", "ip_address", "user_agent"]
    list_filter = [("attempt_time", RangeDateFilter)]
    search_fields = ["username__istartswith", "ip_address"]


@admin.register(AccessFailureLog)
class FailedSignInAdmin(SignInLogAdmin):
    """Who failed to sign in."""

    list_display = ["username", "attempt_time", "ip_address", "locked_out", "user_agent"]


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
    """Who may sign in. What somebody may do comes from the roles.

    Shutting somebody out takes one administrator, letting in again a confirmed change of access.
    """

    form = AdministratorsOnly.form
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "email", "is_active", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["username__istartswith", "last_name__istartswith"]
    readonly_fields = [
        "let_in",
        "last_login",
        "date_joined",
        "password_page",
        "second_factor",
    ]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "email", "let_in"]}),
        (
            gettext_lazy("Sign-in"),
            {"fields": ["password_page", "second_factor", "last_login", "date_joined"]},
        ),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "usable_password", "password1", "password2"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        own = path("<str:object_id>/shut-out/", self.shut_out_view(), name="accounts_user_shut_out")
        return [own, *super().get_urls()]

    def save(self, request: HttpRequest, obj: User, change: bool) -> None:
        obj.is_staff = True
        save_sign_in(obj, by=request.user, at=timezone.now())
        if not change and obj.has_usable_password():
            note_password_set(obj, by=request.user, at=timezone.now())

    @admin.display(description=gettext_lazy("password"))
    def password_page(self, user: User) -> str:
        url = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('<a href="{}">{}</a>', url, _("Set a new one"))

    @admin.display(description=gettext_lazy("second factor"))
    def second_factor(self, user: User) -> str:
        return _("set up") if device_of(user) else _("not set up")

    @admin.display(description=gettext_lazy("let in"))
    def let_in(self, user: User) -> str:
        if not user.is_active:
            return _("No. A change of access lets in again; a second person confirms it.")
        url = reverse("admin:accounts_user_shut_out", args=[user.pk])
        return format_html('{} · <a href="{}">{}</a>', _("Yes"), url, _("Shut out"))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        user = self._sign_in(request, id)
        now = timezone.now()
        today = business_date(now, settings.COMPANY_TIME_ZONE)
        with transaction.atomic():
            # Held, so that nobody forgets the second factor between the look and the password.
            user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
            try:
                refuse_setting_password(user, by=request.user, today=today)
            except DomainError as refusal:
                messages.error(request, refusal.message)
                own = user.pk == request.user.pk
                page_url = reverse("own_password") if own else self.page_url(user.pk)
                return HttpResponseRedirect(page_url)
            before = user.password
            response = super().user_change_password(request, id, form_url)
            user.refresh_from_db(fields=["password"])
            if user.password != before:
                note_password_set(user, by=request.user, at=now)
        return response

    def shut_out_view(self) -> Any:
        @page()
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            user = self._sign_in(request, object_id)
            if request.method == "POST":
                attempt(
                    request,
                    lambda: shut_out(user, scope=request.scope, by=request.user, at=timezone.now()),
                    _("%(user)s is shut out; every session has ended.") % {"user": user},
                )
                return HttpResponseRedirect(self.page_url(user.pk))
            crumbs = [
                (self.model._meta.verbose_name_plural, self.list_url()),
                (str(user), self.page_url(user.pk)),
            ]
            context = {"title": _("Shut out"), "crumbs": crumbs, "subject": user}
            return desk_page(request, "desk/sign_in/shut_out.html", context)

        return view

    def _sign_in(self, request: HttpRequest, object_id: str) -> User:
        """Return the sign-in for an administrator: 403 without the right, 404 where none is."""
        number = number_or_404(object_id)
        if not self.has_change_permission(request):
            raise PermissionDenied
        user = User.objects.filter(pk=number).first()
        if user is None:
            raise Http404
        return user
