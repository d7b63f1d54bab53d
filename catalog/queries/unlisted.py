"""In stock but not on sale: sellable SKUs with stock and no live listing."""

from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet, Sum

from accounts.core.scope import Scope
from catalog.core.lifecycle import SELLABLE, ListingStatus
from catalog.models import Listing, StockLevel, UnlistedStock


def unlisted_now() -> dict[int, int]:
    """Return by SKU the pieces that can be promised but are offered nowhere."""
    live = Listing.objects.filter(sku=OuterRef("sku"), status=ListingStatus.LIVE)
    rows = (
        StockLevel.objects.filter(
            ~Exists(live),
            warehouse__active=True,
            on_hand__gt=F("reserved"),
            sku__product__status__in=SELLABLE,
        )
        .values_list("sku")
        .annotate(pieces=Sum(F("on_hand") - F("reserved")))
        .order_by("sku")
    )
    return dict(rows)


def with_seen_listings(rows: QuerySet[UnlistedStock], scope: Scope) -> QuerySet[UnlistedStock]:
    """Return the rows, each ``sku`` with ``seen_listings``: those in stores that ``scope`` sees."""
    seen = Listing.objects.visible_to(scope).select_related("store").order_by("store__code", "pk")
    return rows.prefetch_related(Prefetch("sku__listings", seen, to_attr="seen_listings"))


def unlisted_since(day: date) -> dict[int, date]:
    """Return by SKU since when it was unlisted, as of the day before ``day``."""
    before = UnlistedStock.objects.filter(day=day - timedelta(days=1))
    return dict(before.values_list("sku", "since"))
