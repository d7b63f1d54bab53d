"""How a SKU stands: its level by day, and where it stands among all in sales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Case, Count, DateField, Q, Sum, Value, When
from django.db.models.functions import TruncDate

from catalog.models import AbcClass, Sku, StockMovement
from opsdesk.core.money import ZERO
from opsdesk.core.periods import day_start, zone


def level_days(sku: Sku, days: Sequence[date]) -> dict[date, int | None]:
    """Return what the ledger held of ``sku`` in all warehouses at the end of each of ``days``.

    The days follow each other; ``None`` before the SKU's first movement.
    """
    place, first = settings.COMPANY_TIME_ZONE, days[0]
    day = Case(
        When(happened_at__lt=day_start(first, place), then=Value(first - timedelta(days=1))),
        default=TruncDate("happened_at", tzinfo=zone(place)),
        output_field=DateField(),
    )
    rows = StockMovement.objects.filter(sku=sku).order_by().annotate(day=day).values("day")
    moved = dict(rows.values_list("day").annotate(total=Sum("units")))
    level = moved.get(first - timedelta(days=1))
    found: dict[date, int | None] = {}
    for one in days:
        if one in moved:
            level = (level or 0) + moved[one]
        found[one] = level
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """A SKU's class with what it was made of: it begins at ``before`` of all sales."""

    row: AbcClass
    rank: int
    of: int
    total: Decimal
    before: Decimal | None


def standing_of(sku: Sku) -> Standing | None:
    """Return where ``sku`` stands by the classes of the last night, ``None`` where it has none."""
    row = AbcClass.objects.filter(sku=sku).first()
    if row is None:
        return None
    ahead = Q(sales__gt=row.sales) | Q(sales=row.sales, sku__code__lt=sku.code)
    sums = AbcClass.objects.aggregate(
        of=Count("pk"),
        rank=Count("pk", filter=ahead),
        total=Sum("sales", filter=Q(sales__gt=0)),
        before=Sum("sales", filter=ahead & Q(sales__gt=0)),
    )
    total, before = sums["total"] or ZERO, sums["before"] or ZERO
    return Standing(row, sums["rank"] + 1, sums["of"], total, before / total if total else None)
