"""The column map: which column of a file means what, read from JSON into dataclasses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.translation import gettext as _

from opsdesk.core.money import known_currency
from opsdesk.core.periods import zone
from orders.core.address_items import ADDRESS_LIMITS, CONTACT_LIMITS
from orders.core.formats.cells import column_key, time_format
from orders.core.formats.conditions import Condition, parse_condition, refusal
from orders.core.items import LineKind, shown

ENCODINGS = ("utf-8", "utf-16", "gb18030", "cp1252")
DELIMITERS = (",", ";", "\t", "|")
MAX_RULES = 500
MAX_VALUES = 5_000


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a value comes from: a column, or ``fixed`` for the whole file.

    ``values`` translates what the column holds. ``clean`` is ``integer`` for numbers that were
    once floats (``17850.0``). ``per`` tells an amount of each line from one of the whole order.
    """

    column: str = ""
    label: str = ""
    fixed: str = ""
    values: Mapping[str, str] | None = None
    clean: str = ""
    per: str = "line"


@dataclass(frozen=True, slots=True)
class InstantCell:
    """A column of times, its pattern, and the zone of its clock (``store`` or an IANA name)."""

    column: str
    label: str
    pattern: str
    zone: str


@dataclass(frozen=True, slots=True)
class KindRule:
    """Lines that pass ``when`` are of this kind; the first rule that passes decides."""

    kind: str
    when: Condition


@dataclass(frozen=True, slots=True)
class SetAsideRule:
    """Rows that are neither order nor return; of ``document``: only where all its rows pass."""

    reason: str
    rows: str
    when: Condition


@dataclass(frozen=True, slots=True)
class ReturnRule:
    """Which documents are returns (all rows pass ``when``), and how they are told."""

    when: Condition
    status: str
    quantity: str
    order: Cell | None
    reason: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCells:
    """Where the values of a line come from; ``otherwise`` is the kind that no rule names."""

    sku: Cell | None
    title: Cell | None
    quantity: Cell
    unit_price: Cell
    discount: Cell | None
    tax: Cell | None
    unit_cost: Cell | None
    kinds: tuple[KindRule, ...]
    otherwise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """How one kind of file is read; ``used`` are its columns, by key, with the names for people."""

    name: str
    encoding: str
    delimiter: str
    decimal_mark: str
    document: Cell
    returns: ReturnRule | None
    store: Cell | None
    currency: Cell | None
    placed_at: InstantCell
    source_updated_at: InstantCell | None
    collected_at: InstantCell | None
    payment_amount: Cell | None
    status: Cell
    customer: Cell | None
    customer_country: Cell | None
    contacts: Mapping[str, Cell]
    ship_to: Mapping[str, Cell]
    traffic_source: Cell | None
    shipping_charge: Cell | None
    platform_fee: Cell | None
    lines: LineCells
    set_aside: tuple[SetAsideRule, ...]
    used: Mapping[str, str]

    def number_columns(self) -> tuple[str, ...]:
        """Return the keys of the columns that hold numbers with decimals."""
        cells = (
            self.lines.unit_price,
            self.lines.discount,
            self.lines.tax,
            self.lines.unit_cost,
            self.shipping_charge,
            self.platform_fee,
            self.payment_amount,
        )
        return tuple(dict.fromkeys(cell.column for cell in cells if cell and cell.column))


def parse_map(raw: object) -> ColumnMap:
    """Turn the map as read from JSON into dataclasses, or raise ``InvalidData`` naming the key.

    A key that is not in the grammar is refused: it would be a rule that silently does nothing.
    """
    used: dict[str, str] = {}
    top = _Section(raw, "", used)
    top.choice("kind", ("order lines",))
    column_map = ColumnMap(
        name=top.text("name", ""),
        encoding=top.choice("encoding", ("detect", *ENCODINGS), "detect"),
        delimiter=top.choice("delimiter", ("detect", *DELIMITERS), "detect"),
        decimal_mark=top.choice("decimal_mark", ("detect", ".", ","), "detect"),
        document=top.needed("document", ("column",)),
        returns=_returns(top.section("returns", optional=True)),
        store=_store(top),
        currency=_currency(top),
        placed_at=top.needed_instant("placed_at"),
        source_updated_at=top.instant("source_updated_at"),
        collected_at=top.instant("collected_at"),
        payment_amount=top.cell("payment_amount", ("column",), per="order"),
        status=top.needed("status", ("column", "values", "fixed")),
        customer=top.cell("customer", ("column", "clean")),
        customer_country=top.cell("customer_country", ("column", "values", "fixed")),
        contacts=_parts(top, CONTACT_LIMITS, "customer_"),
        ship_to=_ship_to(top.section("ship_to", optional=True)),
        traffic_source=top.cell("traffic_source", ("column", "values", "fixed")),
        shipping_charge=top.cell("shipping_charge", ("column", "per"), per="order"),
        platform_fee=top.cell("platform_fee", ("column", "per"), per="order"),
        lines=_lines(top),
        set_aside=tuple(_set_aside_rule(rule) for rule in top.sections("set_aside")),
        used=MappingProxyType(used),
    )
    top.nothing_else()
    if column_map.payment_amount and not column_map.collected_at:
        raise refusal("payment_amount", _("it needs collected_at beside it"))
    return column_map


