"""What competitors ask for the like of a listing, as it comes from outside."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from opsdesk.core.exchange import Checks, FieldFault, decimals

PRICE_BOUND = Decimal(10**10)


@dataclass(frozen=True, slots=True)
class CompetitorItem:
    """A price of a competitor on a day, in the currency of the listing's store."""

    store: str
    seller_sku: str
    competitor: str
    seen_on: date
    price: Decimal
    url: str = ""
    source_row: int | None = None


def check_competitor(item: CompetitorItem, today: date, places: int) -> list[FieldFault]:
    """Return everything wrong with a price; ``places`` are the decimals of its currency."""
    checks = Checks(item.source_row)
    checks.text("competitor", item.competitor, 100)
    if item.seen_on > today:
        checks.wrong("seen_on", _("It is still to come: give the day on which it was seen."))
    if not item.price.is_finite() or not 0 < item.price < PRICE_BOUND:
        checks.wrong("price", _("A price is above 0."))
    elif decimals(item.price) > places:
        message = _("The currency of the store has %(places)d decimals.")
        checks.wrong("price", message % {"places": places})
    checks.text("url", item.url, 500, blank=True)
    if item.url and not _is_web(item.url):
        checks.wrong("url", _("An address beginning with http:// or https:// is expected."))
    return checks.faults


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
