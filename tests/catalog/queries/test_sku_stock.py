"""The level of a SKU by day from the ledger, and its place among all in sales."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from catalog.actions.abc import classify
from catalog.actions.stock import Entry, Hold, move_stock, reserve
from catalog.models import AbcClass, SkuDemand
from catalog.queries.replenishment import on_order_by_warehouse
from catalog.queries.sku_stock import level_days, standing_of
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LAST = make.TODAY
DAYS = [LAST - DAY * ago for ago in range(4, -1, -1)]


@pytest.fixture
def cup():
    return make.sku("CUP")


def at(day, hour, minute=0):
    """A time of the company's day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def move(sku, units, happened_at, place="W1"):
    kind = "receipt" if units > 0 else "sale"
    entry = Entry(make.warehouse(place), sku, kind, units, happened_at=happened_at)
    move_stock([entry], make.mover(at=max(happened_at, make.NOW)))


def test_the_level_of_each_day_is_the_sum_of_the_ledger_to_its_end(cup, django_assert_num_queries):
    make.stock(99, sku=make.sku("PLATE"), at=at(DAYS[0], 9))
    move(cup, 10, at(DAYS[0] - DAY * 30, 9))
    move(cup, -3, at(DAYS[1], 23, 59))  # the last minute of the company's day
    move(cup, 5, at(DAYS[2], 0))  # its first: the next one
    move(cup, 2, at(DAYS[2], 9), place="W2")
    reserve(Hold(make.warehouse("W1"), cup, 4, "O1"), make.mover())  # moves no piece

    with django_assert_num_queries(1):
        found = level_days(cup, DAYS)

    assert found == dict(zip(DAYS, [10, 7, 14, 14, 14], strict=True))


def test_before_the_first_movement_the_level_is_not_known(cup):
    move(cup, 10, at(DAYS[2], 9))
    move(cup, -10, at(DAYS[4], 9))

    assert list(level_days(cup, DAYS).values()) == [None, None, 10, 10, 0]


def test_a_class_is_told_with_what_it_was_made_of(cup, django_assert_num_queries):
    sales = {"ASH": 60, "CUP": 30, "CAP": 30, "DISH": 0}
    skus = {code: make.sku(code) for code in sales if code != "CUP"} | {"CUP": cup}
    SkuDemand.objects.bulk_create(
        SkuDemand(sku=skus[code], day=LAST, units=1, sales=Decimal(value))
        for code, value in sales.items()
    )
    classify(LAST)

    with django_assert_num_queries(2):
        found = standing_of(cup)

    # CAP makes as much and comes before it by code: 90 of 120 are made before CUP.
    assert (found.rank, found.of, found.total, found.before) == (
        3,
        4,
        Decimal(120),
        Decimal("0.75"),
    )
    assert (found.row.letter, found.row.running) == ("A", Decimal(1))


def test_without_a_class_or_without_sales_there_is_nothing_to_tell(cup):
    assert standing_of(cup) is None

    AbcClass.objects.create(day=LAST, sku=cup, sales=0, running=0, letter="C")

    assert standing_of(cup).before is None


def test_on_order_is_told_by_warehouse(cup):
    lines = [("CUP", 10, "5.00")]
    make.purchase_order("P1", lines=lines, warehouse=make.warehouse("W1"))
    make.purchase_order("P2", lines=lines, warehouse=make.warehouse("W2"), status="draft")
    order = make.purchase_order("P3", lines=lines, warehouse=make.warehouse("W1"))
    order.lines.update(received=3, rejected=1)

    assert on_order_by_warehouse(cup) == {make.warehouse("W1").pk: 16}
