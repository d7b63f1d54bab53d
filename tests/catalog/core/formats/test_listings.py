"""Listings out of a file."""

from catalog.core.formats.listings import read_listings
from catalog.core.listing_items import ListingItem


def test_rows_become_listings_and_a_bad_cell_is_named(tmp_path):
    file = tmp_path / "listings.csv"
    file.write_text(
        "store,seller_sku,sku,title,video_seconds\nUK,L1,A1,A cup,15\nUK,L2,A1,A mug,long\n",
        encoding="utf-8",
    )

    first, second = (found for _row, found in read_listings(file).found)

    assert first == ListingItem(
        "UK", "L1", "A1", title="A cup", video_seconds=15, source_row=first.source_row
    )
    assert (second.field, second.source_row) == ("video_seconds", first.source_row + 1)
