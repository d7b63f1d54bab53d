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
) -> dict[str, Any]:
    """Return what ``desk/catalog/day_plot.html`` draws; a day without a value is unknown."""
    series = [values.get(day) for day in days]
    exact = [None if value is None else Decimal(value) for value in series]
    chart = bar_chart(exact, height=HEIGHT)
    rows = [
        {"day": day, "said": say(value), "value": value, "preliminary": day in preliminary}
        for day, value in zip(days, series, strict=True)
    ]
    known = [row for row in rows if row["value"] is not None]
    return {
        "title": title,
        "chart": chart,
        "marks": list(zip(chart.bars, rows, strict=True)),
        "ticks": [(tick, say(tick.value)) for tick in chart.ticks],
        "rows": rows,
        "latest": known[-1] if known else None,
    }
