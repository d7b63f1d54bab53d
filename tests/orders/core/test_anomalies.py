"""What is odd about an order, by tables worked out by hand."""

from decimal import Decimal as D
from statistics import mean, quantiles, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.core.anomalies import Cost, Fences, Limits, Sample, fences, margin, missing_parts


def few(*amounts):
    return Sample(len(amounts), [D(amount) for amount in amounts])


@pytest.mark.parametrize(
    ("sample", "low", "high"),
    [
        # 1..8: quartiles 2.75 and 6.25, range 3.5, reach 5.25
        (few(1, 2, 3, 4, 5, 6, 7, 8), "-2.5", "11.5"),
        # the order in which they came says nothing
        (few(8, 1, 7, 2, 6, 3, 5, 4), "-2.5", "11.5"),
        # one that is far out moves the quartiles little: 10, 10, range 10..20
        (few(10, 10, 10, 10, 20, 20, 20, 20, 5000), "-5", "35"),
        (Sample(30, mean=D(100), deviation=D(10)), "70", "130"),
        (Sample(5000, mean=D("19.99"), deviation=D("0.01")), "19.96", "20.02"),
    ],
)
def test_usual_amounts_lie_between_fences(sample, low, high):
    assert fences(sample, Limits()) == Fences(D(low), D(high), sample.count)


@pytest.mark.parametrize(
    "sample",
    [
        Sample(0),
        few(1, 2, 3, 4, 5, 6, 7),  # fewer than eight
        few(*[5] * 8),  # all the same
        few(1, *[5] * 20, 9),  # the middle half all the same
        Sample(30, mean=D(5), deviation=D(0)),
    ],
)
def test_where_nobody_can_tell_there_are_no_fences(sample):
    assert fences(sample, Limits()) is None


@pytest.mark.parametrize(
    ("amount", "held"), [("130", True), ("130.01", False), ("70", True), ("69.99", False)]
)
def test_three_deviations_are_usual_and_a_cent_more_is_not(amount, held):
    assert fences(Sample(30, mean=D(100), deviation=D(10)), Limits()).hold(D(amount)) is held


def test_the_limits_are_the_companys():
    assert fences(few(1, 2, 3, 4), Limits(fence=D(1), fewest=4)) == Fences(D("0.25"), D("4.75"), 4)
    strict = Limits(z=D(2))
    assert fences(Sample(40, mean=D(10), deviation=D(1)), strict) == Fences(D(8), D(12), 40)


cents = st.decimals(min_value=0, max_value=10**6, places=2)


@settings(max_examples=100, deadline=None)
@given(st.lists(cents, min_size=8, max_size=29))
def test_few_amounts_are_fenced_by_their_quartiles_and_hold_the_middle_half(amounts):
    found = fences(Sample(len(amounts), amounts), Limits())

    first, median, third = quantiles(amounts, n=4, method="inclusive")
    if first == third:
        assert found is None
    else:
        assert found.low < first <= median <= third < found.high
        assert found.high - found.low == 4 * (third - first)


@settings(max_examples=100, deadline=None)
@given(st.lists(cents, min_size=30, max_size=60))
def test_many_amounts_leave_at_most_a_ninth_outside(amounts):
    spread = stdev(amounts)
    found = fences(Sample(len(amounts), mean=mean(amounts), deviation=spread), Limits())

    if found is not None:
        outside = [amount for amount in amounts if not found.hold(amount)]
        assert len(outside) <= len(amounts) / 9 + 1  # Chebyshev


WHOLE = {
    "recipient": "Ann Lee",
    "line1": "1 High Street",
    "city": "Leeds",
    "postal_code": "LS1 1AA",
    "country": "GB",
}


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({}, []),
        ({"recipient": ""}, ["recipient"]),
        ({"line1": "  ", "city": ""}, ["line1", "city"]),
        ({"postal_code": ""}, ["postal_code"]),
        ({"postal_code": "", "country": "hk"}, []),
        ({"postal_code": "", "country": "AE"}, []),
        ({"postal_code": "", "country": "Germany"}, []),
        ({"country": ""}, ["country"]),
        ({"line2": "", "region": ""}, []),
    ],
)
def test_an_address_lacks_what_the_post_needs(change, missing):
    assert missing_parts(WHOLE | change) == missing


@pytest.mark.parametrize(
    ("amount", "fee", "goods", "left"),
    [
        ("10.00", "1.50", [Cost(2, D("4.25"))], "0.00"),
        ("10.00", "1.51", [Cost(2, D("4.25"))], "-0.01"),
        ("10.00", None, [Cost(2, D("4.25"))], "1.50"),
        ("10.00", None, [Cost(1, D("4")), Cost(3, D("2.5"))], "-1.5"),
        ("10.00", None, [Cost(1, D("400")), Cost(3, None)], None),
        ("10.00", "20.00", [], None),
    ],
)
def test_a_margin_is_the_amount_less_fee_and_goods(amount, fee, goods, left):
    found = margin(D(amount), None if fee is None else D(fee), goods)

    assert found == (None if left is None else D(left))
