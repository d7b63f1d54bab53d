"""Giving each SKU its ABC class of a day."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Sum

from catalog.core.abc import WINDOW_DAYS, classes
from catalog.models import AbcClass, Sku, SkuDemand
from opsdesk.actions.sql import take_turn
from opsdesk.core.money import ZERO


@transaction.atomic
def classify(day: date) -> int:
    """Class all SKUs by their sales of the 90 days that end with ``day``; return how many."""
    take_turn("abc classes")
    first = day - timedelta(days=WINDOW_DAYS - 1)
    sold = SkuDemand.objects.filter(day__gte=first, day__lte=day).order_by()
    sales = dict(sold.values_list("sku").annotate(total=Sum("sales")))
    ids = dict(Sku.objects.values_list("code", "pk"))
    rows = [
        AbcClass(
            day=day, sku_id=ids[one.code], sales=one.sales, running=one.running, letter=one.letter
        )
        for one in classes({code: sales.get(pk, ZERO) for code, pk in ids.items()})
    ]
    AbcClass.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["sku"],
        update_fields=["day", "sales", "running", "letter"],
        batch_size=1_000,
    )
    return len(rows)
