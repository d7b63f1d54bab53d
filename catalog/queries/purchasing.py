"""Purchase orders by code, their totals, their shipments, and what they cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db.models import F, QuerySet, Sum

from catalog.models import InboundShipment, PurchaseOrder, Warehouse
from catalog.queries.fx import RateTable
from opsdesk.core.errors import NoRate
from opsdesk.core.money import convert


@dataclass(frozen=True, slots=True)
class Total:
    """What an order costs in its own currency, and in the reporting one where a rate is known.

    ``missing`` says which rate is not.
    """

    amount: Decimal
    reporting: Decimal | None
    missing: str = ""


def orders_by_code(codes: Iterable[str]) -> dict[str, PurchaseOrder]:
    """Return the purchase orders with these codes."""
    return {one.code: one for one in PurchaseOrder.objects.filter(code__in=set(codes))}


def warehouses_by_code(codes: Iterable[str]) -> dict[str, Warehouse]:
    """Return the warehouses with these codes."""
    return {one.code: one for one in Warehouse.objects.filter(code__in=set(codes))}


def with_totals(rows: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
    """Return the orders with ``total``, ``units``, ``received`` and ``rejected`` of their lines."""
    return rows.annotate(
        total=Sum(F("lines__unit_cost") * F("lines__units")),
        units=Sum("lines__units"),
        received=Sum("lines__received"),
        rejected=Sum("lines__rejected"),
    )


def reporting_rates() -> RateTable:
    """Return the rates from the currencies that orders are in to the reporting currency."""
    found = PurchaseOrder.objects.order_by().values_list("currency", flat=True).distinct()
    return RateTable({*found, settings.REPORTING_CURRENCY})


def total_of(order: PurchaseOrder, rates: RateTable, today: date) -> Total:
    """Return what an order read by ``with_totals`` costs.

    It is converted with the rate of the day on which it was ordered; a draft with today's.
    """
    amount = getattr(order, "total", None) or Decimal(0)
    reporting = settings.REPORTING_CURRENCY
    try:
        rate = rates.rate(order.currency, reporting, order.ordered_on or today)
    except NoRate as missing:
        return Total(amount, None, missing.message)
    return Total(amount, convert(amount, rate, reporting))


def customs_of(order: PurchaseOrder) -> list[InboundShipment]:
    """Return the shipments of an order, the earliest first."""
    return list(InboundShipment.objects.filter(order=order).order_by("pk"))
