"""The tree of reasons for returns."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.core.roles import Right
from opsdesk.actions.moves import Mover
from opsdesk.admin.base import DeskAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from orders.actions.reasons import save_reason
from orders.models import ReturnReason

enter(
    Entry(
        Section.SERVICE,
        24,
        _("Return reasons"),
        "admin:orders_returnreason_changelist",
        "account_tree",
        Right.SALES_VIEW,
    )
)


@admin.register(ReturnReason)
class ReturnReasonAdmin(DeskAdmin):
    """Kept by who keeps master data; one that is used stays, and can be offered no more."""

    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT
    list_display = ["code", "path_text", "active"]
    list_select_related = ["parent__parent"]
    list_filter = ["active"]
    search_fields = ["code__istartswith", "name__icontains"]
    fields = ["code", "name", "parent", "active", "source_words"]

    def save(self, request: HttpRequest, obj: ReturnReason, change: bool) -> None:
        save_reason(obj, Mover(timezone.now(), request.user, request.scope))

    @admin.display(description=_("reason"))
    def path_text(self, reason: ReturnReason) -> str:
        return reason.path
