"""Prices of many listings at once, as a file brings them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.scope import Scope
from catalog.actions.pricing import NewPrice, set_price
from catalog.core.price_items import PriceItem
from catalog.models import Listing
from catalog.queries.stores import seen_stores
from opsdesk.actions.audit import Actor
from opsdesk.actions.moves import Mover
from opsdesk.core.errors import DomainError
from opsdesk.core.exchange import CREATED, UNCHANGED, Outcome, refused


@transaction.atomic
def upsert_prices(
    items: Sequence[PriceItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Set the prices, one answer per item; a refused one does not keep the others out."""
    mover = Mover(at, by, scope)
    stores = seen_stores({item.store for item in items}, scope)
    rows = Listing.objects.filter(
        store__in=stores.values(), seller_sku__in={item.seller_sku for item in items}
    )
    listings = {
        (listing.store.code, listing.seller_sku): listing
        for listing in rows.select_related("store")
    }
    outcomes = []
    for item in items:
        listing = listings.get((item.store, item.seller_sku))
        if listing is None:
            message = _("There is no listing %(number)s in the store %(store)s.")
            words = {"number": item.seller_sku, "store": item.store}
            outcomes.append(refused("seller_sku", message % words, item.source_row))
            continue
        wanted = NewPrice(item.price, item.from_date, item.list_price, item.reason)
        outcomes.append(_set(listing, wanted, mover, item.source_row))
    return outcomes


def _set(listing: Listing, wanted: NewPrice, mover: Mover, row: int | None) -> Outcome:
    try:
        with transaction.atomic():
            return CREATED if set_price(listing, wanted, mover).created else UNCHANGED
    except DomainError as refusal:
        return refused(refusal.field or "price", refusal.message, row)
