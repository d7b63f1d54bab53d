"""Refunds to the cent: pieces in any parts, amounts over lines, discounts beside the goods."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsdesk.core.money import minor_unit
from orders.core.refund_split import (
    NOTHING,
    Back,
    Paid,
    Share,
    Sold,
    cut,
    due,
    left_of,
    paid_for,
    spread,
    whole_units,
)

CURRENCIES = ("EUR", "JPY", "KWD")


def one_after_another(paid, parts, currency):
    """Refund parts of a line; what each gave, as it would be stored."""
    before = []
    for units in parts:
        share = due(paid, before, units, currency)
        before.append(Back(units, share.amount, share.tax))
    return before


@pytest.mark.parametrize(
    ("amount", "tax", "currency", "expected"),
    [
        ("10.00", "1.90", "EUR", [("3.33", "0.63"), ("3.34", "0.64"), ("3.33", "0.63")]),
        ("1000", "100", "JPY", [("333", "33"), ("334", "34"), ("333", "33")]),
        ("1.000", "0.050", "KWD", [("0.333", "0.017"), ("0.334", "0.016"), ("0.333", "0.017")]),
        # less than a unit for each piece: the second one gets it
        ("1", "0", "JPY", [("0", "0"), ("1", "0"), ("0", "0")]),
    ],
)
def test_three_pieces_one_after_another_give_what_was_paid(amount, tax, currency, expected):
    found = one_after_another(Paid(3, D(amount), D(tax)), [1, 1, 1], currency)

    assert [(back.amount, back.tax) for back in found] == [(D(a), D(t)) for a, t in expected]


def test_two_and_then_three_of_five_give_what_was_paid():
    found = one_after_another(Paid(5, D("49.99"), D("9.50")), [2, 3], "EUR")

    assert found == [Back(2, D("20.00"), D("3.80")), Back(3, D("29.99"), D("5.70"))]


def test_one_piece_with_its_tax_leaves_nothing():
    paid = Paid(1, D("8.33"), D("1.58"))

    found = one_after_another(paid, [1], "EUR")

    assert found == [Back(1, D("8.33"), D("1.58"))]
    assert left_of(paid, found, "EUR") == NOTHING


def test_an_amount_without_pieces_lowers_what_the_pieces_left_are_worth():
    paid = Paid(4, D("100.00"), D("19.00"))
    before = [Back(0, D("10.00"), D("1.90"))]

    found = []
    for _ in range(4):
        share = due(paid, before, 1, "EUR")
        before.append(Back(1, share.amount, share.tax))
        found.append((share.amount, share.tax))

    # 90.00 and 17.10 over four pieces
    assert found == [
        (D("22.50"), D("4.28")),
        (D("22.50"), D("4.27")),
        (D("22.50"), D("4.28")),
        (D("22.50"), D("4.27")),
    ]
    assert left_of(paid, before, "EUR") == NOTHING


def test_what_was_kept_of_a_piece_stays_kept():
    paid = Paid(2, D("50.00"), D("0.00"))
    before = [Back(1, D("20.00"), D("0.00"))]  # 5.00 kept: it was opened

    assert due(paid, before, 1, "EUR") == Share(D("25.00"), D("0.00"))


def test_a_unit_less_is_rounding_and_not_kept():
    paid = Paid(3, D("10.00"), D("0.00"))
    before = [Back(1, D("3.33"), D("0.00")), Back(1, D("3.33"), D("0.00"))]

    assert due(paid, before, 1, "EUR") == Share(D("3.34"), D("0.00"))


def test_tax_that_a_source_does_not_tell_is_that_of_its_pieces_or_of_its_price():
    paid = Paid(2, D("20.00"), D("3.80"))

    assert left_of(paid, [Back(1, D("10.00"))], "EUR") == Share(D("10.00"), D("1.90"))
    assert left_of(paid, [Back(0, D("5.00"))], "EUR") == Share(D("15.00"), D("2.85"))
    assert left_of(Paid(1, D("0.00"), D("1.00")), [Back(0, D("5.00"))], "EUR").tax == D("1.00")


def test_more_pieces_than_were_bought_are_worth_no_more_than_all():
    assert due(Paid(2, D("9.99"), D("0.00")), [], 5, "EUR") == Share(D("9.99"), D("0.00"))
    assert due(Paid(0, D("9.99"), D("0.00")), [], 1, "EUR") == NOTHING


def test_a_discount_on_a_line_of_its_own_lowers_all_goods_in_proportion():
    lines = [
        Sold(1, "goods", 1, D("60.00"), D("6.00")),
        Sold(2, "goods", 3, D("30.00"), D("3.00")),
        Sold(3, "discount", 1, D("-10.00"), D("-1.00")),
        Sold(4, "shipping", 1, D("5.00"), D("0.50")),
    ]

    assert paid_for(lines, "EUR") == {
        1: Paid(1, D("53.33"), D("5.33")),
        2: Paid(3, D("26.67"), D("2.67")),
    }


def test_goods_are_never_worth_less_than_nothing():
    lines = [
        Sold(1, "goods", 1, D("5.00"), D("0.0049")),
        Sold(2, "goods", -1, D("-3.00"), D("0.00")),
        Sold(3, "discount", 1, D("-9.00"), D("0.00")),
    ]

    # tax of less than a unit is not paid back
    assert paid_for(lines, "EUR") == {
        1: Paid(1, D("0.00"), D("0.00")),
        2: Paid(0, D("0.00"), D("0.00")),
    }


def test_whole_units_are_never_more_than_the_value():
    assert whole_units(D("4.995"), "EUR") == D("4.99")
    assert whole_units(D("4.994"), "EUR") == D("4.99")
    assert whole_units(D("4.99"), "EUR") == D("4.99")


def test_an_amount_is_spread_with_its_tax_by_what_is_left():
    lefts = [Share(D("10.00"), D("1.90")), Share(D("3.33"), D("0.63")), NOTHING]

    assert spread(D("5.00"), lefts, "EUR") == [
        Share(D("3.15"), D("0.60")),
        Share(D("1.05"), D("0.20")),
        NOTHING,
    ]
    assert spread(D("0.00"), lefts, "EUR") == [NOTHING] * 3
    assert spread(D("5.00"), [NOTHING], "EUR") == [NOTHING]


def test_nothing_cut_is_nothing():
    assert cut(Share(D("1.00"), D("0.19")), D(0), "EUR") == NOTHING
    assert cut(NOTHING, D("1.00"), "EUR") == NOTHING


@st.composite
def parts_of_a_line(draw):
    """A line of some pieces, and the parts in which they go back, all or not."""
    currency = draw(st.sampled_from(CURRENCIES))
    parts = draw(st.lists(st.integers(1, 9), min_size=1, max_size=9))
    unit = minor_unit(currency)
    amount, tax = (unit * draw(st.integers(0, 10**6)) for _ in range(2))
    return currency, parts, Paid(sum(parts), amount, tax)


@given(parts_of_a_line())
def test_pieces_in_any_parts_give_exactly_what_was_paid(line):
    currency, parts, paid = line

    found = one_after_another(paid, parts, currency)

    assert sum(back.amount for back in found) == paid.amount
    assert sum(back.tax for back in found) == paid.tax
    assert all(back.amount >= 0 and back.tax >= 0 for back in found)


@given(parts_of_a_line())
def test_no_part_is_further_than_a_unit_from_its_share(line):
    currency, parts, paid = line

    found = one_after_another(paid, parts, currency)

    unit = minor_unit(currency)
    for units, back in zip(parts, found, strict=True):
        # exact: the share times all pieces, without dividing
        assert abs(back.amount * paid.units - paid.amount * units) <= unit * paid.units


@given(parts_of_a_line(), st.data())
def test_with_amounts_in_between_the_last_piece_leaves_nothing(line, data):
    currency, parts, paid = line
    before = []

    for units in parts:
        left = left_of(paid, before, currency)
        steps = int(left.total / minor_unit(currency))
        extra = minor_unit(currency) * data.draw(st.integers(0, steps))
        given_now = cut(left, extra, currency)
        before.append(Back(0, given_now.amount, given_now.tax))
        share = due(paid, before, units, currency)
        before.append(Back(units, share.amount, share.tax))

    assert left_of(paid, before, currency) == NOTHING
    assert sum(back.amount for back in before) == paid.amount
    assert sum(back.tax for back in before) == paid.tax


@given(st.sampled_from(CURRENCIES), st.data())
def test_spread_adds_up_and_gives_no_line_more_than_is_left(currency, data):
    unit = minor_unit(currency)
    shares = st.builds(
        lambda amount, tax: Share(unit * amount, unit * tax), *[st.integers(0, 10**5)] * 2
    )
    lefts = data.draw(st.lists(shares, min_size=1, max_size=8))
    total = sum(left.total for left in lefts)
    wanted = unit * data.draw(st.integers(0, int(total / unit)))

    found = spread(wanted, lefts, currency)

    assert sum(share.total for share in found) == wanted
    for share, left in zip(found, lefts, strict=True):
        assert D(0) <= share.amount <= left.amount
        assert D(0) <= share.tax <= left.tax


@given(st.sampled_from(CURRENCIES), st.data())
def test_discounts_beside_the_goods_leave_what_was_paid_for_the_order(currency, data):
    unit = minor_unit(currency)
    amounts = data.draw(st.lists(st.integers(0, 10**5), min_size=1, max_size=8))
    off = data.draw(st.integers(0, sum(amounts)))
    lines = [
        Sold(number, "goods", 1, unit * amount, D(0)) for number, amount in enumerate(amounts, 1)
    ]
    lines.append(Sold(99, "discount", 1, -unit * off, D(0)))

    found = paid_for(lines, currency)

    assert sum(paid.amount for paid in found.values()) == unit * (sum(amounts) - off)
    assert all(D(0) <= paid.amount for paid in found.values())
