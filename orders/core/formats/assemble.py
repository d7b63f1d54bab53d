"""From the rows of one document to an order, a return, or rows set aside or refused."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from opsdesk.core.money import round_money
from orders.core.formats.reader import RowReject
from orders.core.formats.spool import Document
from orders.core.formats.values import DocumentValues, Reading, Row
from orders.core.items import (
    LineItem,
    LineKind,
    OrderItem,
    PaymentItem,
    ReturnItem,
    ReturnLineItem,
    check_order,
    check_return,
    shown,
)

_ZERO = Decimal(0)
_MONEY_BACK = ("refunded", "closed")


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that is neither order nor return, and the reason that the map gives."""

    row_no: int
    reason: str
    document: str


@dataclass(frozen=True, slots=True)
class Assembled:
    """What became of a document; each of its rows is in exactly one of the three.

    ``unknown_status`` is the source's word where the map has no other for it: ``item`` carries it
    as it is.
    """

    item: OrderItem | ReturnItem | None = None
    set_aside: tuple[SetAside, ...] = ()
    rejects: tuple[RowReject, ...] = ()
    unknown_status: str = ""


def assemble(document: Document, reading: Reading) -> Assembled:
    """Read one document: as an order, as a return, or not at all.

    Rows set aside by a rule go first; of the others, one bad row refuses all, and each of them
    says which one it was. A document is a return where all rows that are left pass the rule.
    """
    if document.broken:
        return Assembled(rejects=_whole(document.key, document.rows, document.broken))
    rows, set_aside = _split_aside(document, reading)
    if not rows:
        return Assembled(set_aside=set_aside)
    work = DocumentValues(document, rows, reading)
    returns = reading.columns.returns
    is_return = returns is not None and all(
        returns.when.holds(row, reading.mark) for _row_no, row in rows
    )
    item = _return(work) if is_return else _order(work)
    if item is not None:
        errors = check_order(item) if isinstance(item, OrderItem) else check_return(item)
        work.refuse_item(errors)
    if work.rejects:
        rejects = _whole(document.key, rows, work.rejects)
        return Assembled(set_aside=set_aside, rejects=rejects)
    return Assembled(item, set_aside, unknown_status=work.unknown_status)


def _split_aside(document: Document, reading: Reading) -> tuple[list[Row], tuple[SetAside, ...]]:
    rules = reading.columns.set_aside
    if not rules:
        return document.rows, ()
    whole = [rule for rule in rules if rule.rows == "document"]
    for rule in whole:
        if all(rule.when.holds(row, reading.mark) for _row_no, row in document.rows):
            return [], tuple(
                SetAside(row_no, rule.reason, document.key) for row_no, _row in document.rows
            )
    each = [rule for rule in rules if rule.rows == "each"]
    kept: list[Row] = []
    aside: list[SetAside] = []
    for row_no, row in document.rows:
        reason = next((rule.reason for rule in each if rule.when.holds(row, reading.mark)), None)
        if reason is None:
            kept.append((row_no, row))
        else:
            aside.append(SetAside(row_no, reason, document.key))
    return kept, tuple(aside)


def _whole(key: str, rows: list[Row], rejects: list[RowReject]) -> tuple[RowReject, ...]:
    """Return one reject for each row: its own, or one that names the first bad row."""
    own: dict[int, RowReject] = {}
    for reject in rejects:
        own.setdefault(reject.row_no, reject)
    bad = min(own)
    reason = _("Row %(row)d of the same document %(key)s is refused: a document is taken whole.")
    reason %= {"row": bad, "key": shown(key)}
    numbers = sorted({row_no for row_no, _row in rows} | set(own))
    return tuple(own.get(no) or RowReject(no, "document", reason, key) for no in numbers)


