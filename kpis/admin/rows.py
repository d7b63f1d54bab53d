"""The orders and refunds behind the figures of a scope and period."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from kpis.admin.scopes import asked_period, asked_scope
from kpis.queries.rows import orders_behind, refunds_behind
from opsdesk.admin.base import BoundedPaginator
from opsdesk.admin.pages import desk_page, page
from orders.models import Order, Return

ROWS = 100


@page(Right.SALES_VIEW)
def rows_view(request: HttpRequest) -> HttpResponse:
    """A page of the orders, or of the refunds, that a figure is made of."""
    chosen = asked_scope(request.GET.get("scope", ""), request.scope)
    period = asked_period(request.GET.get("period", ""))
    if period is None:
        raise Http404
    refunds = request.GET.get("of") == "refunds"
    # What is shown is both behind the figure and visible to the person.
    if refunds:
        rows = refunds_behind(chosen.kind, chosen.id, period).order_by("-refunded_on", "-pk")
        rows = rows & Return.objects.visible_to(request.scope)
    else:
        rows = orders_behind(chosen.kind, chosen.id, period).order_by("-placed_at", "-pk")
        rows = rows & Order.objects.visible_to(request.scope)
    here = BoundedPaginator(rows.select_related("store"), ROWS).get_page(request.GET.get("page"))
    asked = {"scope": chosen.key, "period": str(period)}
    figures = f"{reverse('admin:kpis_metrics')}?{urlencode(asked)}"
    context: dict[str, Any] = {
        "title": _("Refunds") if refunds else _("Orders"),
        "crumbs": [(_("Metrics"), figures), (f"{chosen.name} · {period}", figures)],
        "rows": here,
        "refunds": refunds,
        "asked": urlencode(asked),
        "chosen": chosen,
        "period": period,
    }
    return desk_page(request, "desk/figures/rows.html", context)
