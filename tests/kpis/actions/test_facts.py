"""Daily facts are those of the orders and returns, whatever changed in which order."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.models import DirtyDay
from kpis.models import FactWork, PeriodWork, RefundDay, SalesDay
from orders.models import Order, OrderLine, ReturnLine
from tests import factories as make
from tests.kpis.night import figures, night

pytestmark = pytest.mark.django_db
MARCH_10 = date(2026, 3, 10)


def dirty(day=MARCH_10, family="sales", store=None):
    DirtyDay.objects.create(family=family, store=store or make.store(), day=day)


def sales(day=MARCH_10, *names):
    row = SalesDay.objects.values(*names).get(store__code="UK", day=day)
    return tuple(row[name] for name in names)


def test_a_day_sums_its_orders():
    make.order("100.00", traffic_source="ad", units=3)
    make.order("50.50", traffic_source="organic", units=2)
    make.order("7.00")
    dirty()

    night()

    assert sales(MARCH_10, "gmv", "gmv_ads", "gmv_organic", "orders", "sold_amount", "units") == (
        *(Decimal("157.50"), Decimal("100.00"), Decimal("50.50")),
        *(3, Decimal("157.50"), 6),
    )


def test_cancelled_and_unmapped_orders_are_in_gmv_only():
    make.order("100.00")
    make.order("20.00", status="cancelled")
    make.order("3.00", status="unmapped")
    dirty()

    night()

    assert sales(MARCH_10, "gmv", "orders", "sold_amount", "units") == (
        *(Decimal("123.00"), 1, Decimal("100.00"), 1),
    )


def test_an_order_of_postage_only_is_no_sale():
    make.order("100.00")
    make.order("0.00", has_goods=False, units=0)
    dirty()

    night()

    assert sales(MARCH_10, "gmv", "orders", "units") == (Decimal("100.00"), 1, 1)


def test_an_order_of_many_lines_counts_once():
    order = make.order("30.00", units=3)
    for number in (2, 3):
        line = order.lines.get(line_no=1)
        line.pk, line.line_no = None, number
        line.save(force_insert=True)
    order.lines.update(reporting_amount=Decimal("10.00"), reporting_cost=Decimal("4.00"))
    dirty()

    night()

    assert sales(MARCH_10, "gmv", "orders", "units", "costed_amount", "cost") == (
        *(Decimal("30.00"), 1, 3, Decimal("30.00"), Decimal("12.00")),
    )


def test_lines_without_a_cost_are_in_neither_side_of_the_profit():
    known, _ = make.order("30.00"), make.order("70.00")
    known.lines.update(reporting_cost=Decimal("12.34"))
    dirty()

    night()

    assert sales(MARCH_10, "sold_amount", "costed_amount", "cost") == (
        *(Decimal("100.00"), Decimal("30.00"), Decimal("12.34")),
    )


@pytest.mark.parametrize(("cost", "costed"), [(Decimal("4.00"), "25.00"), (None, "0.00")])
def test_a_discount_lowers_the_profit_where_the_goods_cost_is_known(cost, costed):
    order = make.order("25.00")
    order.lines.update(reporting_amount=Decimal("30.00"), reporting_cost=cost)
    line = order.lines.get()
    OrderLine.objects.create(
        order=order,
        line_no=2,
        store=order.store,
        business_date=order.business_date,
        kind="discount",
        quantity=1,
        unit_price=Decimal("-5.00"),
        amount=Decimal("-5.00"),
        reporting_amount=Decimal("-5.00"),
    )
    dirty()

    night()

    assert line.kind == "goods"
    assert sales(MARCH_10, "costed_amount") == (Decimal(costed),)


def test_refunds_are_dated_by_the_refund_and_need_no_order():
    make.refund("10.00", on=date(2026, 3, 12), units=2)
    make.refund("5.00", on=date(2026, 3, 12), status="requested")
    make.refund("1.00", on=date(2026, 3, 13), status="closed")
    dirty(date(2026, 3, 12), "refunds")
    dirty(date(2026, 3, 13), "refunds")

    night()

    assert list(RefundDay.objects.values_list("day", "refund_amount", "refund_units")) == [
        (date(2026, 3, 12), Decimal("10.00"), 2),
        (date(2026, 3, 13), Decimal("1.00"), 1),
    ]


@pytest.mark.parametrize(("restock", "cost"), [(True, "6.00"), (False, "0.00"), (None, "0.00")])
def test_only_what_goes_back_to_stock_gives_its_cost_back(restock, cost):
    make.refund("10.00")
    ReturnLine.objects.update(reporting_cost=Decimal("6.00"), restock=restock)
    dirty(date(2026, 3, 12), "refunds")

    night()

    assert RefundDay.objects.values_list("refund_costed_amount", "refund_cost").get() == (
        *(Decimal("10.00"), Decimal(cost)),
    )


def test_first_and_second_orders_are_counted_by_period():
    buyer = make.customer()
    days = [date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 1)]
    for number, day in enumerate(days, 1):
        make.order(
            "10.00",
            on=day,
            customer=buyer,
            customer_order_no=number,
            previous_order_on=days[number - 2] if number > 1 else None,
        )
        dirty(day)
    make.order("99.00", on=days[0])  # nobody knows who bought this

    night()

    customers = [f"customers_{kind}" for kind in ("day", "week", "month", "quarter", "year")]
    seconds = [f"second_{kind}" for kind in ("day", "week", "month", "quarter", "year")]
    # 30 January 2026 is a Friday: the three days are in one week, but not in one month.
    assert sales(days[0], "new_customers", "first_order_amount", *customers, *seconds) == (
        *(1, Decimal("10.00"), 1, 1, 1, 1, 1, 0, 0, 0, 0, 0),
    )
    assert sales(days[1], "new_customers", *customers, *seconds) == (
        *(0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1),
    )
    assert sales(days[2], "new_customers", *customers, *seconds) == (
        *(0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0),
    )


def test_a_day_whose_rows_have_gone_has_no_facts():
    make.order()
    dirty()
    night()
    OrderLine.objects.all().delete()
    Order.objects.all().delete()
    dirty()

    night()

    assert figures() == {"SalesDay": [], "RefundDay": [], "PeriodFact": [], "Restatement": []}


def test_a_night_without_news_writes_nothing():
    make.order()
    dirty()
    night()

    run = night()

    assert list(run.steps.values_list("rows_read", "rows_written")) == [(0, 0)] * run.steps.count()


def test_news_of_what_no_figure_is_made_of_leaves_no_work_behind():
    make.order()
    dirty()
    dirty(family="shipments")

    night()

    assert sales(MARCH_10, "orders") == (1,)
    assert [model.objects.count() for model in (DirtyDay, FactWork)] == [0, 0]


def test_work_is_taken_away_with_its_result():
    make.order()
    dirty()
    dirty()

    night()

    assert [model.objects.count() for model in (DirtyDay, FactWork, PeriodWork)] == [0, 0, 0]


@pytest.mark.parametrize("family", ["disputes", "reviews"])
def test_days_of_which_no_facts_are_computed_yet_are_let_go(family):
    dirty(family=family)

    night()

    assert (DirtyDay.objects.count(), FactWork.objects.count()) == (0, 0)


def test_what_was_refunded_here_counts_on_the_day_of_each_part():
    case = make.return_case(make.sold((5, "50.00", "9.50")), lines=[(1, 5)])
    make.part_refund(case, "20.00", units=2, restocked=1)
    make.part_refund(case, "30.00", units=3, on=date(2026, 3, 13), cost=None, restocked=0)
    make.refund("7.00", units=1)  # as a source told it, on the first of the days
    for day in (date(2026, 3, 12), date(2026, 3, 13)):
        dirty(day, "refunds")

    night()

    columns = ("day", "refund_amount", "refund_units", "refund_costed_amount", "refund_cost")
    assert list(RefundDay.objects.order_by("day").values_list(*columns)) == [
        (date(2026, 3, 12), Decimal("27.00"), 3, Decimal("20.00"), Decimal("4.00")),
        (date(2026, 3, 13), Decimal("30.00"), 3, Decimal("0.00"), Decimal("0.00")),
    ]


def test_a_full_run_finds_what_was_refunded_here():
    make.part_refund(amount="20.00")
    made = figures()

    night(full=True)

    assert made["RefundDay"] == []
    assert list(RefundDay.objects.values_list("day", "refund_amount")) == [
        (date(2026, 3, 12), Decimal("20.00"))
    ]
