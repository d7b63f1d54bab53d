"""From items of a delivery to the rows that would be written, with everything looked up once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.actions.stores import lock_stores
from catalog.models import Sku, Store
from catalog.queries.fx import RateTable
from catalog.queries.products import skus_by_code
from catalog.queries.stores import stores_by_code
from opsdesk.actions.exchange import Source
from opsdesk.core.errors import NoRate
from opsdesk.core.exchange import (
    CREATED,
    UNCHANGED,
    UPDATED,
    Fault,
    Outcome,
    State,
    future_fault,
    is_older,
    latest,
)
from opsdesk.core.money import ZERO, convert
from opsdesk.core.periods import business_date
from opsdesk.core.wording import twice
from orders.core.digests import order_digest
from orders.core.items import THINGS, ItemError, LineItem, OrderItem, ReturnItem
from orders.core.lifecycle import OrderStatus
from orders.core.refunds import Part, RefundBook
from orders.core.standing import Standing, beside
from orders.core.totals import Currencies, LineTotals, document_totals, order_line_totals
from orders.models import Order, Payment
from orders.queries.intake import (
    StoredLine,
    lines_by_order,
    orders_by_key,
    payments_by_order,
    refund_books,
)
from orders.queries.shipments import shipped_books


@dataclass
class Reference:
    """What items are looked up in: stores (held while the transaction lasts), SKUs, rates."""

    stores: dict[str, Store]
    skus: dict[str, Sku]
    rates: RateTable
    at: datetime

    @classmethod
    def of(cls, items: Sequence[OrderItem] | Sequence[ReturnItem], at: datetime) -> Reference:
        """Look up what the items name, and hold their stores."""
        stores = stores_by_code(item.store for item in items)
        lock_stores(store.pk for store in stores.values())
        codes = {line.sku for item in items for line in item.lines if line.sku}
        skus = skus_by_code(codes)
        currencies = {store.currency for store in stores.values()}
        currencies |= {sku.cost_currency for sku in skus.values() if sku.cost_currency}
        return cls(stores, skus, RateTable(currencies | {settings.REPORTING_CURRENCY}), at)

    def fault(self, item: OrderItem | ReturnItem) -> ItemError | None:
        """Return what keeps the item out whatever else it says."""
        row = item.source_row
        store = self.stores.get(item.store)
        if store is None:
            message = _("There is no store %(code)s: make it first, then load the orders again.")
            return ItemError("store", message % {"code": item.store}, row)
        if item.currency != store.currency:
            message = _("Store %(store)s sells in %(own)s, not in %(given)s.")
            words = {"store": store.code, "own": store.currency, "given": item.currency}
            return ItemError("currency", message % words, row)
        if future := future_fault(item.source_updated_at, self.at):
            return ItemError("source_updated_at", future, row)
        return None

    def currencies(self, store: Store, on: date) -> Currencies:
        """Return the store's currency with its rate to the reporting currency on a day."""
        reporting = settings.REPORTING_CURRENCY
        return Currencies(store.currency, reporting, self.rates.rate(store.currency, reporting, on))

    def unit_cost(self, sku: Sku | None, currency: str, on: date) -> Decimal | None:
        """Return what the SKU costs in a currency on a day, ``None`` where nobody knows."""
        if sku is None or sku.unit_cost is None or sku.cost_currency == currency:
            return sku.unit_cost if sku is not None else None
        rate = self.rates.rate(sku.cost_currency, currency, on)
        return convert(sku.unit_cost, rate, currency)


class DraftLine(NamedTuple):
    """A line as it is to be written: the columns of ``OrderLine`` but for the order."""

    line_no: int
    store_id: int
    business_date: date
    kind: str
    sku_id: int | None
    item_code: str
    title: str
    quantity: int
    unit_price: Decimal
    discount: Decimal
    tax: Decimal
    unit_cost: Decimal | None
    amount: Decimal
    reporting_amount: Decimal
    reporting_cost: Decimal | None
    source_row: int | None


