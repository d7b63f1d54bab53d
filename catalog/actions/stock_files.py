"""Warehouses, movements and counts of stock as files bring them, one answer per row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.scope import Scope
from catalog.actions.snapshots import Counted, add_count
from catalog.actions.stock import Entry, move_stock, save_warehouse
from catalog.core.stock_items import CountItem, MovementItem, WarehouseItem, check_warehouse
from catalog.models import Sku, Warehouse
from catalog.models.stock import WarehouseKind
from catalog.queries.products import skus_by_code
from catalog.queries.purchasing import warehouses_by_code
from opsdesk.actions.audit import Actor
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import DomainError
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED, Outcome, State, refused
from opsdesk.core.wording import twice

_GIVEN = ("name", "country", "kind", "allows_negative", "active")


@transaction.atomic
def upsert_warehouses(
    items: Sequence[WarehouseItem], *, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the warehouses; what is left blank keeps its value."""
    known = warehouses_by_code(item.code for item in items)
    outcomes: list[Outcome] = []
    seen: set[str] = set()
    for item in items:
        if faults := check_warehouse(item, list(WarehouseKind.values)):
            outcomes.append(Outcome(State.ERROR, tuple(faults)))
        elif item.code in seen:
            outcomes.append(refused("code", twice(item.code), item.source_row))
        else:
            outcomes.append(_keep(known.get(item.code), item, Mover(at, by)))
        seen.add(item.code)
    return outcomes


def _keep(stored: Warehouse | None, item: WarehouseItem, mover: Mover) -> Outcome:
    given: dict[str, Any] = {name: getattr(item, name) for name in _GIVEN}
    given = {name: value for name, value in given.items() if value not in ("", None)}
    warehouse = stored or Warehouse(code=item.code)
    if stored and all(getattr(stored, name) == value for name, value in given.items()):
        return UNCHANGED
    for name, value in given.items():
        setattr(warehouse, name, value)
    try:
        with transaction.atomic():
            save_warehouse(warehouse, mover)
    except DomainError as refusal:
        return refused(refusal.field or "code", refusal.message, item.source_row)
    return UPDATED if stored else CREATED


@dataclass(frozen=True, slots=True)
class _Places:
    """The warehouses and SKUs that rows name by their codes."""

    warehouses: dict[str, Warehouse]
    skus: dict[str, Sku]

    def fault(self, item: MovementItem | CountItem) -> Outcome | None:
        """Return the answer to a row that names what there is not."""
        if item.warehouse not in self.warehouses:
            message = _("There is no warehouse %(code)s.")
            return refused("warehouse", message % {"code": item.warehouse[:40]}, item.source_row)
        if item.sku not in self.skus:
            message = _("There is no SKU %(code)s: load it first.")
            return refused("sku", message % {"code": item.sku[:60]}, item.source_row)
        return None


def _places(items: Sequence[MovementItem] | Sequence[CountItem]) -> _Places:
    return _Places(
        warehouses_by_code(item.warehouse for item in items),
        skus_by_code(item.sku for item in items),
    )


@transaction.atomic
def upsert_movements(
    items: Sequence[MovementItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Write the movements in their order; one that is refused keeps no other out."""
    places, mover = _places(items), Mover(at, by, scope)
    return [places.fault(item) or _move(places, item, mover) for item in items]


def _move(places: _Places, item: MovementItem, mover: Mover) -> Outcome:
    if not item.external_id.strip():
        # Without it the same file twice would move everything twice.
        message = _("Give each movement a number, so that it is stored once.")
        return refused("external_id", message, item.source_row)
    entry = Entry(
        places.warehouses[item.warehouse],
        places.skus[item.sku],
        item.kind,
        item.units,
        item.reserved,
        happened_at=item.happened_at,
        external_id=item.external_id,
        reference=item.reference,
        reason=item.reason,
    )
    try:
        with transaction.atomic():
            return CREATED if move_stock([entry], mover)[0].created else UNCHANGED
    except DomainError as refusal:
        return refused(refusal.field or "kind", refusal.message, item.source_row)


@transaction.atomic
def upsert_counts(
    items: Sequence[CountItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store what was counted, row by row; what a count does not name is left alone."""
    places, mover = _places(items), Mover(at, by, scope)
    return [places.fault(item) or _count(places, item, mover) for item in items]


def _count(places: _Places, item: CountItem, mover: Mover) -> Outcome:
    counts = {places.skus[item.sku]: item.counted}
    given = Counted(places.warehouses[item.warehouse], item.number, item.taken_at, counts)
    try:
        with transaction.atomic():
            return CREATED if add_count(given, mover) else UNCHANGED
    except DomainError as refusal:
        field = {"external_id": "number"}.get(refusal.field or "", refusal.field or "counted")
        return refused(field, refusal.message, item.source_row)
