"""From the rows of a file to rates, stores and SKUs, or to why a row cannot be taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.utils.translation import gettext as _

from catalog.core.formats.table import Table
from catalog.core.items import CategoryItem, ProductItem, RateItem, SkuItem, StoreItem
from opsdesk.core.exchange import FieldFault
from opsdesk.core.money import known_currency

Row = dict[str, str]
Item = RateItem | StoreItem | CategoryItem | ProductItem | SkuItem
Found = tuple[int, Item | FieldFault]

STORE_COLUMNS = ("code", "name", "marketplace", "country", "currency", "time_zone")
STORE_MORE = ("stage", "platform_fee_rate", "department", "department_from")
PRODUCT_COLUMNS = ("code", "title", "category")
PRODUCT_MORE = ("brand", "goods_class", "range_role")
SKU_COLUMNS = ("code", "product", "unit_cost", "cost_currency")
SKU_MORE = ("title", "weight_g", "safety_stock", "lead_time_days")


class Refused(Exception):
    """A cell that cannot be read."""

    def __init__(self, fault: FieldFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def read_ecb(path: Path) -> tuple[list[str], Iterator[Found]]:
    """Return unknown columns and, day by day, the ECB's rates from the euro; N/A is left out.

    The file is the ECB's own history: one row per day, one column per currency.
    """
    table = Table(path, ["date"])
    currencies = [name.upper() for name in table.columns if known_currency(name.upper())]
    unknown = [name for name in table.unknown if name.upper() not in currencies]

    def found() -> Iterator[Found]:
        for row_no, row in table.rows():
            try:
                day = _date("date", row, row_no)
            except Refused as error:
                yield row_no, error.fault
                continue
            for code in currencies:
                cell = row[code.casefold()]
                if cell in ("", "N/A"):
                    continue
                try:
                    rate = _decimal(code, cell, row_no)
                    yield row_no, RateItem(day, "EUR", code, rate, row_no)
                except Refused as error:
                    yield row_no, error.fault

    return unknown, found()


def read_stores(path: Path) -> tuple[list[str], Iterator[Found]]:
    """Return unknown columns and the stores of a file with the fields as columns."""
    return _read(path, STORE_COLUMNS, STORE_MORE, _store)


def read_categories(path: Path) -> tuple[list[str], Iterator[Found]]:
    """Return unknown columns and the categories of a file; a parent stands before its children."""
    return _read(path, ("code", "name"), ("parent",), _category)


def read_products(path: Path) -> tuple[list[str], Iterator[Found]]:
    """Return unknown columns and the products of a file with the fields as columns."""
    return _read(path, PRODUCT_COLUMNS, PRODUCT_MORE, _product)


def read_skus(path: Path) -> tuple[list[str], Iterator[Found]]:
    """Return unknown columns and the SKUs of a file with the fields as columns."""
    return _read(path, SKU_COLUMNS, SKU_MORE, _sku)


def _read(
    path: Path,
    needed: tuple[str, ...],
    more: tuple[str, ...],
    make: Callable[[Row, int], Item],
) -> tuple[list[str], Iterator[Found]]:
    table = Table(path, needed, more)

    def found() -> Iterator[Found]:
        for row_no, row in table.rows():
            try:
                yield row_no, make(row, row_no)
            except Refused as error:
                yield row_no, error.fault

    return table.unknown, found()


def _store(row: Row, row_no: int) -> StoreItem:
    start = _date("department_from", row, row_no) if row.get("department_from") else None
    fee = row.get("platform_fee_rate", "")
    return StoreItem(
        **{name: row[name] for name in STORE_COLUMNS},
        stage=row.get("stage", ""),
        platform_fee_rate=_decimal("platform_fee_rate", fee, row_no) if fee else None,
        department=row.get("department", ""),
        department_from=start,
        source_row=row_no,
    )


def _category(row: Row, row_no: int) -> CategoryItem:
    return CategoryItem(row["code"], row["name"], row.get("parent", ""), row_no)


def _product(row: Row, row_no: int) -> ProductItem:
    more = {name: row.get(name, "") for name in PRODUCT_MORE}
    return ProductItem(**{name: row[name] for name in PRODUCT_COLUMNS}, **more, source_row=row_no)


def _sku(row: Row, row_no: int) -> SkuItem:
    cost = row["unit_cost"]
    return SkuItem(
        code=row["code"],
        product=row["product"],
        title=row.get("title", ""),
        unit_cost=_decimal("unit_cost", cost, row_no) if cost else None,
        cost_currency=row["cost_currency"],
        weight_g=_whole("weight_g", row, row_no),
        safety_stock=_whole("safety_stock", row, row_no),
        lead_time_days=_whole("lead_time_days", row, row_no),
        source_row=row_no,
    )


def _date(field: str, row: Row, row_no: int) -> date:
    try:
        return date.fromisoformat(row[field])
    except ValueError as error:
        raise _refused(field, row[field], _("a date such as 2011-03-05"), row_no) from error


def _decimal(field: str, text: str, row_no: int) -> Decimal:
    try:
        value = Decimal(text) if len(text) <= 30 else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise _refused(field, text, _("a number such as 1.25"), row_no)
    return value


def _whole(field: str, row: Row, row_no: int) -> int | None:
    text = row.get(field, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise _refused(field, text, _("a whole number"), row_no)
    return int(text)


def _refused(field: str, found: str, expected: str, row_no: int) -> Refused:
    message = _("%(field)s is “%(found)s”; expected: %(expected)s.")
    safe = "".join(c if c.isprintable() else "?" for c in found[:60])
    words = {"field": field, "found": safe, "expected": expected}
    return Refused(FieldFault(field, message % words, row_no))
