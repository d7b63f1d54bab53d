"""Purchase orders: made and edited as drafts, ordered, and taken through their life."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.core.lifecycle import PURCHASE, PurchaseStatus
from catalog.core.supply_items import PurchaseLineItem, check_purchase_line, code_fault
from catalog.models import PurchaseLine, PurchaseOrder, Sku, Supplier, Warehouse
from catalog.queries.products import skus_by_code
from catalog.queries.purchasing import orders_by_code, warehouses_by_code
from catalog.queries.suppliers import suppliers_by_code
from opsdesk.actions.audit import Actor
from opsdesk.actions.moves import Course, Mover, begin
from opsdesk.actions.records import delete_record, save_record
from opsdesk.core.errors import DomainError, InvalidData, InvalidTransition
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED, Outcome, State, refused
from opsdesk.core.periods import business_date
from opsdesk.core.wording import twice

# What is agreed with the supplier: it stands once the order is placed. Deliveries are measured
# against the day that was agreed then.
_AGREED = ("code", "supplier_id", "warehouse_id", "expected_on")


def _missing(order: PurchaseOrder, verb: str) -> list[str]:
    if verb != "order":
        return []
    found = []
    if not order.lines.exists():
        found.append(_("Add at least one line: what is bought, how much, and at which cost."))
    if order.expected_on is None:
        found.append(_("Give the day on which the goods are expected."))
    if not order.supplier.active:
        message = _("%(supplier)s is not active: choose another supplier, or make it active.")
        found.append(message % {"supplier": order.supplier})
    if not order.warehouse.active:
        message = _("%(warehouse)s is not active: choose another warehouse.")
        found.append(message % {"warehouse": order.warehouse})
    return found


def _then(order: PurchaseOrder, verb: str, mover: Mover) -> None:
    if verb == "order":
        order.ordered_on = business_date(mover.at, settings.COMPANY_TIME_ZONE)
        PurchaseOrder.objects.filter(pk=order.pk).update(ordered_on=order.ordered_on)


PURCHASE_COURSE = Course(PURCHASE, PurchaseOrder, _missing, _then)


def hold_order(pk: int) -> PurchaseOrder:
    """Return the order, held until the end of the transaction against others who write to it."""
    rows = PurchaseOrder.objects.select_for_update(of=("self",))
    [held] = rows.select_related("supplier", "warehouse").filter(pk=pk)
    return held


@transaction.atomic
def save_purchase_order(order: PurchaseOrder, mover: Mover) -> PurchaseOrder:
    """Write a purchase order in its supplier's currency; a new one begins its life as a draft.

    Once it is ordered only the notes change (``InvalidTransition``). ``InvalidData`` where a
    draft with lines is to go to a supplier who is paid in another currency: the costs are in
    the old one.
    """
    if fault := code_fault(order.code):
        raise InvalidData(fault, field="code")
    if order.pk is None:
        order.currency = order.supplier.currency
        save_record(order, by=mover.by, at=mover.at)
        begin(PURCHASE_COURSE, order, mover)
        return order
    stored = hold_order(order.pk)
    order.status, order.ordered_on = stored.status, stored.ordered_on
    order.currency = stored.currency
    if stored.status != PurchaseStatus.DRAFT:
        changed = [name for name in _AGREED if getattr(order, name) != getattr(stored, name)]
        if changed:
            raise _not_a_draft(stored)
    elif order.supplier_id != stored.supplier_id:
        _refuse_other_currency(order, stored)
        order.currency = order.supplier.currency
    return save_record(order, by=mover.by, at=mover.at)


@transaction.atomic
def save_purchase_line(line: PurchaseLine, mover: Mover) -> PurchaseLine:
    """Write a line of a draft; ``InvalidTransition`` once the order is placed."""
    order = hold_order(line.order_id)
    if order.status != PurchaseStatus.DRAFT:
        raise _not_a_draft(order)
    return save_record(line, by=mover.by, at=mover.at)


@transaction.atomic
def delete_purchase_line(line: PurchaseLine, mover: Mover) -> None:
    """Take a line out of a draft; ``InvalidTransition`` once the order is placed."""
    order = hold_order(line.order_id)
    if order.status != PurchaseStatus.DRAFT:
        raise _not_a_draft(order)
    delete_record(line, by=mover.by, at=mover.at)


def _not_a_draft(order: PurchaseOrder) -> InvalidTransition:
    message = _(
        "%(order)s is “%(state)s”: what was agreed does not change any more. "
        "Make another order for what is to be different."
    )
    words = {"order": order.code, "state": PURCHASE.label_of(order.status)}
    return InvalidTransition(message % words, code="not_a_draft")


def _refuse_other_currency(order: PurchaseOrder, stored: PurchaseOrder) -> None:
    if order.supplier.currency != stored.currency and stored.lines.exists():
        message = _(
            "The lines are in %(old)s, and %(supplier)s is paid in %(new)s: take the lines out "
            "first, or make a new order."
        )
        words = {"old": stored.currency, "supplier": order.supplier}
        raise InvalidData(message % (words | {"new": order.supplier.currency}), field="supplier")


@transaction.atomic
def upsert_purchase_lines(
    items: Sequence[PurchaseLineItem], *, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store lines of purchase orders, one answer per item; the first of an order makes its draft.

    Lines of an order that is placed stay as they are: sent again unchanged they are taken, else
    refused.
    """
    desk = _Desk(items, Mover(at, by))
    outcomes: list[Outcome] = []
    seen: set[tuple[str, str]] = set()
    for item in items:
        key = (item.order, item.sku)
        if faults := check_purchase_line(item):
            outcomes.append(Outcome(State.ERROR, tuple(faults)))
        elif key in seen:
            outcomes.append(refused("sku", twice(f"{item.order} {item.sku}"), item.source_row))
        else:
            outcomes.append(desk.take(item))
        seen.add(key)
    return outcomes


