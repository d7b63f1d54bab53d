"""Planning promotions, taking them through their phases, and the stock kept for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from catalog.actions.pricing import price_faults
from catalog.actions.stock import Hold, hold_levels, release, reserve
from catalog.core.lifecycle import PROMOTION, ListingStatus, PromotionStatus
from catalog.core.promotions import DAY, due_move, missed
from catalog.models import Promotion, PromotionItem, Sku, StockLevel, Store, Warehouse
from catalog.queries.pricing import basis_of
from catalog.queries.promotions import (
    kept_pieces,
    phases_of,
    promotions_to_move,
    reserved_pieces,
    wanted_pieces,
)
from opsdesk.actions.moves import Course, Mover, begin, move
from opsdesk.actions.records import delete_record, save_record
from opsdesk.core.errors import DomainError, InvalidData, InvalidTransition, NotAllowed
from opsdesk.core.exchange import decimals
from opsdesk.core.money import minor_places
from opsdesk.core.periods import business_date

# What was agreed before it begins; what is spent goes on being entered.
PLANNED_FIELDS = (
    "code",
    "name",
    "category_id",
    "warms_up_on",
    "runs_on",
    "wraps_up_on",
    "ends_on",
    "budget",
    "target_sales",
)
STARTS = ("warm_up", "run")


def reference_of(promotion: Promotion) -> str:
    """Return what the ledger of stock calls the promotion."""
    return f"PROMO:{promotion.store.code}:{promotion.code}"


@transaction.atomic
def save_promotion(promotion: Promotion, mover: Mover) -> Promotion:
    """Plan a promotion, or change its plan; once it left that, only what was spent.

    ``NotAllowed`` for a store one does not see, ``InvalidTransition`` for a plan that began.
    """
    _refuse_writer(promotion.store, mover)
    if any(mark in promotion.code for mark in "/:") or not promotion.code.isprintable():
        message = _("A code has no “/” and no “:”, and no control characters.")
        raise InvalidData(message, field="code")
    if promotion.pk is None:
        promotion.status = PromotionStatus.PLANNED
        save_record(promotion, by=mover.by, at=mover.at)
        begin(PROMOTION_COURSE, promotion, mover)
        return promotion
    held = _held(promotion.pk, mover)
    if held.store_id != promotion.store_id:
        message = _("%(promotion)s stays in its store: cancel it and plan another one.")
        raise InvalidData(message % {"promotion": held}, field="store")
    changed = any(getattr(held, name) != getattr(promotion, name) for name in PLANNED_FIELDS)
    if changed:
        _refuse_begun(held)
    for name in (*PLANNED_FIELDS, "spent"):
        setattr(held, name, getattr(promotion, name))
    return save_record(held, by=mover.by, at=mover.at)


@transaction.atomic
def save_item(item: PromotionItem, mover: Mover) -> PromotionItem:
    """Put a listing into a planned promotion of its own store, or change what it gets there."""
    held = _held(item.promotion_id, mover)
    _refuse_begun(held)
    listing = item.listing
    if listing.store_id != held.store_id:
        message = _("%(listing)s is not sold in %(store)s: choose a listing of that store.")
        raise InvalidData(message % {"listing": listing, "store": held.store}, field="listing")
    if listing.status == ListingStatus.ENDED:
        message = _("%(listing)s has ended: choose another listing.")
        raise InvalidData(message % {"listing": listing}, field="listing")
    places = minor_places(held.store.currency)
    if item.price is not None and decimals(item.price) > places:
        message = _("%(currency)s has %(places)d decimals.")
        words = {"currency": held.store.currency, "places": places}
        raise InvalidData(message % words, field="price")
    return save_record(item, by=mover.by, at=mover.at)


@transaction.atomic
def delete_item(item: PromotionItem, mover: Mover) -> None:
    """Take a listing out of a planned promotion."""
    _refuse_begun(_held(item.promotion_id, mover))
    delete_record(item, by=mover.by, at=mover.at)


def _held(number: int, mover: Mover) -> Promotion:
    rows = Promotion.objects.select_for_update(of=("self",)).select_related("store")
    held = rows.get(pk=number)
    _refuse_writer(held.store, mover)
    return held


def _refuse_begun(promotion: Promotion) -> None:
    if promotion.status != PromotionStatus.PLANNED:
        message = _(
            "%(promotion)s is “%(state)s”: its plan does not change any more. Only what was spent "
            "is still entered."
        )
        words = {"promotion": promotion, "state": PROMOTION.label_of(promotion.status)}
        raise InvalidTransition(message % words, code="not_planned")


def _refuse_writer(store: Store, mover: Mover) -> None:
    if mover.scope is None:
        return
    if not mover.is_machine and not mover.scope.may(Right.CATALOGUE_EDIT):
        raise NotAllowed(_("You don't have the right to plan promotions."), code="no_right")
    if not Store.objects.visible_to(mover.scope).filter(pk=store.pk).exists():
        message = _("You don't see the store %(code)s: somebody of it has to do this.")
        raise NotAllowed(message % {"code": store.code}, code="not_yours", field="store")


def _missing(promotion: Promotion, verb: str) -> list[str]:
    """Return in sentences what the start still needs."""
    if verb not in STARTS:
        return []
    found = []
    if promotion.category_id is None and not promotion.items.exists():
        found.append(_("Name at least one listing, or a category."))
    if promotion.budget <= 0:
        found.append(_("Enter a budget above 0."))
    return found + _missing_stock(promotion) + _missing_prices(promotion)


def _missing_stock(promotion: Promotion) -> list[str]:
    wanted, reserved = wanted_pieces(promotion), reserved_pieces(reference_of(promotion))
    rows = StockLevel.objects.filter(
        warehouse__in={place for place, _sku in wanted}, sku__in={sku for _place, sku in wanted}
    )
    levels = {(level.warehouse_id, level.sku_id): level for level in rows}
    warehouses = Warehouse.objects.in_bulk({place for place, _sku in wanted})
    skus = Sku.objects.in_bulk({sku for _place, sku in wanted})
    found = []
    for (place, sku), units in wanted.items():
        level = levels.get((place, sku))
        free = level.on_hand - level.reserved if level else 0
        needed = units - reserved.get((place, sku), 0)
        if needed > free and not warehouses[place].allows_negative:
            message = _(
                "%(needed)d pieces of %(sku)s are to be kept in %(warehouse)s, and %(free)d are "
                "available there: keep fewer, or bring more in."
            )
            words = {"needed": needed, "free": free, "sku": skus[sku].code}
            found.append(message % (words | {"warehouse": warehouses[place].code}))
    return found


def _missing_prices(promotion: Promotion) -> list[str]:
    """Return why prices could not be asked for on the first day of the run."""
    rows = promotion.items.filter(price__isnull=False).order_by("pk")
    items = list(rows.select_related("listing__store", "listing__sku__product"))
    if not items:
        return []
    bases = basis_of([item.listing for item in items], promotion.runs_on)
    return [
        f"{item.listing.seller_sku}: {fault}"
        for item in items
        if item.price is not None
        for fault in price_faults(bases[item.listing_id], item.price)
    ]


def _then(promotion: Promotion, verb: str, mover: Mover) -> None:
    if verb in STARTS:
        _reserve(promotion, mover)
    elif verb in ("close", "cancel"):
        _release(promotion, mover)


def _reserve(promotion: Promotion, mover: Mover) -> None:
    """Keep the pieces of its listings; what is kept for it already is not kept twice."""
    reference = reference_of(promotion)
    wanted, reserved = wanted_pieces(promotion), reserved_pieces(reference)
    for key, level in _levels(wanted).items():
        units = wanted[key] - reserved.get(key, 0)
        if units > 0:
            reserve(Hold(level.warehouse, level.sku, units, reference), mover.follow())


def _release(promotion: Promotion, mover: Mover) -> None:
    """Give free what is still kept for it.

    An order that used up kept pieces under its own number took them out of the level as well:
    never more than the level holds is given free.
    """
    reference = reference_of(promotion)
    kept = {key: units for key, units in kept_pieces(reference).items() if units > 0}
    for key, level in _levels(kept).items():
        units = min(kept[key], level.reserved)
        if units > 0:
            release(Hold(level.warehouse, level.sku, units, reference), mover.follow())


def _levels(wanted: dict[tuple[int, int], int]) -> dict[tuple[int, int], Any]:
    """Return the levels of these places, held until the end of the transaction."""
    warehouses = Warehouse.objects.in_bulk({place for place, _sku in wanted})
    skus = Sku.objects.in_bulk({sku for _place, sku in wanted})
    held = hold_levels((warehouses[place], skus[sku]) for place, sku in wanted)
    for level in held:
        level.warehouse, level.sku = warehouses[level.warehouse_id], skus[level.sku_id]
    found = {(level.warehouse_id, level.sku_id): level for level in held}
    return {key: found[key] for key in wanted if key in found}


PROMOTION_COURSE = Course(PROMOTION, Promotion, _missing, _then)


@dataclass(frozen=True, slots=True)
class Advanced:
    """How many moves the clock made, and why others could not be made."""

    moves: int
    notes: tuple[str, ...]


def advance_promotions(at: datetime) -> Advanced:
    """Take promotions into the phase whose day has come where their store is.

    Each for itself: what stands against one is told and holds up no other.
    """
    mover, moves, notes = Mover(at), 0, []
    for promotion in promotions_to_move(at.date() + DAY):
        phases, today = phases_of(promotion), business_date(at, promotion.store.time_zone)
        if missed(promotion.status, phases, today):
            message = _(
                "%(promotion)s is still planned, and its days have gone by: cancel it, or give it "
                "new days."
            )
            notes.append(message % {"promotion": promotion})
        while verb := due_move(promotion.status, phases, today):
            try:
                with transaction.atomic():
                    move(PROMOTION_COURSE, promotion, verb, mover)
            except (DomainError, ValidationError) as refusal:
                said = getattr(refusal, "message", str(refusal))
                notes.append(f"{promotion}: {said}")
                break
            moves += 1
    return Advanced(moves, tuple(notes))
