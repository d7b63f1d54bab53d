"""What came back of a return: counting, inspecting, and what goes back to stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from catalog.actions.stock import Entry, move_stock
from catalog.actions.stores import mark_dirty
from catalog.models import FactFamily, MovementKind, Sku, Warehouse
from opsdesk.actions.audit import record
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import Conflict, InvalidData, InvalidTransition, NotReady
from orders.actions.held_returns import hold_return, note_handled
from orders.core.items import LineKind
from orders.core.lifecycle import ReturnStatus
from orders.core.returns import cost_of_part, missing_for_inspection, restocked_of, state_of
from orders.models import Condition, Disposal, RefundLine, Return, ReturnLine, ReturnPieces
from orders.queries.returns import counted_lines

NUMBER_LENGTH = 100
MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class PiecesSaid:
    """Pieces in one condition, and what becomes of them."""

    units: int
    condition: str
    disposal: str
    warehouse: Warehouse | None = None


@dataclass(frozen=True, slots=True)
class LineSaid:
    """How many pieces of a line came, and what was found of them."""

    line_no: int
    received: int
    pieces: tuple[PiecesSaid, ...] = ()


def can_inspect(case: Return) -> bool:
    """Tell whether goods can be counted and inspected now.

    Where the money went back before, the goods may come after it.
    """
    late = case.status == ReturnStatus.REFUNDED and case.in_parts and case.inspected_at is None
    return case.status == ReturnStatus.RECEIVED or late


@transaction.atomic
def save_inspection(
    case: Return, said: Sequence[LineSaid], mover: Mover, *, seen: datetime | None
) -> Return:
    """Store what came and what was found; said again before the end, it replaces what was said.

    ``seen`` is when the return was last handled by what was shown: ``Conflict`` where somebody
    decided something since. ``InvalidTransition`` where there is nothing to inspect now,
    ``InvalidData`` for pieces that cannot be.
    """
    held = hold_return(case, mover)
    if held.handled_at != seen:
        message = _("Somebody else worked on %(return)s in the meantime: look at it again.")
        raise Conflict(message % {"return": held})
    if not can_inspect(held):
        message = _("%(return)s is “%(state)s”: nothing is to be inspected now.")
        raise InvalidTransition(message % {"return": held, "state": state_of(held.status)})
    lines = {line.line_no: line for line in held.lines.filter(kind=LineKind.GOODS)}
    rows: list[ReturnPieces] = []
    for one in said:
        line = lines.get(one.line_no)
        if line is None:
            message = _("%(return)s has no line %(line)d of goods.")
            raise InvalidData(message % {"return": held, "line": one.line_no}, field="lines")
        rows += _pieces(held, line, one)
        line.received = one.received
    changed = [lines[one.line_no] for one in said]
    ReturnPieces.objects.filter(line__in=changed).delete()
    ReturnPieces.objects.bulk_create(rows)
    ReturnLine.objects.bulk_update(changed, ["received"], batch_size=500)
    note_handled(held, mover)
    record("counted", held, by=mover.by, at=mover.at, detail={"lines": _told(said)})
    return held


def _pieces(case: Return, line: ReturnLine, said: LineSaid) -> list[ReturnPieces]:
    if not 0 <= said.received <= max(line.quantity, 0):
        message = _(
            "Line %(line)d: %(received)d pieces came, but %(announced)d were announced. Open "
            "another return for what came beside it."
        )
        words = {"line": line.line_no, "received": said.received, "announced": line.quantity}
        raise InvalidData(message % words, code="more_than_announced", field="lines")
    decided = sum(one.units for one in said.pieces)
    if decided > said.received or len(said.pieces) > MOST_PARTS:
        message = _("Line %(line)d: of %(received)d pieces that came %(decided)d are described.")
        words = {"line": line.line_no, "received": said.received, "decided": decided}
        raise InvalidData(message % words, code="more_than_received", field="lines")
    return [_row(case, line, one) for one in said.pieces]


def _row(case: Return, line: ReturnLine, said: PiecesSaid) -> ReturnPieces:
    words = {"line": line.line_no}
    known = said.condition in Condition.values and said.disposal in Disposal.values
    if said.units <= 0 or not known:
        message = _("Line %(line)d: give pieces, their condition, and what becomes of them.")
        raise InvalidData(message % words, field="lines")
    if (said.condition == Condition.MISSING) != (said.disposal == Disposal.NOTHING):
        message = _("Line %(line)d: only of missing pieces is there nothing to decide.")
        raise InvalidData(message % words, field="lines")
    place = said.warehouse if said.disposal == Disposal.RESTOCK else None
    if said.disposal == Disposal.RESTOCK and (place is None or not place.active):
        message = _("Line %(line)d: choose the warehouse whose stock the pieces go back to.")
        raise InvalidData(message % words, field="lines")
    return ReturnPieces(
        return_case=case,
        line=line,
        units=said.units,
        condition=said.condition,
        disposal=said.disposal,
        warehouse=place,
    )


def _told(said: Sequence[LineSaid]) -> list[dict[str, object]]:
    return [
        {
            "line": one.line_no,
            "received": one.received,
            "pieces": [
                [
                    p.units,
                    str(p.condition),
                    str(p.disposal),
                    p.warehouse.code if p.warehouse else "",
                ]
                for p in one.pieces
            ],
        }
        for one in said
    ]


def end_late(held: Return, mover: Mover) -> None:
    """End the inspection of goods that came after their money; ``held`` by the one who says so.

    A return whose money waits for the inspection goes through the step of its life instead.
    """
    if not can_inspect(held) or held.status == ReturnStatus.RECEIVED:
        message = _("%(return)s is “%(state)s”: nothing is to be inspected now.")
        raise InvalidTransition(message % {"return": held, "state": state_of(held.status)})
    if missing := missing_for_inspection(counted_lines(held)):
        raise NotReady(" ".join(missing))
    put_in_stock(held, mover)
    note_handled(held, mover)
    record("inspected", held, by=mover.by, at=mover.at)


def put_in_stock(case: Return, mover: Mover) -> None:
    """Add the pieces that go back to stock to their warehouses, once, and end the inspection.

    Called in the transaction that ends it. What was refunded before tells from now on what of it
    is back in stock.
    """
    case.inspected_at = mover.at
    Return.objects.filter(pk=case.pk).update(inspected_at=mover.at)
    decided = case.lines.filter(pieces__isnull=False).values("pk")
    stocked = case.pieces.filter(disposal=Disposal.RESTOCK).values("line")
    ReturnLine.objects.filter(pk__in=decided).update(restock=False)
    ReturnLine.objects.filter(pk__in=stocked).update(restock=True)
    rows = list(
        case.pieces.filter(disposal=Disposal.RESTOCK, movement=None)
        .select_related("warehouse", "line__sku")
        .order_by("pk")
    )
    entries = [
        Entry(
            *_place(row),
            MovementKind.RETURN,
            row.units,
            external_id=f"{reference_of(case)}:{row.pk}",
            reference=reference_of(case),
        )
        for row in rows
    ]
    if entries:
        for row, moved in zip(rows, move_stock(entries, mover.follow()), strict=True):
            row.movement = moved.movement
        ReturnPieces.objects.bulk_update(rows, ["movement"])
    _tell_refunds(case, mover)


def take_from_stock(case: Return, mover: Mover) -> None:
    """Take pieces out of stock again that an inspection put there: the return was rejected."""
    rows = case.pieces.filter(movement__isnull=False).select_related("warehouse", "line__sku")
    entries = [
        Entry(
            *_place(row),
            MovementKind.ADJUSTMENT,
            -row.units,
            external_id=f"{reference_of(case)}:{row.pk}:back",
            reference=reference_of(case),
            reason=_("Return %(number)s was rejected after its inspection.")
            % {"number": case.external_id},
        )
        for row in rows.order_by("pk")
    ]
    if entries:
        move_stock(entries, mover.follow())


def _place(row: ReturnPieces) -> tuple[Warehouse, Sku]:
    warehouse, sku = row.warehouse, row.line.sku
    if warehouse is None or sku is None:
        # Kept out by the database and by what an inspection needs before it ends.
        raise NotReady(_("Pieces without a warehouse or a SKU have no stock to go to."))
    return warehouse, sku


def reference_of(case: Return) -> str:
    """Return what the ledger of stock calls a return; where it would be too long, a digest."""
    plain = f"RETURN:{case.store.code}:{case.external_id}"
    room = NUMBER_LENGTH - len(":9223372036854775807:back")
    if len(plain) <= room:
        return plain
    digest = blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return f"RETURN:{case.store.code}:#{digest}"


def _tell_refunds(case: Return, mover: Mover) -> None:
    """Tell the refunds made before the inspection which of their pieces are back in stock."""
    stocked = stocked_units(case)
    changed: list[RefundLine] = []
    before: dict[int, int] = {}
    rows = RefundLine.objects.filter(refund__return_case=case).select_related("refund")
    for line in rows.order_by("refund__number"):
        done = before.get(line.return_line_id, 0)
        back = restocked_of(line.quantity, done, stocked.get(line.return_line_id, 0))
        before[line.return_line_id] = done + back
        if back != line.restocked:
            line.restocked = back
            line.restocked_cost = cost_of_part(
                line.reporting_cost, back, line.quantity, settings.REPORTING_CURRENCY
            )
            changed.append(line)
    RefundLine.objects.bulk_update(changed, ["restocked", "restocked_cost"])
    refunds = {line.refund_id: line.refund for line in changed}
    for refund in refunds.values():
        record("restocked", refund, by=mover.by, at=mover.at)
    mark_dirty(FactFamily.REFUNDS, {(r.store_id, r.refunded_on) for r in refunds.values()})


def stocked_units(case: Return) -> dict[int, int]:
    """Return by line how many pieces of a return go back to stock.

    Where nobody inspected it here, it is what the source says of the line.
    """
    if case.inspected_at is not None:
        rows = case.pieces.filter(disposal=Disposal.RESTOCK).order_by()
        return dict(rows.values_list("line_id").annotate(Sum("units")))
    return dict(case.lines.filter(restock=True).values_list("pk", "quantity"))
