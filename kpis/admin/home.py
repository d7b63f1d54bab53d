"""The figures on the home page, and how fresh they are."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from catalog.models import DirtyDay, Store
from kpis.admin.plots import month_targets, plot
from kpis.admin.scopes import Chosen, own_scope
from kpis.models import Direction, NightlyRun, PeriodFact, RunState, ScopeKind, Unit
from kpis.queries.metrics import (
    MetricValue,
    known_days,
    metric_series,
    metric_values,
    period_facts,
)
from opsdesk.admin.panels import HOME, HOME_WAITING, panel
from opsdesk.core.periods import Period

STORES_SHOWN = 12
HOME_METRICS = (
    "net_sales",
    "orders",
    "aov",
    "return_rate",
    "repurchase_rate",
    "new_customer_share",
    "units",
    "gross_profit",
)
OLD_AFTER = timedelta(days=2)


@panel(HOME, "desk/home/numbers.html", order=10)
def numbers(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """The last month with data of the company, of one's department or of one's stores."""
    chosen = own_scope(request.scope)
    if chosen is None:
        return None
    known = known_days(chosen.kind, chosen.id)
    context = {"chosen": chosen, "freshness": freshness(request)}
    if known is None:
        return context | {"tiles": [], "plot": None}
    shown = Period.containing("month", known[1])
    values = metric_values(
        HOME_METRICS, chosen.kind, chosen.id, [shown, shown.previous()], today=request.scope.today
    )
    count = len(HOME_METRICS)
    running = shown.contains(request.scope.today)
    pairs = zip(values[:count], values[count:], strict=True)
    target = month_targets(chosen.kind, chosen.id, shown, shown).get(shown.start)
    return context | {
        "month": shown,
        "until": known[1] if known[1] < shown.last else None,
        "before": shown.previous(),
        # A month that still runs is not worse than a whole one, only shorter.
        "tiles": [tile(now, then) | ({"tone": ""} if running else {}) for now, then in pairs],
        "target": target,
        "net_sales": values[0].value,
        "completion": values[0].value / target if target and values[0].value is not None else None,
        "plot": _days(chosen, shown, target),
    }


def _days(chosen: Chosen, shown: Period, target: Decimal | None) -> dict[str, Any]:
    first, last = Period("day", shown.start), Period("day", shown.last)
    series = metric_series("net_sales", chosen.kind, chosen.id, first, last)
    daily = target / shown.days if target else None
    return plot(series, [daily] * len(series) if daily is not None else ())


def tile(now: MetricValue, then: MetricValue) -> dict[str, Any]:
    """Return a figure with its change against the period before."""
    change = None
    if now.value is not None and then.value is not None:
        if now.unit == Unit.SHARE:
            change = now.value - then.value
        elif then.value:
            change = (now.value - then.value) / abs(then.value)
    better = change is not None and (change > 0) == (now.direction == Direction.HIGH)
    return {
        "metric": now,
        "change": change,
        "in_points": now.unit == Unit.SHARE,
        "tone": "" if not change else "up" if better else "down",
    }


def freshness(request: HttpRequest) -> dict[str, Any]:
    """Return how old the figures are and whether the last night went well."""
    last = NightlyRun.objects.order_by("-pk").first()
    done = NightlyRun.objects.filter(state=RunState.DONE).order_by("-pk").first()
    return {
        "last": last,
        "done": done,
        "failed": last is not None and last.state == RunState.FAILED,
        "running": last is not None and last.state == RunState.RUNNING,
        "old": done is None or request.scope.today - done.as_of > OLD_AFTER,
        "may_open": request.scope.may(Right.RUNS_VIEW),
    }


@panel(HOME, "desk/home/stores.html", order=20)
def stores(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """The stores of the same month, those that sold most first."""
    chosen = own_scope(request.scope)
    known = known_days(chosen.kind, chosen.id) if chosen else None
    if known is None:
        return None
    shown = Period.containing("month", known[1])
    names = {one.pk: one for one in Store.objects.visible_to(request.scope)}
    facts = period_facts(ScopeKind.STORE, names, [shown, shown.previous()])
    rows = [
        {"store": store, "now": sums(facts.get((pk, shown)))}
        | {"then": sums(facts.get((pk, shown.previous())))}
        for pk, store in names.items()
        if (pk, shown) in facts
    ]
    rows.sort(key=lambda row: (-row["now"]["net_sales"], row["store"].code))
    asked = {"month": shown, "before": shown.previous()}
    return asked | {"rows": rows[:STORES_SHOWN], "more": len(rows) > STORES_SHOWN}


def sums(facts: PeriodFact | None) -> dict[str, Any]:
    """Return what a store sold and paid back in a period."""
    if facts is None:
        return {}
    net = facts.sold_amount - facts.refund_amount
    return {"net_sales": net, "orders": facts.orders, "refunds": facts.refund_amount}


@panel(HOME_WAITING, "desk/home/todo.html", order=50)
def days_to_compute(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Days whose facts changed and are not computed yet."""
    if not request.scope.may(Right.RUNS_VIEW):
        return None
    count = DirtyDay.objects.values("store", "day").distinct().count()
    if not count:
        return None
    return {
        "text": _("Store-days waiting to be computed"),
        "count": count,
        "link": "admin:kpis_nightlyrun_changelist",
        "query": "",
        "tone": "",
    }
