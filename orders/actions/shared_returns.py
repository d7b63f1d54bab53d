"""Returns that both a source and people here work on: what a delivery changes of one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from opsdesk.actions.audit import Actor, person_id
from opsdesk.models import LifeEvent
from orders.core.items import ItemError
from orders.core.lifecycle import RETURN
from orders.core.returns import Delivered, Standing, becomes, further
from orders.models import Return, ReturnLine

DELIVERED = "delivered"
# What people decide about a line, whatever a delivery says of it.
_DECIDED = ("reason_id", "received")


def news_of(stored: Return, told_at: datetime | None) -> Delivered:
    """Return what a delivery, told by its source at ``told_at``, changes of a stored return."""
    return becomes(Standing(stored.status, stored.handled_at, stored.in_parts), told_at)


def handled_lines(cases: Iterable[Return]) -> dict[tuple[int, int], ReturnLine]:
    """Return the lines of those returns that people decided about, by return and line number."""
    handled = [case.pk for case in cases if case.handled_at is not None]
    if not handled:
        return {}
    rows = ReturnLine.objects.filter(return_case__in=handled)
    return {(row.return_case_id, row.line_no): row for row in rows}


def keep_decisions(
    case: Return,
    lines: Iterable[ReturnLine],
    stored: Return,
    known: dict[tuple[int, int], ReturnLine],
) -> list[ItemError]:
    """Put what was decided here into a return as it was delivered; say what stands against it.

    A line whose pieces were counted here cannot be left out any more.
    """
    case.status = further(stored.status, case.status)
    case.order_id = case.order_id or stored.order_id
    left = {number: row for (pk, number), row in known.items() if pk == stored.pk}
    for line in lines:
        before = left.pop(line.line_no, None)
        if before is None:
            continue
        for name in _DECIDED:
            setattr(line, name, getattr(before, name))
        line.order_line_id = line.order_line_id or before.order_line_id
        line.sku_id = line.sku_id or before.sku_id
        if stored.inspected_at is not None:
            line.restock = before.restock
    counted = sorted(number for number, row in left.items() if row.received is not None)
    if not counted:
        return []
    message = _(
        "Return %(name)s is worked on here, and pieces of line %(line)d were counted: the line "
        "cannot be left out."
    )
    words = {"name": stored.external_id, "line": counted[0]}
    return [ItemError("lines", message % words, case.source_row)]


def tell_events(moved: Iterable[tuple[Return, str]], *, by: Actor | None, at: datetime) -> None:
    """Write into the history of returns that news of their source took a step further.

    ``moved`` are the returns with the status they were in before.
    """
    client = "" if by is None or person_id(by) else str(by)[:150]
    events = [
        LifeEvent(
            life=RETURN.name,
            object_id=case.pk,
            verb=DELIVERED,
            from_state=before,
            state=case.status,
            by_id=person_id(by),
            client_name=client,
            at=at,
        )
        for case, before in moved
        if case.status != before
    ]
    LifeEvent.objects.bulk_create(events)
