"""Figures of days as small plots: one bar a day, none where the figure is unknown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from opsdesk.core.charts import bar_chart

DAYS = 90
HEIGHT = 150


def days_until(last: date) -> list[date]:
    """Return the days that a plot ending with ``last`` shows, the earliest first."""
    return [last - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]


def day_plot(
    title: Any,
    values: Mapping[date, Decimal | int | None],
    days: list[date],
    say: Callable[[Any], str],
    preliminary: Collection[date] = (),
    goal: tuple[str, int] | None = None,
) -> dict[str, Any]:
    """Return what ``desk/catalog/day_plot.html`` draws; a day without a value is unknown.

    ``goal``: what the dashed line across the days means, and where it is.
    """
    series = [values.get(day) for day in days]
    exact = [None if value is None else Decimal(value) for value in series]
    goals = [Decimal(goal[1])] * len(days) if goal else []
    chart = bar_chart(exact, goals, height=HEIGHT)
    rows = [
        {"day": day, "said": say(value), "value": value, "preliminary": day in preliminary}
        for day, value in zip(days, series, strict=True)
    ]
    known = [row for row in rows if row["value"] is not None]
    return {
        "title": title,
        "goal": {"title": goal[0], "said": say(goal[1])} if goal else None,
        "chart": chart,
        "marks": list(zip(chart.bars, rows, strict=True)),
        "ticks": [(tick, say(tick.value)) for tick in chart.ticks],
        "rows": rows,
        "latest": known[-1] if known else None,
    }