class _Desk:
    """Takes lines from outside one by one, with what they name read at once."""

    def __init__(self, items: Sequence[PurchaseLineItem], mover: Mover) -> None:
        self.mover = mover
        self.orders: dict[str, PurchaseOrder] = orders_by_code(item.order for item in items)
        self.suppliers: dict[str, Supplier] = suppliers_by_code(item.supplier for item in items)
        self.warehouses: dict[str, Warehouse] = warehouses_by_code(i.warehouse for i in items)
        self.skus: dict[str, Sku] = skus_by_code(item.sku for item in items)
        rows = PurchaseLine.objects.filter(order__in=[one.pk for one in self.orders.values()])
        self.lines = {(line.order_id, line.sku_id): line for line in rows}

    def take(self, item: PurchaseLineItem) -> Outcome:
        """Return what became of the item."""
        if fault := self._unknown(item):
            return refused(*fault, item.source_row)
        try:
            with transaction.atomic():
                return self._save(item)
        except DomainError as refusal:
            return refused(refusal.field or "order", refusal.message, item.source_row)

    def _unknown(self, item: PurchaseLineItem) -> tuple[str, str] | None:
        supplier = self.suppliers.get(item.supplier)
        if supplier is None:
            message = _("There is no supplier %(code)s: load the suppliers first.")
            return "supplier", message % {"code": item.supplier}
        if item.warehouse not in self.warehouses:
            message = _("There is no warehouse %(code)s: make it first.")
            return "warehouse", message % {"code": item.warehouse}
        if item.sku not in self.skus:
            message = _("There is no SKU %(code)s: load the SKUs first.")
            return "sku", message % {"code": item.sku}
        order = self.orders.get(item.order)
        currency = order.currency if order else supplier.currency
        if item.currency not in ("", currency):
            message = _("The order is in %(right)s, not in %(wrong)s.")
            return "currency", message % {"right": currency, "wrong": item.currency}
        return None

    def _save(self, item: PurchaseLineItem) -> Outcome:
        stored, line = self._found(item)
        if stored and line and self._same(stored, line, item):
            return UNCHANGED
        given: dict[str, Any] = {"supplier": self.suppliers[item.supplier]}
        given["warehouse"] = self.warehouses[item.warehouse]
        order = PurchaseOrder.objects.get(pk=stored.pk) if stored else PurchaseOrder()
        order.code = item.order
        if item.expected_on is not None:
            given["expected_on"] = item.expected_on
        for name, value in given.items():
            setattr(order, name, value)
        order = save_purchase_order(order, self.mover)
        row = PurchaseLine.objects.get(pk=line.pk) if line else PurchaseLine(order=order)
        row.sku, row.units, row.unit_cost = self.skus[item.sku], item.units, item.unit_cost
        save_purchase_line(row, self.mover)
        self.orders[order.code] = order
        self.lines[order.pk, row.sku_id] = row
        return UPDATED if line else CREATED

    def _found(self, item: PurchaseLineItem) -> tuple[PurchaseOrder | None, PurchaseLine | None]:
        order = self.orders.get(item.order)
        line = self.lines.get((order.pk, self.skus[item.sku].pk)) if order else None
        return order, line

    def _same(self, order: PurchaseOrder, line: PurchaseLine, item: PurchaseLineItem) -> bool:
        agreed = (
            order.supplier_id == self.suppliers[item.supplier].pk
            and order.warehouse_id == self.warehouses[item.warehouse].pk
            and item.expected_on in (None, order.expected_on)
        )
        return agreed and (line.units, line.unit_cost) == (item.units, item.unit_cost)
