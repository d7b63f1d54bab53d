"""Floor, margin and target of a price, by figures worked by hand and by what must always hold."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.core.prices import Costs, lowest_price, margin_of, target_price


def costs(landed="8.00", shipping="2.00", fee="0.15", tax="0.19", currency="EUR"):
    known = None if landed is None else Decimal(landed)
    return Costs(known, Decimal(shipping), Decimal(fee), Decimal(tax), currency)


@pytest.mark.parametrize(
    ("given", "floor"),
    [
        (costs(), "15.16"),  # 10 / 0.66 = 15.1515…, up to the next cent
        (costs(fee="0", tax="0"), "10.00"),  # exactly, and not a cent more
        (costs(fee="0.5", tax="0.25"), "40.00"),
        (costs(shipping="0", fee="0.15", tax="0"), "9.42"),  # 8 / 0.85 = 9.4117…
        (costs("1000", "200", "0.1", "0.1", "JPY"), "1500"),
        (costs("1000", "201", "0.1", "0.1", "JPY"), "1502"),  # 1501.25
        (costs("0", "0"), "0.00"),
        (costs(None), None),
    ],
)
def test_the_floor_is_the_lowest_price_that_loses_nothing(given, floor):
    assert lowest_price(given) == (None if floor is None else Decimal(floor))


@pytest.mark.parametrize(
    ("markup", "target"),
    [("0.2", "17.58"), ("0", "15.16"), ("1", "27.28")],  # 11.6, 10 and 18 / 0.66
)
def test_the_target_brings_the_mark_up_on_the_landed_cost(markup, target):
    assert target_price(costs(), Decimal(markup)) == Decimal(target)


@pytest.mark.parametrize(
    ("price", "margin"),
    [
        ("20.00", "0.1600"),  # 20 - 3 - 3.80 - 2 - 8 = 3.20
        ("15.16", "0.0004"),  # 15.16 x 0.66 - 10 = 0.0056
        ("10.00", "-0.3400"),
    ],
)
def test_the_margin_is_what_stays_of_the_price(price, margin):
    assert margin_of(Decimal(price), costs()) == Decimal(margin)


def test_of_an_unknown_cost_nothing_is_known():
    assert margin_of(Decimal(20), costs(None)) is None
    assert target_price(costs(None), Decimal("0.2")) is None


@pytest.mark.parametrize("fee", ["0.81", "0.9"])  # with the tax of 19 %: all of it, and more
def test_where_fee_and_tax_take_everything_no_price_is_enough(fee):
    with pytest.raises(ValueError, match="take the whole price"):
        lowest_price(costs(fee=fee))


CENTS = st.integers(0, 10_000_000).map(lambda cents: Decimal(cents).scaleb(-2))
SHARES = st.integers(0, 4_500).map(lambda steps: Decimal(steps).scaleb(-4))


@given(CENTS, CENTS, SHARES, SHARES)
def test_at_the_floor_nothing_is_lost_and_a_cent_below_something_is(landed, shipping, fee, tax):
    given = Costs(landed, shipping, fee, tax, "EUR")
    floor = lowest_price(given)

    def kept(price):
        return price * (1 - fee - tax) - landed - shipping

    assert kept(floor) >= 0
    assert floor == 0 or kept(floor - Decimal("0.01")) < 0
