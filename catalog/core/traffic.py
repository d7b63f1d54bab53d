"""Traffic and ads from outside, how long a day of them still changes, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from catalog.core.standing import refuse_day
from opsdesk.core.exchange import Checks, FieldFault, decimals
from opsdesk.core.ratios import Ratio

COUNT_BOUND = 10**12
AMOUNT_BOUND = Decimal(10) ** 12
TRAFFIC_FIGURES = ("impressions", "page_views", "visitors", "add_to_cart", "clicks")
AD_FIGURES = ("spend", "impressions", "clicks", "orders", "sales")
AMOUNTS = ("spend", "sales", "daily_budget")


class Standing(TextChoices):
    """Whether a figure can still change: its source may, it is over, or its month is closed."""

    PRELIMINARY = "preliminary", pgettext_lazy("figure", "Preliminary")
    SETTLED = "settled", pgettext_lazy("figure", "Settled")
    FROZEN = "frozen", pgettext_lazy("figure", "Frozen")


@dataclass(frozen=True, slots=True)
class Window:
    """From ``from_date`` on, figures of ``source`` may change for ``days`` days after theirs."""

    source: str
    from_date: date
    days: int


@dataclass(frozen=True, slots=True)
class TrafficItem:
    """Visitors of a day: of the listing with this seller SKU, of the whole store where blank."""

    store: str
    day: date
    listing: str = ""
    impressions: int | None = None
    page_views: int | None = None
    visitors: int | None = None
    add_to_cart: int | None = None
    clicks: int | None = None
    source_updated_at: datetime | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class AdItem:
    """What a campaign cost and brought on a day; a blank ``name`` keeps the campaign's."""

    store: str
    day: date
    campaign: str
    spend: Decimal
    clicks: int
    orders: int
    sales: Decimal
    impressions: int | None = None
    listing: str = ""
    name: str = ""
    daily_budget: Decimal | None = None
    source_updated_at: datetime | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class AdSums:
    """What ads came to; ``impressions`` is ``None`` where a day of them is unknown."""

    spend: Decimal = Decimal(0)
    impressions: int | None = 0
    clicks: int = 0
    orders: int = 0
    sales: Decimal = Decimal(0)

    def __add__(self, other: AdSums) -> AdSums:
        return AdSums(
            self.spend + other.spend,
            plus(self.impressions, other.impressions),
            self.clicks + other.clicks,
            self.orders + other.orders,
            self.sales + other.sales,
        )

    @property
    def acos(self) -> Ratio:
        """Advertising cost of sales: spend over ad sales."""
        return Ratio(self.spend, self.sales)

    @property
    def roas(self) -> Ratio:
        """Return on ad spend: ad sales over spend."""
        return Ratio(self.sales, self.spend)

    @property
    def ctr(self) -> Ratio | None:
        """Click-through rate: clicks over impressions, ``None`` where these are unknown."""
        if self.impressions is None:
            return None
        return Ratio(Decimal(self.clicks), Decimal(self.impressions))

    @property
    def cvr(self) -> Ratio:
        """Conversion rate: ad orders over ad clicks."""
        return Ratio(Decimal(self.orders), Decimal(self.clicks))


def said(value: Decimal | int | None) -> str:
    """Return a figure as a restatement keeps it: the same figure always reads the same."""
    if value is None:
        return ""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def plus(one: int | None, other: int | None) -> int | None:
    """Return the sum, unknown where one of the two is."""
    return None if one is None or other is None else one + other


def window_on(windows: Iterable[Window], source: str, day: date) -> int:
    """Return for how many days figures of ``day`` may change; 0 where nobody has set it."""
    held = [one for one in windows if one.source == source and one.from_date <= day]
    return max(held, key=lambda one: one.from_date).days if held else 0


def standing_of(day: date, today: date, days: int, *, closed: bool = False) -> Standing:
    """Return how a figure of ``day`` stands ``today`` where its source changes for ``days``."""
    if closed:
        return Standing.FROZEN
    return Standing.PRELIMINARY if day + timedelta(days=days) >= today else Standing.SETTLED


def whole_day(whole: Sequence[int | None] | None, parts: Sequence[Sequence[int | None]]) -> list:
    """Return the figures of a store's day in the order of ``TRAFFIC_FIGURES``.

    Those of the whole store where they were given; else the sums of its listings, without the
    unique visitors: one who saw two listings would count twice.
    """
    if whole is not None:
        return list(whole)
    sums: list[int | None] = []
    for name, column in zip(TRAFFIC_FIGURES, zip(*parts, strict=True), strict=True):
        unknown = name == "visitors" or any(value is None for value in column)
        sums.append(None if unknown else sum(value or 0 for value in column))
    return sums


def check_traffic(item: TrafficItem, today: date) -> list[FieldFault]:
    """Return what is wrong with the traffic of a day, nothing where it can be stored."""
    checks = Checks(item.source_row)
    refuse_day(checks, item.day, today)
    checks.text("listing", item.listing, 60, blank=True)
    _check_figures(checks, item, TRAFFIC_FIGURES)
    if all(getattr(item, name) is None for name in TRAFFIC_FIGURES):
        checks.wrong("impressions", _("The row holds no figure: give at least one."))
    return checks.faults


def check_ads(item: AdItem, today: date) -> list[FieldFault]:
    """Return what is wrong with the ads of a day, nothing where they can be stored."""
    checks = Checks(item.source_row)
    refuse_day(checks, item.day, today)
    checks.text("campaign", item.campaign, 60)
    checks.text("name", item.name, 200, blank=True)
    checks.text("listing", item.listing, 60, blank=True)
    _check_figures(checks, item, (*AD_FIGURES, "daily_budget"))
    if item.orders > item.clicks:
        message = _(
            "There are %(orders)d orders of %(clicks)d clicks: ad orders come of ad clicks."
        )
        checks.wrong("orders", message % {"orders": item.orders, "clicks": item.clicks})
    return checks.faults


def _check_figures(checks: Checks, item: Any, names: Sequence[str]) -> None:
    for name in names:
        value = getattr(item, name)
        if value is None:
            continue
        if name in AMOUNTS:
            if not (0 <= value < AMOUNT_BOUND and decimals(value) <= 4):
                message = _("%(field)s is an amount of at least 0 with at most 4 decimals.")
                checks.wrong(name, message % {"field": name})
        elif not 0 <= value <= COUNT_BOUND:
            message = _("%(field)s is a whole number of at least 0.") % {"field": name}
            checks.wrong(name, message)
