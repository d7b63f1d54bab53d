"""The list of returns with its queues, the page of one, and what other pages show of returns."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.core.roles import Right
from opsdesk.admin.moves import MovingAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import HOME_WAITING, panel, panels
from opsdesk.templatetags.desk import figure, money
from orders.actions.inspections import can_inspect
from orders.actions.return_course import RETURN_COURSE
from orders.admin.columns import FILTERS, DocumentAdmin
from orders.admin.orders import ORDER_PAGE
from orders.admin.return_forms import InspectionForm
from orders.admin.return_pages import inspect_view, line_figures, refund_form, refund_view
from orders.core.lifecycle import ReturnStatus
from orders.models import Order, Return
from orders.queries.returns import refunded_units, returns_of, waiting_counts

RETURN_PAGE = "return"
# Of a queue: its name in the address, the state that waits in it, and what is to be done.
QUEUES = (
    ("approve", ReturnStatus.REQUESTED, pgettext_lazy("returns", "To approve")),
    ("receive", ReturnStatus.APPROVED, pgettext_lazy("returns", "To receive")),
    ("inspect", ReturnStatus.RECEIVED, pgettext_lazy("returns", "To inspect")),
    ("refund", ReturnStatus.INSPECTED, pgettext_lazy("returns", "To refund")),
)

enter(
    Entry(
        Section.SERVICE,
        20,
        _("Returns"),
        "admin:orders_return_changelist",
        "assignment_return",
        Right.SALES_VIEW,
    )
)


class QueueFilter(admin.SimpleListFilter):
    """Returns that wait for the same step, the oldest first."""

    title = pgettext_lazy("returns", "what is to be done")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, _status, label in QUEUES]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        for name, status, _label in QUEUES:
            if self.value() == name:
                return queryset.filter(status=status)
        return queryset


@admin.register(Return)
class ReturnAdmin(MovingAdmin, DocumentAdmin):
    course = RETURN_COURSE
    view_right = Right.SALES_VIEW
    list_display = [
        "external_id",
        "store_code",
        "requested_at",
        "status_badge",
        "order_no",
        "reason",
        "amount_figure",
        "reporting_figure",
        "units_figure",
        "refunded_on",
    ]
    list_filter = [QueueFilter, *FILTERS, ("refunded_on", RangeDateFilter)]
    search_fields = ["external_id"]
    list_select_related = ["store", "order"]
    list_before_template = "desk/orders/return_queues.html"
    page_template = "desk/orders/return.html"

    def get_ordering(self, request: HttpRequest) -> list[str]:
        # In a queue the one that has waited longest comes first.
        if request.GET.get("queue"):
            return ["requested_at", "id"]
        return ["-requested_at", "-id"]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        context = {"queues": queues(request), "queue": request.GET.get("queue", "")}
        return super().changelist_view(request, context | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<str:object_id>/inspect/", inspect_view(self), name="orders_return_inspect"),
            path("<str:object_id>/refund/", refund_view(self), name="orders_return_refund"),
        ]
        return [*own, *super().get_urls()]

    def page_rows(self, request: HttpRequest) -> QuerySet:
        rows = self.get_queryset(request)
        return rows.select_related("store", "customer", "order", "batch")

    def page(self, request: HttpRequest, obj: Return) -> dict[str, Any]:
        edits = request.scope.may(Right.SERVICE_EDIT)
        return self.life_context(request, obj) | {
            "title": f"{obj.store.code} {obj.external_id}",
            "lines": self.lines(obj),
            "refunds": list(obj.refunds.select_related("by").order_by("number")),
            "inspection": InspectionForm(obj, request.scope)
            if edits and can_inspect(obj)
            else None,
            "refund": refund_form(request, obj) if edits else None,
            "panels": panels(RETURN_PAGE, request, obj),
        }

    def lines(self, obj: Return) -> list[dict[str, Any]]:
        """Return the lines with what came of each, and what was and can still be refunded."""
        rows = obj.lines.select_related("sku", "order_line", "reason__parent__parent")
        refunded, figures = refunded_units(obj), line_figures(obj)
        found = []
        for line in rows.prefetch_related("pieces__warehouse").order_by("line_no"):
            open_units, left = figures.get(line.line_no, (0, None))
            found.append(
                {
                    "line": line,
                    "refunded": refunded[line.pk],
                    "open": open_units,
                    "left": left,
                    "pieces": list(line.pieces.all()),
                }
            )
        return found

    @admin.display(description=_("order"))
    def order_no(self, return_case: Return) -> str:
        return return_case.order.external_id if return_case.order else _("unknown")

    @admin.display(description=_("in reporting currency"))
    def reporting_figure(self, return_case: Return) -> str:
        return figure(money(return_case.reporting_amount))


def queues(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what waits for a step of this person's returns, queue by queue."""
    counts = waiting_counts(request.scope)
    return [
        {"name": name, "label": label, "count": counts.get(status, 0)}
        for name, status, label in QUEUES
    ]


@panel(HOME_WAITING, "desk/orders/returns_todo.html", order=25)
def waiting_returns(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Returns that wait for a step, for those who take them on."""
    if not request.scope.may(Right.SERVICE_EDIT):
        return None
    waiting = [queue for queue in queues(request) if queue["count"]]
    return {"queues": waiting} if waiting else None


@panel(ORDER_PAGE, "desk/orders/order_returns.html", order=30)
def order_returns(request: HttpRequest, order: Order) -> dict[str, Any]:
    """The returns of an order, and the way to open another one."""
    return {
        "order": order,
        "returns": list(returns_of(order)),
        "may_open": request.scope.may(Right.SERVICE_EDIT),
    }
