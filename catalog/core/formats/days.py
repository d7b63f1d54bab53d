"""From the rows of a file to figures of days and violations, or to why one cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from catalog.core.experiment_items import FIGURES, ExperimentDayItem
from catalog.core.formats.rows import (
    Row,
    Rows,
    cell_refused,
    date_in,
    decimal_in,
    instant_in,
    read_named,
    whole_in,
)
from catalog.core.standing import RatingItem, ViolationItem
from catalog.core.traffic import AdItem, TrafficItem

RATING_MORE = ("account_health", "order_defect_rate", "chat_reply_rate", "source_updated_at")
VIOLATION_COLUMNS = ("store", "number", "kind", "severity", "happened_on")
VIOLATION_MORE = ("points", "lapses_on", "appeal_until", "detail")
TRAFFIC_MORE = (
    "listing",
    "impressions",
    "page_views",
    "visitors",
    "add_to_cart",
    "clicks",
    "source_updated_at",
)
AD_COLUMNS = ("store", "day", "campaign", "spend", "clicks", "orders", "sales")
AD_MORE = ("listing", "name", "daily_budget", "impressions", "source_updated_at")
EXPERIMENT_COLUMNS = ("store", "listing", "experiment", "arm", "day", *FIGURES)
# Other names that a column may have; the first is taken where the file has not the own one.
ALSO = {
    "day": ("date",),
    "number": ("external_id",),
    "listing": ("sku", "seller_sku"),
    "visitors": ("uv", "unique_visitors"),
    "order_defect_rate": ("odr",),
    "spend": ("cost",),
    "arm": ("version",),
}


def read_ratings(path: Path) -> Rows:
    """Return the daily ratings of stores."""
    return _read(path, ("store", "day"), RATING_MORE, _rating)


def read_violations(path: Path) -> Rows:
    """Return the violations of stores."""
    return _read(path, VIOLATION_COLUMNS, VIOLATION_MORE, _violation)


def read_traffic(path: Path) -> Rows:
    """Return the traffic of stores and listings by day."""
    return _read(path, ("store", "day"), TRAFFIC_MORE, _traffic)


def read_ads(path: Path) -> Rows:
    """Return the ads of campaigns by day."""
    return _read(path, AD_COLUMNS, AD_MORE, _ads)


def read_experiment_days(path: Path) -> Rows:
    """Return the days of A/B experiments, a row for each version."""
    return _read(path, EXPERIMENT_COLUMNS, ("source_updated_at",), _experiment_day)


def _read(
    path: Path, needed: tuple[str, ...], more: tuple[str, ...], make: Callable[[Row, int], Any]
) -> Rows:
    return read_named(path, (needed, more), make, ALSO)


def _rating(row: Row, row_no: int) -> RatingItem:
    return RatingItem(
        store=row["store"],
        day=date_in("day", row, row_no),
        account_health=whole_in("account_health", row, row_no),
        order_defect_rate=_number("order_defect_rate", row, row_no),
        chat_reply_rate=_number("chat_reply_rate", row, row_no),
        source_updated_at=_time("source_updated_at", row, row_no),
        source_row=row_no,
    )


def _violation(row: Row, row_no: int) -> ViolationItem:
    return ViolationItem(
        **{name: row[name] for name in ("store", "number", "kind", "severity", "detail")},
        happened_on=date_in("happened_on", row, row_no),
        points=whole_in("points", row, row_no) or 0,
        lapses_on=date_in("lapses_on", row, row_no) if row["lapses_on"] else None,
        appeal_until=date_in("appeal_until", row, row_no) if row["appeal_until"] else None,
        source_row=row_no,
    )


def _traffic(row: Row, row_no: int) -> TrafficItem:
    return TrafficItem(
        store=row["store"],
        day=date_in("day", row, row_no),
        listing=row["listing"],
        impressions=whole_in("impressions", row, row_no),
        page_views=whole_in("page_views", row, row_no),
        visitors=whole_in("visitors", row, row_no),
        add_to_cart=whole_in("add_to_cart", row, row_no),
        clicks=whole_in("clicks", row, row_no),
        source_updated_at=_time("source_updated_at", row, row_no),
        source_row=row_no,
    )


def _ads(row: Row, row_no: int) -> AdItem:
    return AdItem(
        store=row["store"],
        day=date_in("day", row, row_no),
        campaign=row["campaign"],
        spend=decimal_in("spend", row["spend"], row_no),
        clicks=_needed("clicks", row, row_no),
        orders=_needed("orders", row, row_no),
        sales=decimal_in("sales", row["sales"], row_no),
        impressions=whole_in("impressions", row, row_no),
        listing=row["listing"],
        name=row["name"],
        daily_budget=_number("daily_budget", row, row_no),
        source_updated_at=_time("source_updated_at", row, row_no),
        source_row=row_no,
    )


def _experiment_day(row: Row, row_no: int) -> ExperimentDayItem:
    return ExperimentDayItem(
        store=row["store"],
        listing=row["listing"],
        experiment=row["experiment"],
        arm=row["arm"].lower(),
        day=date_in("day", row, row_no),
        impressions=_needed("impressions", row, row_no),
        clicks=_needed("clicks", row, row_no),
        orders=_needed("orders", row, row_no),
        source_updated_at=_time("source_updated_at", row, row_no),
        source_row=row_no,
    )


def _number(field: str, row: Row, row_no: int) -> Decimal | None:
    return decimal_in(field, row[field], row_no) if row[field] else None


def _needed(field: str, row: Row, row_no: int) -> int:
    found = whole_in(field, row, row_no)
    if found is None:
        raise cell_refused(field, "", _("a whole number"), row_no)
    return found


def _time(field: str, row: Row, row_no: int) -> datetime | None:
    return instant_in(field, row, row_no) if row[field] else None
