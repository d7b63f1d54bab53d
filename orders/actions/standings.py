"""Giving customers their member tier and RFM class, many stores in two statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, models, transaction

from opsdesk.actions.audit import Actor
from opsdesk.actions.records import delete_record
from opsdesk.actions.sql import take_turn
from opsdesk.models import MoneyField
from orders.core.lifecycle import NOT_SOLD
from orders.core.rfm import FEWEST, RULES, SCORES, Segment, year_before
from orders.models import CustomerStanding, MemberTier

_COLUMNS = (
    "day",
    "first_order_on",
    "second_order_on",
    "last_order_on",
    "orders",
    "year_orders",
    "spend",
    "recency",
    "frequency",
    "monetary",
    "segment",
    "tier_id",
)
_SCORE = "CASE WHEN year_orders > 0 AND buyers >= {fewest} THEN 1 + {scores} * {below} / buyers END"
_STAND = """
    INSERT INTO orders_customerstanding (customer_id, {columns})
    WITH sold AS (
        SELECT store_id, customer_id,
               MIN(business_date) AS first_on,
               MIN(CASE WHEN customer_order_no = 2 THEN business_date END) AS second_on,
               MAX(business_date) AS last_on,
               COUNT(*) AS orders,
               SUM(CASE WHEN business_date > %s THEN 1 ELSE 0 END) AS year_orders,
               SUM(CASE WHEN business_date > %s THEN reporting_amount ELSE 0 END) AS spend
        FROM orders_order
        WHERE store_id IN ({stores}) AND customer_id IS NOT NULL AND business_date <= %s
          AND has_goods AND status NOT IN ({not_sold})
        GROUP BY store_id, customer_id
    ), ranked AS (
        SELECT sold.*,
               COUNT(*) OVER alike AS buyers,
               RANK() OVER (alike ORDER BY last_on) - 1 AS older,
               RANK() OVER (alike ORDER BY year_orders) - 1 AS rarer,
               RANK() OVER (alike ORDER BY spend) - 1 AS cheaper
        FROM sold
        WINDOW alike AS (PARTITION BY store_id, year_orders > 0)
    ), scored AS (
        SELECT ranked.*, {recency} AS recency, {frequency} AS frequency, {monetary} AS monetary
        FROM ranked
    )
    SELECT customer_id, %s, first_on, second_on, last_on, orders, year_orders, spend,
           recency, frequency, monetary, CASE {segments} ELSE '' END, {tier}
    FROM scored WHERE true
    ON CONFLICT (customer_id) DO UPDATE SET {sets}
"""


@transaction.atomic
def stand_customers(stores: Sequence[int], day: date) -> int:
    """Compute how the customers of ``stores`` stand at the end of ``day``; return how many do.

    One pass over the stores' orders, each customer compared with those of the same store. Who has
    no order that counts has no standing.
    """
    take_turn("customer standings")
    tier, thresholds = _tier()
    own = connection.ops.adapt_datefield_value
    start, end = own(year_before(day)), own(day)
    statuses = [str(status) for status in NOT_SOLD]
    statement = _STAND.format(
        not_sold=", ".join(["%s"] * len(statuses)),
        stores=", ".join(["%s"] * len(stores)),
        columns=", ".join(_COLUMNS),
        sets=", ".join(f"{name} = EXCLUDED.{name}" for name in _COLUMNS),
        segments=_segments(),
        tier=tier,
        **{
            name: _SCORE.format(fewest=FEWEST, scores=SCORES, below=below)
            for name, below in (
                ("recency", "older"),
                ("frequency", "rarer"),
                ("monetary", "cheaper"),
            )
        },
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [start, start, *stores, end, *statuses, end, *thresholds])
        written = int(cursor.rowcount)
    CustomerStanding.objects.filter(customer__store__in=stores).exclude(day=day).delete()
    return written


def delete_tier(tier: models.Model, *, by: Actor | None, at: datetime) -> None:
    """Delete a member tier; its customers have none until the next night gives them another."""
    with transaction.atomic():
        CustomerStanding.objects.filter(tier=tier.pk).update(tier=None)
        delete_record(tier, by=by, at=at)


def _segments() -> str:
    """Return the table of classes as the branches of a CASE."""
    branches = [f"WHEN year_orders = 0 THEN '{Segment.LOST.value}'"]
    for rule in RULES:
        tests = [
            f"{name} BETWEEN {low} AND {high}"
            for name, (low, high) in (
                ("recency", rule.recency),
                ("frequency", rule.frequency),
                ("monetary", rule.monetary),
            )
        ]
        if rule.once:
            tests.append("orders = 1")
        branches.append(f"WHEN {' AND '.join(tests)} THEN '{rule.segment.value}'")
    return " ".join(branches)


def _tier() -> tuple[str, list[Any]]:
    """Return the tier by spend as SQL, and its values: the highest that is reached."""
    tiers = MemberTier.objects.order_by("-from_spend").values_list("from_spend", "pk")
    if not tiers:
        return "CAST(NULL AS bigint)", []
    branches = " ".join(["WHEN spend >= %s THEN CAST(%s AS bigint)"] * len(tiers))
    values = [value for spend, pk in tiers for value in (MoneyField.to_steps(spend), pk)]
    return f"CASE {branches} END", values
