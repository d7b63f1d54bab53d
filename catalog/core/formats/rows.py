"""From the rows of a file to rates, stores and SKUs, or to why a row cannot be taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from catalog.core.formats.table import Table
from catalog.core.items import CategoryItem, ProductItem, RateItem, SkuItem, StoreItem
from opsdesk.core.exchange import FieldFault
from opsdesk.core.money import known_currency

Row = dict[str, str]
Item = RateItem | StoreItem | CategoryItem | ProductItem | SkuItem
Found = tuple[int, Item | FieldFault]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a table holds: its rows, its columns, those of them nobody asked for.

    ``sheet`` is the one that was read where the workbook has others.
    """

    found: Iterator[tuple[int, Any]]
    columns: list[str]
    unknown: list[str]
    sheet: str = ""


STORE_COLUMNS = ("code", "name", "marketplace", "country", "currency", "time_zone")
STORE_MORE = ("stage", "platform_fee_rate", "department", "department_from")
PRODUCT_COLUMNS = ("code", "title", "category")
PRODUCT_MORE = ("brand", "goods_class", "range_role", "product_type")
PRODUCT_MARKS = ("special_stock", "high_ticket")
SKU_COLUMNS = ("code", "product", "unit_cost", "cost_currency")
SKU_MORE = ("title", "weight_g", "safety_stock", "lead_time_days")


