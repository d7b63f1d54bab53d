"""Promotions: what they sold by day, their result, and which end soon."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Max, Min, Q, QuerySet, Sum

from accounts.core.scope import Scope
from catalog.core.lifecycle import PromotionStatus
from catalog.core.promotions import Phases, Result, Sold, result_of
from catalog.models import Promotion, Sku, SkuDemand, StockMovement
from catalog.models.stock import MovementKind
from catalog.queries.fx import RateTable
from opsdesk.core.errors import NoRate
from opsdesk.core.money import convert

DAY = timedelta(days=1)
UNDER_WAY = (
    PromotionStatus.WARMING_UP,
    PromotionStatus.RUNNING,
    PromotionStatus.WRAPPING_UP,
)
Place = tuple[int, int]


def phases_of(promotion: Promotion) -> Phases:
    """Return the days of a promotion's phases."""
    return Phases(
        promotion.warms_up_on, promotion.runs_on, promotion.wraps_up_on, promotion.ends_on
    )


def skus_of(promotion: Promotion) -> QuerySet[Sku]:
    """Return the SKUs it is for: those of its listings, of its category and of those below."""
    found = Q(pk__in=promotion.items.values("listing__sku"))
    if promotion.category_id:
        for path in ("", "__parent", "__parent__parent"):
            found |= Q(**{f"product__category{path}": promotion.category_id})
    return Sku.objects.filter(found)


def sold_by(promotion: Promotion, today: date) -> Sold | None:
    """Return what its SKUs sold from the first day of the baseline; ``None``: nothing is known.

    Known are the days from the first to the latest of the company's demand, before ``today``.
    """
    known = SkuDemand.objects.aggregate(first=Min("day"), last=Max("day"))
    if known["first"] is None:
        return None
    phases = phases_of(promotion)
    rows = SkuDemand.objects.filter(
        sku__in=skus_of(promotion), day__gte=phases.baseline_on, day__lt=phases.ends_on
    )
    sums = rows.order_by().values_list("day").annotate(total=Sum("sales"))
    last = min(known["last"], today - DAY)
    return Sold(dict(sums), known["first"], last, settings.REPORTING_CURRENCY)


def spent_of(promotion: Promotion, today: date) -> Decimal | None:
    """Return what was spent in the reporting currency; ``None`` where there is no rate."""
    currency, reporting = promotion.store.currency, settings.REPORTING_CURRENCY
    on = min(today, promotion.ends_on - DAY)
    try:
        rate = RateTable([currency, reporting]).rate(currency, reporting, on)
    except NoRate:
        return None
    return convert(promotion.spent, rate, reporting)


def promotion_result(promotion: Promotion, sold: Sold, today: date) -> Result:
    """Return the result of a promotion as far as ``today`` knows it."""
    return result_of(phases_of(promotion), sold, spent_of(promotion, today))


def wanted_pieces(promotion: Promotion) -> dict[Place, int]:
    """Return the pieces it keeps by warehouse and SKU, in one order for all."""
    rows = promotion.items.filter(reserved_units__gt=0).order_by()
    sums = rows.values_list("warehouse", "listing__sku").annotate(total=Sum("reserved_units"))
    return {(place, sku): total for place, sku, total in sorted(sums)}


def reserved_pieces(reference: str) -> dict[Place, int]:
    """Return how many pieces were reserved for ``reference``, less those given free again."""
    rows = StockMovement.objects.filter(reference=reference, kind=MovementKind.RESERVATION)
    return _sums(rows)


def kept_pieces(reference: str) -> dict[Place, int]:
    """Return how many pieces are still reserved for ``reference``: sales used up the others."""
    return _sums(StockMovement.objects.filter(reference=reference))


def _sums(rows: QuerySet[StockMovement]) -> dict[Place, int]:
    sums = rows.order_by().values_list("warehouse", "sku").annotate(total=Sum("reserved"))
    return {(place, sku): total for place, sku, total in sorted(sums)}


def promotions_ending(scope: Scope, days: int) -> QuerySet[Promotion]:
    """Return those under way whose last day is today or within ``days`` days, or has gone by."""
    until = scope.today + DAY * days
    return (
        Promotion.objects.visible_to(scope)
        .filter(status__in=UNDER_WAY, ends_on__lte=until + DAY)
        .select_related("store")
        .order_by("ends_on", "pk")
    )


def promotions_to_move(latest: date) -> Iterable[Promotion]:
    """Return those in whose life a day may have come anywhere on earth by ``latest``."""
    states = (PromotionStatus.PLANNED, *UNDER_WAY)
    rows = Promotion.objects.filter(status__in=states, warms_up_on__lte=latest)
    return rows.select_related("store").order_by("pk")
