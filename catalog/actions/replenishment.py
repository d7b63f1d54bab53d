"""What should be bought: proposed each night, dismissed with a reason, or ordered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, count

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.actions.purchasing import save_purchase_order
from catalog.actions.stock import refuse_no_right
from catalog.core.lifecycle import PurchaseStatus
from catalog.models import (
    PurchaseLine,
    PurchaseOrder,
    Replenishment,
    ReplenishmentState,
    Sku,
    Supplier,
    Warehouse,
)
from catalog.queries.replenishment import Planned, on_sale, plans_of, policy_on
from opsdesk.actions.audit import person_id, record, record_many
from opsdesk.actions.moves import Mover
from opsdesk.actions.sql import take_turn
from opsdesk.core.errors import InvalidData, InvalidTransition, NotReady

DAY = timedelta(days=1)
_NUMBERS = (
    *("day", "mean", "deviation", "z", "lead_time_days", "review_days", "safety_stock"),
    *("reorder_point", "on_hand", "on_order", "quantity"),
)


@transaction.atomic
def propose(day: date, *, at: datetime) -> int:
    """Make the open proposals those of ``day`` and return how many there are.

    A SKU has one open proposal; what need not be bought any more has none. What was dismissed is
    proposed again after a review's time, and nothing whose purchase order is still a draft.
    """
    take_turn("replenishment")
    policy = policy_on(day)
    known = {one.sku_id: one for one in Replenishment.objects.filter(state="open")}
    recent = Q(state="dismissed", decided_at__gt=at - DAY * policy.review_days)
    draft = Q(state="ordered", purchase_order__status=PurchaseStatus.DRAFT)
    passed = set(Replenishment.objects.filter(recent | draft).values_list("sku", flat=True))
    fresh: list[Replenishment] = []
    again: list[Replenishment] = []
    for sku, planned in plans_of(on_sale(), day, policy).items():
        if not planned.plan.quantity or sku.pk in passed:
            continue
        one = known.pop(sku.pk, None)
        (again if one else fresh).append(_filled(one or Replenishment(sku=sku), day, planned))
    still_open = Replenishment.objects.filter(state=ReplenishmentState.OPEN)
    still_open.filter(pk__in=[one.pk for one in known.values()]).delete()
    still_open.bulk_update(again, _NUMBERS, batch_size=500)
    Replenishment.objects.bulk_create(fresh, batch_size=500)
    return len(fresh) + len(again)


def _filled(one: Replenishment, day: date, planned: Planned) -> Replenishment:
    made, terms, stock = planned.plan, planned.terms, planned.stock
    one.day, one.mean, one.deviation, one.z = day, made.mean, made.deviation, terms.z
    one.lead_time_days, one.review_days = terms.lead_time_days, terms.review_days
    one.safety_stock, one.reorder_point = made.safety_stock, made.reorder_point
    one.on_hand, one.on_order = stock.on_hand, max(0, stock.on_order)
    one.quantity = made.quantity
    return one


@transaction.atomic
def dismiss(proposal: Replenishment, reason: str, mover: Mover) -> None:
    """Say why something is not bought; it is proposed again after a review's time."""
    refuse_no_right(mover)
    reason = reason.replace("\0", "").strip()
    if not reason or len(reason) > 500:
        raise InvalidData(_("Say why, in at most 500 characters."), field="reason")
    decided: dict[str, object] = {"decided_by": person_id(mover.by), "decided_at": mover.at}
    _decide([proposal], {"state": ReplenishmentState.DISMISSED, "reason": reason} | decided)
    record("dismissed", proposal, by=mover.by, at=mover.at, detail={"reason": reason})


