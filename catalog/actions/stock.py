"""The ledger of stock: movements are written here only, and the levels along with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from catalog.core.stock import Change, change_fault
from catalog.models import MovementKind, Sku, StockLevel, StockMovement, Warehouse
from opsdesk.actions.audit import person_id, record_many
from opsdesk.actions.moves import Mover
from opsdesk.actions.records import save_record
from opsdesk.actions.sql import take_turn
from opsdesk.core.errors import Conflict, InvalidData, NotAllowed, NotReady
from opsdesk.core.exchange import future_fault, has_controls

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement to be written; without ``happened_at`` it happens now."""

    warehouse: Warehouse
    sku: Sku
    kind: str
    units: int = 0
    reserved: int = 0
    happened_at: datetime | None = None
    external_id: str = ""
    reference: str = ""
    reason: str = ""

    @property
    def key(self) -> Key:
        """What its level is found by."""
        return self.warehouse.pk, self.sku.pk


@dataclass(frozen=True, slots=True)
class Moved:
    """The movement an entry became; not ``created`` where it had been sent before."""

    movement: StockMovement
    created: bool


@transaction.atomic
def move_stock(entries: Sequence[Entry], mover: Mover) -> list[Moved]:
    """Write the movements and bring the levels along: all of them, or none.

    A level changes by an update that names what it may become, its rows in one order for all, so
    that of two who want the last piece one gets it. What was sent before under the same
    ``external_id`` is not stored again; ``Conflict`` where it says something else now.
    Raises ``NotAllowed`` without the right to it, ``NotReady`` where a warehouse has not enough,
    ``InvalidData`` for what cannot be.
    """
    refuse_no_right(mover)
    for entry in entries:
        _check(entry, mover)
    hold_levels((entry.warehouse, entry.sku) for entry in entries)
    sent = _sent(entries)
    found: list[Moved] = []
    fresh: list[StockMovement] = []
    for entry in entries:
        known = sent.get((entry.warehouse.pk, entry.external_id)) if entry.external_id else None
        if known is not None:
            _refuse_other(known, entry)
            found.append(Moved(known, created=False))
            continue
        movement = _movement(entry, mover)
        fresh.append(movement)
        found.append(Moved(movement, created=True))
        sent[entry.warehouse.pk, entry.external_id] = movement
    _change_levels([each.movement for each in found if each.created])
    _store(fresh)
    named = [
        (one.pk, f"{one.sku.code} {one.kind} {one.units:+d} {one.reserved:+d}") for one in fresh
    ]
    record_many("moved", StockMovement, named, by=mover.by, at=mover.at)
    return found


def refuse_no_right(mover: Mover) -> None:
    """Raise ``NotAllowed`` where the mover is a person without the right to keep stock."""
    if not mover.may(Right.STOCK_EDIT):
        raise NotAllowed(_("You don't have the right to change stock."), code="no_right")


def hold_levels(places: Iterable[tuple[Warehouse, Sku]]) -> list[StockLevel]:
    """Make the levels that are not there yet, and hold all until the end of the transaction."""
    wanted = {(warehouse.pk, sku.pk) for warehouse, sku in places}
    rows = StockLevel.objects.filter(
        warehouse__in={key[0] for key in wanted}, sku__in={key[1] for key in wanted}
    )
    there = set(rows.values_list("warehouse_id", "sku_id"))
    if missing := sorted(wanted - there):
        _make_levels(missing)
    held = rows.order_by("pk").select_for_update(no_key=True)
    return [level for level in held if (level.warehouse_id, level.sku_id) in wanted]


def _make_levels(keys: list[Key]) -> None:
    """Insert the rows; where somebody else did so first, theirs are taken."""
    warehouses = sorted({warehouse for warehouse, _sku in keys})
    for number in warehouses:
        take_turn(f"levels of warehouse {number}")
    negative = dict(
        Warehouse.objects.filter(pk__in=warehouses).values_list("pk", "allows_negative")
    )
    rows = [
        StockLevel(warehouse_id=warehouse, sku_id=sku, may_be_negative=negative[warehouse])
        for warehouse, sku in keys
    ]
    StockLevel.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def _check(entry: Entry, mover: Mover) -> None:
    change = Change(entry.kind, entry.units, entry.reserved, entry.reference, entry.reason)
    fault = change_fault(change)
    if fault is None and (late := future_fault(entry.happened_at, mover.at)):
        fault = ("happened_at", late)
    for field, most in (("external_id", 100), ("reference", 100), ("reason", 500)):
        text = getattr(entry, field)
        if fault is None and (len(text) > most or has_controls(text)):
            message = _("%(field)s takes at most %(limit)d characters, and no control characters.")
            fault = (field, message % {"field": field, "limit": most})
    if fault is not None:
        raise InvalidData(fault[1], field=fault[0])


