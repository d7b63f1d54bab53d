"""Series of figures as plots, with the same numbers as a table beside them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from kpis.models import ScopeKind, Target
from opsdesk.core.charts import bar_chart
from opsdesk.core.periods import Period

Series = Sequence[tuple[Period, Decimal | None]]


def plot(series: Series, goals: Sequence[Decimal | None] = ()) -> dict[str, Any]:
    """Return what the template of a bar chart draws."""
    wanted = list(goals) or [None] * len(series)
    chart = bar_chart([value for _period, value in series], wanted)
    rows = [
        {"label": str(period), "tick": _tick(period), "value": value, "goal": goal}
        for (period, value), goal in zip(series, wanted, strict=True)
    ]
    has_goal = any(goal is not None for goal in wanted)
    return {
        "chart": chart,
        "rows": rows,
        "marks": list(zip(chart.bars, rows, strict=True)),
        "has_goal": has_goal,
    }


def _tick(period: Period) -> str:
    match period.kind:
        case "day":
            return str(period.start.day)
        case "month":
            return f"{period.start:%y-%m}"
    return str(period)


def month_targets(kind: str, scope_id: int, first: Period, last: Period) -> dict[Any, Decimal]:
    """Return the targets of a company's or department's months, by first day."""
    rows = Target.objects.filter(month__gte=first.start, month__lte=last.start)
    if kind == ScopeKind.DEPARTMENT:
        rows = rows.filter(department=scope_id)
    elif kind != ScopeKind.COMPANY:
        return {}
    return dict(rows.values_list("month").annotate(total=Sum("net_sales")).order_by())
