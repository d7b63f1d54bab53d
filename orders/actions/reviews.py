"""Storing reviews, from outside and by hand, what was changed in them, and their follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.core.scope import Scope
from catalog.actions.standing import store_fault
from catalog.actions.stores import lock_stores, mark_dirty
from catalog.models import FactFamily, Store
from catalog.queries.stores import seen_stores
from opsdesk.actions.audit import Actor, record_many
from opsdesk.actions.moves import Course, Mover, begin_many, move
from opsdesk.core.errors import InvalidData
from opsdesk.core.exchange import (
    CREATED,
    UNCHANGED,
    UPDATED,
    Outcome,
    State,
    is_older,
    latest,
    refused,
)
from opsdesk.core.periods import business_date
from opsdesk.core.wording import twice
from orders.actions.disputes import no_order
from orders.actions.keywords import fill_days_of, note_mentions
from orders.core.lifecycle import REVIEW, FollowUpStatus
from orders.core.review_items import ReviewItem, check_review, turns_bad
from orders.models import Order, Review, ReviewVersion
from orders.queries.intake import Key, orders_by_key
from orders.queries.reviews import Item, items_by_code, reviews_by_key

# What a buyer changes: what it was before is kept.
WRITTEN = ("stars", "title", "text")
TOLD = (*WRITTEN, "language", "written_at")
PLACED = ("order", "item_code", "listing_id", "sku_id", "product_id", "business_date")
COLUMNS = (
    *TOLD,
    "order",
    "item_code",
    "listing",
    "sku",
    "product",
    "business_date",
    "source_updated_at",
)
# Once any of these is another one, what keywords are counted for it is, too.
COUNTED = (*WRITTEN, "language", "product_id", "business_date")
REOPENED_FROM = (FollowUpStatus.NONE, FollowUpStatus.SOLVED, FollowUpStatus.LEFT)


def _then(review: Review, verb: str, mover: Mover) -> None:
    """Whoever makes a step of the follow-up has it; one that is opened waits for anybody."""
    rows = Review.objects.filter(pk=review.pk)
    if verb == "open":
        rows.update(handled_by=None)
        return
    person = None if mover.scope is None else mover.scope.person_id
    if person is not None:
        rows.filter(handled_by__isnull=True).update(handled_by=person)


REVIEW_COURSE = Course(REVIEW, Review, then=_then)


@transaction.atomic
def upsert_reviews(
    items: Sequence[ReviewItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the reviews, one answer per item; what is not given keeps what is stored.

    One or two stars open a follow-up, also where a better review becomes such a one; what a review
    was before it was changed is kept. An item older at its source than what is stored changes
    nothing. An order that is not there is an error; an item that nobody knows is kept as its code
    and linked once it is there. ``scope``: only stores seen by it; ``None`` is the system itself.
    """
    intake = _Intake.of(items, Mover(at, by, scope))
    outcomes = [intake.take(item) for item in items]
    intake.write()
    return outcomes


@transaction.atomic
def save_review(item: ReviewItem, mover: Mover) -> Review:
    """Store a review as somebody wrote it down; ``InvalidData`` says what of it cannot be taken."""
    found = upsert_reviews([item], scope=mover.scope, by=mover.by, at=mover.at)
    for outcome in found:
        for fault in outcome.errors:
            names = {"number": "external_id", "item": "item_code"}
            raise InvalidData(fault.message, field=names.get(fault.field, fault.field))
    return Review.objects.get(store__code=item.store, external_id=item.number)


