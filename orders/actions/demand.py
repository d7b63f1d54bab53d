"""What was ordered of each SKU by day, from the order lines."""

from datetime import date

from django.db import transaction
from django.db.models import F, Sum

from catalog.models import SkuDemand
from opsdesk.actions.sql import take_turn, upsert_from
from orders.core.items import LineKind
from orders.core.lifecycle import NOT_SOLD
from orders.models import OrderLine


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
        .order_by()
    )
    stored = SkuDemand.objects.filter(day__gte=first, day__lte=last)
    sold = set(lines.values_list("sku", "business_date").distinct())
    gone = [pk for pk, *key in stored.values_list("pk", "sku", "day") if tuple(key) not in sold]
    for start in range(0, len(gone), 500):
        SkuDemand.objects.filter(pk__in=gone[start : start + 500]).delete()
    rows = (
        lines.values("sku")
        .annotate(day=F("business_date"))
        .values("sku", "day")
        .annotate(units=Sum("quantity"), sales=Sum("reporting_amount"))
    )
    columns = ("sku", "day", "units", "sales")
    return len(gone) + upsert_from(rows, SkuDemand, key=("sku", "day"), columns=columns)
