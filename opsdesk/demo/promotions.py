"""The promotions of the sample company: one that runs, one that is planned."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from catalog.actions.listings import make_listing
from catalog.actions.promotions import PROMOTION_COURSE, save_item, save_promotion
from catalog.models import Listing, Promotion, PromotionItem, StockLevel, Store
from opsdesk.actions.moves import Mover, move

DAY = timedelta(days=1)
LISTINGS = 3


def write(today: date, *, at: datetime) -> None:
    """Write a promotion of a store that runs since five days, and one of the next month."""
    mover, store = Mover(at), Store.objects.order_by("code")[0]
    running = Promotion(
        store=store,
        code="AUTUMN",
        name="Autumn week",
        warms_up_on=today - DAY * 8,
        runs_on=today - DAY * 5,
        wraps_up_on=today + DAY,
        ends_on=today + DAY * 3,
        budget=Decimal(3000),
        spent=Decimal(1840),
        target_sales=Decimal(20000),
    )
    _plan(running, 20, mover)
    for verb in ("warm_up", "run"):
        move(PROMOTION_COURSE, running, verb, mover)
    planned = Promotion(
        store=store,
        code="YEAREND",
        name="Year-end offers",
        warms_up_on=today + DAY * 20,
        runs_on=today + DAY * 24,
        wraps_up_on=today + DAY * 29,
        ends_on=today + DAY * 31,
        budget=Decimal(5000),
        target_sales=Decimal(45000),
    )
    _plan(planned, 10, mover)


def _plan(promotion: Promotion, units: int, mover: Mover) -> None:
    save_promotion(promotion, mover)
    enough = StockLevel.objects.filter(on_hand__gte=units * 2, warehouse__code="NINGBO")
    for level in enough.select_related("sku", "warehouse").order_by("sku__code")[:LISTINGS]:
        item = PromotionItem(
            promotion=promotion,
            listing=_listing(promotion.store, level, mover),
            warehouse=level.warehouse,
            reserved_units=units,
        )
        save_item(item, mover)


def _listing(store: Store, level: StockLevel, mover: Mover) -> Listing:
    found = Listing.objects.filter(store=store, sku=level.sku).first()
    if found is not None:
        return found
    return make_listing(Listing(store=store, sku=level.sku, seller_sku=level.sku.code), mover)
