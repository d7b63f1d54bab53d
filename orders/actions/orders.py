"""Orders as they come from outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from catalog.actions.stores import mark_dirty
from catalog.models import FactFamily
from opsdesk.actions.audit import person_id, record_many
from opsdesk.actions.bulk import insert_rows
from opsdesk.actions.exchange import Source
from opsdesk.actions.moves import Mover
from opsdesk.core.exchange import Outcome
from opsdesk.models import LifeEvent
from orders.actions.addresses import write_addresses
from orders.actions.customers import ensure_customers
from orders.actions.drafts import DraftLine, OrderDraft, OrderIntake, read_orders
from orders.actions.order_following import follow_source
from orders.actions.refunds import follow_orders
from orders.actions.sequences import renumber_orders
from orders.core.items import OrderItem
from orders.core.lifecycle import ORDER
from orders.models import Customer, Order, OrderLine, Payment

ORDER_COLUMNS = (
    "customer",
    "placed_at",
    "business_date",
    "status",
    "source_status",
    "traffic_source",
    "currency",
    "fx_rate",
    "amount",
    "reporting_amount",
    "units",
    "has_goods",
    "shipping_charge",
    "tax",
    "platform_fee",
    "held_from",
    "screened_at",
    "source_updated_at",
    "content_digest",
    "batch",
    "source_row",
    "updated_at",
)
_LINE_KEY = ("order", "line_no")
_LINE_COLUMNS = [
    field.name for field in OrderLine._meta.concrete_fields if field.name not in ("id", *_LINE_KEY)
]


@transaction.atomic
def upsert_orders(items: Sequence[OrderItem], *, source: Source, at: datetime) -> list[Outcome]:
    """Store the orders, one answer per item in their order; give it a thousand at a time.

    An item that says nothing new is ``unchanged``, and so is one older than what is stored. One
    that cannot be taken is an ``error`` and keeps no other out. Lines and payments are replaced
    by those of the item; a line that a return points to stays. The items must have passed
    ``check_order``.
    """
    intake = read_orders(items, source=source, at=at)
    drafts = intake.drafts
    for draft, customer in _with_customers(drafts):
        draft.order.customer = customer
    _write_orders(drafts)
    write_addresses((draft.order, draft.item.ship_to) for draft in drafts)
    _write_lines(drafts)
    _write_payments(drafts)
    follow_orders([draft.order for draft in drafts if draft.money_moved], by=source.by, at=at)
    _write_events(drafts, source=source, at=at)
    follow_source(drafts, Mover(at, source.by))
    _note_times(intake)
    mark_dirty(FactFamily.SALES, {day for draft in drafts for day in draft.days()})
    renumber_orders(
        {pk for draft in drafts for pk in draft.customers_touched()},
        told={draft.order.pk for draft in drafts},
        by=source.by,
        at=at,
    )
    return intake.outcomes


def _with_customers(drafts: list[OrderDraft]) -> list[tuple[OrderDraft, Customer]]:
    named = [
        (draft, draft.order.store_id, draft.item.customer)
        for draft in drafts
        if draft.item.customer is not None
    ]
    known = ensure_customers(
        (store_id, (draft.item.source_updated_at or draft.item.placed_at, item))
        for draft, store_id, item in named
    )
    return [(draft, known[(store_id, item.external_id)]) for draft, store_id, item in named]


def _write_orders(drafts: list[OrderDraft]) -> None:
    Order.objects.bulk_create([draft.order for draft in drafts if draft.stored is None])
    changed = [draft for draft in drafts if draft.stored is not None]
    Order.objects.bulk_create(
        [draft.order for draft in changed],
        update_conflicts=True,
        unique_fields=["store", "external_id"],
        update_fields=ORDER_COLUMNS,
    )
    for draft in changed:
        assert draft.stored is not None  # noqa: S101  (chosen above)
        draft.order.pk = draft.stored.pk
        draft.order.created_at = draft.stored.created_at


def _write_lines(drafts: list[OrderDraft]) -> None:
    insert_rows(
        OrderLine,
        ("order_id", *DraftLine._fields),
        ((d.order.pk, *line) for d in drafts if d.stored is None for line in d.lines),
    )
    OrderLine.objects.bulk_create(
        [
            OrderLine(order_id=draft.order.pk, **line._asdict())
            for draft in drafts
            if draft.stored is not None
            for line in draft.lines
        ],
        update_conflicts=True,
        unique_fields=_LINE_KEY,
        update_fields=_LINE_COLUMNS,
    )
    gone = [pk for draft in drafts for pk in draft.lines_gone()]
    if gone:
        OrderLine.objects.filter(pk__in=gone).delete()


def _write_payments(drafts: list[OrderDraft]) -> None:
    for draft in drafts:
        for payment in draft.payments:
            payment.order_id = draft.order.pk
    Payment.objects.bulk_create(
        [payment for draft in drafts for payment in draft.payments],
        update_conflicts=True,
        unique_fields=["order", "external_id"],
        update_fields=["amount", "collected_at", "collected_on"],
    )
    gone = [pk for draft in drafts for pk in draft.payments_gone()]
    if gone:
        Payment.objects.filter(pk__in=gone).delete()


def _write_events(drafts: list[OrderDraft], *, source: Source, at: datetime) -> None:
    by, by_id = source.by, person_id(source.by)
    LifeEvent.objects.bulk_create(
        [
            LifeEvent(
                life=ORDER.name,
                object_id=d.order.pk,
                verb="told" if d.stored else "begin",
                from_state=d.stored.status if d.stored else "",
                state=d.order.status,
                by_id=by_id,
                at=at,
            )
            for d in drafts
            if d.stored is None or d.stored.status != d.order.status
        ]
    )
    for verb, is_new in (("created", True), ("changed", False)):
        orders = [draft.order for draft in drafts if (draft.stored is None) == is_new]
        record_many(verb, Order, [(o.pk, o.external_id) for o in orders], by=by, at=at)


def _note_times(intake: OrderIntake) -> None:
    """Keep the source's later time of an order that says nothing new."""
    if intake.newer:
        Order.objects.bulk_update(intake.newer, ["source_updated_at"], batch_size=500)
