"""Traffic and ads of days, how each of them stands, and the sums of a campaign."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncMonth

from catalog.core.traffic import (
    AD_FIGURES,
    TRAFFIC_FIGURES,
    AdSums,
    Standing,
    Window,
    standing_of,
    whole_day,
)
from catalog.models import AdDay, Campaign, SettlingWindow, Store, StoreDepartment, TrafficDay


def settling_windows() -> list[Window]:
    """Return for how long the sources change, all that was ever set."""
    rows = SettlingWindow.objects.values_list("source", "from_date", "days")
    return [Window(*row) for row in rows]


def with_standing(rows: QuerySet, source: str, store_path: str = "store") -> QuerySet:
    """Return days with ``window_days`` and ``closed``, from which ``standing`` tells theirs."""
    day = OuterRef("day")
    windows = SettlingWindow.objects.filter(source=source, from_date__lte=day)
    closed = StoreDepartment.objects.filter(
        Q(to_date__isnull=True) | Q(to_date__gt=day),
        store=OuterRef(store_path),
        from_date__lte=day,
        department__closed_months__month=OuterRef("month"),
    )
    return rows.annotate(month=TruncMonth("day", output_field=DateField())).annotate(
        window_days=Subquery(windows.order_by("-from_date").values("days")[:1]),
        closed=Exists(closed),
    )


def standing(row: Any, today: date) -> Standing:
    """Return how a day from ``with_standing`` stands today."""
    return standing_of(row.day, today, row.window_days or 0, closed=row.closed)


def store_traffic(store: Store, first: date, last: date) -> dict[date, dict[str, int | None]]:
    """Return the figures of the store's days: those of the whole store, or its listings' sums."""
    rows = TrafficDay.objects.filter(store=store, day__range=(first, last))
    whole: dict[date, Any] = {}
    parts: dict[date, list[Any]] = defaultdict(list)
    for day, listing, *figures in rows.values_list("day", "listing", *TRAFFIC_FIGURES):
        if listing is None:
            whole[day] = figures
        else:
            parts[day].append(figures)
    days = sorted({*whole, *parts})
    return {
        day: dict(zip(TRAFFIC_FIGURES, whole_day(whole.get(day), parts.get(day, [])), strict=True))
        for day in days
    }


def campaign_days(campaign: Campaign, first: date, last: date) -> dict[date, AdSums]:
    """Return what the campaign came to by day: as a whole where given, else its listings' sums."""
    rows = AdDay.objects.filter(campaign=campaign, day__range=(first, last))
    whole: dict[date, AdSums] = {}
    parts: dict[date, AdSums] = {}
    for day, listing, *figures in rows.order_by("day").values_list("day", "listing", *AD_FIGURES):
        found = AdSums(*figures)
        if listing is None:
            whole[day] = found
        else:
            parts[day] = parts[day] + found if day in parts else found
    return dict(sorted((parts | whole).items()))


def standings(rows: QuerySet, source: str, today: date) -> dict[date, Standing]:
    """Return how each day of ``rows`` stands, by day."""
    found = with_standing(rows, source, "store" if rows.model is TrafficDay else "campaign__store")
    days = found.order_by().values("day", "window_days", "closed").distinct()
    return {
        one["day"]: standing_of(one["day"], today, one["window_days"] or 0, closed=one["closed"])
        for one in days
    }
