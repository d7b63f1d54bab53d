"""How the sample company's stores stand, and 90 days of their traffic and ads."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from accounts.models import User
from catalog.actions.standing import upsert_ratings, upsert_violations
from catalog.actions.traffic import upsert_ads, upsert_traffic
from catalog.core.standing import RatingItem, ViolationItem
from catalog.core.traffic import AdItem, TrafficItem
from opsdesk.demo.sales import SHOPS, Shop

DAYS = 90
NO_NEWS = 9  # every so many days a platform says nothing


def write(today: date, *, by: User, at: datetime) -> None:
    """Write ratings, two violations, traffic and one campaign per store until yesterday."""
    who = {"scope": None, "by": by, "at": at}
    ratings: list[RatingItem] = []
    traffic: list[TrafficItem] = []
    ads: list[AdItem] = []
    for shop in SHOPS:
        dice = Random(shop.item.code)  # noqa: S311  (believable figures, no secret)
        for ago in range(DAYS, 0, -1):
            day = today - timedelta(days=ago)
            ratings += [_rating(shop, day, dice)] if ago % NO_NEWS else []
            traffic.append(_traffic(shop, day, dice))
            ads.append(_ads(shop, day, dice))
    upsert_ratings(ratings, **who)
    upsert_violations(_violations(today), **who)
    upsert_traffic(traffic, **who)
    upsert_ads(ads, **who)


def _rating(shop: Shop, day: date, dice: Random) -> RatingItem:
    return RatingItem(
        store=shop.item.code,
        day=day,
        account_health=dice.randint(880, 990),
        order_defect_rate=Decimal(dice.randint(20, 110)).scaleb(-4),
        chat_reply_rate=Decimal(dice.randint(8800, 9950)).scaleb(-4),
    )


def _traffic(shop: Shop, day: date, dice: Random) -> TrafficItem:
    visitors = int(shop.daily * dice.randint(28, 52))
    return TrafficItem(
        store=shop.item.code,
        day=day,
        impressions=visitors * dice.randint(14, 22),
        page_views=visitors * 2 + dice.randint(0, visitors),
        visitors=visitors,
        add_to_cart=visitors // dice.randint(8, 13),
        clicks=visitors + dice.randint(0, visitors // 4),
    )


def _ads(shop: Shop, day: date, dice: Random) -> AdItem:
    clicks = int(shop.daily * dice.randint(5, 9))
    orders = clicks * dice.randint(4, 11) // 100
    cents = Decimal("0.01")
    return AdItem(
        store=shop.item.code,
        day=day,
        campaign=f"{shop.item.code}-1",
        name="Everyday range",
        daily_budget=(Decimal(400) * shop.per_cny).quantize(Decimal(1)),
        spend=(clicks * Decimal(dice.randint(22, 41)) / 10 * shop.per_cny).quantize(cents),
        impressions=clicks * dice.randint(45, 90),
        clicks=clicks,
        orders=orders,
        sales=(orders * Decimal(dice.randint(90, 190)) * shop.per_cny).quantize(cents),
    )


def _violations(today: date) -> list[ViolationItem]:
    """A warning that can be appealed for two more days, and frozen funds of last month."""
    first, second = SHOPS[0].item.code, SHOPS[3].item.code
    return [
        ViolationItem(
            store=first,
            number="W-20417",
            kind="warning",
            severity="minor",
            happened_on=today - timedelta(days=5),
            points=4,
            lapses_on=today + timedelta(days=175),
            appeal_until=today + timedelta(days=2),
            detail="A listing names a brand that the account is not cleared for.",
        ),
        ViolationItem(
            store=second,
            number="F-7733",
            kind="frozen_funds",
            severity="major",
            happened_on=today - timedelta(days=33),
            points=12,
            lapses_on=today + timedelta(days=147),
            detail="Late shipments above the platform's limit in one week.",
        ),
    ]
