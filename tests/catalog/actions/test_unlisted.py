"""What is in stock but not on sale, day by day."""

from datetime import date

import pytest

from catalog.actions.unlisted import record_unlisted
from catalog.models import StockLevel, UnlistedStock
from catalog.queries.unlisted import unlisted_now
from tests import factories

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)


def stocked(code, *, on_hand=5, reserved=0, status="on_sale", warehouse=None):
    sku = factories.sku(code, of=factories.product(f"P-{code}", status=status))
    where = warehouse or factories.warehouse()
    StockLevel.objects.create(warehouse=where, sku=sku, on_hand=on_hand, reserved=reserved)
    return sku


def rows():
    return list(UnlistedStock.objects.order_by("day", "sku").values_list("day", "on_hand", "since"))


def test_only_what_could_be_sold_and_is_not_counts(django_assert_num_queries):
    wanted = stocked("A")
    factories.listing(sku=wanted, status="paused")
    listed = stocked("B")
    factories.listing(sku=listed, status="live", price="10")
    stocked("C", on_hand=2, reserved=2)  # all of it is promised
    stocked("D", status="idea")
    stocked("E", warehouse=factories.warehouse("OLD", active=False))

    with django_assert_num_queries(1):
        found = unlisted_now()

    assert found == {wanted.pk: 5}


def test_a_day_is_written_once_and_since_is_carried_over():
    stocked("A")

    assert [record_unlisted(day) for day in (MONDAY, MONDAY, TUESDAY)] == [1, 1, 1]

    assert rows() == [(MONDAY, 5, MONDAY), (TUESDAY, 5, MONDAY)]


def test_a_day_on_which_it_was_on_sale_begins_the_count_anew():
    sku = stocked("A")
    record_unlisted(MONDAY)
    listing = factories.listing(sku=sku, status="live", price="10")

    assert record_unlisted(TUESDAY) == 0
    listing.status = "ended"
    listing.save()
    record_unlisted(WEDNESDAY)

    assert rows() == [(MONDAY, 5, MONDAY), (WEDNESDAY, 5, WEDNESDAY)]