@dataclass
class _Intake:
    """One delivery: what its items are looked up in, and the rows to write."""

    mover: Mover
    stores: dict[str, Store]
    orders: dict[Key, Order]
    items: dict[Key, Item]
    known: dict[Key, Review]
    fresh: list[Review] = field(default_factory=list)
    changed: list[Review] = field(default_factory=list)
    confirmed: list[Review] = field(default_factory=list)
    versions: list[ReviewVersion] = field(default_factory=list)
    reopened: list[Review] = field(default_factory=list)
    # Reviews whose keywords are counted anew, and as what they were counted before.
    recounted: list[Review] = field(default_factory=list)
    counted_as: list[Review] = field(default_factory=list)
    seen: set[Key] = field(default_factory=set)

    @classmethod
    def of(cls, items: Sequence[ReviewItem], mover: Mover) -> _Intake:
        """Look up what the items name, and hold their stores."""
        stores = seen_stores((item.store for item in items), mover.scope)
        lock_stores(store.pk for store in stores.values())
        there = [item for item in items if item.store in stores]
        return cls(
            mover,
            stores,
            orders_by_key((stores[one.store].pk, one.order) for one in there if one.order),
            items_by_code((stores[one.store].pk, one.item) for one in there if one.item),
            reviews_by_key((stores[one.store].pk, one.number) for one in there),
        )

    def take(self, item: ReviewItem) -> Outcome:
        """Return the answer to ``item``, and note what is to be written of it."""
        if fault := store_fault(item, self.stores):
            return Outcome(State.ERROR, (fault,))
        if faults := check_review(item, self.mover.at):
            return Outcome(State.ERROR, tuple(faults))
        store = self.stores[item.store]
        key = (store.pk, item.number)
        if key in self.seen:
            return refused("number", twice(f"{item.store} {item.number}"), item.source_row)
        self.seen.add(key)
        if item.order and (store.pk, item.order) not in self.orders:
            return refused("order", no_order(item.store, item.order), item.source_row)
        stored = self.known.get(key)
        if stored is None:
            made = self._fill(Review(store=store, external_id=item.number), item)
            made.status = FollowUpStatus.OPEN if made.is_bad else FollowUpStatus.NONE
            self.fresh.append(made)
            self.recounted.append(made)
            return CREATED
        if is_older(item.source_updated_at, stored.source_updated_at):
            return UNCHANGED
        return self._change(stored, item)

    def _change(self, stored: Review, item: ReviewItem) -> Outcome:
        before = _copy(stored)
        self._fill(stored, item)
        if _differ(before, stored, WRITTEN):
            self.versions.append(
                ReviewVersion(
                    review=stored,
                    source_updated_at=before.source_updated_at,
                    until=item.source_updated_at or self.mover.at,
                    **{name: getattr(before, name) for name in WRITTEN},
                )
            )
        if turns_bad(before.stars, stored.stars) and stored.status in REOPENED_FROM:
            self.reopened.append(stored)
        if _differ(before, stored, COUNTED):
            self.counted_as.append(before)
            self.recounted.append(stored)
        if _differ(before, stored, (*TOLD, *PLACED)):
            self.changed.append(stored)
            return UPDATED
        if before.source_updated_at != stored.source_updated_at:
            self.confirmed.append(stored)
        return UNCHANGED

    def _fill(self, row: Review, item: ReviewItem) -> Review:
        store, written_at = self.stores[item.store], row.written_at
        for name in TOLD:
            if (value := getattr(item, name)) is not None:
                setattr(row, name, value)
        if item.order or "order" in item.cleared:
            row.order = self.orders.get((store.pk, item.order))
        if item.item or "item" in item.cleared:
            row.item_code = item.item
            place_review(row, self.items.get((store.pk, item.item)))
        if row.written_at != written_at:
            # One that is stored stays: another zone of the store is for later ones only.
            row.business_date = business_date(row.written_at, store.time_zone)
        row.source_updated_at = latest(item.source_updated_at, row.source_updated_at)
        return row

    def write(self) -> None:
        """Write the rows with their audit, their follow-ups, and count their keywords."""
        mover = self.mover
        Review.objects.bulk_create(self.fresh, batch_size=500)
        Review.objects.bulk_update(self.changed, COLUMNS, batch_size=200)
        Review.objects.bulk_update(self.confirmed, ["source_updated_at"], batch_size=500)
        ReviewVersion.objects.bulk_create(self.versions, batch_size=500)
        begin_many(REVIEW_COURSE, self.fresh, mover)
        for verb, rows in (("created", self.fresh), ("changed", self.changed)):
            named = [(row.pk, row.external_id) for row in rows]
            record_many(verb, Review, named, by=mover.by, at=mover.at)
        for review in self.reopened:
            move(REVIEW_COURSE, review, "open", mover.follow())
        if self.recounted:
            note_mentions(self.recounted)
            counted = [*self.recounted, *self.counted_as]
            fill_days_of(counted)
            mark_dirty(FactFamily.REVIEWS, {(one.store_id, one.business_date) for one in counted})


def place_review(row: Review, item: Item | None) -> None:
    """Say what a review is about; ``None``: nobody knows the code it came with."""
    row.sku_id, row.product_id, row.listing_id = (
        (item.sku_id, item.product_id, item.listing_id) if item else (None, None, None)
    )


@transaction.atomic
def link_reviews(*, at: datetime) -> int:
    """Give reviews whose item has come its product; return how many there were."""
    waiting = Review.objects.filter(product__isnull=True).exclude(item_code="")
    codes = waiting.order_by().values_list("store", "item_code").distinct()
    items = items_by_code(set(codes))
    if not items:
        return 0
    lock_stores({store for store, _code in items})
    found = [
        review
        for review in waiting.filter(item_code__in={code for _store, code in items}).order_by("pk")
        if (review.store_id, review.item_code) in items
    ]
    for review in found:
        place_review(review, items[review.store_id, review.item_code])
    Review.objects.bulk_update(found, ["listing", "sku", "product"], batch_size=500)
    named = [(review.pk, review.external_id) for review in found]
    record_many("linked", Review, named, by=None, at=at)
    fill_days_of(found)
    return len(found)


def _copy(review: Review) -> Review:
    """Return the review as it is before it is changed."""
    fields = [column.attname for column in Review._meta.concrete_fields]
    return Review(**{name: getattr(review, name) for name in fields})


def _differ(before: Review, after: Review, names: Sequence[str]) -> bool:
    def said(review: Review) -> list[Any]:
        return [review.order_id if name == "order" else getattr(review, name) for name in names]

    return said(before) != said(after)
