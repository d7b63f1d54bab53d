"""What departments are to sell in a month."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from kpis.actions.targets import set_target
from kpis.models import Target
from opsdesk.admin.base import DeskAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.templatetags.desk import figure, money, month


def sees_targets(scope: object) -> bool:
    return scope.may(Right.SALES_VIEW) or scope.may(Right.PAY_VIEW)  # type: ignore[attr-defined]


enter(
    Entry(
        Section.FIGURES,
        20,
        _("Targets"),
        "admin:kpis_target_changelist",
        "flag",
        sees_targets,
    )
)


@admin.register(Target)
class TargetAdmin(DeskAdmin):
    edit_right = Right.TARGET_EDIT
    deletable = False
    list_display = ["department", "month_text", "net_sales_figure"]
    list_filter = ["department"]
    list_select_related = ["department"]

    def has_view_permission(self, request: HttpRequest, obj: Target | None = None) -> bool:
        return sees_targets(request.scope)

    def save(self, request: HttpRequest, obj: Target, change: bool) -> None:
        kept = set_target(obj, scope=request.scope, by=request.user, at=timezone.now())
        obj.pk = kept.pk

    def get_readonly_fields(self, request: HttpRequest, obj: Target | None = None) -> list[str]:
        return ["department", "month"] if obj else []

    @admin.display(description=_("month"), ordering="month")
    def month_text(self, target: Target) -> str:
        return month(target.month)

    @admin.display(description=_("net sales"), ordering="net_sales")
    def net_sales_figure(self, target: Target) -> str:
        return figure(money(target.net_sales))
