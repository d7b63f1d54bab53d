"""What should be bought of SKUs and why: by the demand of a window and what is there or coming."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable

from catalog.core.lifecycle import ProductStatus, PurchaseStatus
from catalog.core.replenishment import Plan, Stock, Terms, plan, z_of
from catalog.models import (
    PurchaseLine,
    ReplenishmentPolicy,
    Sku,
    SkuDemand,
    StockLevel,
    Stockout,
)

DAY = timedelta(days=1)
ON_SALE = (ProductStatus.ON_SALE, ProductStatus.OPTIMISING)
COMING = (PurchaseStatus.ORDERED, PurchaseStatus.INSPECTED, PurchaseStatus.PARTLY_RECEIVED)


@dataclass(frozen=True, slots=True)
class Planned:
    """What should be bought of a SKU, by which numbers; ``days`` of demand were looked at."""

    plan: Plan
    terms: Terms
    stock: Stock
    days: int


def policy_on(day: date) -> ReplenishmentPolicy:
    """Return the policy that holds on ``day``; without one, that of the defaults."""
    found = ReplenishmentPolicy.objects.filter(from_date__lte=day).order_by("-from_date").first()
    return found or ReplenishmentPolicy(from_date=day)


def on_sale() -> QuerySet[Sku]:
    """Return the SKUs that are bought again: those of products on sale."""
    return Sku.objects.filter(product__status__in=ON_SALE)


def plans_of(skus: QuerySet[Sku], day: date, policy: ReplenishmentPolicy) -> dict[Sku, Planned]:
    """Return, for every one of the SKUs, what should be bought and why.

    Demand is that of the policy's window up to ``day``; days on which the SKU was out in every
    warehouse that keeps it are left out.
    """
    start = day - DAY * (policy.window_days - 1)
    out = _days_out(skus, start, day)
    demand: dict[int, list[int]] = defaultdict(list)
    sold = SkuDemand.objects.filter(sku__in=skus, day__gte=start, day__lte=day)
    for number, on, units in sold.values_list("sku", "day", "units").order_by():
        if on not in out.get(number, ()):
            demand[number].append(units)
    levels = StockLevel.objects.filter(sku__in=skus).order_by()
    on_hand = dict(levels.values_list("sku").annotate(total=Sum("on_hand")))
    on_order = dict(_coming(skus).values_list("sku").annotate(total=Sum(_open_units())))
    z = z_of(policy.service_level)
    found: dict[Sku, Planned] = {}
    for sku in skus.order_by("code"):
        lead = policy.lead_time_days if sku.lead_time_days is None else sku.lead_time_days
        terms = Terms(z, lead, policy.review_days, sku.safety_stock)
        stock = Stock(on_hand.get(sku.pk, 0), on_order.get(sku.pk, 0))
        days = policy.window_days - len(out.get(sku.pk, ()))
        made = plan(demand.get(sku.pk, []), days, terms, stock)
        found[sku] = Planned(made, terms, stock, days)
    return found


def on_order_by_warehouse(sku: Sku) -> dict[int, int]:
    """Return by warehouse the pieces of ``sku`` that are ordered and still to come."""
    rows = _coming(Sku.objects.filter(pk=sku.pk)).values_list("order__warehouse")
    return dict(rows.annotate(total=Sum(_open_units())))


def last_suppliers(skus: Iterable[int]) -> dict[int, int]:
    """Return by SKU from whom it was ordered last; what was cancelled, and who is left, not."""
    lines = PurchaseLine.objects.filter(sku=OuterRef("pk"), order__supplier__active=True)
    last = lines.exclude(order__status=PurchaseStatus.CANCELLED).order_by("-order_id", "-pk")
    rows = Sku.objects.filter(pk__in=list(skus)).annotate(
        last=Subquery(last.values("order__supplier")[:1])
    )
    found = rows.exclude(last=None).order_by().values_list("pk", "last")
    return dict(found)


def _coming(skus: QuerySet[Sku]) -> QuerySet[PurchaseLine]:
    return PurchaseLine.objects.filter(sku__in=skus, order__status__in=COMING).order_by()


def _open_units() -> Combinable:
    return F("units") - F("received") - F("rejected")


def _days_out(skus: QuerySet[Sku], start: date, end: date) -> dict[int, set[date]]:
    kept = StockLevel.objects.filter(sku__in=skus).order_by()
    places = Counter(kept.values_list("sku", flat=True))
    out: dict[int, Counter[date]] = defaultdict(Counter)
    spans = Stockout.objects.filter(Q(to_day__isnull=True) | Q(to_day__gt=start), sku__in=skus)
    for sku, first, until in spans.filter(from_day__lte=end).values_list(
        "sku", "from_day", "to_day"
    ):
        first, last = max(first, start), min((until or end + DAY) - DAY, end)
        out[sku].update(first + DAY * number for number in range((last - first).days + 1))
    return {
        sku: {day for day, count in days.items() if count >= places[sku]}
        for sku, days in out.items()
    }
