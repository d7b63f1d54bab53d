"""Who decides for whom while somebody is away, and up to what amount a role decides."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.limits import confirm_limit, limit_confirmer, propose_limit
from accounts.actions.stand_ins import confirm_stand_in, end_stand_in, name_stand_in
from accounts.admin.changes import when
from accounts.core.roles import DECIDING, Right
from accounts.core.scope import Scope
from accounts.models import ApprovalLimit, StandIn, User
from opsdesk.admin.decisions import DecisionAdmin, Step, why_not
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.templatetags.desk import badge, figure, money


def may_name(scope: Scope) -> bool:
    """Tell whether the person decides on something, or looks after access."""
    return scope.has(Right.ACCESS_EDIT) or any(scope.has(right) for right in DECIDING)


def may_look(scope: Scope) -> bool:
    """Tell whether the list has something to say to the person."""
    return may_name(scope) or scope.may(Right.ACCESS_VIEW) or bool(scope.principals)


enter(
    Entry(
        Section.PEOPLE,
        60,
        gettext_lazy("Stand-ins"),
        "admin:accounts_standin_changelist",
        "swap_horiz",
        may_look,
    ),
    Entry(
        Section.SYSTEM,
        44,
        gettext_lazy("Approval limits"),
        "admin:accounts_approvallimit_changelist",
        "speed",
        Right.ACCESS_VIEW,
    ),
)


@admin.register(StandIn)
class StandInAdmin(DecisionAdmin):
    list_display = ["who", "for_whom", "first", "last", "state_badge", "named_by"]
    list_display_links = ["who"]
    list_select_related = ["principal", "stand_in", "named_by", "confirmed_by"]
    fields = ["principal", "stand_in", "from_date", "to_date", "reason"]
    steps = {
        "confirm": Step(
            gettext_lazy("Confirm"),
            gettext_lazy("Confirmed."),
            lambda named, request, at: confirm_stand_in(
                named, scope=request.scope, by=request.user, at=at
            ),
            "main",
        ),
        "end": Step(
            gettext_lazy("End now"),
            gettext_lazy("Ended."),
            lambda named, request, at: end_stand_in(
                named, scope=request.scope, by=request.user, at=at
            ),
            "danger",
        ),
    }

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_authenticated and may_look(request.scope)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and may_name(request.scope)

    def get_fields(self, request: HttpRequest, obj: StandIn | None = None) -> list[str]:
        # Who looks after access names them for others; everybody else for oneself.
        return self.fields if request.scope.has(Right.ACCESS_EDIT) else self.fields[1:]

    def save(self, request: HttpRequest, obj: StandIn, change: bool) -> None:
        if not request.scope.has(Right.ACCESS_EDIT):
            obj.principal = request.user
        name_stand_in(obj, scope=request.scope, by=request.user, at=timezone.now())

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        people = User.objects.filter(is_active=True).order_by("username")
        if db_field.name == "stand_in":
            people = people.exclude(pk=request.user.pk)
        kwargs["queryset"] = people
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def page_rows(self, request: HttpRequest) -> Any:
        return self.get_queryset(request).select_related(*self.list_select_related)

    def facts(self, request: HttpRequest, obj: StandIn) -> list[tuple[Any, Any]]:
        return [
            (_("stand-in"), obj.stand_in),
            (_("away"), obj.principal),
            (_("first day"), date_format(obj.from_date)),
            (_("last day"), date_format(obj.to_date - timedelta(days=1))),
            (_("reason"), obj.reason),
            (_("state"), _state(obj)[1]),
            (_("named by"), obj.named_by),
            (_("named at"), when(obj.named_at)),
            (_("confirmed by"), obj.confirmed_by),
        ]

    def page(self, request: HttpRequest, obj: StandIn) -> dict[str, Any]:
        names = {"stand_in": obj.stand_in, "away": obj.principal}
        title = _("%(stand_in)s for %(away)s") % names
        return super().page(request, obj) | {"title": title, "heading": title}

    def open_steps(self, request: HttpRequest, obj: StandIn) -> list[str]:
        if obj.ended_at or obj.to_date <= request.scope.today:
            return []
        me, own = request.user.pk, obj.principal_id == request.user.pk
        waits = obj.confirmed_by_id is None and obj.named_by_id != obj.principal_id
        steps = []
        if waits and me not in (obj.named_by_id, obj.stand_in_id):
            steps += ["confirm"] if own or request.scope.has(Right.ACCESS_CONFIRM) else []
        if request.scope.has(Right.ACCESS_EDIT) or me in (
            obj.principal_id,
            obj.stand_in_id,
            obj.named_by_id,
        ):
            steps.append("end")
        return steps

    @admin.display(description=gettext_lazy("stand-in"))
    def who(self, named: StandIn) -> str:
        return str(named.stand_in)

    @admin.display(description=gettext_lazy("away"))
    def for_whom(self, named: StandIn) -> str:
        return str(named.principal)

    @admin.display(description=gettext_lazy("first day"))
    def first(self, named: StandIn) -> str:
        return date_format(named.from_date)

    @admin.display(description=gettext_lazy("last day"))
    def last(self, named: StandIn) -> str:
        return date_format(named.to_date - timedelta(days=1))

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, named: StandIn) -> str:
        return badge(*_state(named))


def _state(named: StandIn) -> tuple[str, str]:
    """Return the state of a stand-in, and how it is called."""
    if named.ended_at:
        return "withdrawn", _("Ended")
    if named.confirmed_by_id is None and named.named_by_id != named.principal_id:
        return "proposed", _("Waits for a second person")
    return "confirmed", _("Named")


@admin.register(ApprovalLimit)
class ApprovalLimitAdmin(DecisionAdmin):
    view_right = Right.ACCESS_VIEW
    list_display = ["role", "kind", "amount", "from_date", "state_badge", "proposed_by"]
    list_select_related = ["proposed_by", "confirmed_by"]
    fields = ["role", "kind", "up_to", "from_date"]
    steps = {
        "confirm": Step(
            gettext_lazy("Confirm"),
            gettext_lazy("Confirmed."),
            lambda limit, request, at: confirm_limit(
                limit, scope=request.scope, by=request.user, at=at
            ),
            "main",
        )
    }

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, Right.ACCESS_EDIT)

    def save(self, request: HttpRequest, obj: ApprovalLimit, change: bool) -> None:
        propose_limit(obj, scope=request.scope, by=request.user, at=timezone.now())

    def page_rows(self, request: HttpRequest) -> Any:
        return self.get_queryset(request).select_related(*self.list_select_related)

    def facts(self, request: HttpRequest, obj: ApprovalLimit) -> list[tuple[Any, Any]]:
        return [
            (_("role"), obj.get_role_display()),
            (_("decides"), obj.get_kind_display()),
            (_("up to"), _amount(obj)),
            (_("from"), date_format(obj.from_date)),
            (_("state"), _limit_state(obj)[1]),
            (_("proposed by"), obj.proposed_by),
            (_("proposed at"), when(obj.proposed_at)),
            (_("confirmed by"), obj.confirmed_by),
            (_("confirmed at"), when(obj.confirmed_at)),
        ]

    def open_steps(self, request: HttpRequest, obj: ApprovalLimit) -> list[str]:
        may = request.scope.has(Right.ACCESS_CONFIRM) and not self.refusal(request, obj)
        return ["confirm"] if may and _limit_state(obj)[0] == "proposed" else []

    def refusal(self, request: HttpRequest, obj: ApprovalLimit) -> str:
        waits = _limit_state(obj)[0] == "proposed"
        if not waits or not request.scope.has(Right.ACCESS_CONFIRM):
            return ""
        return why_not(lambda: limit_confirmer(obj, scope=request.scope, by=request.user))

    @admin.display(description=gettext_lazy("up to"))
    def amount(self, limit: ApprovalLimit) -> str:
        return figure(_amount(limit))

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, limit: ApprovalLimit) -> str:
        return badge(*_limit_state(limit))


def _amount(limit: ApprovalLimit) -> str:
    return _("any amount") if limit.up_to is None else money(limit.up_to)


def _limit_state(limit: ApprovalLimit) -> tuple[str, str]:
    if limit.proposed_by_id is None:
        return "confirmed", _("Shipped")
    if limit.confirmed_by_id is None:
        return "proposed", _("Waits for a second person")
    return "confirmed", _("Confirmed")


@panel(HOME_WAITING, "desk/home/todo.html", order=31)
def stand_ins_to_confirm(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Stand-ins that somebody named for another person and a second one has to confirm."""
    waiting = StandIn.objects.waiting(request.scope)
    count = waiting.count() if may_look(request.scope) else 0
    if not count:
        return None
    return {
        "text": _("Stand-ins to confirm"),
        "count": count,
        "link": "admin:accounts_standin_changelist",
        "query": "",
        "tone": "proposed",
    }