def _sent(entries: Sequence[Entry]) -> dict[tuple[int, str], StockMovement]:
    """Return what is stored already under the numbers of these entries."""
    numbers = {entry.external_id for entry in entries if entry.external_id}
    if not numbers:
        return {}
    places = {entry.warehouse.pk for entry in entries}
    rows = StockMovement.objects.filter(warehouse__in=places, external_id__in=numbers)
    return {(row.warehouse_id, row.external_id): row for row in rows.select_related("sku")}


_SAME = ("kind", "units", "reserved", "reference", "reason")


def _refuse_other(known: StockMovement, entry: Entry) -> None:
    same = known.sku_id == entry.sku.pk and all(
        getattr(known, name) == getattr(entry, name) for name in _SAME
    )
    if entry.happened_at is not None and known.happened_at != entry.happened_at:
        same = False
    if not same:
        raise _taken(entry.warehouse, entry.external_id)


def _taken(warehouse: Warehouse, number: str) -> Conflict:
    message = _(
        "%(number)s was sent for %(warehouse)s before, and said something else then. A movement "
        "is never changed: send another one that puts it right."
    )
    words = {"number": number, "warehouse": warehouse.code}
    return Conflict(message % words, field="external_id")


def _movement(entry: Entry, mover: Mover) -> StockMovement:
    return StockMovement(
        warehouse=entry.warehouse,
        sku=entry.sku,
        kind=entry.kind,
        units=entry.units,
        reserved=entry.reserved,
        happened_at=entry.happened_at or mover.at,
        external_id=entry.external_id,
        reference=entry.reference,
        reason=entry.reason,
        by_id=person_id(mover.by),
        client_name=mover.client_name,
        recorded_at=mover.at,
    )


def _change_levels(movements: Sequence[StockMovement]) -> None:
    units: Counter[Key] = Counter()
    reserved: Counter[Key] = Counter()
    for one in movements:
        units[one.warehouse_id, one.sku_id] += one.units
        reserved[one.warehouse_id, one.sku_id] += one.reserved
    levels = StockLevel.objects.filter(
        warehouse__in={key[0] for key in units}, sku__in={key[1] for key in units}
    ).order_by("pk")
    for number, *pair in levels.values_list("pk", "warehouse_id", "sku_id"):
        key = (pair[0], pair[1])
        if units[key] or reserved[key]:
            _change_level(number, units[key], reserved[key])


def _change_level(number: int, units: int, reserved: int) -> None:
    enough = Q(may_be_negative=True) | Q(on_hand__gte=F("reserved") + (reserved - units))
    changed = StockLevel.objects.filter(enough, pk=number, reserved__gte=-reserved).update(
        on_hand=F("on_hand") + units, reserved=F("reserved") + reserved
    )
    if changed:
        return
    level = StockLevel.objects.select_related("warehouse", "sku").get(pk=number)
    words: dict[str, object] = {"sku": level.sku.code, "warehouse": level.warehouse.code}
    if level.reserved < -reserved:
        message = _("Of %(sku)s %(there)d pieces are reserved in %(warehouse)s, not %(asked)d.")
        words |= {"there": level.reserved, "asked": -reserved}
    else:
        message = _(
            "%(warehouse)s has %(there)d pieces of %(sku)s available; %(asked)d were asked for."
        )
        words |= {"there": level.available, "asked": reserved - units}
    raise NotReady(message % words, code="not_enough_stock", field="units")


def _store(movements: list[StockMovement]) -> None:
    try:
        with transaction.atomic():
            StockMovement.objects.bulk_create(movements, batch_size=500)
    except IntegrityError as error:
        # The same number came at the same moment, for another SKU.
        numbers = [one for one in movements if one.external_id]
        taken = StockMovement.objects.filter(external_id__in=[n.external_id for n in numbers])
        known = set(taken.values_list("warehouse_id", "external_id"))
        for one in numbers:
            if (one.warehouse_id, one.external_id) in known:
                raise _taken(one.warehouse, one.external_id) from error
        raise


