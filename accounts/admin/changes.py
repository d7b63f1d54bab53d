"""Changes of what people may do: proposed by one person, confirmed by another."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.access import confirmer, decide_change, propose_change, withdraw_change
from accounts.core.roles import Right
from accounts.models import AccessChange, AccessChangeState, Department, User
from opsdesk.admin.decisions import DecisionAdmin, Step, why_not
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.templatetags.desk import badge

enter(
    Entry(
        Section.SYSTEM,
        42,
        gettext_lazy("Changes of access"),
        "admin:accounts_accesschange_changelist",
        "how_to_reg",
        Right.ACCESS_VIEW,
    )
)


def when(at: datetime | None) -> str:
    """Return a moment as the desk writes it; blank where there is none."""
    return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else ""


def _decide(confirm: bool) -> Any:
    def act(change: AccessChange, request: HttpRequest, at: datetime) -> AccessChange:
        return decide_change(change, confirm=confirm, scope=request.scope, by=request.user, at=at)

    return act


@admin.register(AccessChange)
class AccessChangeAdmin(DecisionAdmin):
    view_right = Right.ACCESS_VIEW
    list_display = ["what", "user", "department", "state_badge", "proposed_by", "decided_by"]
    list_display_links = ["what"]
    list_filter = ["state", "kind", "role"]
    list_select_related = ["user", "department", "proposed_by", "decided_by"]
    search_fields = ["user__username__istartswith"]
    fields = ["kind", "user", "role", "department", "reason"]
    steps = {
        "confirm": Step(gettext_lazy("Confirm"), gettext_lazy("Confirmed."), _decide(True), "main"),
        "refuse": Step(gettext_lazy("Refuse"), gettext_lazy("Refused."), _decide(False), "danger"),
        "withdraw": Step(
            gettext_lazy("Take back"),
            gettext_lazy("Taken back."),
            lambda change, request, at: withdraw_change(change, by=request.user, at=at),
        ),
    }

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, Right.ACCESS_EDIT)

    def save(self, request: HttpRequest, obj: AccessChange, change: bool) -> None:
        propose_change(obj, scope=request.scope, by=request.user, at=timezone.now())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.exclude(pk=request.user.pk).order_by("username")
        if db_field.name == "department":
            kwargs["queryset"] = Department.objects.all()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def page_rows(self, request: HttpRequest) -> Any:
        people = ("user", "department", "proposed_by", "decided_by")
        return self.get_queryset(request).select_related(*people)

    def facts(self, request: HttpRequest, obj: AccessChange) -> list[tuple[Any, Any]]:
        return [
            (_("sign-in"), obj.user),
            (_("department"), obj.department),
            (_("reason"), obj.reason),
            (_("state"), obj.get_state_display()),
            (_("proposed by"), obj.proposed_by),
            (_("proposed at"), when(obj.proposed_at)),
            (_("decided by"), obj.decided_by),
            (_("decided at"), when(obj.decided_at)),
        ]

    def open_steps(self, request: HttpRequest, obj: AccessChange) -> list[str]:
        if obj.state != AccessChangeState.PROPOSED:
            return []
        if obj.proposed_by_id == request.user.pk:
            return ["withdraw"]
        if not request.scope.may(Right.ACCESS_CONFIRM):
            return []
        # What nobody may confirm can still be refused, but for the person it is about.
        stuck = self.refusal(request, obj)
        return [] if stuck else ["confirm", "refuse"]

    def refusal(self, request: HttpRequest, obj: AccessChange) -> str:
        if obj.state != AccessChangeState.PROPOSED or not request.scope.may(Right.ACCESS_CONFIRM):
            return ""
        return why_not(lambda: confirmer(obj, scope=request.scope, by=request.user))

    @admin.display(description=gettext_lazy("change"))
    def what(self, change: AccessChange) -> str:
        return str(change)

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, change: AccessChange) -> str:
        return badge(change.state, change.get_state_display())


@panel(HOME_WAITING, "desk/home/todo.html", order=30)
def changes_to_confirm(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Changes of access that wait for a second person."""
    if not request.scope.may(Right.ACCESS_CONFIRM):
        return None
    rows = AccessChange.objects.filter(state=AccessChangeState.PROPOSED)
    count = rows.exclude(proposed_by=request.user.pk).exclude(user=request.user.pk).count()
    if not count:
        return None
    return {
        "text": _("Changes of access to confirm"),
        "count": count,
        "link": "admin:accounts_accesschange_changelist",
        "query": "?state__exact=proposed",
        "tone": "proposed",
    }