class Refused(Exception):
    """A cell that cannot be read."""

    def __init__(self, fault: FieldFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def read_ecb(path: Path) -> Rows:
    """Return, day by day, the ECB's rates from the euro; N/A is left out.

    The file is the ECB's own history: one row per day, one column per currency.
    """
    table = Table(path, ["date"])
    currencies = [name.upper() for name in table.columns if known_currency(name.upper())]
    unknown = [name for name in table.unknown if name.upper() not in currencies]

    def found() -> Iterator[Found]:
        for row_no, row in table.rows():
            try:
                day = date_in("date", row, row_no)
            except Refused as error:
                yield row_no, error.fault
                continue
            for code in currencies:
                cell = row[code.casefold()]
                if cell in ("", "N/A"):
                    continue
                try:
                    rate = decimal_in(code, cell, row_no)
                    yield row_no, RateItem(day, "EUR", code, rate, row_no)
                except Refused as error:
                    yield row_no, error.fault

    return Rows(found(), table.columns, unknown, table.sheet)


def read_stores(path: Path) -> Rows:
    """Return the stores of a file with the fields as columns."""
    return read_rows(path, STORE_COLUMNS, STORE_MORE, _store)


def read_categories(path: Path) -> Rows:
    """Return the categories of a file; a parent stands before its children."""
    return read_rows(path, ("code", "name"), ("parent",), _category)


def read_products(path: Path) -> Rows:
    """Return the products of a file with the fields as columns."""
    return read_rows(path, PRODUCT_COLUMNS, PRODUCT_MORE + PRODUCT_MARKS, _product)


def read_skus(path: Path) -> Rows:
    """Return the SKUs of a file with the fields as columns."""
    return read_rows(path, SKU_COLUMNS, SKU_MORE, _sku)


def read_rows(
    path: Path,
    needed: tuple[str, ...],
    more: tuple[str, ...],
    make: Callable[[Row, int], Any],
) -> Rows:
    """Return the rows of a file with these columns, each made into an item or its fault."""
    table = Table(path, needed, more)

    def found() -> Iterator[Found]:
        for row_no, row in table.rows():
            try:
                _refuse_nul(row, row_no)
                yield row_no, make(row, row_no)
            except Refused as error:
                yield row_no, error.fault

    return Rows(found(), table.columns, table.unknown, table.sheet)


def _refuse_nul(row: Row, row_no: int) -> None:
    """Raise ``Refused`` where a cell holds what PostgreSQL neither keeps nor looks for."""
    for name, text in row.items():
        if "\0" in text:
            raise cell_refused(name, text, _("a text without the character of code 0"), row_no)


def read_named(
    path: Path,
    columns: tuple[tuple[str, ...], tuple[str, ...]],
    make: Callable[[Row, int], Any],
    also: Mapping[str, tuple[str, ...]],
) -> Rows:
    """Return the rows as ``read_rows`` does, where columns may have other names, too.

    ``columns`` are those that are needed and those that may be left out. Of the names in ``also``
    the first that the file has is taken where it has not the own one.
    """
    needed, more = columns
    others = [name for names in also.values() for name in names]
    found = set(Table(path, (), (*needed, *more, *others)).columns)

    def in_file(own: str) -> str:
        if own in found:
            return own
        return next((name for name in also.get(own, ()) if name in found), own)

    names = {own: in_file(own) for own in (*needed, *more)}

    def named(row: Row, row_no: int) -> Any:
        return make({own: row.get(name, "") for own, name in names.items()}, row_no)

    own_names = (tuple(names[own] for own in needed), tuple(names[own] for own in more))
    return read_rows(path, *own_names, named)


def _store(row: Row, row_no: int) -> StoreItem:
    start = date_in("department_from", row, row_no) if row.get("department_from") else None
    fee = row.get("platform_fee_rate", "")
    return StoreItem(
        **{name: row[name] for name in STORE_COLUMNS},
        stage=row.get("stage", ""),
        platform_fee_rate=decimal_in("platform_fee_rate", fee, row_no) if fee else None,
        department=row.get("department", ""),
        department_from=start,
        source_row=row_no,
    )


def _category(row: Row, row_no: int) -> CategoryItem:
    return CategoryItem(row["code"], row["name"], row.get("parent", ""), row_no)


def _product(row: Row, row_no: int) -> ProductItem:
    return ProductItem(
        **{name: row[name] for name in PRODUCT_COLUMNS},
        **{name: row.get(name, "") for name in PRODUCT_MORE},
        special_stock=yes_or_no("special_stock", row, row_no),
        high_ticket=yes_or_no("high_ticket", row, row_no),
        source_row=row_no,
    )


def _sku(row: Row, row_no: int) -> SkuItem:
    cost = row["unit_cost"]
    return SkuItem(
        code=row["code"],
        product=row["product"],
        title=row.get("title", ""),
        unit_cost=decimal_in("unit_cost", cost, row_no) if cost else None,
        cost_currency=row["cost_currency"],
        weight_g=whole_in("weight_g", row, row_no),
        safety_stock=whole_in("safety_stock", row, row_no),
        lead_time_days=whole_in("lead_time_days", row, row_no),
        source_row=row_no,
    )


def yes_or_no(field: str, row: Row, row_no: int) -> bool | None:
    """Return what a cell of yes and no says, ``None`` for a blank one; or raise ``Refused``."""
    text = row.get(field, "").casefold()
    if text in ("", "yes", "no", "true", "false", "1", "0"):
        return text in ("yes", "true", "1") if text else None
    raise cell_refused(field, text, _("yes or no"), row_no)


def date_in(field: str, row: Row, row_no: int) -> date:
    """Return the date in a cell, or raise ``Refused``."""
    try:
        return date.fromisoformat(row[field])
    except ValueError as error:
        raise cell_refused(field, row[field], _("a date such as 2011-03-05"), row_no) from error


def decimal_in(field: str, text: str, row_no: int) -> Decimal:
    """Return the number in a cell, or raise ``Refused``."""
    try:
        value = Decimal(text) if len(text) <= 30 else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise cell_refused(field, text, _("a number such as 1.25"), row_no)
    return value


def whole_in(field: str, row: Row, row_no: int) -> int | None:
    """Return the whole number in a cell, ``None`` for a blank one, or raise ``Refused``."""
    text = row.get(field, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise cell_refused(field, text, _("a whole number"), row_no)
    return int(text)


def signed_in(field: str, row: Row, row_no: int) -> int:
    """Return the whole number, below 0 or not, in a cell, or raise ``Refused``."""
    text = row[field]
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise cell_refused(field, text, _("a whole number"), row_no)
    return int(text)


def instant_in(field: str, row: Row, row_no: int) -> datetime:
    """Return the time in a cell, one without an offset as UTC, or raise ``Refused``."""
    text = row[field]
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        expected = _("a time such as 2011-03-05T09:30:00Z")
        raise cell_refused(field, text, expected, row_no) from error


def cell_refused(field: str, found: str, expected: str, row_no: int) -> Refused:
    """Return the refusal of a cell that holds something else than is ``expected``."""
    message = _("%(field)s is “%(found)s”; expected: %(expected)s.")
    safe = "".join(c if c.isprintable() else "?" for c in found[:60])
    words = {"field": field, "found": safe, "expected": expected}
    return Refused(FieldFault(field, message % words, row_no))
