"""Demand and refunds by SKU and day, from the lines of orders and returns."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.models import Sku, SkuDemand, SkuReturn
from orders.actions.demand import fill_demand, fill_returns
from orders.models import Order, OrderLine, Return, ReturnLine
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


def refunded(of, pieces, *, on=date(2026, 3, 12), **values):
    made = factories.refund(on=on, **values)
    ReturnLine.objects.filter(return_case=made).update(sku=of, quantity=pieces)
    return made


def refunds():
    rows = SkuReturn.objects.order_by("sku__code", "day")
    return list(rows.values_list("sku__code", "day", "units"))


def test_refunds_are_those_of_all_stores_on_the_day_of_the_refund():
    cup, pan = factories.sku("CUP"), factories.sku("PAN")
    refunded(cup, 2)
    other = refunded(cup, 3, store=factories.store("DE"))
    refunded(pan, 4, on=LAST)
    refunded(pan, 5, on=date(2026, 4, 1))  # April's first day: not March
    refunded(pan, 6, status="requested")
    factories.refund()  # of an item that no SKU is known for

    assert fill_returns(FIRST, LAST) == 2
    assert fill_returns(FIRST, LAST) == 0
    assert refunds() == [("CUP", date(2026, 3, 12), 5), ("PAN", LAST, 4)]

    Return.objects.filter(pk=other.pk).update(status="rejected")
    assert fill_returns(FIRST, LAST) == 1
    assert refunds() == [("CUP", date(2026, 3, 12), 2), ("PAN", LAST, 4)]

    ReturnLine.objects.filter(sku=cup).update(kind="shipping")
    assert fill_returns(FIRST, LAST) == 1
    assert refunds() == [("PAN", LAST, 4)]


def test_the_statements_of_refunds_do_not_grow_with_the_skus(django_assert_max_num_queries):
    for _number in range(5):
        refunded(factories.sku(), 1)

    with django_assert_max_num_queries(7):
        assert fill_returns(FIRST, LAST) == 5


def test_what_was_refunded_here_counts_on_the_day_of_each_part():
    case = factories.return_case(
        factories.sold((5, "50.00", "0.00"), (1, "5.00", "0.00")), lines=[(1, 5)]
    )
    factories.part_refund(case, "20.00", units=2)
    factories.part_refund(case, "30.00", units=3, on=LAST)
    factories.part_refund(case, "5.00", units=0)  # money alone
    refunded(Sku.objects.get(code="T1"), 4)

    assert fill_returns(FIRST, LAST) == 2
    assert fill_returns(FIRST, LAST) == 0
    assert refunds() == [("T1", date(2026, 3, 12), 6), ("T1", LAST, 3)]
