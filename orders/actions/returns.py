"""Returns as they come from outside, never above what was bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.actions.stores import mark_dirty
from catalog.models import FactFamily, Store
from opsdesk.actions.audit import record_many
from opsdesk.actions.exchange import Source
from opsdesk.core.errors import NoRate
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED, Outcome, State, is_older, latest
from opsdesk.core.money import round_money
from opsdesk.core.periods import business_date
from opsdesk.core.wording import twice
from orders.actions.customers import ensure_customers
from orders.actions.drafts import Reference
from orders.actions.shared_returns import handled_lines, keep_decisions, news_of, tell_events
from orders.core.digests import return_digest
from orders.core.items import ItemError, ReturnItem, ReturnLineItem
from orders.core.lifecycle import MONEY_BACK, ReturnStatus
from orders.core.reasons import folded
from orders.core.refunds import Part
from orders.core.returns import Delivered
from orders.core.totals import Currencies, LineTotals, document_totals, return_line_totals
from orders.models import Order, Return, ReturnLine
from orders.queries.intake import (
    StoredLine,
    lines_by_order,
    orders_by_key,
    refund_books,
    returns_by_key,
)
from orders.queries.reasons import reasons_by_word

RETURN_COLUMNS = (
    "order",
    "customer",
    "status",
    "source_status",
    "reason",
    "requested_at",
    "refunded_at",
    "refunded_on",
    "currency",
    "fx_rate",
    "amount",
    "reporting_amount",
    "units",
    "source_updated_at",
    "content_digest",
    "batch",
    "source_row",
    "updated_at",
)
_LINE_KEY = ("return_case", "line_no")
_LINE_COLUMNS = [
    column.name
    for column in ReturnLine._meta.concrete_fields
    if column.name not in ("id", *_LINE_KEY)
]


@dataclass
class ReturnDraft:
    """A return as it is to be written, beside what is stored of it."""

    item: ReturnItem
    case: Return
    lines: list[ReturnLine]
    stored: Return | None

    def days(self) -> set[tuple[int, date]]:
        """Return the days whose refunds change: the return's own, and the one it was on before."""
        cases = (self.case, self.stored)
        return {(c.store_id, c.refunded_on) for c in cases if c is not None and c.refunded_on}


@dataclass
class ReturnIntake:
    """The answers, the rows to write, and returns of which only the source time is newer."""

    outcomes: list[Outcome] = field(default_factory=list)
    drafts: list[ReturnDraft] = field(default_factory=list)
    newer: list[Return] = field(default_factory=list)


@transaction.atomic
def upsert_returns(items: Sequence[ReturnItem], *, source: Source, at: datetime) -> list[Outcome]:
    """Store the returns, one answer per item in their order; give it a thousand at a time.

    Of an order never more goes back than was bought, over all its returns: the store is held, so
    that two deliveries at once cannot both pass. A return of an order that is not there yet is an
    error; sent again later it is taken. What people here decided about a return stays, see
    ``orders.core.returns``. The items must have passed ``check_return``.
    """
    intake = _ReturnReader(items, source, at).read()
    drafts = intake.drafts
    named = [(d, d.case.store_id, d.item.customer) for d in drafts if d.item.customer is not None]
    known = ensure_customers(
        (store_id, (draft.item.source_updated_at or draft.item.requested_at, customer))
        for draft, store_id, customer in named
    )
    for draft, store_id, customer in named:
        draft.case.customer = known[(store_id, customer.external_id)]
    _write(drafts)
    if intake.newer:
        Return.objects.bulk_update(intake.newer, ["source_updated_at"], batch_size=500)
    handled = [(d.case, d.stored) for d in drafts if d.stored and d.stored.handled_at]
    tell_events(((case, old.status) for case, old in handled), by=source.by, at=at)
    for verb, is_new in (("created", True), ("changed", False)):
        cases = [draft.case for draft in drafts if (draft.stored is None) == is_new]
        record_many(verb, Return, [(c.pk, c.external_id) for c in cases], by=source.by, at=at)
    mark_dirty(FactFamily.REFUNDS, {day for draft in drafts for day in draft.days()})
    return intake.outcomes


