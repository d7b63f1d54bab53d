"""What lies where, by the levels and by the ledger they are the sums of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from catalog.models import StockLevel, StockMovement, Warehouse

# More are faster read with all others than named one by one.
FEW = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """A level that is not the sum of its movements."""

    warehouse: str
    sku: str
    on_hand: int
    reserved: int
    ledger_on_hand: int
    ledger_reserved: int


def check_ledger() -> list[Difference]:
    """Return every level that is not the sum of its movements, missing levels as 0."""
    return [*_wrong_levels(), *_missing_levels()]


def _wrong_levels() -> list[Difference]:
    own = StockMovement.objects.filter(warehouse=OuterRef("warehouse"), sku=OuterRef("sku"))

    def total(field: str) -> Coalesce:
        sums = own.order_by().values("warehouse", "sku").annotate(total=Sum(field))
        return Coalesce(Subquery(sums.values("total")), 0)

    rows = (
        StockLevel.objects.annotate(ledger_units=total("units"), ledger_held=total("reserved"))
        .exclude(Q(on_hand=F("ledger_units")) & Q(reserved=F("ledger_held")))
        .select_related("warehouse", "sku")
        .order_by("warehouse__code", "sku__code")
    )
    return [
        Difference(
            row.warehouse.code,
            row.sku.code,
            row.on_hand,
            row.reserved,
            row.ledger_units,
            row.ledger_held,
        )
        for row in rows
    ]


def _missing_levels() -> list[Difference]:
    level = StockLevel.objects.filter(warehouse=OuterRef("warehouse"), sku=OuterRef("sku"))
    rows = (
        StockMovement.objects.filter(~Exists(level))
        .values("warehouse__code", "sku__code")
        .annotate(on_hand=Sum("units"), held=Sum("reserved"))
        .order_by("warehouse__code", "sku__code")
    )
    return [
        Difference(row["warehouse__code"], row["sku__code"], 0, 0, row["on_hand"], row["held"])
        for row in rows
    ]


def on_hand_at(
    warehouse: Warehouse, at: datetime, skus: Collection[int] | None = None
) -> dict[int, int]:
    """Return what the ledger holds of each SKU by the movements that happened up to ``at``.

    Of these ``skus``, or of all.
    """
    rows = StockMovement.objects.filter(warehouse=warehouse, happened_at__lte=at)
    if skus is not None and len(skus) <= FEW:
        rows = rows.filter(sku__in=list(skus))
    return dict(_sums(rows).values_list("sku", "total"))


def _sums(rows: QuerySet[StockMovement]) -> QuerySet:
    return rows.order_by().values("sku").annotate(total=Sum("units"))
