"""Keeping, day by day, what was in stock but not on sale."""

from datetime import date

from django.db import transaction

from catalog.models import UnlistedStock
from catalog.queries.unlisted import unlisted_now, unlisted_since


@transaction.atomic
def record_unlisted(day: date) -> int:
    """Write what is in stock but not on sale as that of ``day``; return how many SKUs it is.

    Repeated it replaces the day. ``since`` is carried over from the day before: a
    day that was not recorded begins the count anew.
    """
    found, since = unlisted_now(), unlisted_since(day)
    UnlistedStock.objects.filter(day=day).exclude(sku__in=found).delete()
    UnlistedStock.objects.bulk_create(
        [
            UnlistedStock(day=day, sku_id=sku, on_hand=pieces, since=since.get(sku, day))
            for sku, pieces in found.items()
        ],
        update_conflicts=True,
        unique_fields=["day", "sku"],
        update_fields=["on_hand", "since"],
    )
    return len(found)
