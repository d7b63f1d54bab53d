"""ABC classes, and what should be bought."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from catalog.actions.replenishment import dismiss, order_proposals
from catalog.admin.replenishment_orders import MOST, OrdersForm, ask_for_orders, orders_view
from catalog.models import (
    AbcClass,
    Replenishment,
    ReplenishmentPolicy,
    ReplenishmentState,
    SkuDemand,
    Supplier,
    Warehouse,
)
from catalog.queries.abc import Pareto, pareto
from catalog.queries.replenishment import policy_on
from opsdesk.actions.moves import Mover
from opsdesk.admin.base import DeskAdmin, PageAdmin, ReadOnlyAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, page
from opsdesk.core.charts import bar_chart, curve_chart
from opsdesk.templatetags.desk import badge, figure, money, percent, whole

DAY = timedelta(days=1)
PAGES = (
    (120, gettext_lazy("ABC classes"), "abcclass", "leaderboard", Right.SALES_VIEW),
    (122, gettext_lazy("Replenishment"), "replenishment", "add_shopping_cart", Right.SALES_VIEW),
    (
        124,
        gettext_lazy("Replenishment policies"),
        "replenishmentpolicy",
        "tune",
        Right.MASTER_EDIT,
    ),
)
enter(
    *(
        Entry(Section.CATALOGUE, order, title, f"admin:catalog_{model}_changelist", icon, right)
        for order, title, model, icon, right in PAGES
    )
)


@admin.register(AbcClass)
class AbcClassAdmin(ReadOnlyAdmin):
    view_right = Right.SALES_VIEW
    list_display = ["sku", "letter", "sales_figure", "running_figure", "day"]
    list_filter = ["letter"]
    list_select_related = ["sku"]
    search_fields = ["sku__code__istartswith"]
    list_before_template = "desk/catalog/pareto.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        plot = _pareto_plot(pareto(self.get_queryset(request)))
        return super().changelist_view(request, {**(extra_context or {}), "pareto": plot})

    @admin.display(description=gettext_lazy("sales of 90 days"), ordering="sales")
    def sales_figure(self, one: AbcClass) -> str:
        return figure(money(one.sales))

    @admin.display(description=gettext_lazy("running share"), ordering="running")
    def running_figure(self, one: AbcClass) -> str:
        return figure(percent(one.running))


def _pareto_plot(found: Pareto | None) -> dict[str, Any] | None:
    """Return the curve of cumulative sales with its classes, and the same as rows."""
    if found is None:
        return None
    chart = curve_chart(found.points, [one.rank for one in found.bounds])
    rows = [
        {"skus": rank, "share": Decimal(rank) / found.of, "running": running}
        for rank, running in found.points
    ]
    starts = [chart.left, *chart.marks]
    before = [Decimal(0), *(one.running for one in found.bounds)]
    return {
        "chart": chart,
        "of": found.of,
        "marks": list(zip(chart.points, rows, strict=True)),
        "rows": rows,
        "classes": [
            {
                "bound": one,
                "x": chart.marks[number],
                "middle": (Decimal(starts[number]) + Decimal(chart.marks[number])) / 2,
                "of_skus": Decimal(one.skus) / found.of,
                "of_sales": one.running - before[number],
            }
            for number, one in enumerate(found.bounds)
        ],
    }


@admin.register(ReplenishmentPolicy)
class ReplenishmentPolicyAdmin(DeskAdmin):
    view_right = Right.MASTER_EDIT
    edit_right = Right.MASTER_EDIT
    list_display = ["from_date", "service_level", "review_days", "window_days", "lead_time_days"]


class OrderForm(forms.Form):
    """From whom to buy, and where it is to lie."""

    supplier = forms.ModelChoiceField(Supplier.objects.none(), label=gettext_lazy("supplier"))
    warehouse = forms.ModelChoiceField(Warehouse.objects.none(), label=gettext_lazy("warehouse"))

    def __init__(self, scope: Any, data: Any = None) -> None:
        super().__init__(data)
        self.fields["supplier"].queryset = Supplier.objects.visible_to(scope)
        self.fields["warehouse"].queryset = Warehouse.objects.visible_to(scope).filter(active=True)


@admin.register(Replenishment)
class ReplenishmentAdmin(PageAdmin):
    view_right = Right.SALES_VIEW
    list_display = [
        "sku",
        "state_badge",
        "quantity_figure",
        "reorder_point",
        "on_hand",
        "on_order",
        "day",
        "purchase_order",
    ]
    list_filter = ["state"]
    list_select_related = ["sku", "purchase_order"]
    search_fields = ["sku__code__istartswith"]
    page_template = "desk/catalog/replenishment.html"
    actions = ["make_orders"]

    def get_urls(self) -> list[URLPattern]:
        address = "decide/<str:object_id>/<str:verb>/"
        own = [
            path(address, decide_view(self), name="catalog_replenishment_decide"),
            path("orders/", orders_view, name="catalog_replenishment_orders"),
        ]
        return [*own, *super().get_urls()]

    def has_order_permission(self, request: HttpRequest) -> bool:
        """Whether the person may make purchase orders of proposals."""
        return self.may(request, Right.STOCK_EDIT)

    @admin.action(description=gettext_lazy("Make purchase orders"), permissions=["order"])
    def make_orders(self, request: HttpRequest, rows: QuerySet) -> HttpResponse:
        chosen = list(rows.select_related("sku").order_by("sku__code")[: MOST + 1])
        if len(chosen) > MOST:
            message = _("%(most)d proposals are ordered at once: those after %(sku)s stay open.")
            words = {"most": MOST, "sku": chosen[MOST - 1].sku.code}
            messages.warning(request, message % words)
            chosen.pop()
        return ask_for_orders(request, OrdersForm(request.scope, chosen))

    def page(self, request: HttpRequest, obj: Replenishment) -> dict[str, Any]:
        window = policy_on(obj.day).window_days
        days = [obj.day - DAY * number for number in reversed(range(window))]
        sold = SkuDemand.objects.filter(sku=obj.sku_id, day__gte=days[0], day__lte=obj.day)
        units = dict(sold.values_list("day", "units"))
        values = [Decimal(units.get(day, 0)) for day in days]
        chart = bar_chart(values)
        rows = [
            {"label": str(day), "tick": f"{day:%m-%d}", "value": value}
            for day, value in zip(days, values, strict=True)
        ]
        may = request.scope.may(Right.STOCK_EDIT) and obj.state == ReplenishmentState.OPEN
        return {
            "title": f"{obj.sku} · {obj.day:%Y-%m-%d}",
            "chart": chart,
            "marks": list(zip(chart.bars, rows, strict=True)),
            "order_form": OrderForm(request.scope) if may else None,
        }

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, one: Replenishment) -> str:
        return badge(one.state, one.get_state_display())

    @admin.display(description=gettext_lazy("proposed quantity"), ordering="quantity")
    def quantity_figure(self, one: Replenishment) -> str:
        return figure(whole(one.quantity))


def decide_view(proposals: ReplenishmentAdmin) -> Any:
    """Return the page that the buttons of a proposal post to."""

    @page(Right.STOCK_EDIT, post_only=True)
    def view(request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        proposal = proposals.page_object(request, object_id)
        mover = Mover(timezone.now(), request.user, request.scope)
        back = HttpResponseRedirect(proposals.page_url(proposal.pk))
        if verb == "dismiss":
            reason = request.POST.get("reason", "")
            attempt(request, lambda: dismiss(proposal, reason, mover), _("Dismissed."))
            return back
        if verb != "order":
            raise Http404
        form = OrderForm(request.scope, request.POST)
        if form.is_valid():
            chosen = form.cleaned_data
            attempt(
                request,
                lambda: order_proposals([proposal], chosen["supplier"], chosen["warehouse"], mover),
                _("A draft purchase order is made."),
            )
        return back

    return view
