"""What the sample company offers: listings of each store with content and prices."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from catalog.actions.listings import LISTING_COURSE, make_listing, write_version
from catalog.actions.pricing import NewPrice, set_price
from catalog.core.listing_check import Content
from catalog.models import Listing, Sku, Store
from catalog.queries.pricing import basis_of
from opsdesk.actions.moves import Mover, move
from opsdesk.core.money import minor_unit

DAY = timedelta(days=1)
EACH = 8
BULLETS = (
    "Made to last: tested for two years of daily use",
    "Packed without plastic and ready to be given away",
    "Easy to clean, by hand or in the machine",
    "Fits where other ones do not: measures are in the description",
    "Returned free of charge within thirty days",
)


def write(today: date, *, at: datetime) -> None:
    """Offer some SKUs in each store: most are live, the last ones paused, in review and drafts."""
    mover = Mover(at)
    skus = list(Sku.objects.select_related("product").order_by("code")[:EACH])
    for number, store in enumerate(Store.objects.order_by("code")):
        for place, sku in enumerate(skus):
            listing = _offered(store, sku, 10 * number + place, mover)
            if place < EACH - 1:
                _priced(listing, today, mover)
                _moved(listing, place, mover)


def _offered(store: Store, sku: Sku, number: int, mover: Mover) -> Listing:
    listing = Listing(
        store=store,
        sku=sku,
        seller_sku=f"{store.code}-{sku.code}"[:60],
        external_id=f"B0SAMPLE{number:02}",
    )
    make_listing(listing, mover)
    name = sku.title or sku.product.title
    content = Content(
        title=f"{name} | sturdy, easy to clean, a present for every kitchen",
        keywords=name,
        bullet_points="\n".join(BULLETS[: 3 + number % 3]),
        description=f"{name}. " + "Made with care and packed by hand. " * 8,
        images="\n".join(f"https://example.com/{sku.code}/{view}.jpg" for view in range(1, 6)),
    )
    write_version(listing, content, mover, reason="First text")
    return listing


def _priced(listing: Listing, today: date, mover: Mover) -> None:
    """Set a price at a third above the floor; without a known cost none is set."""
    basis = basis_of([listing], today)[listing.pk]
    if basis.floor is None:
        return
    step = minor_unit(basis.costs.currency)
    price = (basis.floor * Decimal("1.3")).quantize(step)
    set_price(listing, NewPrice(price, today, reason="First price"), mover)


def _moved(listing: Listing, place: int, mover: Mover) -> None:
    if listing.price is None:
        return
    move(LISTING_COURSE, listing, "submit", mover)
    if place < EACH - 2:
        move(LISTING_COURSE, listing, "go_live", mover)
    if place == EACH - 3:
        move(LISTING_COURSE, listing, "pause", mover, reason="The pictures are being taken anew")
