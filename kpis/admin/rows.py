"""The orders and refunds behind the figures of a scope and period."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from kpis.admin.scopes import asked_period, asked_scope
from kpis.queries.rows import orders_behind, parts_behind, refund_rows, refunds_behind
from opsdesk.admin.base import BoundedPaginator
from opsdesk.admin.pages import desk_page, page
from orders.core.lifecycle import RETURN
from orders.models import Order, Refund, Return

ROWS = 100


@dataclass(frozen=True, slots=True)
class RefundRow:
    """What a source told of a return, or a part of one that was refunded here (from 1)."""

    case: int
    external_id: str
    part: int
    state: str
    code: str
    refunded_on: date
    amount: Decimal
    currency: str
    reporting_amount: Decimal
    units: int

    @property
    def state_label(self) -> str:
        """What people call the state of the return."""
        return RETURN.label_of(self.state)


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
        behind = (chosen.kind, chosen.id, period)
        told = refunds_behind(*behind) & Return.objects.visible_to(request.scope)
        rows = refund_rows(told, parts_behind(*behind) & Refund.objects.visible_to(request.scope))
    else:
        rows = orders_behind(chosen.kind, chosen.id, period).order_by("-placed_at", "-pk")
        rows = (rows & Order.objects.visible_to(request.scope)).select_related("store")
    here = BoundedPaginator(rows, ROWS).get_page(request.GET.get("page"))
    if refunds:
        here.object_list = [RefundRow(*row) for row in here.object_list]
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
