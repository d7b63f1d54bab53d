"""What was ordered and what was refunded of each SKU by day, from the lines of both."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Sum

from catalog.models import SkuDemand, SkuReturn
from opsdesk.actions.sql import take_turn, upsert_from
from orders.core.items import LineKind
from orders.core.lifecycle import NOT_SOLD
from orders.models import OrderLine, RefundLine, Return, ReturnLine


@transaction.atomic
def fill_demand(first: date, last: date) -> int:
    """Bring the demand of these days up to the order lines; return how many rows changed.

    Cancelled orders are left out; returns take nothing back: what was asked for was asked for.
    """
    take_turn("demand")
    lines = (
        OrderLine.objects.filter(
            kind=LineKind.GOODS,
            sku__isnull=False,
            business_date__gte=first,
            business_date__lte=last,
        )
        .exclude(order__status__in=NOT_SOLD)
        .values("sku", day=F("business_date"))
    )
    stored = SkuDemand.objects.filter(day__gte=first, day__lte=last)
    return _bring(lines, stored, units=Sum("quantity"), sales=Sum("reporting_amount"))


@transaction.atomic
def fill_returns(first: date, last: date) -> int:
    """Bring the refunds by SKU of these days up to the returns; return how many rows changed.

    A piece counts on the business day of its refund, whichever day it was sold on.
    """
    take_turn("refunds by day")
    told = Return.objects.refunded().filter(refunded_on__gte=first, refunded_on__lte=last)
    lines = ReturnLine.objects.filter(
        kind=LineKind.GOODS, sku__isnull=False, return_case__in=told
    ).values("sku", day=F("return_case__refunded_on"))
    here = RefundLine.objects.filter(
        quantity__gt=0,
        return_line__sku__isnull=False,
        refund__refunded_on__gte=first,
        refund__refunded_on__lte=last,
    ).values(day=F("refund__refunded_on"), sku=F("return_line__sku"))
    units: Counter[tuple[int, date]] = Counter()
    for rows in (lines, here):
        for row in rows.order_by().annotate(units=Sum("quantity")):
            units[row["sku"], row["day"]] += row["units"]
    return _bring_sums(units, SkuReturn.objects.filter(day__gte=first, day__lte=last))


def _bring_sums(units: Mapping[tuple[int, date], int], stored: QuerySet[SkuReturn]) -> int:
    """Make ``stored`` these pieces by SKU and day, and return how many rows changed."""
    there = {(row.sku_id, row.day): row for row in stored}
    gone = [row.pk for key, row in there.items() if key not in units]
    for start in range(0, len(gone), 500):
        stored.filter(pk__in=gone[start : start + 500]).delete()
    fresh = [
        SkuReturn(sku_id=sku, day=day, units=pieces)
        for (sku, day), pieces in units.items()
        if (sku, day) not in there
    ]
    changed = [row for key, row in there.items() if key in units and row.units != units[key]]
    for row in changed:
        row.units = units[row.sku_id, row.day]
    SkuReturn.objects.bulk_create(fresh, batch_size=1_000)
    SkuReturn.objects.bulk_update(changed, ["units"], batch_size=500)
    return len(gone) + len(fresh) + len(changed)


def _bring(lines: QuerySet, stored: QuerySet, **sums: Any) -> int:
    """Make ``stored`` the sums of ``lines`` by SKU and day, and return how many rows changed."""
    lines = lines.order_by()
    found = set(lines.values_list("sku", "day").distinct())
    gone = [pk for pk, *key in stored.values_list("pk", "sku", "day") if tuple(key) not in found]
    for start in range(0, len(gone), 500):
        stored.filter(pk__in=gone[start : start + 500]).delete()
    rows = lines.values("sku", "day").annotate(**sums)
    columns = ("sku", "day", *sums)
    return len(gone) + upsert_from(rows, stored.model, key=("sku", "day"), columns=columns)
