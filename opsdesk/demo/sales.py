"""What the sample company sells: stores, products, FX rates, two years of orders and returns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from accounts.models import User
from catalog.actions.fx import record_rates
from catalog.actions.products import upsert_categories, upsert_products, upsert_skus
from catalog.actions.stores import upsert_stores
from catalog.core.items import CategoryItem, ProductItem, RateItem, SkuItem, StoreItem
from opsdesk.actions.exchange import Source
from opsdesk.core.money import round_money
from opsdesk.core.periods import local_instant
from opsdesk.demo.buyers import buyer, ship_to
from opsdesk.demo.people import first_day
from orders.actions.orders import upsert_orders
from orders.actions.returns import upsert_returns
from orders.core.items import (
    LineItem,
    OrderItem,
    PaymentItem,
    ReturnItem,
    ReturnLineItem,
)
from orders.core.lifecycle import OrderStatus, ReturnStatus

CHUNK = 1000
# So old is the oldest order whose parcel is held up on its way.
HELD_UP_DAYS = 30


@dataclass(frozen=True)
class Shop:
    """A store, how many orders it has a day, and what a CNY is worth in its currency."""

    item: StoreItem
    daily: float
    per_cny: Decimal


def _shop(
    fields: tuple[str, str, str, str, str, str], department: str, daily: float, per_cny: str
) -> Shop:
    return Shop(StoreItem(*fields, department=department), daily, Decimal(per_cny))


# fmt: off
SHOPS = (
    _shop(("AMZ-UK", "Amazon UK", "amazon", "GB", "GBP", "Europe/London"), "EU", 13, "0.109"),
    _shop(("AMZ-DE", "Amazon DE", "amazon", "DE", "EUR", "Europe/Berlin"), "EU", 10, "0.128"),
    _shop(("SHOP-FR", "Own shop FR", "own", "FR", "EUR", "Europe/Paris"), "EU", 4, "0.128"),
    _shop(("SHP-SG", "Shopee SG", "shopee", "SG", "SGD", "Asia/Singapore"), "ASIA", 9, "0.187"),
    _shop(("TTS-US", "TikTok Shop US", "tiktok", "US", "USD", "America/New_York"), "ASIA", 7,
          "0.139"),
    _shop(("SHOP-JP", "Own shop JP", "own", "JP", "JPY", "Asia/Tokyo"), "ASIA", 4, "20.9"),
)
RATES = {"GBP": "9.18", "EUR": "7.81", "SGD": "5.36", "USD": "7.19", "JPY": "0.0478"}
CATEGORIES = {
    "HOME": ("Home 家居", ""), "KITCHEN": ("Kitchen 厨房", "HOME"),
    "LIGHT": ("Lighting 灯具", "HOME"),
    "OUT": ("Outdoor 户外", ""), "CAMP": ("Camping 露营", "OUT"), "PET": ("Pets 宠物", ""),
}
# product, title, category, role in the range, price and cost in CNY
PRODUCTS = (
    ("MUG", "Travel mug 随行杯", "KITCHEN", "hero", 129, 41),
    ("PAN", "Cast-iron pan 铸铁锅", "KITCHEN", "profit", 268, 118),
    ("KNIFE", "Santoku knife 三德刀", "KITCHEN", "profit", 219, 87),
    ("LAMP", "Moon lamp 月球灯", "LIGHT", "traffic", 99, 46),
    ("STRIP", "LED strip 灯带", "LIGHT", "traffic", 79, 31),
    ("TENT", "Two-person tent 双人帐篷", "CAMP", "profit", 699, 330),
    ("CHAIR", "Folding chair 折叠椅", "CAMP", "hero", 239, 104),
    ("STOVE", "Camping stove 露营炉", "CAMP", "profit", 329, 151),
    ("BED", "Cat bed 猫窝", "PET", "hero", 159, 62),
    ("LEASH", "Dog leash 牵引绳", "PET", "traffic", 89, 28),
)
# fmt: on
VARIANTS = ("A", "B")


def write(today: date, *, by: User, at: datetime) -> None:
    """Write stores, products, rates, orders and returns from ``first_day`` until ``today``."""
    random = Random(20240601)  # noqa: S311  (the same company each time)
    begin = first_day(today)
    record_rates(list(_rates(random, begin - timedelta(days=7), today)), by=by, at=at)
    upsert_stores([replace(shop.item, department_from=begin) for shop in SHOPS], by=by, at=at)
    _products(by=by, at=at)
    orders = list(_orders(random, begin, today, at))
    source = Source(batch=None, by=by)
    for start in range(0, len(orders), CHUNK):
        upsert_orders(orders[start : start + CHUNK], source=source, at=at)
    returns = list(_returns(random, orders, at))
    for start in range(0, len(returns), CHUNK):
        upsert_returns(returns[start : start + CHUNK], source=source, at=at)


def _rates(random: Random, begin: date, today: date) -> Iterator[RateItem]:
    for currency, text in RATES.items():
        rate = float(text)
        for number in range((today - begin).days + 1):
            day = begin + timedelta(days=number)
            rate *= 1 + random.gauss(0, 0.0025)
            if day.weekday() < 5:
                yield RateItem(day, currency, "CNY", Decimal(f"{rate:.6f}"))


def _products(*, by: User, at: datetime) -> None:
    upsert_categories(
        [CategoryItem(code, name, parent) for code, (name, parent) in CATEGORIES.items()],
        by=by,
        at=at,
    )
    upsert_products(
        [
            ProductItem(code, title, category, brand="Harbour", range_role=role)
            for code, title, category, role, _price, _cost in PRODUCTS
        ],
        by=by,
        at=at,
    )
    upsert_skus(
        [
            SkuItem(
                f"{code}-{variant}",
                code,
                f"{title} {variant}",
                unit_cost=Decimal(cost),
                cost_currency="CNY",
            )
            for code, title, _category, _role, _price, cost in PRODUCTS
            for variant in VARIANTS
        ],
        by=by,
        at=at,
    )


def _orders(random: Random, begin: date, today: date, at: datetime) -> Iterator[OrderItem]:
    days = (today - begin).days + 1
    for shop in SHOPS:
        number = 0
        for offset in range(days):
            day = begin + timedelta(days=offset)
            for _ in range(_count(random, shop.daily * _season(day, offset / days))):
                number += 1
                item = _order(random, shop, day, number)
                if item.placed_at < at:
                    yield _aged(item, (today - day).days)


def _season(day: date, done: float) -> float:
    """More in November and December, a little growth, weekends stronger."""
    yearly = 1 + 0.25 * math.cos((day.timetuple().tm_yday - 335) / 365 * 2 * math.pi)
    return yearly * (0.8 + 0.4 * done) * (1.2 if day.weekday() >= 5 else 0.95)


def _count(random: Random, mean: float) -> int:
    return max(0, round(random.gauss(mean, math.sqrt(mean))))


def _order(random: Random, shop: Shop, day: date, number: int) -> OrderItem:
    store = shop.item
    wall = datetime.combine(day, time(random.randrange(24), random.randrange(60)))
    placed = local_instant(wall, store.time_zone)
    customer = buyer(
        f"C{int(random.paretovariate(0.7)) % 900 if random.random() < 0.45 else number + 999}",
        store.country,
    )
    lines = tuple(_line(random, shop, n + 1) for n in range(random.choice((1, 1, 1, 2, 2, 3))))
    amount = sum((line.quantity * line.unit_price - line.discount for line in lines), Decimal(0))
    ads = random.random() < 0.35
    return OrderItem(
        store=store.code,
        external_id=f"{store.code}-{number:06}",
        placed_at=placed,
        currency=store.currency,
        status=OrderStatus.COMPLETED,
        lines=lines,
        customer=customer,
        ship_to=ship_to(customer),
        traffic_source="ad" if ads else "organic",
        shipping_charge=round_money(Decimal(12) * shop.per_cny, store.currency),
        platform_fee=round_money(amount * Decimal("0.15"), store.currency),
        payments=(
            PaymentItem("p1", amount, placed + timedelta(minutes=random.randrange(2, 3000))),
        ),
        source_updated_at=placed,
    )


def _line(random: Random, shop: Shop, line_no: int) -> LineItem:
    code, title, _category, _role, price, _cost = random.choice(PRODUCTS)
    variant = random.choice(VARIANTS)
    local = Decimal(price) * shop.per_cny
    unit_price = round_money(
        local * Decimal(random.choice(("1", "1", "1.05", "0.9"))), shop.item.currency
    )
    quantity = random.choice((1, 1, 1, 1, 2, 3))
    off = round_money(unit_price * Decimal("0.1"), shop.item.currency)
    return LineItem(
        line_no=line_no,
        kind="goods",
        sku=f"{code}-{variant}",
        title=f"{title} {variant}",
        quantity=quantity,
        unit_price=unit_price,
        discount=off if random.random() < 0.15 else Decimal(0),
    )


def _aged(item: OrderItem, days: int) -> OrderItem:
    """Return the order as it stands so many days later: the newest are still on their way."""
    if int(item.external_id[-3:]) % 41 == 0:
        return replace(item, status=OrderStatus.CANCELLED, payments=())
    steps = (
        OrderStatus.PAID,
        OrderStatus.ALLOCATED,
        OrderStatus.DISPATCHED,
        OrderStatus.DISPATCHED,
    )
    if days < len(steps):
        return replace(item, status=steps[days])
    if days < HELD_UP_DAYS and int(item.external_id[-3:]) % 61 == 0:
        return replace(item, status=OrderStatus.DISPATCHED)
    return replace(item, status=OrderStatus.DELIVERED) if days < 10 else item


def _returns(random: Random, orders: list[OrderItem], at: datetime) -> Iterator[ReturnItem]:
    number = 0
    for item in orders:
        refunded = item.placed_at + timedelta(days=random.randrange(4, 26))
        if item.status != OrderStatus.COMPLETED or random.random() > 0.06 or refunded > at:
            continue
        number += 1
        line = item.lines[0]
        quantity = random.randrange(1, line.quantity + 1)
        paid = line.quantity * line.unit_price - line.discount
        yield ReturnItem(
            store=item.store,
            external_id=f"R-{number:06}",
            order=item.external_id,
            status=ReturnStatus.CLOSED,
            requested_at=refunded.astimezone(UTC) - timedelta(days=3),
            refunded_at=refunded,
            reason=random.choice(("damaged", "not as described", "too late", "changed mind")),
            currency=item.currency,
            lines=(
                ReturnLineItem(
                    line_no=1,
                    kind="goods",
                    sku=line.sku,
                    title=line.title,
                    quantity=quantity,
                    refund_amount=round_money(paid * quantity / line.quantity, item.currency),
                    order_line_no=1,
                    restock=random.random() < 0.7,
                ),
            ),
            customer=item.customer,
            source_updated_at=refunded,
        )
