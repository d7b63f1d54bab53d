"""What signals are made of: the rules of a day, and the numbers of every product on sale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Window,
)

from catalog.core.lifecycle import PRODUCT, ProductStatus
from catalog.core.signals import (
    Bound,
    Facts,
    Found,
    ReviewCounts,
    RuleKey,
    nearest,
    signals,
)
from catalog.models import (
    Category,
    MovementKind,
    Product,
    ReviewDay,
    SignalRule,
    SkuDemand,
    SkuReturn,
    StockLevel,
    StockMovement,
)
from opsdesk.core.periods import business_date
from opsdesk.models import LifeEvent

WATCHED = (ProductStatus.ON_SALE, ProductStatus.OPTIMISING)
DAY = timedelta(days=1)


def rules_on(day: date) -> dict[RuleKey, Bound | None]:
    """Return the rules that hold on ``day``; ``None`` is one that switches its signal off."""
    rows = SignalRule.objects.filter(from_date__lte=day).order_by("from_date", "pk")
    return {(rule.kind, rule.verb, rule.category_id): rule.bound for rule in rows}


def category_paths() -> dict[int, list[int]]:
    """Return each category with those above it, itself first."""
    parents = dict(Category.objects.values_list("pk", "parent"))
    paths = {}
    for category in parents:
        path = [category]
        while (above := parents[path[-1]]) is not None:
            path.append(above)
        paths[category] = path
    return paths


def signals_on(day: date) -> dict[tuple[int, str], Found]:
    """Return the signals that hold at the end of ``day`` by product and kind."""
    rules = rules_on(day)
    held = {category: nearest(rules, path) for category, path in category_paths().items()}
    windows = {bound.window_days for bounds in held.values() for bound in bounds}
    known = facts_on(day, sorted(windows))
    categories = _watched().values_list("pk", "category")
    return {
        (product, kind): found
        for product, category in categories
        if product in known
        for kind, found in signals(known[product], held[category]).items()
    }


def facts_on(day: date, windows: Sequence[int]) -> dict[int, Facts]:
    """Return what is known at the end of ``day`` of every product on sale, by product.

    Demand and refunds are those of the days; stock is as it lies now. Where no product at all sold
    anything, orders are not loaded here: what was sold is unknown.
    """
    sold, refunded = (pieces_by_window(model, day, windows) for model in (SkuDemand, SkuReturn))
    on_hand, oldest, since = pieces_on_hand(), oldest_pieces(), in_state_since(day)
    reviewed = reviews_by_window(day, windows)

    nothing = dict.fromkeys(windows, 0) if sold else {}

    def days(start: date | None) -> int | None:
        return None if start is None else max(0, (day - start).days)

    return {
        product: Facts(
            status,
            sold.get(product, nothing),
            refunded.get(product, {}),
            on_hand.get(product),
            days(oldest.get(product)),
            days(since.get(product)),
            reviewed.get(product, {}),
        )
        for product, status in _watched().values_list("pk", "status")
    }


def _watched() -> QuerySet[Product]:
    return Product.objects.filter(status__in=WATCHED).order_by("pk")


def pieces_by_window(
    model: type[SkuDemand | SkuReturn], day: date, windows: Sequence[int]
) -> dict[int, dict[int, int]]:
    """Return by product the pieces of ``model`` in each of the windows that end with ``day``."""
    first = day - DAY * max(windows, default=0)
    sums = {
        f"of_{length}": Sum("units", filter=Q(day__gt=day - DAY * length), default=0)
        for length in windows
    }
    rows = model.objects.filter(day__gt=first, day__lte=day).order_by()
    found = rows.values_list("sku__product").annotate(**sums)
    return {product: dict(zip(windows, units, strict=True)) for product, *units in found}


def reviews_by_window(day: date, windows: Sequence[int]) -> dict[int, dict[int, ReviewCounts]]:
    """Return by product what reviews said in each of the windows that end with ``day``."""
    first = day - DAY * max(windows, default=0)
    names = ("reviews", "bad", "complaints")
    sums = {
        f"{name}_{length}": Sum(name, filter=Q(day__gt=day - DAY * length), default=0)
        for length in windows
        for name in names
    }
    rows = ReviewDay.objects.filter(day__gt=first, day__lte=day).order_by()
    found: dict[int, dict[int, ReviewCounts]] = {}
    for product, *counts in rows.values_list("product").annotate(**sums):
        each = iter(counts)
        by_window = {length: ReviewCounts(*(next(each) for _name in names)) for length in windows}
        found[product] = by_window
    return found


def pieces_on_hand() -> dict[int, int]:
    """Return by product the pieces that lie in all warehouses; without a level it is unknown."""
    rows = StockLevel.objects.order_by().values_list("sku__product")
    return dict(rows.annotate(total=Sum("on_hand")))


def oldest_pieces() -> dict[int, date]:
    """Return by product the day its oldest piece on hand came in, first in first out.

    What lies there now is what came in last: of each SKU the movement is found with which the
    latest ones add up to the pieces on hand. A transfer brings nothing in.
    """
    levels = StockLevel.objects.filter(sku=OuterRef("sku")).order_by()
    held = levels.values("sku").annotate(total=Sum("on_hand")).values("total")
    latest_first = [F("happened_at").desc(), F("pk").desc()]
    rows = (
        StockMovement.objects.filter(units__gt=0, sku__product__status__in=WATCHED)
        .exclude(kind=MovementKind.TRANSFER)
        .annotate(
            held=Subquery(held, output_field=BigIntegerField()),
            came=Window(Sum("units"), partition_by="sku", order_by=latest_first),
        )
        # What is left of those on hand once this and all later movements are counted.
        .annotate(left=ExpressionWrapper(F("held") - F("came"), BigIntegerField()))
        .filter(left__lte=0, left__gt=-F("units"))
        .order_by("happened_at")
    )
    found: dict[int, date] = {}
    for product, at in rows.values_list("sku__product", "happened_at"):
        found.setdefault(product, business_date(at, settings.COMPANY_TIME_ZONE))
    return found


def in_state_since(day: date) -> dict[int, date]:
    """Return by product since when it has been in its state, as far as that is recorded.

    One that was loaded as on sale has been so since it was loaded, or first sold if that was
    before.
    """
    entered: dict[int, date] = {}
    loaded: dict[int, date] = {}
    events = LifeEvent.objects.filter(life=PRODUCT.name, state__in=WATCHED).order_by("pk")
    for product, came_from, at in events.values_list("object_id", "from_state", "at"):
        (entered if came_from else loaded)[product] = business_date(at, settings.COMPANY_TIME_ZONE)
    sold = SkuDemand.objects.filter(day__lte=day).order_by()
    first_sold = dict(sold.values_list("sku__product").annotate(first=Min("day")))
    for product, on in loaded.items():
        loaded[product] = min(on, first_sold.get(product, on))
    return loaded | entered