def _ship_to(section: _Section | None) -> Mapping[str, Cell]:
    if section is None:
        return {}
    cells = _parts(section, ADDRESS_LIMITS)
    section.nothing_else()
    return cells


def _parts(section: _Section, names: Iterable[str], prefix: str = "") -> Mapping[str, Cell]:
    """Return where the parts of a person or an address come from, without those not told."""
    asked = {"country": ("column", "values", "fixed")}
    cells = {name: section.cell(prefix + name, asked.get(name, ("column",))) for name in names}
    return MappingProxyType({name: cell for name, cell in cells.items() if cell is not None})


def _lines(top: _Section) -> LineCells:
    section = top.section("lines", optional=True)
    if section is None:
        raise refusal("lines", _("it is missing"))
    cells = LineCells(
        sku=section.cell("sku", ("column", "clean")),
        title=section.cell("title", ("column",)),
        quantity=section.needed("quantity", ("column", "fixed")),
        unit_price=section.needed("unit_price", ("column",)),
        discount=section.cell("discount", ("column", "per")),
        tax=section.cell("tax", ("column",)),
        unit_cost=section.cell("unit_cost", ("column",)),
        kinds=tuple(_kind_rule(rule) for rule in section.sections("kinds")),
        otherwise=section.choice("otherwise", LineKind.values, "goods"),
    )
    section.nothing_else()
    return cells


def _returns(section: _Section | None) -> ReturnRule | None:
    if section is None:
        return None
    rule = ReturnRule(
        when=section.condition("when"),
        status=section.text("status", "refunded"),
        quantity=section.choice("quantity", ("negative", "positive"), "negative"),
        order=section.cell("order", ("column",)),
        reason=section.cell("reason", ("column", "values", "fixed")) or Cell(),
    )
    section.nothing_else()
    return rule


def _store(top: _Section) -> Cell | None:
    """Return the cell of the store, or ``None`` where the caller names it (``"given"``)."""
    if top.raw.get("store") == "given":
        top.seen.add("store")
        return None
    return top.needed("store", ("column", "values"))


def _currency(top: _Section) -> Cell | None:
    """Return the cell of the currency, or ``None`` where it is the store's (``"store"``)."""
    if top.raw.get("currency") == "store":
        top.seen.add("currency")
        return None
    cell = top.needed("currency", ("column", "values", "fixed"))
    if cell.fixed and not known_currency(cell.fixed):
        raise refusal("currency.fixed", _("an ISO 4217 code such as EUR is expected"))
    return cell


def _kind_rule(section: _Section) -> KindRule:
    rule = KindRule(section.choice("kind", LineKind.values), section.condition("when"))
    section.nothing_else()
    return rule


def _set_aside_rule(section: _Section) -> SetAsideRule:
    reason = section.text("reason")
    rows = section.choice("rows", ("each", "document"), "each")
    rule = SetAsideRule(reason, rows, section.condition("when"))
    section.nothing_else()
    return rule


