"""Prices of many listings from a file: one answer per row, and nothing twice."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.actions.price_files import upsert_prices
from catalog.core.price_items import PriceItem
from catalog.models import ListingPrice
from tests import factories as make
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


def item(price="20.00", *, number="A-1", store="UK", on=TODAY, row=2):
    return PriceItem(store, number, Decimal(price), on, None, "List", row)


def states(*items):
    outcomes = upsert_prices(items, scope=None, by=None, at=NOW)
    return [str(one.state) for one in outcomes], [
        (fault.field, fault.source_row) for one in outcomes for fault in one.errors
    ]


def test_each_row_has_its_answer_and_a_refused_one_keeps_no_other_out():
    make.listing("A-1")
    make.listing("A-2")

    assert states(
        item(),
        item(number="A-2", price="1.00", row=3),
        item(number="A-3", row=4),
        item(store="FR", row=5),
        item(number="A-2", on=date(2026, 5, 1), row=6),
    ) == (
        ["created", "error", "error", "error", "created"],
        [("price", 3), ("seller_sku", 4), ("seller_sku", 5)],
    )
    assert ListingPrice.objects.count() == 2


def test_the_same_file_again_changes_nothing():
    make.listing("A-1")
    states(item())

    assert states(item()) == (["unchanged"], [])
    assert ListingPrice.objects.count() == 1
