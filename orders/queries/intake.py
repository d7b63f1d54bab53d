"""What is stored already of the documents of a delivery, one statement per kind of row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from django.conf import settings
from django.db.models import Q

from opsdesk.core.keys import derived
from orders.core.lifecycle import MONEY_BACK
from orders.core.pseudonyms import former_key
from orders.core.refunds import Part, RefundBook
from orders.models import Customer, Order, OrderLine, Payment, RefundLine, Return, ReturnLine

Key = tuple[int, str]


def orders_by_key(keys: Iterable[Key]) -> dict[Key, Order]:
    """Return the orders with these keys (store, order number)."""
    wanted = set(keys)
    found = Order.objects.filter(
        store__in={store for store, _ in wanted}, external_id__in={name for _, name in wanted}
    )
    # A number may stand in another of the stores too.
    return {
        (order.store_id, order.external_id): order
        for order in found
        if (order.store_id, order.external_id) in wanted
    }


def returns_by_key(keys: Iterable[Key]) -> dict[Key, Return]:
    """Return the returns with these keys (store, return number), held until the transaction ends.

    Whoever takes one a step further at this moment does so before or after.
    """
    wanted = set(keys)
    rows = Return.objects.filter(
        store__in={store for store, _ in wanted}, external_id__in={name for _, name in wanted}
    )
    found = rows.order_by("pk").select_for_update(no_key=True)
    return {
        (case.store_id, case.external_id): case
        for case in found
        if (case.store_id, case.external_id) in wanted
    }


def customers_by_key(keys: Iterable[Key]) -> dict[Key, Customer]:
    """Return the customers with these keys (store, customer number).

    One whose number was erased is still found by it.
    """
    wanted = set(keys)
    secret = customer_key()
    former = {former_key(name, secret): name for _, name in wanted}
    rows = Customer.objects.filter(
        Q(external_id__in={name for _, name in wanted}) | Q(former_key__in=former),
        store__in={store for store, _ in wanted},
    )
    found: dict[Key, Customer] = {}
    for customer in rows:
        for number in (customer.external_id, former.get(customer.former_key or "")):
            if number is not None and (customer.store_id, number) in wanted:
                found[(customer.store_id, number)] = customer
    return found


def customer_key() -> bytes:
    """Return the key of the digests by which erased numbers are known again."""
    return derived("customer numbers", settings.DATA_KEY)


@dataclass(frozen=True, slots=True)
class StoredLine:
    """What of a stored order line a new version of it must know."""

    pk: int
    sku_id: int | None
    item_code: str
    kind: str
    quantity: int
    amount: Decimal
    unit_cost: Decimal | None


def lines_by_order(order_ids: Iterable[int]) -> dict[int, dict[int, StoredLine]]:
    """Return the lines of the orders, by order and line number."""
    found: dict[int, dict[int, StoredLine]] = defaultdict(dict)
    rows = OrderLine.objects.filter(order__in=set(order_ids)).values_list(
        "order_id",
        "line_no",
        "pk",
        "sku_id",
        "item_code",
        "kind",
        "quantity",
        "amount",
        "unit_cost",
    )
    for order_id, line_no, *rest in rows:
        found[order_id][line_no] = StoredLine(*rest)
    return found


def payments_by_order(order_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return the payments of the orders: primary keys by order and external id."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Payment.objects.filter(order__in=set(order_ids))
    for order_id, external_id, pk in rows.values_list("order_id", "external_id", "pk"):
        found[order_id][external_id] = pk
    return found


def refund_books(
    orders: Iterable[Order], lines: dict[int, dict[int, StoredLine]]
) -> dict[int, RefundBook]:
    """Return for each order what was bought and what of it went back, by return."""
    books = {
        order.pk: RefundBook(
            order.external_id,
            {
                line_no: Part(line_no, line.kind, line.quantity, line.amount)
                for line_no, line in lines.get(order.pk, {}).items()
            },
        )
        for order in orders
    }
    told = ReturnLine.objects.filter(
        return_case__order__in=set(books),
        return_case__status__in=MONEY_BACK,
        return_case__in_parts=False,
    ).values_list(
        "return_case__order_id",
        "return_case_id",
        "order_line__line_no",
        "kind",
        "quantity",
        "amount",
    )
    here = RefundLine.objects.filter(refund__return_case__order__in=set(books)).values_list(
        "refund__return_case__order_id",
        "refund__return_case_id",
        "return_line__order_line__line_no",
        "return_line__kind",
        "quantity",
        "amount",
    )
    for order_id, return_id, line_no, kind, quantity, amount in chain(told, here):
        parts = books[order_id].returns.setdefault(return_id, [])
        parts.append(Part(line_no or 0, kind, quantity, amount))
    named = ReturnLine.objects.filter(return_case__order__in=set(books), order_line__isnull=False)
    for order_id, line_no in named.values_list("return_case__order_id", "order_line__line_no"):
        books[order_id].named.add(line_no or 0)
    return books
