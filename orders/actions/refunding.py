"""Paying back a return here: in parts, by pieces or amounts, never more than was bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import blake2b

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from catalog.actions.stores import mark_dirty
from catalog.models import FactFamily
from catalog.queries.fx import RateTable
from opsdesk.actions.audit import person_id, record
from opsdesk.actions.moves import Mover, move
from opsdesk.core.errors import Conflict, InvalidData, InvalidTransition, NotAllowed
from opsdesk.core.exchange import has_controls
from opsdesk.core.money import ZERO, convert
from opsdesk.core.periods import business_date
from orders.actions.held_returns import hold_return, note_handled
from orders.actions.inspections import stocked_units
from orders.actions.return_course import RETURN_COURSE
from orders.core.items import LineKind
from orders.core.lifecycle import ReturnStatus
from orders.core.refund_plan import LineRefund, RefundAsk, RefundPlan, plan_refund
from orders.core.refunds import Part
from orders.core.returns import cost_of_part, restocked_of, state_of
from orders.models import Refund, RefundLine, RefundMethod, Return, ReturnLine
from orders.queries.intake import lines_by_order, refund_books
from orders.queries.refunds import balance_of, restocked_before
from orders.queries.returns import early_so_far

TEXTS = (("external_id", 100), ("reference", 100), ("note", 500))


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """A refund to be made: what of the return, and how it is paid.

    ``external_id`` is what the sender calls it: sent twice it is made once. ``expected`` is what
    the sender was shown that the buyer gets; ``None``: whatever it comes to.
    """

    ask: RefundAsk
    external_id: str
    method: str = RefundMethod.ORIGINAL
    reference: str = ""
    note: str = ""
    expected: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund; not ``new`` where it had been made before."""

    refund: Refund
    new: bool


def preview_refund(case: Return, ask: RefundAsk) -> RefundPlan:
    """Return what a refund would give back now, to the cent; refused as the refund itself."""
    plan = plan_refund(balance_of(case), ask)
    _refuse_more_than_bought(case, plan)
    return plan


@transaction.atomic
def refund_return(case: Return, given: RefundOrder, mover: Mover, *, reason: str = "") -> Refunded:
    """Pay a part of a return back, on the store's business date, and move the return along.

    Before its inspection it takes a person who may allow that, with a ``reason``. The store is
    held: of all who refund pieces of an order at once, only as many succeed as were bought.
    ``Conflict`` where the amounts are not those that were shown, or the number was used for
    something else. Nothing is written then.
    """
    held = hold_return(case, mover)
    _refuse_texts(given)
    digest = _digest(given)
    twin = held.refunds.filter(external_id=given.external_id).first()
    if twin is not None:
        return Refunded(_same(twin, digest), new=False)
    verb = _verb(held)
    early = verb == "refund_early" or (not verb and early_so_far(held))
    if early and not verb:
        _refuse_early(held, mover, reason)
    plan = preview_refund(held, given.ask)
    if given.expected is not None and plan.total != given.expected:
        message = _(
            "%(shown)s was shown, but it is %(now)s by now: somebody else changed something. Look "
            "at it again."
        )
        raise Conflict(message % {"shown": given.expected, "now": plan.total})
    refund = _refund(held, given, mover)
    refund.content_digest, refund.early = digest, early
    _write(held, refund, plan, mover)
    _add_up(held, refund)
    if verb:
        move(RETURN_COURSE, held, verb, mover, reason=reason)
    else:
        note_handled(held, mover)
    mark_dirty(FactFamily.REFUNDS, [(refund.store_id, refund.refunded_on)])
    return Refunded(refund, new=True)


def _refuse_texts(given: RefundOrder) -> None:
    for name, most in TEXTS:
        text = getattr(given, name)
        if len(text) > most or has_controls(text):
            message = _("Give at most %(limit)d characters, and no control characters.")
            raise InvalidData(message % {"limit": most}, field=name)
    if not given.external_id:
        raise InvalidData(_("Give the refund a number of its own."), field="external_id")
    if given.method not in RefundMethod.values:
        raise InvalidData(_("Choose how the money goes back."), field="method")


def _digest(given: RefundOrder) -> str:
    lines = sorted((line.line_no, line.units, _plain(line.total)) for line in given.ask.lines)
    amounts = (_plain(given.ask.extra), _plain(given.ask.shipping))
    content = repr((lines, amounts, str(given.method), given.reference))
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _same(refund: Refund, digest: str) -> Refund:
    if refund.content_digest != digest:
        message = _(
            "Refund %(number)s of this return was made before, and was of something else: give "
            "another refund another number."
        )
        raise Conflict(message % {"number": refund.external_id}, field="external_id")
    return refund


def _verb(case: Return) -> str:
    """Return the step that the refund makes; none where money of the return went back before."""
    match case.status:
        case ReturnStatus.INSPECTED:
            return "refund"
        case ReturnStatus.APPROVED | ReturnStatus.RECEIVED:
            return "refund_early"
        case ReturnStatus.REFUNDED if case.in_parts:
            return ""
        case ReturnStatus.REFUNDED:
            message = _("%(return)s was refunded at its source: nothing of it is refunded here.")
        case _:
            message = _("%(return)s is “%(state)s”: it cannot be refunded now.")
    raise InvalidTransition(message % {"return": case, "state": state_of(case.status)})