def _write(drafts: list[ReturnDraft]) -> None:
    Return.objects.bulk_create([draft.case for draft in drafts if draft.stored is None])
    changed = [draft for draft in drafts if draft.stored is not None]
    Return.objects.bulk_create(
        [draft.case for draft in changed],
        update_conflicts=True,
        unique_fields=["store", "external_id"],
        update_fields=RETURN_COLUMNS,
    )
    for draft in changed:
        draft.case.pk = draft.stored.pk if draft.stored else None
    kept = {(draft.case.pk, line.line_no) for draft in changed for line in draft.lines}
    lines = ReturnLine.objects.filter(return_case__in=[draft.case.pk for draft in changed])
    gone = [
        pk
        for pk, *key in lines.values_list("pk", "return_case_id", "line_no")
        if tuple(key) not in kept
    ]
    if gone:
        ReturnLine.objects.filter(pk__in=gone).delete()
    for draft in drafts:
        for line in draft.lines:
            line.return_case_id = draft.case.pk
    ReturnLine.objects.bulk_create(
        [line for draft in drafts for line in draft.lines],
        update_conflicts=True,
        unique_fields=_LINE_KEY,
        update_fields=_LINE_COLUMNS,
    )


class _ReturnReader:
    """Reads one delivery of returns."""

    def __init__(self, items: Sequence[ReturnItem], source: Source, at: datetime) -> None:
        self.items = items
        self.source = source
        self.at = at
        self.reference = Reference.of(items, at)
        stores = self.reference.stores
        known = [item for item in items if item.store in stores]
        self.stored = returns_by_key((stores[i.store].pk, i.external_id) for i in known)
        self.orders = orders_by_key((stores[i.store].pk, i.order) for i in known if i.order)
        self.lines = lines_by_order(order.pk for order in self.orders.values())
        self.books = refund_books(self.orders.values(), self.lines)
        self.reasons = reasons_by_word() if any(item.reason for item in items) else {}
        self.handled = handled_lines(self.stored.values())

    def read(self) -> ReturnIntake:
        """Return the answers and the rows to write."""
        intake = ReturnIntake()
        seen: set[tuple[str, str]] = set()
        for item in self.items:
            key = (item.store, item.external_id)
            fault = self.reference.fault(item)
            if fault is None and key in seen:
                fault = ItemError("external_id", twice(item.external_id), item.source_row)
            seen.add(key)
            outcome = Outcome(State.ERROR, (fault,)) if fault else self._decide(item, intake)
            intake.outcomes.append(outcome)
        return intake

    def _decide(self, item: ReturnItem, intake: ReturnIntake) -> Outcome:
        store = self.reference.stores[item.store]
        stored = self.stored.get((store.pk, item.external_id))
        digest = return_digest(item)
        if stored is not None:
            if is_older(item.source_updated_at, stored.source_updated_at):
                return UNCHANGED
            if stored.content_digest == digest:
                time = latest(item.source_updated_at, stored.source_updated_at)
                if time != stored.source_updated_at:
                    stored.source_updated_at = time
                    intake.newer.append(stored)
                return UNCHANGED
            if news_of(stored, item.source_updated_at) is Delivered.NOTHING:
                return UNCHANGED
        order = self.orders.get((store.pk, item.order)) if item.order else None
        try:
            faults = self._faults(item, stored, order)
            draft = None if faults else self._draft(item, stored, order)
            if draft is not None and stored is not None and stored.handled_at is not None:
                faults = keep_decisions(draft.case, draft.lines, stored, self.handled)
                draft = None if faults else draft
        except NoRate as error:
            faults = [ItemError(error.field, error.message, item.source_row)]
            draft = None
        if draft is None:
            return Outcome(State.ERROR, tuple(faults))
        self._book(draft, order)
        draft.case.content_digest = digest
        intake.drafts.append(draft)
        return UPDATED if stored else CREATED

    def _faults(
        self, item: ReturnItem, stored: Return | None, order: Order | None
    ) -> list[ItemError]:
        if item.order and order is None:
            message = _(
                "There is no order %(order)s in store %(store)s yet: load the order first, then "
                "this return again."
            )
            words = {"order": item.order, "store": item.store}
            return [ItemError("order", message % words, item.source_row)]
        if item.status in MONEY_BACK and item.refunded_at is None:
            message = _("Return %(name)s is refunded, but without a time: give refunded_at.")
            words = {"name": item.external_id}
            return [ItemError("refunded_at", message % words, item.source_row)]
        if order is None or item.status == ReturnStatus.REJECTED:
            return []
        return self.books[order.pk].faults(_book_key(item, stored), _parts(item))

    def _book(self, draft: ReturnDraft, order: Order | None) -> None:
        """Remember what this return takes, for the next ones of the same delivery."""
        key = _book_key(draft.item, draft.stored)
        if draft.stored is not None and draft.stored.order_id:
            book = self.books.get(draft.stored.order_id)
            if book is not None:
                book.returns.pop(key, None)
        if order is not None and draft.case.status in MONEY_BACK:
            self.books[order.pk].returns[key] = _parts(draft.item)

    def _draft(self, item: ReturnItem, stored: Return | None, order: Order | None) -> ReturnDraft:
        store = self.reference.stores[item.store]
        day = _refund_day(item, stored, store)
        currencies = self._currencies(item, stored, order, day)
        known = self.lines.get(order.pk, {}) if order else {}
        priced = [self._line(line, known, currencies, self._day(item, day)) for line in item.lines]
        reason = self.reasons.get(folded(item.reason))
        for line, _worth in priced:
            line.reason_id = reason
        totals = document_totals(worth for _line, worth in priced)
        known_status = item.status in ReturnStatus.values
        case = Return(
            store_id=store.pk,
            external_id=item.external_id,
            order=order,
            # A word that nobody has mapped neither counts as refunded nor as rejected.
            status=item.status if known_status else ReturnStatus.REQUESTED,
            source_status="" if known_status else item.status,
            reason=item.reason,
            requested_at=item.requested_at,
            refunded_at=item.refunded_at,
            refunded_on=day,
            currency=store.currency,
            fx_rate=currencies.rate,
            amount=totals.amount,
            reporting_amount=totals.reporting_amount,
            units=totals.units,
            source_updated_at=latest(
                item.source_updated_at, stored.source_updated_at if stored else None
            ),
            batch=self.source.batch,
            source_row=item.source_row,
            created_at=self.at,
            updated_at=self.at,
        )
        return ReturnDraft(item, case, [line for line, _worth in priced], stored)

    def _day(self, item: ReturnItem, refunded_on: date | None) -> date:
        """Return the day whose rates hold where no order tells its own."""
        zone = self.reference.stores[item.store].time_zone
        return refunded_on or business_date(item.requested_at, zone)

    def _currencies(
        self, item: ReturnItem, stored: Return | None, order: Order | None, day: date | None
    ) -> Currencies:
        """Return the order's rate; without an order that of the refund's own day."""
        store, reporting = self.reference.stores[item.store], settings.REPORTING_CURRENCY
        if order is not None:
            return Currencies(store.currency, reporting, order.fx_rate)
        same = stored is not None and stored.order_id is None and stored.refunded_on == day
        if stored is not None and same and day is not None:
            return Currencies(store.currency, reporting, stored.fx_rate)
        return self.reference.currencies(store, self._day(item, day))

    def _line(
        self,
        item: ReturnLineItem,
        known: dict[int, StoredLine],
        currencies: Currencies,
        day: date,
    ) -> tuple[ReturnLine, LineTotals]:
        sold = known.get(item.order_line_no) if item.order_line_no else None
        sku = self.reference.skus.get(item.sku) if item.sku else None
        cost: Decimal | None
        if sold is not None:
            cost = sold.unit_cost
        else:
            cost = self.reference.unit_cost(sku, currencies.own, day)
        worth = return_line_totals(item, cost, currencies)
        line = ReturnLine(
            line_no=item.line_no,
            order_line_id=sold.pk if sold else None,
            kind=str(item.kind),
            sku_id=sold.sku_id if sold else sku.pk if sku else None,
            item_code=item.sku or (sold.item_code if sold else ""),
            title=item.title,
            quantity=item.quantity,
            amount=worth.amount,
            reporting_amount=worth.reporting_amount,
            reporting_cost=worth.reporting_cost,
            restock=item.restock,
            source_row=item.source_row,
        )
        return line, worth


def _book_key(item: ReturnItem, stored: Return | None) -> int | str:
    return stored.pk if stored is not None else item.external_id


def _parts(item: ReturnItem) -> list[Part]:
    return [
        Part(
            line.order_line_no or 0,
            str(line.kind),
            line.quantity,
            round_money(line.refund_amount, item.currency),
            line.source_row,
        )
        for line in item.lines
    ]


def _refund_day(item: ReturnItem, stored: Return | None, store: Store) -> date | None:
    """Return the business date of the refund; one that is stored stays while the time stays."""
    if item.refunded_at is None:
        return None
    if stored is not None and stored.refunded_at == item.refunded_at:
        return stored.refunded_on
    return business_date(item.refunded_at, store.time_zone)