@dataclass
class OrderDraft:
    """An order as it is to be written, beside what is stored of it."""

    item: OrderItem
    order: Order
    lines: list[DraftLine]
    payments: list[Payment]
    stored: Order | None
    stored_lines: dict[int, StoredLine] = field(default_factory=dict)
    stored_payments: dict[str, int] = field(default_factory=dict)

    @property
    def money_moved(self) -> bool:
        """True where refunds of the order may be worth something else now: rate or cost."""
        if self.stored is None:
            return False
        costs = {no: line.unit_cost for no, line in self.stored_lines.items()}
        return self.stored.fx_rate != self.order.fx_rate or costs != {
            line.line_no: line.unit_cost for line in self.lines
        }

    @property
    def other_goods(self) -> bool:
        """True where other pieces go out than those stored."""
        stored = _pieces(
            (line.kind, line.sku_id, line.quantity) for line in self.stored_lines.values()
        )
        return stored != _pieces((line.kind, line.sku_id, line.quantity) for line in self.lines)

    def days(self) -> Iterable[tuple[int, date]]:
        """Yield the days whose figures change: the order's own, and the one it was on before."""
        yield self.order.store_id, self.order.business_date
        if self.stored is not None:
            yield self.order.store_id, self.stored.business_date

    def customers_touched(self) -> Iterable[int]:
        """Yield the customers whose orders may be numbered otherwise now."""
        for order in (self.order, self.stored):
            if order is not None and order.customer_id is not None:
                yield order.customer_id

    def lines_gone(self) -> list[int]:
        """Return the primary keys of stored lines that the item no longer has."""
        kept = {line.line_no for line in self.lines}
        return [line.pk for no, line in self.stored_lines.items() if no not in kept]

    def payments_gone(self) -> list[int]:
        """Return the primary keys of stored payments that the item no longer has."""
        kept = {payment.external_id for payment in self.payments}
        return [pk for name, pk in self.stored_payments.items() if name not in kept]


def _pieces(lines: Iterable[tuple[str, int | None, int]]) -> Counter[int | None]:
    found: Counter[int | None] = Counter()
    for kind, sku, quantity in lines:
        if kind in THINGS:
            found[sku] += quantity
    return found


@dataclass
class OrderIntake:
    """The answers to a delivery, the rows to write, and orders whose source time alone is newer."""

    outcomes: list[Outcome]
    drafts: list[OrderDraft]
    newer: list[Order]


def read_orders(items: Sequence[OrderItem], *, source: Source, at: datetime) -> OrderIntake:
    """Decide on each item what becomes of it, with one look-up per kind of row for all."""
    return _OrderReader(items, source, at).read()


