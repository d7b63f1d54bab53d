"""The values of one document, taken from its rows by the column map, and what is wrong in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from opsdesk.core.errors import InvalidData
from orders.core.address_items import AddressItem, CustomerItem
from orders.core.formats.cells import parse_instant, parse_number, parse_whole
from orders.core.formats.columns import Cell, ColumnMap, InstantCell
from orders.core.formats.reader import RowReject
from orders.core.formats.spool import Document
from orders.core.items import ItemError, shown

Row = tuple[int, dict[str, str]]
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the documents of one file are read, and the stores that they may name.

    ``zones`` and ``currencies`` are by store code; ``store`` is the one the caller named, for a
    file that does not tell. Raises ``InvalidData`` where map and caller do not fit.
    """

    columns: ColumnMap
    mark: str
    zones: Mapping[str, str]
    currencies: Mapping[str, str]
    store: str = ""

    def __post_init__(self) -> None:
        if self.columns.store is None and not self.store:
            message = _(
                "The column map does not say which store the orders are of: name the store."
            )
            raise InvalidData(message, code="store_missing", field="store")
        if self.columns.store is not None and self.store:
            message = _(
                "The column map takes the store from %(column)s: do not name one beside it."
            )
            column = {"column": self.columns.store.label}
            raise InvalidData(message % column, code="store_twice", field="store")
        if self.store and self.store not in self.zones:
            message = _("There is no store %(code)s.") % {"code": shown(self.store)}
            raise InvalidData(message, code="unknown_store", field="store")


