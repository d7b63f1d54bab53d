"""Opening a return at the desk: which lines of an order, how many pieces, and why each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.actions.stores import lock_stores
from opsdesk.actions.audit import record
from opsdesk.actions.moves import Mover, begin_many
from opsdesk.core.errors import InvalidData
from opsdesk.core.exchange import has_controls
from opsdesk.core.money import ZERO, convert
from orders.actions.held_returns import refuse_stranger
from orders.actions.return_course import RETURN_COURSE
from orders.core.items import TEXT_LIMITS
from orders.core.lifecycle import ReturnStatus
from orders.core.refund_split import due
from orders.models import Order, Return, ReturnLine, ReturnReason
from orders.queries.refunds import Books, books_of
from orders.queries.returns import Returnable, returnable

MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class LineBack:
    """A line of an order of which pieces come back; 0 where only money is to go back."""

    line_no: int
    units: int
    reason: ReturnReason


@transaction.atomic
def open_return(order: Order, lines: Sequence[LineBack], mover: Mover, *, note: str = "") -> Return:
    """Open a return of an order, requested now; ``note`` is what the customer says.

    Never more pieces than are left of a line beside its other returns: ``InvalidData``. The store
    is held, so that of two who take the last piece one gets it.
    """
    refuse_stranger(order.store, mover)
    lock_stores([order.store_id])
    order = Order.objects.select_related("store").get(pk=order.pk)
    note = " ".join(note.split())
    if len(note) > TEXT_LIMITS["reason"] or has_controls(note):
        message = _("Give at most %(limit)d characters, and no control characters.")
        raise InvalidData(message % {"limit": TEXT_LIMITS["reason"]}, field="note")
    if not 0 < len(lines) <= MOST_LINES:
        message = _("Say which lines come back: 1 to %(most)d of them.")
        raise InvalidData(message % {"most": MOST_LINES}, field="lines")
    rows = _rows(order, lines)
    case = _case(order, rows, mover, note)
    case.save(force_insert=True)
    for row in rows:
        row.return_case = case
    ReturnLine.objects.bulk_create(rows)
    told = [[row.line_no, row.quantity, row.reason.code] for row in rows if row.reason]
    record("created", case, by=mover.by, at=mover.at, detail={"order": str(order), "lines": told})
    begin_many(RETURN_COURSE, [case], mover)
    return case


def _rows(order: Order, lines: Sequence[LineBack]) -> list[ReturnLine]:
    there = {one.line.line_no: one for one in returnable(order)}
    books, rows = books_of(order), []
    for number, asked in enumerate(lines, start=1):
        one = there.pop(asked.line_no, None)
        if one is None:
            message = _("%(order)s has no line %(line)d of goods, or it is named twice.")
            words = {"order": order.external_id, "line": asked.line_no}
            raise InvalidData(message % words, field="lines")
        _refuse(one, asked)
        rows.append(_row(order, one, asked, books))
        rows[-1].line_no = number
    return rows


def _refuse(one: Returnable, asked: LineBack) -> None:
    words = {"line": asked.line_no, "asked": asked.units, "left": one.units}
    if not 0 <= asked.units <= one.units:
        message = _(
            "Line %(line)d: %(asked)d pieces are to come back, but %(left)d of it are not in a "
            "return yet."
        )
        raise InvalidData(message % words, code="more_than_bought", field="lines")
    if not asked.units and not one.left:
        message = _("Line %(line)d: nothing of it is left to come back or to be refunded.")
        raise InvalidData(message % words, field="lines")
    if not asked.reason.active:
        message = _("Line %(line)d: the reason “%(reason)s” is used no more, choose another one.")
        raise InvalidData(message % (words | {"reason": asked.reason}), field="lines")


def _row(order: Order, one: Returnable, asked: LineBack, books: Books) -> ReturnLine:
    line, rate, reporting = one.line, order.fx_rate, settings.REPORTING_CURRENCY
    paid, before = books.paid[line.line_no], books.before(line.pk)
    worth = due(paid, before, asked.units, order.currency).amount
    cost = line.unit_cost
    return ReturnLine(
        order_line=line,
        kind=line.kind,
        sku=line.sku,
        item_code=line.item_code,
        title=line.title,
        quantity=asked.units,
        amount=worth,
        reporting_amount=convert(worth, rate, reporting),
        reporting_cost=None if cost is None else convert(asked.units * cost, rate, reporting),
        reason=asked.reason,
    )


def _case(order: Order, rows: Sequence[ReturnLine], mover: Mover, note: str) -> Return:
    return Return(
        store=order.store,
        external_id=_number(order),
        order=order,
        customer_id=order.customer_id,
        status=ReturnStatus.REQUESTED,
        reason=note,
        requested_at=mover.at,
        currency=order.currency,
        fx_rate=order.fx_rate,
        amount=sum((row.amount for row in rows), ZERO),
        reporting_amount=sum((row.reporting_amount for row in rows), ZERO),
        units=sum(row.quantity for row in rows),
        handled_at=mover.at,
        created_at=mover.at,
        updated_at=mover.at,
    )


def _number(order: Order) -> str:
    """Return a number that no return of the store has; the store is held."""
    start = order.external_id[:90]
    taken = set(
        Return.objects.filter(
            store=order.store_id, external_id__gte=f"{start}-R", external_id__lt=f"{start}-S"
        ).values_list("external_id", flat=True)
    )
    number = 1
    while f"{start}-R{number}" in taken:
        number += 1
    return f"{start}-R{number}"
