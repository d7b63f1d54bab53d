"""No more is sent than was bought, and what is sent stays bought."""

import pytest

from orders.core.shipment_items import ShippedLine
from orders.core.shipped import Bought, ShippedBook

TOO_MANY = (
    "Of line 1 of order 7 5 were bought and 2 are in other parcels: 4 more cannot be sent. "
    "Correct the quantity, or cancel another parcel first."
)


def book(**parcels):
    bought = {1: Bought("goods", 5), 2: Bought("goods", 1), 3: Bought("shipping", 1)}
    return ShippedBook("7", bought, dict(parcels))


def said(faults):
    return [one.message for one in faults]


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        ([(1, 3)], []),  # to the piece
        ([(1, 4)], [TOO_MANY]),
        ([(2, 1)], []),
        ([(3, 1)], ["Line 3 of order 7 is nothing that is sent."]),
        ([(9, 1), (1, 3)], ["Order 7 has no line 9."]),
    ],
)
def test_a_parcel_holds_at_most_what_the_others_left(lines, faults):
    given = [ShippedLine(*line) for line in lines]

    assert said(book(other={1: 2}, own={1: 5}).faults("own", given)) == faults


def test_a_parcel_that_does_not_count_may_hold_what_was_sent_again():
    held = book(other={1: 5})

    assert said(held.faults("own", [ShippedLine(1, 5)], counts=False)) == []
    assert said(held.faults("own", [ShippedLine(9, 1)], counts=False)) == ["Order 7 has no line 9."]


def test_what_is_left_are_the_things_that_are_in_no_parcel():
    assert book(a={1: 2}, b={1: 1}).left() == {1: 2, 2: 1}
    assert book(a={1: 5}, b={2: 1}).left() == {1: 0, 2: 0}


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ({1: 5, 2: 1}, True),
        ({1: 3}, True),  # as many as are in parcels
        ({1: 2}, False),
        ({2: 1}, False),
    ],
)
def test_an_order_keeps_what_is_in_its_parcels(lines, kept):
    found = said(book(a={1: 2}, b={1: 1}).keeps(lines))

    sentence = (
        "Of line 1 of order 7 3 pieces are in parcels: the line cannot be dropped or become "
        "smaller than that. Cancel the shipment first."
    )
    assert found == ([] if kept else [sentence])
