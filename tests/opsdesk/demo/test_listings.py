"""The listings of the sample company."""

import pytest

from catalog.models import Listing, ListingPrice
from opsdesk.demo import listings
from tests import factories
from tests.factories import NOW, TODAY


@pytest.mark.django_db
def test_most_are_live_with_a_price_and_some_are_on_their_way():
    factories.store()
    for number in range(8):
        factories.sku(f"S{number}", of=factories.product(f"P{number}", title="Cup"))

    listings.write(TODAY, at=NOW)

    states = list(Listing.objects.order_by("pk").values_list("status", flat=True))
    assert states == [*(["live"] * 5), "paused", "in_review", "draft"]
    # landed 10.00 and a fee of 15 %: a floor of 11.77
    assert {str(row.price) for row in ListingPrice.objects.all()} == {"15.30"}
