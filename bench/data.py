"""A seeded company: stores with orders, lines, refunds and customers, in plain inserts."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models

from accounts.models import Department, Person
from catalog.models import Store, StoreAssignment, StoreDepartment
from orders.models import Customer, Order, OrderLine, Return, ReturnLine

STORES = 20
FIRST = date(2024, 1, 1)
DAYS = 730
AT = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 5_000
RETURNED = 0.08
SOURCES = ("", "ad", "organic")


@dataclass
class Company:
    """What was made, and the chance that goes on making."""

    stores: list[Store]
    chance: random.Random
    customers: int
    last: dict[int, tuple[int, date]] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=lambda: {"order": 0, "line": 0, "return": 0})

    def next_id(self, kind: str) -> int:
        self.ids[kind] += 1
        return self.ids[kind]


def build(size: int, *, seed: int = 7) -> Company:
    """Make the company with ``size`` orders, evenly over all days."""
    chance = random.Random(seed)  # noqa: S311  (made-up data, no secret)
    company = Company(_stores(), chance, customers=max(STORES, size // 4))
    insert(Customer, _customers(company))
    per_day = max(1, size // DAYS)
    for number in range(DAYS):
        add_day(company, FIRST + timedelta(days=number), per_day)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return company


def add_day(company: Company, day: date, count: int) -> None:
    """Place ``count`` orders on ``day``, with lines, and refund some."""
    orders, lines, returns, back = [], [], [], []
    for _ in range(count):
        order, own = _order(company, day)
        orders.append(order)
        lines += own
        if company.chance.random() < RETURNED:
            case, case_lines = _return(company, order, own)
            returns.append(case)
            back += case_lines
    for model, rows in (
        (Order, orders),
        (OrderLine, lines),
        (Return, returns),
        (ReturnLine, back),
    ):
        insert(model, rows)


def insert(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows given by attribute; what is not given has the model's default."""
    fields = [f for f in model._meta.concrete_fields if f.attname != "id"]
    given = [f for f in model._meta.concrete_fields if f.attname == "id"] + fields
    names = ", ".join(connection.ops.quote_name(f.column) for f in given)
    places = ", ".join(["%s"] * len(given))
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608
    with connection.cursor() as cursor:
        values = [
            [f.get_db_prep_save(row.get(f.attname, f.get_default()), connection) for f in given]
            for row in rows
        ]
        for start in range(0, len(values), BATCH):
            cursor.executemany(statement, values[start : start + BATCH])


def _stores() -> list[Store]:
    departments = [
        Department.objects.create(code=f"bench-{number}", name=f"Bench {number}")
        for number in range(2)
    ]
    stores = []
    for number in range(STORES):
        store = Store.objects.create(
            code=f"B{number:02}",
            name=f"Store {number}",
            marketplace="own",
            country="GB",
            currency="CNY",
            time_zone="UTC",
        )
        person = Person.objects.create(employee_no=f"B{number:03}", name=f"Person {number}")
        StoreDepartment.objects.create(
            store=store, department=departments[number % 2], from_date=FIRST
        )
        # A whole share: the sums of money are then those of the store, in every form.
        StoreAssignment.objects.create(
            store=store, person=person, share=Decimal(1), from_date=FIRST
        )
        stores.append(store)
    return stores


def _customers(company: Company) -> Iterator[dict[str, Any]]:
    for number in range(company.customers):
        store = company.stores[number % STORES]
        yield {"id": number + 1, "store_id": store.pk, "external_id": f"c{number}"}


def _order(company: Company, day: date) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    chance, pk = company.chance, company.next_id("order")
    buyer = chance.randrange(company.customers)
    store = company.stores[buyer % STORES]
    cancelled, known = chance.random() < 0.03, chance.random() < 0.9
    before: tuple[int, date | None] = (0, None)
    counted = known and not cancelled
    if counted:
        before = company.last.get(buyer, before)
        company.last[buyer] = (before[0] + 1, day)
    lines = [_line(company, pk, number, (store, day)) for number in range(chance.randrange(1, 5))]
    total = sum((line["amount"] for line in lines), Decimal(0))
    order = {
        "id": pk,
        "store_id": store.pk,
        "external_id": f"o{pk}",
        "customer_id": buyer + 1 if known else None,
        "placed_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        "business_date": day,
        "status": "cancelled" if cancelled else "completed",
        "traffic_source": chance.choice(SOURCES),
        "currency": "CNY",
        "fx_rate": Decimal(1),
        "amount": total,
        "reporting_amount": total,
        "units": sum(line["quantity"] for line in lines),
        "has_goods": True,
        "customer_order_no": before[0] + 1 if counted else None,
        "previous_order_on": before[1],
        "content_digest": "",
        "created_at": AT,
        "updated_at": AT,
    }
    return order, lines


def _line(company: Company, order: int, number: int, place: tuple[Store, date]) -> dict[str, Any]:
    chance, (store, day) = company.chance, place
    quantity, price = chance.randrange(1, 4), Decimal(chance.randrange(100, 9_999)).scaleb(-2)
    return {
        "id": company.next_id("line"),
        "order_id": order,
        "line_no": number + 1,
        "store_id": store.pk,
        "business_date": day,
        "kind": "goods",
        "item_code": f"i{chance.randrange(5_000)}",
        "quantity": quantity,
        "unit_price": price,
        "amount": quantity * price,
        "reporting_amount": quantity * price,
        "reporting_cost": quantity * price / 2 if chance.random() < 0.8 else None,
    }


def _return(
    company: Company, order: dict[str, Any], lines: list[dict[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The first line of an order goes back on the same day."""
    pk, line = company.next_id("return"), lines[0]
    taken = {name: order[name] for name in ("store_id", "currency", "fx_rate", "content_digest")}
    case = taken | {
        "id": pk,
        "external_id": f"r{pk}",
        "order_id": order["id"],
        "status": "refunded",
        "requested_at": order["placed_at"],
        "refunded_at": order["placed_at"],
        "refunded_on": order["business_date"],
        "amount": line["amount"],
        "reporting_amount": line["amount"],
        "units": line["quantity"],
        "created_at": AT,
        "updated_at": AT,
    }
    same = ("kind", "item_code", "quantity", "amount", "reporting_amount", "reporting_cost")
    back = {name: line[name] for name in same} | {
        "id": pk,
        "return_case_id": pk,
        "line_no": 1,
        "order_line_id": line["id"],
        "restock": company.chance.random() < 0.7,
    }
    return case, [back]
