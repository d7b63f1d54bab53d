"""Orders held for a person: the queue, what waits of it on one's desk, and the policies."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts.core.roles import Right
from catalog.models import Store
from opsdesk.actions.moves import Mover
from opsdesk.admin.base import DeskAdmin, PageAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import HOME, panel
from opsdesk.templatetags.desk import badge, figure, money
from orders.actions.order_steps import release_orders
from orders.admin.columns import StoreFilter, WaitingFilter
from orders.admin.orders import ORDER_PAGE
from orders.core.anomalies import AnomalyKind, AnomalyOutcome
from orders.core.anomaly_words import told
from orders.models import AllocationSource, HoldPolicy, Order, OrderAnomaly
from orders.queries.anomalies import waiting_by_kind

SHOWN = 5

enter(
    Entry(
        Section.SERVICE,
        20,
        gettext_lazy("Held orders"),
        "admin:orders_orderanomaly_changelist",
        "pan_tool",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.SERVICE,
        80,
        gettext_lazy("Hold policies"),
        "admin:orders_holdpolicy_changelist",
        "rule",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.SERVICE,
        82,
        gettext_lazy("Allocation sources"),
        "admin:orders_allocationsource_changelist",
        "warehouse",
        Right.SALES_VIEW,
    ),
)


class OutcomeFilter(WaitingFilter):
    more = (
        ("done", pgettext_lazy("queue", "done")),
        ("all", pgettext_lazy("queue", "everything")),
    )

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        match self.value():
            case "done":
                return rows.exclude(outcome=AnomalyOutcome.OPEN)
            case "all":
                return rows
        return rows.waiting()


@admin.register(OrderAnomaly)
class OrderAnomalyAdmin(PageAdmin):
    """Found by the screening of new orders; cleared on the order's page or here, oldest first."""

    view_right = Right.SALES_VIEW
    sortable_by = ()
    ordering = ["found_at", "id"]
    list_display = [
        "kind_badge",
        "order_no",
        "store_code",
        "in_words",
        "amount_figure",
        "found_at",
        "outcome_badge",
    ]
    list_display_links = None
    list_filter = [OutcomeFilter, "kind", ("store", StoreFilter)]
    list_select_related = ["order", "store"]
    actions = ["release"]
    page_template = "desk/orders/anomaly.html"

    def has_work_permission(self, request: HttpRequest) -> bool:
        """Whether the person may clear orders."""
        return self.may(request, Right.SERVICE_EDIT)

    @admin.action(description=pgettext_lazy("order", "Release"), permissions=["work"])
    def release(self, request: HttpRequest, rows: QuerySet) -> None:
        mover = Mover(timezone.now(), request.user, request.scope)
        chosen = set(rows.order_by().values_list("order", flat=True))
        done, at_loss = release_orders(chosen, mover)
        for order in at_loss:
            words = {
                "order": order.external_id,
                "why": _("It would be sold at a loss: a supervisor releases it."),
            }
            messages.warning(request, _("%(order)s: %(why)s") % words)
        if done:
            text = ngettext("%(count)d order released.", "%(count)d orders released.", done)
            messages.success(request, text % {"count": done})
        if left := len(chosen) - done - len(at_loss):
            text = ngettext(
                "%(count)d was decided already.", "%(count)d were decided already.", left
            )
            messages.warning(request, text % {"count": left})

    def page_rows(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related("order", "store", "closed_by")

    def page(self, request: HttpRequest, obj: OrderAnomaly) -> dict[str, Any]:
        return {
            "title": f"{obj.store.code} {obj.order.external_id}",
            "words": told(obj.kind, obj.found),
        }

    @admin.display(description=gettext_lazy("kind"))
    def kind_badge(self, one: OrderAnomaly) -> str:
        return badge(one.kind, one.get_kind_display())

    @admin.display(description=gettext_lazy("order"))
    def order_no(self, one: OrderAnomaly) -> str:
        address = reverse("admin:orders_order_change", args=[one.order_id])
        return format_html('<a href="{}">{}</a>', address, one.order.external_id)

    @admin.display(description=gettext_lazy("store"))
    def store_code(self, one: OrderAnomaly) -> str:
        return one.store.code

    @admin.display(description=gettext_lazy("what was found"))
    def in_words(self, one: OrderAnomaly) -> str:
        return told(one.kind, one.found)

    @admin.display(description=gettext_lazy("amount"))
    def amount_figure(self, one: OrderAnomaly) -> str:
        order = one.order
        return format_html(
            '{}<span class="cur">{}</span>',
            figure(money(order.amount, order.currency)),
            order.currency,
        )

    @admin.display(description=gettext_lazy("outcome"))
    def outcome_badge(self, one: OrderAnomaly) -> str:
        return badge(one.outcome or "open", one.get_outcome_display())


class RuleAdmin(DeskAdmin):
    """What supervisors and managers set up for the stores they see."""

    view_right = Right.SALES_VIEW
    edit_right = Right.SERVICE_ALLOW
    sortable_by = ()

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "store":
            kwargs["queryset"] = Store.objects.visible_to(request.scope).order_by("code")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(HoldPolicy)
class HoldPolicyAdmin(RuleAdmin):
    list_display = [
        "__str__",
        "duplicate_hours",
        "checks_amount",
        "amount_days",
        "amount_z",
        "amount_fence",
        "checks_ship_to",
        "checks_margin",
        "checks_stock",
        "oldest_days",
    ]
    list_select_related = ["store"]
    fields = [
        "store",
        "duplicate_hours",
        "checks_amount",
        "amount_days",
        "amount_z",
        "amount_fence",
        "amount_fewest",
        "checks_ship_to",
        "checks_margin",
        "checks_stock",
        "oldest_days",
    ]


@admin.register(AllocationSource)
class AllocationSourceAdmin(RuleAdmin):
    list_display = ["store", "rank", "warehouse"]
    list_display_links = ["store"]
    list_select_related = ["store", "warehouse"]
    list_filter = [("store", StoreFilter)]
    fields = ["store", "warehouse", "rank"]


@panel(ORDER_PAGE, "desk/orders/order_anomalies.html", order=5)
def anomalies_of_order(request: HttpRequest, subject: Order) -> dict[str, Any] | None:
    """What the order is or was held for."""
    rows = list(subject.anomalies.select_related("closed_by").order_by("-found_at", "pk"))
    if not rows:
        return None
    return {"anomalies": [(row, told(row.kind, row.found)) for row in rows]}


@panel(HOME, "desk/home/held_orders.html", order=36)
def held_orders_that_wait(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """How many orders of one's stores are held, and the oldest of them."""
    if not request.scope.may(Right.SERVICE_EDIT):
        return None
    counts = waiting_by_kind(request.scope)
    if not counts:
        return None
    kinds = [
        {"kind": kind.value, "label": kind.label, "count": counts[kind]}
        for kind in AnomalyKind
        if kind in counts
    ]
    waiting = OrderAnomaly.objects.visible_to(request.scope).waiting()
    rows = list(waiting.select_related("order", "store").order_by("found_at", "pk")[:SHOWN])
    return {
        "kinds": kinds,
        "anomalies": [(row, told(row.kind, row.found)) for row in rows],
        "more": sum(counts.values()) - len(rows),
    }
