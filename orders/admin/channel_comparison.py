"""The page on which channels are compared; each figure opens to the shipments behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.core.roles import Right
from accounts.core.scope import Scope
from catalog.models import Store
from opsdesk.admin.pages import desk_page, page
from opsdesk.core.charts import bar_chart
from opsdesk.templatetags.desk import whole
from orders.core.channels import Compared, compare, histogram, together
from orders.core.lifecycle import ShipmentStatus
from orders.models import LogisticsChannel
from orders.queries.channels import MOST_DAYS, Asked, channel_cells

DAYS = 90
# Slower ones stand together in the last bar.
DAYS_PLOTTED = 45
HEIGHT = 190


class ComparisonForm(forms.Form):
    """Which parcels are compared: dispatched from when to when, by which stores."""

    first = forms.DateField(label=pgettext_lazy("dispatched", "Dispatched from"))
    last = forms.DateField(label=pgettext_lazy("dispatched", "until"))
    store = forms.ChoiceField(label=gettext_lazy("Store"), required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country of the store"), required=False)

    def __init__(self, scope: Scope, data: Any = None) -> None:
        today = scope.today
        start = {"first": today - timedelta(days=DAYS - 1), "last": today}
        super().__init__(data or start)
        stores = list(Store.objects.visible_to(scope).order_by("code").distinct())
        self.stores = {store.code: store for store in stores}
        countries = sorted({store.country for store in stores})
        every = [("", _("all"))]
        self.fields["store"].choices = [*every, *((s.code, f"{s.code} · {s.name}") for s in stores)]
        self.fields["country"].choices = [*every, *((code, code) for code in countries)]
        for name in ("first", "last"):
            self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def clean(self) -> dict[str, Any]:
        """Ask for a range in order, and not of too many days at once."""
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and not first <= last:
            self.add_error("last", _("The range ends before it begins."))
        elif first and last and (last - first).days >= MOST_DAYS:
            message = _("At most %(most)d days are compared at once.") % {"most": MOST_DAYS}
            self.add_error("last", message)
        return data

    def asked(self) -> Asked:
        """Return what was asked for."""
        return Asked(**self.cleaned_data)


@page(Right.SALES_VIEW)
def comparison_view(request: HttpRequest) -> HttpResponse:
    """Compare the channels of the parcels that were dispatched in a range of days."""
    form = ComparisonForm(request.scope, request.GET or None)
    context: dict[str, Any] = {"title": _("Channel comparison"), "form": form}
    if form.is_valid():
        context |= _compared(form, request.scope)
    crumbs = [
        (
            LogisticsChannel._meta.verbose_name_plural,
            reverse("admin:orders_logisticschannel_changelist"),
        )
    ]
    return desk_page(request, "desk/orders/channel_comparison.html", context | {"crumbs": crumbs})


def _compared(form: ComparisonForm, scope: Scope) -> dict[str, Any]:
    asked = form.asked()
    found = compare(channel_cells(asked, scope))
    channels = LogisticsChannel.objects.filter(pk__in=found).order_by("code")
    links = _Links(asked, form.stores)
    rows = [
        {"channel": one, "figures": found[one.pk], "links": links.of(one.pk)} for one in channels
    ]
    whole_company = together(found.values())
    return {
        "currency": settings.REPORTING_CURRENCY,
        "rows": rows,
        "total": {"figures": whole_company, "links": links.of(None)},
        "days_plot": _days_plot(rows),
        "spread_plot": _spread_plot(whole_company),
    }


class _Links:
    """The addresses of the lists of shipments behind the figures."""

    def __init__(self, asked: Asked, stores: dict[str, Store]) -> None:
        self.base: dict[str, Any] = {
            "dispatched_on_from": asked.first,
            "dispatched_on_to": asked.last,
        }
        if asked.store:
            self.base["store__id__exact"] = stores[asked.store].pk
        if asked.country:
            self.base["country"] = asked.country
        self.list = reverse("admin:orders_shipment_changelist")

    def of(self, channel: int | None) -> dict[str, str]:
        """Return them by figure, for one channel or all of them."""
        own = self.base | ({"channel__id__exact": channel} if channel is not None else {})
        states = {
            "under_way": ShipmentStatus.IN_TRANSIT,
            "delivered": ShipmentStatus.DELIVERED,
            "lost": ShipmentStatus.LOST,
            "returned": ShipmentStatus.RETURNED,
        }
        links = {name: self._to(own, status__exact=str(state)) for name, state in states.items()}
        return links | {"all": self._to(own), "on_time": self._to(own, promise="kept")}

    def _to(self, own: dict[str, Any], **more: str) -> str:
        return f"{self.list}?{urlencode(own | more)}"


def _days_plot(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return a bar per channel for p90, and p50 as the line across it."""
    slow = [_exact(row["figures"].most_within) for row in rows]
    half = [_exact(row["figures"].half_within) for row in rows]
    if not any(days is not None for days in slow):
        return None
    chart = bar_chart(slow, half, height=HEIGHT)
    told = [
        {
            "tick": row["channel"].code,
            "said": _("%(channel)s: half within %(half)s days, nine of ten within %(most)s")
            % {
                "channel": row["channel"].name,
                "half": whole(row["figures"].half_within),
                "most": whole(row["figures"].most_within),
            },
        }
        for row in rows
    ]
    return {"chart": chart, "marks": list(zip(chart.bars, told, strict=True))}


def _spread_plot(figures: Compared) -> dict[str, Any] | None:
    """Return a bar per day for how many parcels came after so many days."""
    series = histogram(figures.by_days, DAYS_PLOTTED)
    if not series:
        return None
    chart = bar_chart([Decimal(count) for _days, count in series], height=HEIGHT)
    more = max(figures.by_days) > DAYS_PLOTTED
    told = []
    for days, count in series:
        last = more and days == DAYS_PLOTTED
        label = _("%(days)d days or more") if last else _("%(days)d days")
        told.append(
            {
                "tick": f"{days}+" if last else str(days),
                "label": label % {"days": days},
                "count": count,
                "said": f"{label % {'days': days}}: {whole(count)}",
            }
        )
    return {"chart": chart, "marks": list(zip(chart.bars, told, strict=True))}


def _exact(days: int | None) -> Decimal | None:
    return None if days is None else Decimal(days)
