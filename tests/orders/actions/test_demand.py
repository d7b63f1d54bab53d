"""Demand by SKU and day, from the order lines."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.models import SkuDemand
from orders.actions.demand import fill_demand
from orders.models import Order, OrderLine
from tests import factories

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def demand():
    rows = SkuDemand.objects.order_by("sku__code", "day")
    return list(rows.values_list("sku__code", "day", "units", "sales"))


def bring_up():
    return fill_demand(FIRST, LAST)


def test_demand_is_that_of_all_stores_and_follows_the_orders():
    cup = factories.sku("CUP")
    for store, amount in (("UK", "30.00"), ("DE", "12.00")):
        made = factories.order(amount, store=factories.store(store))
        OrderLine.objects.filter(order=made).update(sku=cup)
    units = sum(OrderLine.objects.values_list("quantity", flat=True))

    assert bring_up() == 1
    assert bring_up() == 0
    assert demand() == [("CUP", date(2026, 3, 10), units, Decimal(42))]

    Order.objects.filter(store__code="DE").update(status="cancelled")
    assert bring_up() == 1
    assert [row[3] for row in demand()] == [Decimal(30)]

    Order.objects.update(status="cancelled")
    assert bring_up() == 1
    assert demand() == []
