"""What a currency was worth: the pair, its opposite, the cross, and no rate at all."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.queries.fx import RateTable
from opsdesk.core.errors import NoRate
from tests import factories as make

pytestmark = pytest.mark.django_db
D = Decimal


def table():
    return RateTable({"GBP", "CNY", "USD"})


def test_the_latest_rate_on_or_before_the_day():
    make.rate("9.0", on=date(2026, 3, 2))
    make.rate("9.5", on=date(2026, 3, 5))

    rates = table()

    assert rates.rate("GBP", "CNY", date(2026, 3, 4)) == D("9.0")
    assert rates.rate("GBP", "CNY", date(2026, 3, 5)) == D("9.5")  # the day itself
    assert rates.rate("GBP", "GBP", date(1999, 1, 1)) == 1


def test_the_opposite_pair_is_turned_round():
    make.rate("3", on=date(2026, 3, 2))

    assert table().rate("CNY", "GBP", date(2026, 3, 2)) == D("0.3333333333")


def test_the_pair_goes_before_its_opposite_and_both_before_the_cross():
    day = date(2026, 3, 2)
    make.rate("2", on=day, source="EUR", target="GBP")
    make.rate("8", on=day, source="EUR", target="CNY")

    assert table().rate("GBP", "CNY", day) == 4
    make.rate("0.2", on=day, source="CNY", target="GBP")
    assert table().rate("GBP", "CNY", day) == 5
    make.rate("6", on=day)
    assert table().rate("GBP", "CNY", day) == 6


def test_the_cross_takes_both_legs_of_one_day():
    make.rate("2", on=date(2026, 3, 2), source="EUR", target="GBP")
    make.rate("8", on=date(2026, 3, 2), source="EUR", target="CNY")
    make.rate("4", on=date(2026, 3, 3), source="EUR", target="GBP")  # no CNY on this day
    make.rate("9", on=date(2026, 3, 4), source="EUR", target="CNY")  # no GBP on this day

    assert table().rate("GBP", "CNY", date(2026, 3, 9)) == 4


def test_no_rate_is_an_error_that_says_what_to_do():
    make.rate(on=date(2010, 12, 2))

    with pytest.raises(NoRate) as refusal:
        table().rate("GBP", "CNY", date(2010, 12, 1))

    assert str(refusal.value) == (
        "There is no rate from GBP to CNY on or before 2010-12-01. "
        "Load the rates of that day, then load the orders again."
    )


def test_one_query_for_all_rates(django_assert_num_queries):
    make.rate(on=date(2026, 3, 2))
    make.rate("1.3", on=date(2026, 3, 2), target="USD")
    rates = table()

    with django_assert_num_queries(1):
        rates.rate("GBP", "CNY", date(2026, 3, 2))
        rates.rate("GBP", "USD", date(2026, 3, 3))
