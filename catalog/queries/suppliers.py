"""What suppliers delivered, what of it was rejected, what was paid, and their scores so far."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Max, QuerySet, Sum

from catalog.core.lifecycle import PurchaseStatus
from catalog.models import (
    Certificate,
    PurchaseLine,
    PurchaseReceipt,
    ScoreRule,
    Supplier,
    SupplierScore,
)
from opsdesk.core.periods import month

NEVER_ORDERED = (PurchaseStatus.DRAFT, PurchaseStatus.CANCELLED)
MONTHS_SHOWN = 12
ENDING_DAYS = 60


def rule_on(day: date) -> ScoreRule | None:
    """Return the rule that holds on ``day``."""
    return ScoreRule.objects.filter(from_date__lte=day).order_by("-from_date").first()


def pieces_due(first: date, last: date) -> dict[int, int]:
    """Return, by supplier, the pieces that were to have come from ``first`` to ``last``."""
    rows = PurchaseLine.objects.filter(order__expected_on__range=(first, last))
    rows = rows.exclude(order__status__in=NEVER_ORDERED)
    return dict(rows.values_list("order__supplier").annotate(Sum("units")).order_by())


def pieces_on_time(first: date, last: date) -> dict[int, int]:
    """Return, by supplier, how many of the pieces due then came by their day, good or not."""
    rows = PurchaseReceipt.objects.filter(
        line__order__expected_on__range=(first, last),
        received_on__lte=F("line__order__expected_on"),
    ).exclude(line__order__status__in=NEVER_ORDERED)
    found = rows.values_list("line__order__supplier").annotate(Sum("accepted"), Sum("rejected"))
    return {supplier: good + bad for supplier, good, bad in found.order_by()}


def pieces_inspected(first: date, last: date) -> dict[int, tuple[int, int]]:
    """Return, by supplier, the pieces rejected and all that came from ``first`` to ``last``."""
    rows = PurchaseReceipt.objects.filter(received_on__range=(first, last))
    found = rows.values_list("line__order__supplier").annotate(Sum("accepted"), Sum("rejected"))
    return {supplier: (bad, good + bad) for supplier, good, bad in found.order_by()}


def lines_ordered(first: date, last: date) -> QuerySet[PurchaseLine, tuple[Any, ...]]:
    """Return supplier, SKU, pieces, cost, currency and day of what was ordered in these days."""
    rows = PurchaseLine.objects.filter(order__ordered_on__range=(first, last))
    return rows.exclude(order__status__in=NEVER_ORDERED).values_list(
        "order__supplier", "sku", "units", "unit_cost", "order__currency", "order__ordered_on"
    )


def scored_later(day: date) -> set[int]:
    """Return the suppliers that have a score of a later day."""
    rows = SupplierScore.objects.values("supplier").annotate(last=Max("day")).order_by()
    return set(rows.filter(last__gt=day).values_list("supplier", flat=True))


def monthly_scores(supplier: Supplier, today: date) -> list[tuple[date, SupplierScore | None]]:
    """Return the last score of each of the latest twelve months, ``None`` where there is none."""
    months = [month(today)]
    while len(months) < MONTHS_SHOWN:
        months.insert(0, months[0].previous())
    rows = SupplierScore.objects.filter(
        supplier=supplier, day__gte=months[0].start, day__lt=months[-1].end
    )
    last = {row.day.replace(day=1): row for row in rows.order_by("day")}
    return [(one.start, last.get(one.start)) for one in months]


def ending_certificates(today: date) -> QuerySet[Certificate]:
    """Return the certificates of active suppliers that end within 60 days from ``today``."""
    until = today + timedelta(days=ENDING_DAYS)
    return Certificate.objects.filter(supplier__active=True, valid_until__range=(today, until))


def suppliers_by_code(codes: Iterable[str]) -> dict[str, Supplier]:
    """Return the suppliers with these codes."""
    return {one.code: one for one in Supplier.objects.filter(code__in=set(codes))}
