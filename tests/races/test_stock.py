"""Fifty people and machines that move the same few SKUs at the same moment."""

import os
from collections import Counter
from functools import partial

import pytest

from catalog.actions.stock import Entry, Hold, Transfer, move_stock, release, reserve, transfer
from catalog.models import StockLevel, StockMovement
from catalog.queries.stock import check_ledger
from tests import factories as make
from tests.races.crowd import at_once

# STOCK_ROUNDS=200 for the long run
MANY = int(os.environ.get("STOCK_ROUNDS", "8"))

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def places():
    return make.warehouse("W1"), make.warehouse("W2")


@pytest.fixture
def skus():
    return [make.sku(f"S{number}") for number in range(3)]


def test_of_fifty_who_want_the_last_ten_pieces_ten_get_one(places, skus):
    make.stock(10, sku=skus[0], warehouse=places[0])
    sale = Entry(places[0], skus[0], "sale", -1)

    found = at_once(*[lambda: str(move_stock([sale], make.mover())[0].created)] * 50)

    assert found == {"True": 10, "NotReady": 40}
    assert StockLevel.objects.get().on_hand == 0
    assert check_ledger() == []


def test_what_fifty_send_under_one_number_is_stored_once(places, skus):
    receipt = Entry(places[0], skus[0], "receipt", 5, external_id="N1")

    found = at_once(*[lambda: str(move_stock([receipt], make.mover())[0].created)] * 50)

    assert found == {"True": 1, "False": 49}
    assert StockLevel.objects.get().on_hand == 5
    assert StockMovement.objects.count() == 1


def test_one_number_for_several_skus_at_once_is_stored_for_one_of_them(places, skus):
    def sending(number):
        entry = Entry(places[0], skus[number % 3], "receipt", 5, external_id="N1")
        return str(move_stock([entry], make.mover())[0].created)

    found = at_once(*[partial(sending, number) for number in range(12)])

    assert found == {"True": 1, "False": 3, "Conflict": 8}
    assert StockMovement.objects.count() == 1
    assert check_ledger() == []


def storm(round_no, places, skus):
    """Fifty writers: receipts, sales, transfers both ways, reservations, several SKUs at once."""

    def work(number):
        sku, other = skus[number % 3], skus[(number + 1) % 3]
        here, there = places if number % 2 else places[::-1]
        mover, name = make.mover(), f"R{round_no}/{number}"
        match number % 5:
            case 0:
                both = [
                    Entry(here, one, "receipt", 2, external_id=f"{name}/{one}")
                    for one in (sku, other)
                ]
                move_stock(both, mover)
            case 1:
                both = [Entry(here, one, "sale", -2) for one in (other, sku)]
                move_stock(both, mover)
            case 2:
                transfer(Transfer(sku, 2, here, there, name), mover)
            case 3:
                reserve(Hold(here, sku, 1, name), mover)
                release(Hold(here, sku, 1, name), mover)
            case 4:
                reserve(Hold(here, other, 1, name), mover)
        return "done"

    return at_once(*[partial(work, number) for number in range(50)])


@pytest.mark.parametrize("rounds", [2, pytest.param(MANY, marks=pytest.mark.slow)])
def test_levels_stay_the_sums_and_nothing_goes_below_nothing(places, skus, rounds):
    for place in places:
        for sku in skus:
            make.stock(20, sku=sku, warehouse=place)
    outcomes = Counter()

    for round_no in range(rounds):
        outcomes += storm(round_no, places, skus)

    assert set(outcomes) <= {"done", "NotReady"}
    assert outcomes.total() == 50 * rounds
    assert check_ledger() == []
    assert all(level.available >= 0 <= level.reserved for level in StockLevel.objects.all())
    received = StockMovement.objects.filter(kind="receipt").exclude(external_id="")
    assert received.count() == 20 * rounds