@dataclass(frozen=True, slots=True)
class Transfer:
    """Pieces of a SKU that go from one warehouse to another."""

    sku: Sku
    units: int
    source: Warehouse
    target: Warehouse
    reference: str
    happened_at: datetime | None = None
    reason: str = ""


@transaction.atomic
def transfer(given: Transfer, mover: Mover) -> list[Moved]:
    """Move pieces from one warehouse to another: two movements of one reference, or none.

    ``Conflict`` where half of it is stored already, as that of another warehouse.
    """
    if given.source == given.target:
        raise InvalidData(_("A transfer is between two different warehouses."), field="target")
    if given.units <= 0:
        raise InvalidData(_("Give how many pieces go: more than 0."), field="units")
    halves = [(given.source, -given.units), (given.target, given.units)]
    entries = [
        Entry(
            warehouse,
            given.sku,
            MovementKind.TRANSFER,
            units,
            happened_at=given.happened_at,
            external_id=f"transfer:{given.reference}:{given.sku.pk}"[:100],
            reference=given.reference,
            reason=given.reason,
        )
        for warehouse, units in halves
    ]
    moved = move_stock(entries, mover)
    if moved[0].created != moved[1].created:
        raise _taken(given.source, given.reference)
    return moved


@dataclass(frozen=True, slots=True)
class Hold:
    """Pieces of a SKU that are kept for ``reference``, such as an order."""

    warehouse: Warehouse
    sku: Sku
    units: int
    reference: str


def reserve(hold: Hold, mover: Mover) -> StockMovement:
    """Keep pieces for something; what is reserved cannot be sold to others."""
    return _hold(hold, 1, mover)


@transaction.atomic
def release(hold: Hold, mover: Mover) -> StockMovement:
    """Give reserved pieces free again, at most as many as are reserved for the reference."""
    hold_levels([(hold.warehouse, hold.sku)])
    rows = StockMovement.objects.filter(
        warehouse=hold.warehouse, sku=hold.sku, reference=hold.reference
    )
    kept = rows.aggregate(total=Sum("reserved"))["total"] or 0
    if hold.units > kept:
        message = _("For %(reference)s %(kept)d pieces of %(sku)s are reserved, not %(asked)d.")
        words = {"reference": hold.reference, "kept": kept}
        words |= {"sku": hold.sku.code, "asked": hold.units}
        raise NotReady(message % words, code="not_enough_stock", field="units")
    return _hold(hold, -1, mover)


def _hold(hold: Hold, sign: int, mover: Mover) -> StockMovement:
    if hold.units <= 0:
        raise InvalidData(_("Give how many pieces: more than 0."), field="units")
    entry = Entry(
        hold.warehouse,
        hold.sku,
        MovementKind.RESERVATION,
        reserved=sign * hold.units,
        reference=hold.reference,
    )
    return move_stock([entry], mover)[0].movement


def receive(
    rows: Iterable[tuple[Sku, int, str]], warehouse: Warehouse, reference: str, mover: Mover
) -> list[Moved]:
    """Take pieces in: of each SKU how many, and the number by which they are stored once."""
    return move_stock(
        [
            Entry(
                warehouse, sku, MovementKind.RECEIPT, units, external_id=number, reference=reference
            )
            for sku, units, number in rows
        ],
        mover,
    )


@transaction.atomic
def save_warehouse(warehouse: Warehouse, mover: Mover) -> Warehouse:
    """Save a warehouse; whether its stock may be negative holds for its levels at once.

    ``NotReady`` where that is switched off while something is negative.
    """
    if warehouse.pk:
        take_turn(f"levels of warehouse {warehouse.pk}")
        levels = StockLevel.objects.filter(warehouse=warehouse)
        list(levels.order_by("pk").select_for_update(no_key=True).values_list("pk"))
        if not warehouse.allows_negative:
            _refuse_negative(warehouse)
        levels.update(may_be_negative=warehouse.allows_negative)
    return save_record(warehouse, by=mover.by, at=mover.at)


def _refuse_negative(warehouse: Warehouse) -> None:
    below = StockLevel.objects.filter(warehouse=warehouse, on_hand__lt=F("reserved"))
    codes = list(below.order_by("sku__code").values_list("sku__code", flat=True)[:5])
    if codes:
        message = _(
            "%(warehouse)s still has less than nothing of %(skus)s: bring that stock up first."
        )
        words = {"warehouse": warehouse.code, "skus": ", ".join(codes)}
        raise NotReady(message % words, field="allows_negative")
