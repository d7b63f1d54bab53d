"""Lists in the admin: 200,000 SKUs and 400,000 listings against 2,000 and 4,000.

The floor is the same page on the short tables. Every form answers each kind of page once; how
the slowest pages of each kind compare is printed below the table, with P11: a search without a
match against the page of one record.
"""

from typing import Any

from bench.catalogue import build
from bench.pages import Pages
from catalog.models import Listing, Sku
from opsdesk.admin.base import LIST_BOUND

GOAL_ID = "P10"
GOAL = 1.5
SHORT = 2_000
PAGE = 50

_SKUS, _LISTINGS = "/admin/catalog/sku/", "/admin/catalog/listing/"
_PAGES = Pages(
    {
        "one SKU": f"{_SKUS}{{sku}}/change/",
        "skus": _SKUS,
        "skus, sorted": f"{_SKUS}?o=1",
        "skus, sorted downwards": f"{_SKUS}?o=-1",
        "skus, last page": f"{_SKUS}?p={{last_sku}}",
        "skus, search rare": f"{_SKUS}?q=needle",
        "skus, search common": f"{_SKUS}?q=cup",
        "skus, search none": f"{_SKUS}?q=nowhere",
        "listings": _LISTINGS,
        "listings, by status": f"{_LISTINGS}?status__exact=paused",
        "listings, by store": f"{_LISTINGS}?store__id__exact={{store}}",
        "listings, last page": f"{_LISTINGS}?p={{last_listing}}",
        "listings, search rare": f"{_LISTINGS}?q=needle",
        "listings, search common": f"{_LISTINGS}?q=cup",
        "listings, search none": f"{_LISTINGS}?q=nowhere",
    },
    record="one SKU",
    none={"skus": "skus, search none", "listings": "listings, search none"},
    plain={Sku: ["code", "title"], Listing: ["seller_sku", "external_id", "title"]},
)
floor, ours, typical, tell, close = (
    _PAGES.floor,
    _PAGES.ours,
    _PAGES.typical,
    _PAGES.tell,
    _PAGES.close,
)


def prepare(size: int) -> None:
    """Fill the database with two SKUs per order asked for, and an empty twin with few."""
    _PAGES.prepare(_build, min(SHORT, 2 * size), 2 * size)


def reset() -> None:
    """Reading changes nothing."""


def _build(skus: int) -> tuple[Any, dict[str, Any]]:
    made = build(skus)
    return made.user, {
        "sku": made.sku,
        "store": made.store,
        "last_sku": min(skus, LIST_BOUND) // PAGE,
        "last_listing": min(made.seen_listings, LIST_BOUND) // PAGE,
    }
