"""Which orders, refunds and costs were converted with a rate that has changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings

from catalog.models import Store
from catalog.queries.fx import RateTable
from catalog.queries.stores import ClosedDays
from opsdesk.core.errors import NoRate
from orders.models import Order, Refund, Return, Shipment


@dataclass(frozen=True, slots=True)
class StaleDay:
    """A day of a store whose documents carry ``old`` where the table now says ``new``."""

    store_id: int
    day: date
    old: Decimal
    new: Decimal


def stale_orders(since: Mapping[str, date]) -> Iterator[StaleDay]:
    """Yield the open days whose orders carry another rate than the table's.

    ``since`` tells from which day on the rates of a currency may have changed.
    """
    for currency, day, stores in _affected(since):
        groups = (
            Order.objects.filter(store__in=stores, business_date__gte=day)
            .order_by("store_id", "business_date", "fx_rate")
            .values_list("store_id", "business_date", "fx_rate")
            .distinct()
        )
        yield from _stale(currency, stores, list(groups))


def stale_refunds(since: Mapping[str, date]) -> Iterator[StaleDay]:
    """Yield the same for refunds that no order is known of; the others follow their order."""
    for currency, day, stores in _affected(since):
        groups = (
            Return.objects.filter(
                store__in=stores, order=None, in_parts=False, refunded_on__gte=day
            )
            .order_by("store_id", "refunded_on", "fx_rate")
            .values_list("store_id", "refunded_on", "fx_rate")
            .distinct()
        )
        dated = [(store_id, on, rate) for store_id, on, rate in groups if on is not None]
        yield from _stale(currency, stores, dated)


def stale_costs(since: Mapping[str, date]) -> Iterator[tuple[str, StaleDay]]:
    """Yield the open days of dispatch whose costs carry another rate, with the costs' currency."""
    reporting = settings.REPORTING_CURRENCY
    rows = Shipment.objects.filter(dispatched_on__gte=min(since.values()), fx_rate__isnull=False)
    rows = rows.exclude(cost_currency=reporting).order_by("cost_currency", "store_id")
    if reporting not in since:
        rows = rows.filter(cost_currency__in=since)
    columns = ("cost_currency", "store_id", "dispatched_on", "fx_rate")
    groups: dict[str, list[tuple[int, date, Decimal]]] = {}
    for currency, store, on, rate in rows.values_list(*columns).distinct():
        # A new rate of the reporting currency itself is one of every other currency.
        day = min(since[code] for code in (currency, reporting) if code in since)
        if on is not None and rate is not None and on >= day:
            groups.setdefault(currency, []).append((store, on, rate))
    for currency, found in groups.items():
        for stale in _stale(currency, list({store for store, _on, _rate in found}), found):
            yield currency, stale


def stale_parts(since: Mapping[str, date]) -> Iterator[StaleDay]:
    """Yield the same for refunds made here of returns whose order nobody knows."""
    for currency, day, stores in _affected(since):
        groups = (
            Refund.objects.filter(store__in=stores, return_case__order=None, refunded_on__gte=day)
            .order_by("store_id", "refunded_on", "fx_rate")
            .values_list("store_id", "refunded_on", "fx_rate")
            .distinct()
        )
        yield from _stale(currency, stores, list(groups))


def _affected(since: Mapping[str, date]) -> Iterator[tuple[str, date, list[int]]]:
    """Yield each currency of a store with the day from which its rate may have changed."""
    reporting = settings.REPORTING_CURRENCY
    stores: dict[str, list[int]] = {}
    for pk, currency in Store.objects.exclude(currency=reporting).values_list("pk", "currency"):
        stores.setdefault(currency, []).append(pk)
    for currency, ids in sorted(stores.items()):
        days = [since[code] for code in (currency, reporting) if code in since]
        if days:
            yield currency, min(days), ids


def _stale(
    currency: str, stores: list[int], groups: list[tuple[int, date, Decimal]]
) -> Iterator[StaleDay]:
    reporting = settings.REPORTING_CURRENCY
    table, closed = RateTable({currency, reporting}), ClosedDays(stores)
    for store_id, day, old in groups:
        try:
            new = table.rate(currency, reporting, day)
        except NoRate:
            continue
        if new != old and not closed.holds(store_id, day):
            yield StaleDay(store_id, day, old, new)
