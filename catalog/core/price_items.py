"""Prices of listings as they come from outside."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PriceItem:
    """A price of a listing from a day on, in its store's currency."""

    store: str
    seller_sku: str
    price: Decimal
    from_date: date
    list_price: Decimal | None = None
    reason: str = ""
    source_row: int | None = None
