"""How each family of daily facts is summed from the rows that it is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from catalog.models import FactFamily
from kpis.actions.sums import Part
from kpis.models import FactWork, RefundDay, SalesDay
from opsdesk.core.money import ZERO
from opsdesk.models import amount
from orders.core.items import LineKind
from orders.core.lifecycle import MONEY_BACK, NOT_SOLD, OrderStatus
from orders.models import Order, OrderLine, Refund, Return, ReturnLine, TrafficSource

SOLD = [status for status in OrderStatus if status not in NOT_SOLD]
# What ``Order.objects.sold()`` says, seen from a store-day. An order of postage or fees only is
# no sale.
_SALE = Q(store__orders__has_goods=True, store__orders__status__in=SOLD)
KINDS = ("day", "week", "month", "quarter", "year")
GROUP = ("store", *KINDS)
Work = QuerySet[FactWork, FactWork]


@dataclass(frozen=True)
class Family:
    """A table of daily facts, the sums that fill it, and whether a store-day has rows at all."""

    code: FactFamily
    model: type[models.Model]
    parts: Callable[[Work], Sequence[Part]]
    has_rows: Callable[[], Exists | Q]


def _money(name: str, condition: Q | None = None) -> Coalesce:
    return Coalesce(Sum(name, filter=condition), amount(ZERO))


def _part(rows: Work, sums: dict[str, Any]) -> Part:
    return Part(
        rows.values(*GROUP).annotate(**sums), group=GROUP, sums={name: name for name in sums}
    )


def _sales(work: Work) -> list[Part]:
    """Orders and order lines of the store-days in ``work``.

    The lines are summed apart from their orders: joined, an order would count once per line.
    """
    placed = {"store__orders__business_date": F("day")}
    # Lines carry store and day of their own: their index finds them without their orders.
    own_day = {
        "store__orders__lines__store": F("store"),
        "store__orders__lines__business_date": F("day"),
    }
    costed = _costed("store__orders", OrderLine, "order")
    costs = {
        "costed_amount": _money("store__orders__lines__reporting_amount"),
        "cost": _money("store__orders__lines__reporting_cost"),
    }
    return [
        _part(work.filter(**placed), _order_sums() | _customer_sums()),
        _part(work.filter(costed, _SALE, **placed, **own_day), costs),
    ]


def _order_sums() -> dict[str, Any]:
    total = "store__orders__reporting_amount"
    source = "store__orders__traffic_source"
    return {
        "gmv": _money(total),
        "gmv_organic": _money(total, Q(**{source: TrafficSource.ORGANIC})),
        "gmv_ads": _money(total, Q(**{source: TrafficSource.ADS})),
        "orders": Count("store__orders", filter=_SALE),
        "sold_amount": _money(total, _SALE),
        "units": Coalesce(Sum("store__orders__units", filter=_SALE), 0),
    }


def _customer_sums() -> dict[str, Any]:
    """Customers counted so that the days of a period add up: see ``SalesDay``."""
    before = "store__orders__previous_order_on"
    first = _SALE & Q(store__orders__customer_order_no=1)
    known = _SALE & Q(store__orders__customer_order_no__isnull=False)
    sums = {
        "first_order_amount": _money("store__orders__reporting_amount", first),
        "new_customers": Count("store__orders", filter=first),
    }
    for kind in KINDS:
        # The first of its customer in the period: the one before lies before the period.
        opening = Q(**{f"{before}__isnull": True}) | Q(**{f"{before}__lt": F(kind)})
        second = Q(store__orders__customer_order_no=2, **{f"{before}__gte": F(kind)})
        sums[f"customers_{kind}"] = Count("store__orders", filter=known & opening)
        sums[f"second_{kind}"] = Count("store__orders", filter=_SALE & second)
    return sums


def _costed(document: str, line: type[models.Model], parent: str) -> Q:
    """The condition on a document's lines: goods of known cost, and the discounts beside them.

    A discount has no cost of its own; it lowers the profit where the goods' cost is known.
    """
    goods = Q(
        **{f"{document}__lines__kind": LineKind.GOODS},
        **{f"{document}__lines__reporting_cost__isnull": False},
    )
    beside = line._default_manager.filter(
        **{parent: OuterRef(document)}, kind=LineKind.GOODS, reporting_cost__isnull=False
    )
    # The kind first: SQLite looks for the goods beside in the order that is written here.
    return goods | (Q(**{f"{document}__lines__kind": LineKind.DISCOUNT}) & Q(Exists(beside)))


def _refunds(work: Work) -> list[Part]:
    """What went back on the store-days in ``work``: as sources told it, and as refunded here."""
    return [*_refunds_told(work), *_refunds_here(work)]


def _refunds_told(work: Work) -> list[Part]:
    """Refunded returns and their lines, but for those whose money has rows of its own."""
    paid_back = {
        "store__returns__refunded_on": F("day"),
        "store__returns__status__in": MONEY_BACK,
        "store__returns__in_parts": False,
    }
    lines = work.filter(_costed("store__returns", ReturnLine, "return_case"), **paid_back)
    # What is scrapped has cost what it has cost.
    back_in_stock = Q(store__returns__lines__restock=True)
    return [
        _part(
            work.filter(**paid_back),
            {
                "refund_amount": _money("store__returns__reporting_amount"),
                "refund_units": Coalesce(Sum("store__returns__units"), 0),
            },
        ),
        _part(
            lines,
            {
                "refund_costed_amount": _money("store__returns__lines__reporting_amount"),
                "refund_cost": _money("store__returns__lines__reporting_cost", back_in_stock),
            },
        ),
    ]


def _refunds_here(work: Work) -> list[Part]:
    """Refunds made here, each on its own day; their lines are of goods only."""
    paid_back = {"store__refunds__refunded_on": F("day")}
    lines = work.filter(store__refunds__lines__reporting_cost__isnull=False, **paid_back)
    return [
        _part(
            work.filter(**paid_back),
            {
                "refund_amount": _money("store__refunds__reporting_amount"),
                "refund_units": Coalesce(Sum("store__refunds__units"), 0),
            },
        ),
        _part(
            lines,
            {
                "refund_costed_amount": _money("store__refunds__lines__reporting_amount"),
                "refund_cost": _money("store__refunds__lines__restocked_cost"),
            },
        ),
    ]


def _has_orders() -> Exists:
    return Exists(Order.objects.filter(store=OuterRef("store"), business_date=OuterRef("day")))


def _has_refunds() -> Q:
    that_day = {"store": OuterRef("store"), "refunded_on": OuterRef("day")}
    told = Exists(Return.objects.refunded().filter(**that_day))
    return Q(told) | Q(Exists(Refund.objects.filter(**that_day)))


FAMILIES = (
    Family(FactFamily.SALES, SalesDay, _sales, _has_orders),
    Family(FactFamily.REFUNDS, RefundDay, _refunds, _has_refunds),
)