class _Section:
    """An object of the map: hands out its keys and refuses what it was not asked for."""

    def __init__(self, raw: object, at: str, used: dict[str, str]) -> None:
        if not isinstance(raw, dict):
            raise refusal(at or "top", _("an object is expected"))
        self.raw = raw
        self.at = at
        self.used = used
        self.seen: set[str] = set()

    def key(self, name: str) -> str:
        """Return the full name of a key, for messages."""
        return f"{self.at}.{name}" if self.at else name

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text that is not blank."""
        self.seen.add(name)
        value = self.raw.get(name, default)
        if not isinstance(value, str) or (not value.strip() and value != default):
            raise refusal(self.key(name), _("a text is expected"))
        return value

    def choice(self, name: str, allowed: tuple[str, ...] | list[str], default: str = "") -> str:
        """Return one of the ``allowed`` texts."""
        self.seen.add(name)
        value = self.raw.get(name, default)
        if not isinstance(value, str) or value not in allowed:
            what = _("%(found)s is not one of %(allowed)s")
            options = ", ".join("tab" if option == "\t" else option for option in allowed)
            raise refusal(self.key(name), what % {"found": shown(value), "allowed": options})
        return value

    def section(self, name: str, *, optional: bool = False) -> _Section | None:
        """Return the object under ``name``."""
        self.seen.add(name)
        if optional and name not in self.raw:
            return None
        return _Section(self.raw.get(name), self.key(name), self.used)

    def sections(self, name: str) -> list[_Section]:
        """Return the objects listed under ``name``, none where the key is missing."""
        self.seen.add(name)
        listed = self.raw.get(name, [])
        if not isinstance(listed, list) or len(listed) > MAX_RULES:
            raise refusal(self.key(name), _("a list is expected"))
        places = (f"{self.key(name)}.{number}" for number in range(len(listed)))
        return [_Section(raw, place, self.used) for raw, place in zip(listed, places, strict=True)]

    def condition(self, name: str) -> Condition:
        """Return the condition under ``name``."""
        self.seen.add(name)
        return parse_condition(self.raw.get(name), self.key(name), self.used)

    def column(self) -> tuple[str, str]:
        """Return the key and the name of this object's column, and note that it is used."""
        label = self.text("column").strip()
        key = column_key(label)
        self.used.setdefault(key, label)
        return key, label

    def cell(self, name: str, allowed: tuple[str, ...], *, per: str = "line") -> Cell | None:
        """Return where a value comes from, or ``None`` where the map does not say."""
        inner = self.section(name, optional=True)
        if inner is None:
            return None
        if "fixed" in allowed and "fixed" in inner.raw:
            cell = Cell(fixed=inner.text("fixed"))
        else:
            key, label = inner.column()
            cell = Cell(
                key,
                label,
                values=inner.values() if "values" in allowed else None,
                clean=inner.choice("clean", ("", "integer")) if "clean" in allowed else "",
                per=inner.choice("per", ("line", "order"), per) if "per" in allowed else per,
            )
        inner.nothing_else()
        return cell

    def needed(self, name: str, allowed: tuple[str, ...]) -> Cell:
        """Return where a value comes from, or refuse a map that does not say."""
        cell = self.cell(name, allowed)
        if cell is None:
            raise refusal(self.key(name), _("it is missing"))
        return cell

    def values(self) -> Mapping[str, str] | None:
        """Return the table of values, or ``None`` where there is none."""
        self.seen.add("values")
        table = self.raw.get("values")
        if table is None:
            return None
        if not isinstance(table, dict) or not 1 <= len(table) <= MAX_VALUES:
            raise refusal(self.key("values"), _("an object of texts is expected"))
        for value in table.values():
            if not isinstance(value, str):
                raise refusal(self.key("values"), _("an object of texts is expected"))
        return MappingProxyType({key.strip(): value for key, value in table.items()})

    def instant(self, name: str) -> InstantCell | None:
        """Return a column of times, or ``None`` where the map does not say."""
        inner = self.section(name, optional=True)
        if inner is None:
            return None
        key, label = inner.column()
        pattern, zone_name = inner.text("format"), inner.text("zone", "store")
        inner.nothing_else()
        try:
            if pattern != "iso":
                time_format(pattern)
            if zone_name != "store":
                zone(zone_name)
        except ValueError as error:
            raise refusal(inner.at, str(error)) from error
        return InstantCell(key, label, pattern, zone_name)

    def needed_instant(self, name: str) -> InstantCell:
        """Return a column of times, or refuse a map that does not say."""
        cell = self.instant(name)
        if cell is None:
            raise refusal(self.key(name), _("it is missing"))
        return cell

    def nothing_else(self) -> None:
        """Refuse a key that nobody asked for."""
        for name in self.raw:
            if name not in self.seen and name != "about":
                raise refusal(self.key(str(name)), _("this key means nothing here"))
