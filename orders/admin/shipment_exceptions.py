"""The queue of what went wrong with shipments, and what waits of it on one's desk."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.core.roles import Right
from opsdesk.admin.base import PageAdmin
from opsdesk.admin.moves import MovingAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import HOME, panel
from opsdesk.templatetags.desk import badge
from orders.actions.shipment_exceptions import EXCEPTION_COURSE, take_exceptions
from orders.admin.columns import StoreFilter, WaitingFilter
from orders.core.lifecycle import ExceptionStatus
from orders.core.shipping import ExceptionKind
from orders.models import ShipmentException
from orders.models.shipment_exceptions import WAITING
from orders.queries.shipment_exceptions import exceptions_seen, waiting_by_kind

SHOWN = 5

enter(
    Entry(
        Section.SERVICE,
        30,
        _("Shipment exceptions"),
        "admin:orders_shipmentexception_changelist",
        "running_with_errors",
        Right.SALES_VIEW,
    )
)


class WorkFilter(WaitingFilter):
    more = (
        ("mine", pgettext_lazy("queue", "taken by me")),
        ("open", pgettext_lazy("queue", "nobody's")),
        ("done", pgettext_lazy("queue", "done")),
        ("all", pgettext_lazy("queue", "everything")),
    )

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        match self.value():
            case "mine":
                return rows.filter(status=ExceptionStatus.TAKEN, taken_by=request.user.pk)
            case "open":
                return rows.filter(status=ExceptionStatus.OPEN)
            case "done":
                return rows.exclude(status__in=WAITING)
            case "all":
                return rows
        return rows.filter(status__in=WAITING)


@admin.register(ShipmentException)
class ShipmentExceptionAdmin(MovingAdmin, PageAdmin):
    """Raised by the night and by news; taken, put back and solved here, the oldest first."""

    course = EXCEPTION_COURSE
    view_right = Right.SALES_VIEW
    sortable_by = ()
    ordering = ["raised_on", "id"]
    list_display = [
        "kind_badge",
        "shipment_no",
        "tracking_number",
        "store_code",
        "channel_code",
        "about",
        "raised_on",
        "status_badge",
        "taken_by",
    ]
    list_display_links = ["shipment_no"]
    list_filter = [WorkFilter, "kind", ("store", StoreFilter), "shipment__channel"]
    list_select_related = ["shipment__channel", "store", "taken_by"]
    page_template = "desk/orders/shipment_exception.html"
    actions = ["take"]

    def has_work_permission(self, request: HttpRequest) -> bool:
        """Whether the person may work on exceptions."""
        return self.may(request, Right.SERVICE_EDIT)

    @admin.action(description=pgettext_lazy("exception", "Take"), permissions=["work"])
    def take(self, request: HttpRequest, rows: QuerySet) -> None:
        chosen = list(rows.values_list("pk", flat=True))
        taken = take_exceptions(chosen, self.mover(request))
        if taken:
            text = ngettext("%(count)d is yours now.", "%(count)d are yours now.", taken)
            messages.success(request, text % {"count": taken})
        if left := len(chosen) - taken:
            text = ngettext(
                "%(count)d was not taken: it is somebody's, or done.",
                "%(count)d were not taken: they are somebody's, or done.",
                left,
            )
            messages.warning(request, text % {"count": left})

    def page_rows(self, request: HttpRequest) -> QuerySet:
        rows = self.get_queryset(request)
        return rows.select_related("shipment__channel", "shipment__order", "store", "taken_by")

    def page(self, request: HttpRequest, obj: ShipmentException) -> dict[str, Any]:
        return {
            "title": f"{obj.store.code} {obj}",
            "events": list(obj.shipment.events.order_by("-at", "-pk")[:SHOWN]),
            "may_work": request.scope.may(Right.SERVICE_EDIT),
            **self.life_context(request, obj),
        }

    @admin.display(description=_("kind"))
    def kind_badge(self, one: ShipmentException) -> str:
        return badge(one.kind, one.get_kind_display())

    @admin.display(description=_("shipment"))
    def shipment_no(self, one: ShipmentException) -> str:
        return one.shipment.external_id

    @admin.display(description=_("tracking number"))
    def tracking_number(self, one: ShipmentException) -> str:
        return one.shipment.tracking_number or self.empty_value_display

    @admin.display(description=_("store"))
    def store_code(self, one: ShipmentException) -> str:
        return one.store.code

    @admin.display(description=_("channel"))
    def channel_code(self, one: ShipmentException) -> str:
        return one.shipment.channel.code

    @admin.display(description=_("status"))
    def status_badge(self, one: ShipmentException) -> str:
        return badge(one.status, one.get_status_display())


@panel(HOME, "desk/home/shipment_exceptions.html", order=40)
def exceptions_that_wait(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """How many shipments of one's stores went wrong, and the oldest of them."""
    if not request.scope.may(Right.SERVICE_EDIT):
        return None
    counts = waiting_by_kind(request.scope)
    if not counts:
        return None
    kinds = [
        {"kind": kind.value, "label": kind.label, "count": counts[kind]}
        for kind in ExceptionKind
        if kind in counts
    ]
    rows = list(exceptions_seen(request.scope)[:SHOWN])
    return {"kinds": kinds, "exceptions": rows, "more": sum(counts.values()) - len(rows)}