class DocumentValues:
    """The rows of one document with the values taken from them, and what was wrong."""

    def __init__(self, document: Document, rows: list[Row], reading: Reading) -> None:
        self.key = document.key
        # By the place in the document: a rule that sets a row aside renumbers no other.
        self.line_nos = {row_no: at for at, (row_no, _row) in enumerate(document.rows, 1)}
        self.rows = rows
        self.reading = reading
        self.map = reading.columns
        self.rejects: list[RowReject] = []
        self.unknown_status = ""

    def refuse(self, row_no: int, field: str, reason: str) -> None:
        """Note why a row cannot be taken."""
        self.rejects.append(RowReject(row_no, field, reason, self.key))

    def refuse_item(self, errors: list[ItemError]) -> None:
        """Note what the checks of the item found, on the rows it came from."""
        for error in errors:
            self.refuse(error.source_row or self.rows[0][0], error.field, error.message)

    def one(self, cell: Cell | InstantCell | None, *, private: bool = False) -> tuple[str, int]:
        """Return the value that the document has in a column, and the row on which it was found.

        It may stand on one row or be repeated; rows that contradict each other are refused, in
        words that do not quote a private one.
        """
        if cell is None or not cell.column:
            return (cell.fixed if isinstance(cell, Cell) else ""), self.rows[0][0]
        found, at = "", self.rows[0][0]
        for row_no, row in self.rows:
            value = row[cell.column]
            if value and not found:
                found, at = value, row_no
            elif value and value != found:
                reason = _("%(value)s differs from %(other)s on row %(row)d of the same document.")
                if private:
                    reason = _("It differs from row %(row)d of the same document.")
                words = {"value": shown(value), "other": shown(found), "row": at}
                self.refuse(row_no, cell.label, reason % words)
        return found, at

    def named(self, cell: Cell | None) -> str:
        """Return the document's value in a column, translated by the cell's table.

        A value that the table lacks is refused: guessing would change a figure.
        """
        found, at = self.one(cell)
        if cell is None or cell.values is None or not found:
            return found
        if found not in cell.values:
            reason = _("%(value)s is not in the table of the column map.")
            self.refuse(at, cell.label, reason % {"value": shown(found)})
        return cell.values.get(found, found)

    def store(self) -> str:
        """Return the code of the document's store, or nothing where it is not known."""
        cell = self.map.store
        if cell is None:
            return self.reading.store
        found, at = self.one(cell)
        code = cell.values.get(found, "") if cell.values is not None else found
        if code in self.reading.zones:
            return code
        if code:
            reason = _("There is no store %(code)s (%(value)s).")
        else:
            reason = _("%(value)s names no store in the column map.")
        self.refuse(at, cell.label, reason % {"code": shown(code), "value": shown(found)})
        return ""

    def currency(self, store: str) -> str:
        """Return the document's currency."""
        if self.map.currency is None:
            return self.reading.currencies.get(store, "")
        return self.named(self.map.currency)

    def status(self) -> str:
        """Return the document's status; one that the map does not know is kept and noted."""
        cell = self.map.status
        found, _at = self.one(cell)
        if cell.values is None or not found:
            return found
        if found not in cell.values:
            self.unknown_status = found
        return cell.values.get(found, found)

    def customer(self) -> CustomerItem | None:
        """Return the buyer, or ``None`` where the file does not say who it was."""
        cell = self.map.customer
        found, at = self.one(cell)
        country = self.named(self.map.customer_country)
        contacts = self.private(self.map.contacts)
        if cell is None or not found:
            return None
        return CustomerItem(self.cleaned(cell, found, at), country, **contacts)

    def ship_to(self) -> AddressItem | None:
        """Return where the order goes, or ``None`` where the file does not say."""
        address = AddressItem(**self.private(self.map.ship_to))
        return None if address.blank else address

    def private(self, cells: Mapping[str, Cell]) -> dict[str, str]:
        """Return the parts of a person or an address."""
        return {
            name: self.named(cell) if cell.values else self.one(cell, private=True)[0]
            for name, cell in cells.items()
        }

    def cleaned(self, cell: Cell, text: str, row_no: int) -> str:
        """Return the text of a code after the clean-up that its cell asks for."""
        if cell.clean != "integer" or not text:
            return text
        whole = parse_whole(text, ".")
        if whole is None:
            reason = _("%(value)s is not a whole number.") % {"value": shown(text)}
            self.refuse(row_no, cell.label, reason)
        return str(whole)

    def first_instant(self, cell: InstantCell | None, store: str) -> datetime | None:
        """Return the earliest time that the rows give, or ``None`` where they give none."""
        if cell is None:
            return None
        zone = self.reading.zones.get(store, "UTC") if cell.zone == "store" else cell.zone
        earliest: datetime | None = None
        for row_no, row in self.rows:
            text = row[cell.column]
            if not text:
                continue
            moment = parse_instant(text, cell.pattern, zone)
            if moment is None:
                reason = _("%(value)s is no time of the form %(form)s.")
                self.refuse(
                    row_no, cell.label, reason % {"value": shown(text), "form": cell.pattern}
                )
            elif earliest is None or moment < earliest:
                earliest = moment
        return earliest

    def placed_at(self, store: str) -> datetime | None:
        """Return when the document was made, refusing one that does not say."""
        moment = self.first_instant(self.map.placed_at, store)
        if moment is None and not self.rejects:
            self.refuse(self.rows[0][0], self.map.placed_at.label, _("The time is blank."))
        return moment

    def number(self, cell: Cell | None, row: Row, *, blank: Decimal | None = _ZERO) -> Decimal:
        """Return the number in a cell; ``blank`` where it is empty, refused where that is none."""
        text = row[1][cell.column] if cell is not None else ""
        if not text and blank is not None:
            return blank
        value = parse_number(text, self.reading.mark)
        if value is None:
            label = cell.label if cell is not None else ""
            reason = _("%(value)s is not a number.") % {"value": shown(text)}
            self.refuse(row[0], label, reason)
        return value if value is not None else _ZERO

    def quantity(self, row: Row) -> int:
        """Return the quantity of a row as a whole number."""
        cell = self.map.lines.quantity
        text = row[1][cell.column] if cell.column else cell.fixed
        whole = parse_whole(text, self.reading.mark)
        if whole is None:
            reason = _("%(value)s is not a whole number.") % {"value": shown(text)}
            self.refuse(row[0], cell.label, reason)
        return whole or 0

    def order_amount(self, cell: Cell | None) -> Decimal | None:
        """Return an amount of the order, ``None`` where no row has one.

        Given per order it counts once however often it is repeated; given per line it is added up.
        """
        if cell is None or not any(row[cell.column] for _row_no, row in self.rows):
            return None
        if cell.per == "line":
            return sum((self.number(cell, row) for row in self.rows), _ZERO)
        text, at = self.one(cell)
        return self.number(cell, (at, {cell.column: text}))

    def kind(self, row: Mapping[str, str]) -> str:
        """Return the kind of a line by the first rule that it passes."""
        for rule in self.map.lines.kinds:
            if rule.when.holds(row, self.reading.mark):
                return rule.kind
        return self.map.lines.otherwise

    def sku(self, row: Row) -> str | None:
        """Return the item code of a line, ``None`` where it has none."""
        cell = self.map.lines.sku
        text = row[1][cell.column] if cell is not None else ""
        return self.cleaned(cell, text, row[0]) if cell is not None and text else None

    def title(self, row: Row) -> str:
        """Return the item text of a line."""
        cell = self.map.lines.title
        return row[1][cell.column] if cell is not None else ""
