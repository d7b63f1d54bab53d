"""A seeded catalogue: products, SKUs and two listings of each, in plain inserts."""

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection

from accounts.actions.access import install_role
from accounts.core.roles import Role
from accounts.models import Department, User
from bench.data import AT, insert
from catalog.models import Category, Listing, Product, Sku, Store, StoreDepartment

STORES = 20
THINGS = ("cup", "lamp", "bag", "chair", "kettle", "blanket", "mirror", "clock", "杯子", "台灯")
COLOURS = ("red", "blue", "green", "white", "black", "grey", "yellow", "brown")
STATES = ("live", "live", "live", "paused", "draft", "ended")


@dataclass(frozen=True)
class Catalogue:
    """What was made: who looks at it, and rows to ask for."""

    user: User
    store: int
    sku: int
    seen_listings: int


def build(skus: int, *, seed: int = 7) -> Catalogue:
    """Make ``skus`` SKUs, four to a product, each listed in two of the stores.

    The one who looks is a team member of a department that has half of the stores. One SKU and
    one of its listings are called ``needle``.
    """
    chance = random.Random(seed)  # noqa: S311  (made-up data, no secret)
    user, stores = company()
    tree = Category.objects.create(code="all", name="All")
    insert(Product, _products(skus // 4, tree, chance))
    insert(Sku, _skus(skus, chance))
    insert(Listing, _listings(skus, stores, chance))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Catalogue(user, stores[0].pk, 1, skus)


def company() -> tuple[User, list[Store]]:
    own, other = (
        Department.objects.get_or_create(code=code, defaults={"name": code})[0]
        for code in ("own", "other")
    )
    user = User.objects.create(username="bench", is_staff=True)
    install_role(user, Role.TEAM_MEMBER, own, reason="bench", at=AT)
    stores = [
        Store.objects.create(
            code=f"L{number:02}",
            name=f"Shop {number}",
            marketplace="own",
            country="DE",
            currency="EUR",
            time_zone="Europe/Berlin",
        )
        for number in range(STORES)
    ]
    for number, store in enumerate(stores):
        department = own if number < STORES // 2 else other
        StoreDepartment.objects.create(
            store=store, department=department, from_date=date(2024, 1, 1)
        )
    return user, stores


def _title(number: int, chance: random.Random) -> str:
    if number == 0:
        return "needle"
    return f"{chance.choice(COLOURS)} {chance.choice(THINGS)} {chance.randrange(10_000):04}"


def _products(count: int, tree: Category, chance: random.Random) -> Any:
    for number in range(count):
        yield {
            "id": number + 1,
            "code": f"P{number:06}",
            "title": _title(number + 1, chance),
            "category_id": tree.pk,
            "status": "on_sale",
        }


def _skus(count: int, chance: random.Random) -> Any:
    for number in range(count):
        yield {
            "id": number + 1,
            "code": f"S{number:07}",
            "product_id": number // 4 + 1,
            "title": _title(number, chance),
            "unit_cost": Decimal("10.00"),
            "cost_currency": "CNY",
        }


def _listings(count: int, stores: list[Store], chance: random.Random) -> Any:
    for number in range(count):
        title = _title(number, chance)
        for turn, store in enumerate(islice(_turn(stores, number), 2)):
            # in one store of each department
            yield {
                "id": 2 * number + turn + 1,
                "store_id": store.pk,
                "sku_id": number + 1,
                "seller_sku": f"{number:07}-{turn}",
                "external_id": f"B{number:08}{turn}",
                "title": title,
                "status": chance.choice(STATES),
                "price": Decimal("19.90"),
            }


def _turn(stores: list[Store], number: int) -> Any:
    half = len(stores) // 2
    yield stores[number % half]
    yield stores[half + number % half]