def _refuse_early(case: Return, mover: Mover, reason: str) -> None:
    """Refuse a further part of what is not inspected without what the first part took."""
    if mover.is_machine or not mover.may(Right.SERVICE_ALLOW):
        message = _("%(return)s is not inspected yet: a supervisor has to allow its refund.")
        raise NotAllowed(message % {"return": case}, code="no_right")
    if not reason.strip():
        raise InvalidData(_("Give the reason."), field="reason")


def _refuse_more_than_bought(case: Return, plan: RefundPlan) -> None:
    """Hold the plan against the order as a whole, with everything that went back of it."""
    if case.order is None:
        return
    book = refund_books([case.order], lines_by_order([case.order.pk]))[case.order.pk]
    numbers = dict(case.lines.values_list("line_no", "order_line__line_no"))
    parts = [
        Part(numbers[line.line_no] or 0, LineKind.GOODS, line.units, line.amount)
        for line in plan.lines
    ]
    for fault in book.faults("", parts):
        raise InvalidData(fault.message, code="more_than_bought", field="lines")


def _refund(case: Return, given: RefundOrder, mover: Mover) -> Refund:
    day = business_date(mover.at, case.store.time_zone)
    return Refund(
        return_case=case,
        store=case.store,
        number=case.refunds.count() + 1,
        external_id=given.external_id,
        currency=case.currency,
        fx_rate=_rate(case, day),
        refunded_at=mover.at,
        refunded_on=day,
        method=given.method,
        reference=given.reference,
        note=given.note,
        by_id=person_id(mover.by),
        client_name=mover.client_name,
    )


def _rate(case: Return, day: date) -> Decimal:
    """Return the order's rate; without an order that of the refund's own day."""
    if case.order is not None:
        return case.order.fx_rate
    reporting = settings.REPORTING_CURRENCY
    return RateTable({case.currency, reporting}).rate(case.currency, reporting, day)


def _write(case: Return, refund: Refund, plan: RefundPlan, mover: Mover) -> None:
    lines = _lines(case, plan, refund.fx_rate)
    refund.amount, refund.tax, refund.shipping = plan.amount, plan.tax, plan.shipping
    refund.units = plan.units
    refund.reporting_amount = sum((line.reporting_amount for line in lines), ZERO)
    refund.save(force_insert=True)
    for line in lines:
        line.refund = refund
    RefundLine.objects.bulk_create(lines)
    told = {
        "amount": str(plan.amount),
        "tax": str(plan.tax),
        "shipping": str(plan.shipping),
        "lines": [[line.line_no, line.units, str(line.total)] for line in plan.lines],
    }
    record("created", refund, by=mover.by, at=mover.at, detail=told)


def _lines(case: Return, plan: RefundPlan, rate: Decimal) -> list[RefundLine]:
    rows = {row.line_no: row for row in case.lines.select_related("order_line")}
    stocked, before = stocked_units(case), restocked_before(case)
    return [_line(rows[one.line_no], one, rate, (stocked, before)) for one in plan.lines]


def _line(
    row: ReturnLine,
    one: LineRefund,
    rate: Decimal,
    stock: tuple[Mapping[int, int], Mapping[int, int]],
) -> RefundLine:
    reporting, (stocked, before) = settings.REPORTING_CURRENCY, stock
    cost = _cost(row, one.units, rate)
    back = restocked_of(one.units, before.get(row.pk, 0), stocked.get(row.pk, 0))
    return RefundLine(
        return_line=row,
        quantity=one.units,
        amount=one.amount,
        tax=one.tax,
        reporting_amount=convert(one.amount, rate, reporting),
        reporting_cost=cost,
        restocked=back,
        restocked_cost=cost_of_part(cost, back, one.units, reporting),
    )


def _cost(row: ReturnLine, units: int, rate: Decimal) -> Decimal | None:
    """Return what the pieces had cost: as the order knows it, else as the return was told."""
    reporting = settings.REPORTING_CURRENCY
    if row.order_line is not None:
        unit_cost = row.order_line.unit_cost
        return None if unit_cost is None else convert(units * unit_cost, rate, reporting)
    return cost_of_part(row.reporting_cost, units, row.quantity, reporting)


def _add_up(case: Return, refund: Refund) -> None:
    """Bring the sums on the return up to its refunds."""
    parts = list(case.refunds.all())
    sums = {
        "amount": sum((part.amount for part in parts), ZERO),
        "reporting_amount": sum((part.reporting_amount for part in parts), ZERO),
        "units": sum(part.units for part in parts),
        "refunded_at": refund.refunded_at,
        "refunded_on": refund.refunded_on,
        "in_parts": True,
    }
    Return.objects.filter(pk=case.pk).update(**sums)
    for name, value in sums.items():
        setattr(case, name, value)