def _order(work: DocumentValues) -> OrderItem | None:
    store = work.store()
    placed_at = work.placed_at(store)
    lines = [_order_line(work, row) for row in work.rows]
    lines += _order_discount(work)
    traffic = work.named(work.map.traffic_source)
    shipping = work.order_amount(work.map.shipping_charge)
    customer, currency, status = work.customer(), work.currency(store), work.status()
    fee = work.order_amount(work.map.platform_fee)
    ship_to = work.ship_to()
    updated_at = work.first_instant(work.map.source_updated_at, store)
    payments = _payments(work, store, currency, (lines, shipping or _ZERO))
    if work.rejects or placed_at is None:
        return None
    return OrderItem(
        store=store,
        external_id=work.key,
        placed_at=placed_at,
        currency=currency,
        status=status,
        lines=tuple(lines),
        customer=customer,
        ship_to=ship_to,
        traffic_source=traffic,
        shipping_charge=shipping or _ZERO,
        platform_fee=fee,
        payments=payments,
        source_updated_at=updated_at,
        source_row=work.rows[0][0],
    )


def _order_line(work: DocumentValues, row: Row) -> LineItem:
    cells = work.map.lines
    discount = cells.discount if cells.discount and cells.discount.per == "line" else None
    known_cost = cells.unit_cost is not None and row[1][cells.unit_cost.column]
    return LineItem(
        line_no=work.line_nos[row[0]],
        kind=work.kind(row[1]),
        sku=work.sku(row),
        title=work.title(row),
        quantity=work.quantity(row),
        unit_price=work.number(cells.unit_price, row, blank=None),
        discount=work.number(discount, row) if discount else _ZERO,
        tax=work.number(cells.tax, row) if cells.tax else _ZERO,
        unit_cost=work.number(cells.unit_cost, row) if known_cost else None,
        source_row=row[0],
    )


def _order_discount(work: DocumentValues) -> list[LineItem]:
    """Return the line that stands for a discount given on the whole order."""
    cell = work.map.lines.discount
    amount = work.order_amount(cell) if cell is not None and cell.per == "order" else None
    if not amount:
        return []
    row_no, number = work.rows[0][0], len(work.line_nos) + 1
    title = cell.label if cell is not None else ""
    return [LineItem(number, LineKind.DISCOUNT, None, title, 1, -amount, source_row=row_no)]


def _payments(
    work: DocumentValues, store: str, currency: str, worth: tuple[list[LineItem], Decimal]
) -> tuple[PaymentItem, ...]:
    """Return the one payment that a file with a collection date tells of.

    Without an amount of its own it is what the buyer owes: lines, tax and shipping.
    """
    collected_at = work.first_instant(work.map.collected_at, store)
    if collected_at is None or work.rejects:
        return ()
    amount = work.order_amount(work.map.payment_amount)
    if amount is None:
        lines, shipping = worth
        owed = (line.quantity * line.unit_price - line.discount for line in lines)
        amount = sum((round_money(each, currency) for each in owed), shipping)
        amount += sum((line.tax for line in lines), _ZERO)
    return (PaymentItem(work.key, amount, collected_at),)


def _return(work: DocumentValues) -> ReturnItem | None:
    rule = work.map.returns
    store = work.store()
    placed_at = work.placed_at(store)
    currency = work.currency(store)
    lines = [_return_line(work, row, currency) for row in work.rows]
    customer = work.customer()
    updated_at = work.first_instant(work.map.source_updated_at, store)
    order, _at = work.one(rule.order if rule else None)
    reason = work.named(rule.reason if rule else None)
    if work.rejects or placed_at is None or rule is None:
        return None
    return ReturnItem(
        store=store,
        external_id=work.key,
        order=order or None,
        status=rule.status,
        requested_at=placed_at,
        refunded_at=placed_at if rule.status in _MONEY_BACK else None,
        reason=reason,
        currency=currency,
        lines=tuple(lines),
        customer=customer,
        source_updated_at=updated_at,
        source_row=work.rows[0][0],
    )


def _return_line(work: DocumentValues, row: Row, currency: str) -> ReturnLineItem:
    cells, rule = work.map.lines, work.map.returns
    quantity = work.quantity(row)
    if rule is not None and rule.quantity == "negative":
        quantity = -quantity
    refund = quantity * work.number(cells.unit_price, row, blank=None)
    if cells.discount is not None and cells.discount.per == "line":
        # Files write the discount of a return with either sign: it always lessens the refund.
        refund -= abs(work.number(cells.discount, row))
    return ReturnLineItem(
        line_no=work.line_nos[row[0]],
        kind=work.kind(row[1]),
        sku=work.sku(row),
        title=work.title(row),
        quantity=quantity,
        refund_amount=round_money(refund, currency),
        source_row=row[0],
    )
