"""Prices of competitors, many at once."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from catalog.core.competitor_items import CompetitorItem, check_competitor
from catalog.models import CompetitorPrice, Listing
from catalog.queries.stores import seen_stores
from opsdesk.actions.audit import record_many
from opsdesk.actions.moves import Mover
from opsdesk.actions.sql import take_turn
from opsdesk.core.errors import NotAllowed
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED, Outcome, State, refused
from opsdesk.core.money import minor_places
from opsdesk.core.periods import business_date

Key = tuple[int, str, object]


@transaction.atomic
def upsert_competitor_prices(items: Sequence[CompetitorItem], mover: Mover) -> list[Outcome]:
    """Store the prices, one answer per item; of a listing, competitor and day there is one.

    The last one given stands. ``NotAllowed`` without the right; stores that the mover does not
    see have no listings for it.
    """
    if not mover.may(Right.CATALOGUE_EDIT):
        raise NotAllowed(_("You don't have the right to record prices."), code="no_right")
    take_turn("competitor prices")
    listings = _listings(items, mover)
    known: dict[Key, CompetitorPrice] = {
        (one.listing_id, one.competitor, one.seen_on): one
        for one in CompetitorPrice.objects.filter(
            listing__in={listing.pk for listing in listings.values()},
            seen_on__in={item.seen_on for item in items},
        )
    }
    states: dict[Key, State] = {}
    outcomes = [
        _take(listings.get((item.store, item.seller_sku)), item, known, states, mover)
        for item in items
    ]
    _write(known, states, mover)
    return outcomes


def _listings(items: Sequence[CompetitorItem], mover: Mover) -> dict[tuple[str, str], Listing]:
    stores = seen_stores({item.store for item in items}, mover.scope)
    rows = Listing.objects.filter(
        store__in=stores.values(), seller_sku__in={item.seller_sku for item in items}
    )
    return {(one.store.code, one.seller_sku): one for one in rows.select_related("store")}


def _take(
    listing: Listing | None,
    item: CompetitorItem,
    known: dict[Key, CompetitorPrice],
    states: dict[Key, State],
    mover: Mover,
) -> Outcome:
    """Put the item into ``known`` and note in ``states`` what is to be written of it."""
    if listing is None:
        message = _("There is no listing %(number)s in the store %(store)s.")
        words = {"number": item.seller_sku[:60], "store": item.store[:40]}
        return refused("seller_sku", message % words, item.source_row)
    today = business_date(mover.at, listing.store.time_zone)
    if faults := check_competitor(item, today, minor_places(listing.store.currency)):
        return Outcome(State.ERROR, tuple(faults))
    key = (listing.pk, item.competitor, item.seen_on)
    stored = known.get(key)
    if stored is None:
        known[key] = CompetitorPrice(
            listing=listing,
            competitor=item.competitor,
            seen_on=item.seen_on,
            price=item.price,
            url=item.url,
        )
        states[key] = State.CREATED
        return CREATED
    if (stored.price, stored.url) == (item.price, item.url):
        return UNCHANGED
    stored.price, stored.url = item.price, item.url
    states.setdefault(key, State.UPDATED)
    return UPDATED


def _write(known: dict[Key, CompetitorPrice], states: dict[Key, State], mover: Mover) -> None:
    fresh = [known[key] for key, state in states.items() if state is State.CREATED]
    changed = [known[key] for key, state in states.items() if state is State.UPDATED]
    CompetitorPrice.objects.bulk_create(fresh, batch_size=500)
    CompetitorPrice.objects.bulk_update(changed, ["price", "url"], batch_size=500)
    record_many("created", CompetitorPrice, fresh, by=mover.by, at=mover.at)
    record_many("changed", CompetitorPrice, changed, by=mover.by, at=mover.at)
