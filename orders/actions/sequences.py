"""Each customer's orders, numbered 1, 2, 3 … in the order they were placed."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import connection

from catalog.actions.stores import mark_dirty
from catalog.models import FactFamily
from opsdesk.actions.audit import Actor, record_many
from orders.core.lifecycle import NOT_SOLD
from orders.models import Order

_BATCH = 2_000
_NUMBER = """
    UPDATE orders_order SET customer_order_no = told.number, previous_order_on = told.previous
    FROM (
        SELECT id,
               CASE WHEN sold THEN row_number() OVER told_in END AS number,
               CASE WHEN sold THEN lag(business_date) OVER told_in END AS previous
        FROM (
            SELECT id, customer_id, placed_at, external_id, business_date,
                   has_goods AND status NOT IN ({not_sold}) AS sold
            FROM orders_order WHERE customer_id IN ({customers})
        ) AS placed
        WINDOW told_in AS (
            PARTITION BY customer_id, sold ORDER BY placed_at, external_id COLLATE {bytewise}
        )
    ) AS told
    WHERE orders_order.id = told.id
      AND (customer_order_no IS DISTINCT FROM told.number
           OR previous_order_on IS DISTINCT FROM told.previous)
    RETURNING store_id, business_date, orders_order.id, external_id
"""


def renumber_orders(
    customer_ids: Iterable[int],
    *,
    told: Collection[int] = (),
    by: Actor | None = None,
    at: datetime,
) -> int:
    """Number the orders of these customers that count as sales; return how many changed.

    Each order knows the date of the one before it, so that customers are counted by adding up.
    Orders of one instant follow their order number. The caller holds the store. The days of
    orders whose number or predecessor changed are noted to be computed again. Those in ``told``
    have their audit entry from what the caller did to them.
    """
    wanted = sorted(set(customer_ids))
    changed = 0
    for start in range(0, len(wanted), _BATCH):
        rows = _renumber(wanted[start : start + _BATCH])
        others = [(pk, name) for pk, name in rows if pk not in told]
        record_many("numbered", Order, others, by=by, at=at)
        changed += len(rows)
    return changed


def _renumber(customer_ids: list[int]) -> list[tuple[int, str]]:
    statement = _NUMBER.format(
        not_sold=", ".join(["%s"] * len(NOT_SOLD)),
        customers=", ".join(["%s"] * len(customer_ids)),
        # one order of letters on every database, whatever its language
        bytewise='"C"' if connection.vendor == "postgresql" else "BINARY",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(str(status) for status in NOT_SOLD), *customer_ids])
        rows = cursor.fetchall()
    days = {
        (store_id, day if isinstance(day, date) else date.fromisoformat(day))
        for store_id, day, _pk, _name in rows
    }
    mark_dirty(FactFamily.SALES, days)
    return [(pk, name) for _store, _day, pk, name in rows]
