"""Counts of a warehouse from outside, and the times without stock."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from catalog.actions.stock import Entry, move_stock, refuse_no_right
from catalog.core.stock import MOST_UNITS, stockout_spans
from catalog.models import (
    MovementKind,
    Sku,
    StockCount,
    StockLevel,
    StockMovement,
    Stockout,
    StockSnapshot,
    Warehouse,
)
from catalog.queries.stock import on_hand_at
from opsdesk.actions.audit import record
from opsdesk.actions.moves import Mover
from opsdesk.actions.sql import take_turn
from opsdesk.core.errors import Conflict, InvalidData, NotReady
from opsdesk.core.exchange import future_fault
from opsdesk.core.periods import zone


@dataclass(frozen=True, slots=True)
class Counted:
    """A count: pieces by SKU. ``complete``: what it does not name was counted as none.

    ``note`` stands beside its number in the reason of each adjustment.
    """

    warehouse: Warehouse
    external_id: str
    taken_at: datetime
    counts: Mapping[Sku, int]
    complete: bool = False
    note: str = ""


@transaction.atomic
def take_snapshot(given: Counted, mover: Mover) -> tuple[StockSnapshot, bool]:
    """Store a count and write what differs from the ledger of then as adjustments.

    Return the snapshot and whether it is new: sent again it changes nothing. ``Conflict`` where
    the number was used for another count, or a later one is there already; ``NotAllowed`` without
    the right to it.
    """
    refuse_no_right(mover)
    take_turn(f"snapshot of warehouse {given.warehouse.pk}")
    _check(given, mover)
    counts = {sku.pk: number for sku, number in given.counts.items()}
    known = StockSnapshot.objects.filter(
        warehouse=given.warehouse, external_id=given.external_id
    ).first()
    if known is not None:
        return _same(known, given, counts), False
    _refuse_older(given)
    _hold(given, counts)
    expected = on_hand_at(given.warehouse, given.taken_at, None if given.complete else counts)
    if given.complete:
        counts = {sku: 0 for sku, there in expected.items() if there} | counts
    return _store(given, counts, expected, mover), True


@transaction.atomic
def count_now(given: Counted, mover: Mover) -> tuple[StockSnapshot, bool]:
    """Store a count that is taken as it is given; given again it is still that of the first time.

    Raises what ``take_snapshot`` raises.
    """
    take_turn(f"snapshot of warehouse {given.warehouse.pk}")
    known = StockSnapshot.objects.filter(
        warehouse=given.warehouse, external_id=given.external_id
    ).first()
    return take_snapshot(replace(given, taken_at=known.taken_at if known else mover.at), mover)


@transaction.atomic
def add_count(given: Counted, mover: Mover) -> bool:
    """Add SKUs to the count of this number, which is begun with the first of them.

    Return whether anything is new. Raises what ``take_snapshot`` raises, and ``Conflict`` where
    the count was taken at another time or found another number of a SKU.
    """
    refuse_no_right(mover)
    take_turn(f"snapshot of warehouse {given.warehouse.pk}")
    known = StockSnapshot.objects.filter(
        warehouse=given.warehouse, external_id=given.external_id
    ).first()
    if known is None:
        take_snapshot(given, mover)
        return True
    _check(given, mover)
    counts = {sku.pk: number for sku, number in given.counts.items()}
    stored = dict(known.counts.filter(sku__in=counts).values_list("sku", "counted"))
    if known.taken_at != given.taken_at or any(counts[sku] != stored[sku] for sku in stored):
        message = _("The count %(number)s is stored already, and said something else.")
        raise Conflict(message % {"number": given.external_id}, field="external_id")
    fresh = {sku: number for sku, number in counts.items() if sku not in stored}
    if fresh:
        _refuse_older(given)
        _extend(known, given, fresh, mover)
    return bool(fresh)


def _check(given: Counted, mover: Mover) -> None:
    if not given.external_id.strip() or len(given.external_id) > 80:
        raise InvalidData(_("Give the count a number of up to 80 characters."), field="external_id")
    if late := future_fault(given.taken_at, mover.at):
        raise InvalidData(late, field="taken_at")
    for sku, number in given.counts.items():
        if not 0 <= number <= MOST_UNITS:
            message = _("%(sku)s: a count is a whole number from 0 on.")
            raise InvalidData(message % {"sku": sku.code}, field="counted")


def _hold(given: Counted, counts: Iterable[int]) -> None:
    """Wait for movements of what is counted that are under way, and hold up those to come."""
    levels = StockLevel.objects.filter(warehouse=given.warehouse)
    held = levels if given.complete else levels.filter(sku__in=list(counts))
    list(held.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _refuse_older(given: Counted) -> None:
    """Refuse what was counted again since then; a whole count is of all that the warehouse has."""
    rows = StockCount.objects.filter(
        snapshot__warehouse=given.warehouse, snapshot__taken_at__gt=given.taken_at
    )
    if not given.complete:
        rows = rows.filter(sku__in=given.counts)
    latest = rows.aggregate(at=Max("snapshot__taken_at"))["at"]
    if latest is not None:
        message = _("%(warehouse)s was counted later, at %(at)s: an older count is not taken.")
        words = {"warehouse": given.warehouse.code, "at": latest.isoformat()}
        raise Conflict(message % words, field="taken_at")


def _same(known: StockSnapshot, given: Counted, counts: Mapping[int, int]) -> StockSnapshot:
    stored = dict(known.counts.values_list("sku", "counted"))
    rest = {sku for sku, number in stored.items() if sku not in counts and number == 0}
    left = stored.keys() - (rest if given.complete else set())
    if known.taken_at != given.taken_at or {sku: stored[sku] for sku in left} != dict(counts):
        message = _("The count %(number)s is stored already, and said something else.")
        raise Conflict(message % {"number": given.external_id}, field="external_id")
    return known


def _store(
    given: Counted, counts: Mapping[int, int], expected: Mapping[int, int], mover: Mover
) -> StockSnapshot:
    differences = _adjust(given, counts, expected, mover)
    snapshot = StockSnapshot.objects.create(
        warehouse=given.warehouse,
        external_id=given.external_id,
        taken_at=given.taken_at,
        recorded_at=mover.at,
        rows=len(counts),
        adjusted=len(differences),
        difference=sum(differences.values()),
    )
    _write_counts(snapshot, counts, expected, mover)
    return snapshot


def _extend(known: StockSnapshot, given: Counted, counts: Mapping[int, int], mover: Mover) -> None:
    _hold(given, counts)
    expected = on_hand_at(given.warehouse, given.taken_at, counts)
    differences = _adjust(given, counts, expected, mover)
    StockSnapshot.objects.filter(pk=known.pk).update(
        rows=F("rows") + len(counts),
        adjusted=F("adjusted") + len(differences),
        difference=F("difference") + sum(differences.values()),
    )
    _write_counts(known, counts, expected, mover)


def _write_counts(
    snapshot: StockSnapshot, counts: Mapping[int, int], expected: Mapping[int, int], mover: Mover
) -> None:
    StockCount.objects.bulk_create(
        StockCount(snapshot=snapshot, sku_id=sku, counted=number, expected=expected.get(sku, 0))
        for sku, number in sorted(counts.items())
    )
    record("counted", snapshot, by=mover.by, at=mover.at)


def _adjust(
    given: Counted, counts: Mapping[int, int], expected: Mapping[int, int], mover: Mover
) -> dict[int, int]:
    """Write what differs as adjustments; return by SKU how much."""
    skus = Sku.objects.in_bulk(counts)
    reason = _("Count %(number)s") % {"number": given.external_id}
    if given.note:
        reason = f"{reason}: {given.note}"
    differences = {
        sku: number - expected.get(sku, 0)
        for sku, number in sorted(counts.items())
        if number != expected.get(sku, 0)
    }
    entries = [
        Entry(
            given.warehouse,
            skus[sku],
            MovementKind.ADJUSTMENT,
            units,
            happened_at=given.taken_at,
            reference=given.external_id,
            reason=reason,
        )
        for sku, units in differences.items()
    ]
    try:
        move_stock(entries, mover)
    except NotReady as refusal:
        more = _("Less was counted than is reserved: give reservations free first.")
        raise NotReady(f"{refusal.message} {more}", code=refusal.code, field="counted") from refusal
    return differences


@transaction.atomic
def note_stockouts(until: date) -> int:
    """Make the times without stock those of the ledger up to the end of ``until``.

    They are worked out anew from all movements, so that late ones put them right; only what
    differs is written. Return how many rows changed.
    """
    take_turn("stockouts")
    wanted = {
        (warehouse, sku, start): end
        for (warehouse, sku), changes in _daily_changes().items()
        for start, end in stockout_spans(changes, until)
    }
    stored = {(one.warehouse_id, one.sku_id, one.from_day): one for one in Stockout.objects.all()}
    gone = [one.pk for key, one in stored.items() if key not in wanted]
    Stockout.objects.filter(pk__in=gone).delete()
    changed = [one for key, one in stored.items() if key in wanted and one.to_day != wanted[key]]
    for one in changed:
        one.to_day = wanted[one.warehouse_id, one.sku_id, one.from_day]
    # Those that ended come first: of each there is one that is open.
    for ended in (True, False):
        part = [one for one in changed if (one.to_day is not None) == ended]
        Stockout.objects.bulk_update(part, ["to_day"], batch_size=500)
    fresh = [key for key in wanted if key not in stored]
    Stockout.objects.bulk_create(
        Stockout(warehouse_id=key[0], sku_id=key[1], from_day=key[2], to_day=wanted[key])
        for key in fresh
    )
    return len(gone) + len(changed) + len(fresh)


def _daily_changes() -> dict[tuple[int, int], list[tuple[date, int, bool]]]:
    days = (
        StockMovement.objects.order_by()
        .annotate(day=TruncDate("happened_at", tzinfo=zone(settings.COMPANY_TIME_ZONE)))
        .values("warehouse", "sku", "day")
        .annotate(moved=Sum("units"), held=Sum("reserved"), most=Max("units"))
        .order_by("warehouse", "sku", "day")
    )
    found: dict[tuple[int, int], list[tuple[date, int, bool]]] = defaultdict(list)
    for row in days:
        change = (row["day"], row["moved"] - row["held"], row["most"] > 0)
        found[row["warehouse"], row["sku"]].append(change)
    return found
