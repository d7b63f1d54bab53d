"""Conditions of a column map: small tests on named columns, joined by all, any and not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from opsdesk.core.errors import InvalidData
from orders.core.formats.cells import column_key, parse_number
from orders.core.items import shown

MAX_DEPTH = 6
MAX_PARTS = 500
_TEXT_TESTS = ("equals", "starts_with")
_NUMBER_TESTS = ("above", "below", "equals_number")
TESTS = (*_TEXT_TESTS, "in", *_NUMBER_TESTS, "blank")


@dataclass(frozen=True, slots=True)
class CellTest:
    """One test on one column; texts are compared as they stand, numbers by value.

    A cell that is no number passes no number test.
    """

    column: str
    label: str
    name: str
    text: str = ""
    texts: frozenset[str] = frozenset()
    number: Decimal = Decimal(0)
    blank: bool = True

    def holds(self, row: Mapping[str, str], mark: str) -> bool:
        """Tell whether the row passes; numbers are written with the decimal mark ``mark``."""
        cell = row[self.column]
        match self.name:
            case "equals":
                return cell == self.text
            case "in":
                return cell in self.texts
            case "starts_with":
                return cell.startswith(self.text)
            case "blank":
                return (not cell) == self.blank
        value = parse_number(cell, mark)
        if value is None:
            return False
        if self.name == "above":
            return value > self.number
        if self.name == "below":
            return value < self.number
        return value == self.number


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions of which ``all``, ``any`` or none (``not``) must hold."""

    name: str
    parts: tuple[Condition, ...]

    def holds(self, row: Mapping[str, str], mark: str) -> bool:
        """Tell whether the row passes."""
        if self.name == "all":
            return all(part.holds(row, mark) for part in self.parts)
        found = any(part.holds(row, mark) for part in self.parts)
        return found if self.name == "any" else not found


Condition = CellTest | Group


def parse_condition(raw: object, at: str, used: dict[str, str], depth: int = 0) -> Condition:
    """Read a condition of the map, note its columns in ``used``, or raise ``InvalidData``.

    ``at`` is the place in the map, for the message.
    """
    if not isinstance(raw, dict) or not raw:
        raise refusal(at, _("an object such as %(example)s is expected") % _EXAMPLE)
    if depth > MAX_DEPTH:
        raise refusal(at, _("conditions are nested too deeply"))
    groups = [name for name in ("all", "any", "not") if name in raw]
    if groups:
        return _parse_group(raw, groups[0], at, used, depth)
    return _parse_test(raw, at, used)


def refusal(at: str, what: str) -> InvalidData:
    """Return the error for the key ``at`` of the map."""
    message = _("The column map is wrong at %(key)s: %(what)s.") % {"key": at, "what": what}
    return InvalidData(message, code="map", field=at)


_EXAMPLE = {"example": '{"column": "Quantity", "below": "0"}'}


def _parse_group(
    raw: dict[str, object], name: str, at: str, used: dict[str, str], depth: int
) -> Group:
    if len(raw) > 1:
        raise refusal(at, _("%(name)s stands alone in its object") % {"name": name})
    inner = raw[name]
    parts = [inner] if name == "not" else inner
    if not isinstance(parts, list) or not 1 <= len(parts) <= MAX_PARTS:
        raise refusal(f"{at}.{name}", _("a list of conditions is expected"))
    return Group(
        name,
        tuple(
            parse_condition(part, f"{at}.{name}.{number}", used, depth + 1)
            for number, part in enumerate(parts)
        ),
    )


def _parse_test(raw: dict[str, object], at: str, used: dict[str, str]) -> CellTest:
    column, names = raw.get("column"), [key for key in raw if key != "column"]
    if not isinstance(column, str) or not column.strip():
        raise refusal(f"{at}.column", _("the name of a column is expected"))
    if len(names) != 1 or names[0] not in TESTS:
        found = ", ".join(str(name) for name in names) or _("nothing")
        what = _("one of %(tests)s is expected, found %(found)s")
        raise refusal(at, what % {"tests": ", ".join(TESTS), "found": shown(found)})
    name = names[0]
    key, label, value, place = column_key(column), column.strip(), raw[name], f"{at}.{name}"
    used.setdefault(key, label)
    if name == "in":
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise refusal(place, _("a list of texts is expected"))
        return CellTest(key, label, name, texts=frozenset(value))
    if name == "blank":
        if not isinstance(value, bool):
            raise refusal(place, _("true or false is expected"))
        return CellTest(key, label, name, blank=value)
    if not isinstance(value, str) or not value:
        raise refusal(place, _("a text in quotes is expected"))
    if name in _TEXT_TESTS:
        return CellTest(key, label, name, text=value)
    number = parse_number(value, ".")
    if number is None:
        raise refusal(place, _('a number in quotes such as "0.5" is expected'))
    return CellTest(key, label, name, number=number)