@transaction.atomic
def order_proposals(
    proposals: Sequence[Replenishment], supplier: Supplier, warehouse: Warehouse, mover: Mover
) -> PurchaseOrder:
    """Make a draft purchase order of the proposals; of two who do so at once one succeeds."""
    refuse_no_right(mover)
    if not proposals:
        raise InvalidData(_("Choose at least one proposal."))
    skus = Sku.objects.in_bulk([one.sku_id for one in proposals])
    for sku in skus.values():
        if fault := _cost_fault(sku, supplier):
            raise NotReady(fault)
    return _order(proposals, skus, (supplier, warehouse), mover)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a proposal: the order that it is a line of, or why it is in none."""

    proposal: Replenishment
    order: PurchaseOrder | None = None
    refusal: str = ""


@transaction.atomic
def order_by_supplier(
    wanted: Mapping[Replenishment, Supplier], warehouse: Warehouse, mover: Mover
) -> list[Answer]:
    """Make one draft purchase order for each supplier; what cannot be ordered holds up no other.

    A proposal that was decided on is refused: of two who order at once one has it.
    """
    refuse_no_right(mover)
    rows = Replenishment.objects.filter(pk__in=[one.pk for one in wanted])
    still_open = rows.filter(state=ReplenishmentState.OPEN).order_by("pk").select_for_update()
    free = dict(still_open.values_list("pk", "quantity"))
    skus = Sku.objects.in_bulk([one.sku_id for one in wanted])
    answers: list[Answer] = []
    fit: dict[Supplier, list[Replenishment]] = defaultdict(list)
    for one, supplier in sorted(wanted.items(), key=lambda pair: pair[0].pk):
        fault = _cost_fault(skus[one.sku_id], supplier)
        if one.pk not in free:
            answers.append(Answer(one, refusal=_("It was decided on already: look again.")))
        elif fault:
            answers.append(Answer(one, refusal=fault))
        else:
            one.quantity = free[one.pk]
            fit[supplier].append(one)
    for supplier, proposals in fit.items():
        order = _order(proposals, skus, (supplier, warehouse), mover)
        answers += [Answer(one, order) for one in proposals]
    return answers


def _cost_fault(sku: Sku, supplier: Supplier) -> str:
    if sku.unit_cost is not None and sku.cost_currency == supplier.currency:
        return ""
    message = _("What %(sku)s costs in %(currency)s is not known: set the SKU's unit cost.")
    return message % {"sku": sku.code, "currency": supplier.currency}


def _order(
    proposals: Sequence[Replenishment],
    skus: Mapping[int, Sku],
    sides: tuple[Supplier, Warehouse],
    mover: Mover,
) -> PurchaseOrder:
    supplier, warehouse = sides
    code = f"R{min(one.pk for one in proposals)}-{mover.at:%Y%m%d}"
    order = save_purchase_order(
        PurchaseOrder(code=_free_code(code), supplier=supplier, warehouse=warehouse), mover
    )
    decided: dict[str, object] = {"decided_by": person_id(mover.by), "decided_at": mover.at}
    _decide(proposals, {"state": ReplenishmentState.ORDERED, "purchase_order": order} | decided)
    PurchaseLine.objects.bulk_create(
        PurchaseLine(
            order=order,
            sku_id=one.sku_id,
            units=one.quantity,
            unit_cost=skus[one.sku_id].unit_cost,
        )
        for one in proposals
    )
    record_many("ordered", Replenishment, proposals, by=mover.by, at=mover.at)
    return order


def _free_code(code: str) -> str:
    taken = set(PurchaseOrder.objects.filter(code__startswith=code).values_list("code", flat=True))
    more = (f"{code}-{number}" for number in count(2))
    return next(one for one in chain([code], more) if one not in taken)


def _decide(proposals: Sequence[Replenishment], values: Mapping[str, object]) -> None:
    numbers = [one.pk for one in proposals]
    rows = Replenishment.objects.filter(pk__in=numbers, state=ReplenishmentState.OPEN)
    list(rows.order_by("pk").select_for_update().values_list("pk"))
    if rows.update(**values) != len(numbers):
        raise InvalidTransition(_("Somebody decided on one of these meanwhile: look again."))