class _OrderReader:
    """Reads one delivery of orders."""

    def __init__(self, items: Sequence[OrderItem], source: Source, at: datetime) -> None:
        self.items = items
        self.source = source
        self.at = at
        self.reference = Reference.of(items, at)
        stores = self.reference.stores
        self.stored = orders_by_key(
            (stores[item.store].pk, item.external_id) for item in items if item.store in stores
        )
        self.digests = [order_digest(item) for item in items]
        # Most of what comes again says nothing new: only the rest is looked at more closely.
        changed = list(
            {
                stored.pk: stored
                for item, digest in zip(items, self.digests, strict=True)
                if item.store in stores
                and (stored := self.stored.get((stores[item.store].pk, item.external_id)))
                and stored.content_digest != digest
            }.values()
        )
        ids = [order.pk for order in changed]
        self.lines = lines_by_order(ids) if ids else {}
        self.payments = payments_by_order(ids) if ids else {}
        self.books = refund_books(changed, self.lines) if ids else {}
        self.parcels = shipped_books(changed, self.lines) if ids else {}

    def read(self) -> OrderIntake:
        """Return the answers and the rows to write."""
        intake = OrderIntake([], [], [])
        seen: set[tuple[str, str]] = set()
        for item, digest in zip(self.items, self.digests, strict=True):
            key = (item.store, item.external_id)
            fault = self.reference.fault(item)
            if fault is None and key in seen:
                fault = ItemError("external_id", twice(item.external_id), item.source_row)
            seen.add(key)
            intake.outcomes.append(
                Outcome(State.ERROR, (fault,)) if fault else self._decide(item, digest, intake)
            )
        return intake

    def _decide(self, item: OrderItem, digest: str, intake: OrderIntake) -> Outcome:
        store = self.reference.stores[item.store]
        stored = self.stored.get((store.pk, item.external_id))
        if stored is not None:
            if is_older(item.source_updated_at, stored.source_updated_at):
                return UNCHANGED
            if stored.content_digest == digest:
                time = latest(item.source_updated_at, stored.source_updated_at)
                if time != stored.source_updated_at:
                    stored.source_updated_at = time
                    intake.newer.append(stored)
                return UNCHANGED
        try:
            draft = self._draft(item, store, stored)
        except NoRate as error:
            return Outcome(State.ERROR, (ItemError(error.field, error.message, item.source_row),))
        if stored is not None and (faults := self._faults(draft, stored.pk)):
            return Outcome(State.ERROR, faults)
        draft.order.content_digest = digest
        intake.drafts.append(draft)
        return UPDATED if stored else CREATED

    def _faults(self, draft: OrderDraft, pk: int) -> tuple[Fault, ...]:
        """Return why the order cannot change so: what was refunded or sent must stay."""
        sent = self.parcels[pk].keeps({line.line_no: line.quantity for line in draft.lines})
        return (*self._refund_faults(draft, self.books[pk]), *sent)

    def _refund_faults(self, draft: OrderDraft, book: RefundBook) -> list[ItemError]:
        """Return why the order cannot change so: a line that was refunded must stay."""
        rows = {line.line_no: line.source_row for line in draft.item.lines}
        return book.keeps(
            {
                line.line_no: Part(
                    line.line_no, line.kind, line.quantity, line.amount, rows[line.line_no]
                )
                for line in draft.lines
            }
        )

    def _draft(self, item: OrderItem, store: Store, stored: Order | None) -> OrderDraft:
        if stored is not None and stored.placed_at == item.placed_at:
            day, rate = stored.business_date, stored.fx_rate
            currencies = Currencies(store.currency, settings.REPORTING_CURRENCY, rate)
        else:
            day = business_date(item.placed_at, store.time_zone)
            currencies = self.reference.currencies(store, day)
        known = self.lines.get(stored.pk, {}) if stored else {}
        place = (store.pk, day)
        priced = [
            self._line(line, known.get(line.line_no), place, currencies) for line in item.lines
        ]
        order = self._order(item, (store, day), currencies, [worth for _line, worth in priced])
        before = stored.source_updated_at if stored else None
        order.source_updated_at = latest(item.source_updated_at, before)
        lines = [line for line, _worth in priced]
        draft = OrderDraft(item, order, lines, _payments(item), stored, known)
        draft.stored_payments = self.payments.get(stored.pk, {}) if stored else {}
        if stored is not None:
            was = Standing(stored.status, stored.held_from, stored.warehouse_id is not None)
            now = beside(order.status, was, same_goods=not draft.other_goods)
            order.status, order.held_from = now.status, now.held_from
        return draft

    def _order(
        self,
        item: OrderItem,
        place: tuple[Store, date],
        currencies: Currencies,
        worths: list[LineTotals],
    ) -> Order:
        (store, day), totals = place, document_totals(worths)
        status, source_status = _status(item.status)
        return Order(
            store_id=store.pk,
            external_id=item.external_id,
            placed_at=item.placed_at,
            business_date=day,
            status=status,
            source_status=source_status,
            traffic_source=item.traffic_source,
            currency=store.currency,
            fx_rate=currencies.rate,
            amount=totals.amount,
            reporting_amount=totals.reporting_amount,
            units=totals.units,
            has_goods=totals.has_goods,
            shipping_charge=item.shipping_charge,
            tax=sum((line.tax for line in item.lines), ZERO),
            platform_fee=item.platform_fee,
            batch=self.source.batch,
            source_row=item.source_row,
            created_at=self.at,
            updated_at=self.at,
        )

    def _line(
        self,
        item: LineItem,
        stored: StoredLine | None,
        place: tuple[int, date],
        currencies: Currencies,
    ) -> tuple[DraftLine, LineTotals]:
        store_id, day = place
        sku = self.reference.skus.get(item.sku) if item.sku else None
        cost = item.unit_cost
        if cost is None and stored is not None and stored.item_code == (item.sku or ""):
            # What it cost when it was sold stays, whatever the SKU costs today.
            cost = stored.unit_cost
        if cost is None:
            cost = self.reference.unit_cost(sku, currencies.own, day)
        worth = order_line_totals(item, cost, currencies)
        line = DraftLine(
            item.line_no,
            store_id,
            day,
            str(item.kind),
            sku.pk if sku else None,
            item.sku or "",
            item.title,
            item.quantity,
            item.unit_price,
            item.discount,
            item.tax,
            cost,
            worth.amount,
            worth.reporting_amount,
            worth.reporting_cost,
            item.source_row,
        )
        return line, worth


def _status(given: str) -> tuple[str, str]:
    """Return the status to store, and the source's own word where nobody has mapped it."""
    known = given in OrderStatus.values and given != OrderStatus.UNMAPPED
    return (given, "") if known else (OrderStatus.UNMAPPED, given)


def _payments(item: OrderItem) -> list[Payment]:
    zone = settings.COMPANY_TIME_ZONE
    return [
        Payment(
            external_id=payment.external_id,
            amount=payment.amount,
            collected_at=payment.collected_at,
            collected_on=business_date(payment.collected_at, zone)
            if payment.collected_at
            else None,
        )
        for payment in item.payments
    ]
