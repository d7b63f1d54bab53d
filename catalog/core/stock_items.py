"""Warehouses, movements and counts of stock as they come from outside, and what makes one wrong."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from opsdesk.core.exchange import Checks, FieldFault


@dataclass(frozen=True, slots=True)
class WarehouseItem:
    """A warehouse; what is ``None`` or blank keeps its value."""

    code: str
    name: str
    country: str
    kind: str = ""
    allows_negative: bool | None = None
    active: bool | None = None
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class MovementItem:
    """A movement by the codes of its warehouse and SKU; without ``happened_at`` it happens now."""

    warehouse: str
    sku: str
    kind: str
    external_id: str
    units: int = 0
    reserved: int = 0
    happened_at: datetime | None = None
    reference: str = ""
    reason: str = ""
    source_row: int | None = None


@dataclass(frozen=True, slots=True)
class CountItem:
    """How many pieces of a SKU a count found; ``number`` is what the count is called."""

    warehouse: str
    number: str
    taken_at: datetime
    sku: str
    counted: int
    source_row: int | None = None


def check_warehouse(item: WarehouseItem, kinds: list[str]) -> list[FieldFault]:
    """Return everything wrong with a warehouse of one of these kinds; empty when it is fine."""
    checks = Checks(item.source_row)
    checks.text("code", item.code, 40)
    checks.text("name", item.name, 100)
    if not (len(item.country) == 2 and item.country.isascii() and item.country.isupper()):
        checks.wrong("country", _("A country code of two capitals is expected, such as DE."))
    if item.kind and item.kind not in kinds:
        message = _("There is no such kind of warehouse; there are %(kinds)s.")
        checks.wrong("kind", message % {"kinds": ", ".join(kinds)})
    return checks.faults
