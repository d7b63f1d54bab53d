"""Stores, SKUs and FX rates as they come from outside, and the checks each has to pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from opsdesk.core.exchange import Checks, FieldFault, decimals
from opsdesk.core.money import known_currency
from opsdesk.core.periods import zone

YEARS = range(1990, 2101)
RATE_BOUND = Decimal(10) ** 8
COST_BOUND = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class RateItem:
    """How many units of ``to_currency`` one unit of ``from_currency`` was worth on ``date``."""

    date: date
    from_currency: str
    to_currency: str
    rate: Decimal
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class StoreItem:
    """A store; a blank ``department`` leaves it where it is."""

    code: str
    name: str
    marketplace: str
    country: str
    currency: str
    time_zone: str
    stage: str = ""
    platform_fee_rate: Decimal | None = None
    department: str = ""
    department_from: date | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class CategoryItem:
    """A node of the category tree; a blank ``parent`` makes it a root."""

    code: str
    name: str
    parent: str = ""
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class ProductItem:
    """A product in a category."""

    code: str
    title: str
    category: str
    brand: str = ""
    goods_class: str = ""
    range_role: str = ""
    product_type: str = ""
    special_stock: bool | None = None
    high_ticket: bool | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class SkuItem:
    """A variant of a product and what it costs; ``unit_cost`` is ``None`` where nobody knows."""

    code: str
    product: str
    title: str = ""
    unit_cost: Decimal | None = None
    cost_currency: str = ""
    weight_g: int | None = None
    safety_stock: int | None = None
    lead_time_days: int | None = None
    source_row: int | None = None


def check_rate(item: RateItem) -> list[FieldFault]:
    """Return everything wrong with a rate; empty when it is fine."""
    checks = _Checks(item.source_row)
    for field in ("from_currency", "to_currency"):
        checks.currency(field, getattr(item, field))
    if item.from_currency == item.to_currency:
        checks.wrong("to_currency", _("A rate is between two different currencies."))
    if item.date.year not in YEARS:
        checks.wrong("date", _("A date of the years 1990 to 2100 is expected."))
    if not item.rate.is_finite() or not 0 < item.rate < RATE_BOUND or decimals(item.rate) > 10:
        checks.wrong("rate", _("A rate is above 0 and has at most 10 decimals."))
    return checks.faults


def check_store(item: StoreItem) -> list[FieldFault]:
    """Return everything wrong with a store; empty when it is fine."""
    checks = _Checks(item.source_row)
    checks.text("code", item.code, 40)
    checks.text("name", item.name, 100)
    checks.text("marketplace", item.marketplace, 40)
    if not (len(item.country) == 2 and item.country.isascii() and item.country.isupper()):
        checks.wrong("country", _("A country code of two capitals is expected, such as DE."))
    checks.currency("currency", item.currency)
    try:
        zone(item.time_zone)
    except ValueError:
        message = _("%(name)s is no time zone such as Europe/London.")
        checks.wrong("time_zone", message % {"name": item.time_zone})
    if item.stage not in ("", "new", "mature"):
        checks.wrong("stage", _("new or mature is expected."))
    rate = item.platform_fee_rate
    if rate is not None and (not rate.is_finite() or not 0 <= rate <= 1 or decimals(rate) > 4):
        checks.wrong("platform_fee_rate", _("A fraction from 0 to 1 is expected, such as 0.15."))
    return checks.faults


def check_sku(item: SkuItem) -> list[FieldFault]:
    """Return everything wrong with a SKU; empty when it is fine."""
    checks = _Checks(item.source_row)
    checks.text("code", item.code, 60)
    checks.text("product", item.product, 60)
    checks.text("title", item.title, 300, blank=True)
    cost = item.unit_cost
    if cost is not None:
        if not cost.is_finite() or not 0 <= cost < COST_BOUND or decimals(cost) > 4:
            checks.wrong("unit_cost", _("An amount of 0 or more, such as 1.25, is expected."))
        checks.currency("cost_currency", item.cost_currency)
    for field in ("weight_g", "safety_stock", "lead_time_days"):
        value = getattr(item, field)
        if value is not None and not 0 <= value <= (32_000 if field.startswith("lead") else 10**9):
            checks.wrong(field, _("A whole number of 0 or more is expected."))
    return checks.faults


def check_category(item: CategoryItem) -> list[FieldFault]:
    """Return everything wrong with a category; empty when it is fine."""
    checks = _Checks(item.source_row)
    checks.text("code", item.code, 40)
    checks.text("name", item.name, 100)
    if item.parent == item.code:
        checks.wrong("parent", _("A category cannot be its own parent."))
    return checks.faults


def check_product(item: ProductItem) -> list[FieldFault]:
    """Return everything wrong with a product; empty when it is fine."""
    checks = _Checks(item.source_row)
    checks.text("code", item.code, 60)
    checks.text("title", item.title, 300)
    checks.text("category", item.category, 40)
    checks.text("brand", item.brand, 100, blank=True)
    if item.goods_class not in ("", "fmcg", "durable"):
        checks.wrong("goods_class", _("fmcg or durable is expected."))
    if item.range_role not in ("", "hero", "traffic", "profit"):
        checks.wrong("range_role", _("hero, traffic or profit is expected."))
    if item.product_type not in ("", "standard", "non_standard"):
        checks.wrong("product_type", _("standard or non_standard is expected."))
    return checks.faults


class _Checks(Checks):
    """The checks that items of the catalogue share."""

    def currency(self, field: str, value: str) -> None:
        """Ask for an ISO 4217 code."""
        if not known_currency(value):
            message = _("%(code)s is no ISO 4217 currency such as EUR.")
            self.wrong(field, message % {"code": value[:20] or "-"})
