"""What stands behind the prices of listings: costs, rules and prices by day, in few statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q, QuerySet

from catalog.core.prices import Costs, exact_margin, lowest_price, margin_of, target_price
from catalog.models import (
    BrandMinimum,
    InboundCost,
    Listing,
    ListingPrice,
    MarginPolicy,
    OverrideState,
    PriceOverride,
    SellingCost,
)
from catalog.queries.fx import RateTable
from opsdesk.core.errors import NoRate


@dataclass(frozen=True, slots=True)
class Basis:
    """All that a price of a listing is judged by on a day; amounts are in its store's currency."""

    listing: Listing
    day: date
    costs: Costs
    policy: MarginPolicy | None
    minimum: Decimal | None

    @property
    def floor(self) -> Decimal | None:
        """The price floor; ``None`` where a cost is unknown."""
        return lowest_price(self.costs) if self.costs.left > 0 else None

    @property
    def target(self) -> Decimal | None:
        """The cost-plus price by the policy of the product's role in the range."""
        if self.policy is None or self.costs.left <= 0:
            return None
        return target_price(self.costs, self.policy.markup)

    def margin(self, price: Decimal) -> Decimal | None:
        """What stays of ``price`` as a share of it."""
        return margin_of(price, self.costs)

    def verdict(self, price: Decimal) -> str:
        """``below``, ``within`` or ``above`` the policy's margins; blank where nobody can say."""
        margin = exact_margin(price, self.costs)
        if margin is None or self.policy is None:
            return ""
        if margin < Fraction(self.policy.min_margin):
            return "below"
        return "above" if margin > Fraction(self.policy.max_margin) else "within"


def basis_of(listings: Sequence[Listing], day: date) -> dict[int, Basis]:
    """Return by what each listing's price is judged on ``day``, by primary key.

    ``listings`` have their store, SKU and product loaded. A landed cost that cannot be converted
    for want of a rate is unknown.
    """
    skus = {listing.sku_id for listing in listings}
    stores = {listing.store_id for listing in listings}
    inbound = _latest(InboundCost.objects.filter(sku__in=skus, from_date__lte=day), "sku_id")
    selling = _selling(stores, skus, day)
    policies = _latest(MarginPolicy.objects.filter(from_date__lte=day), "range_role")
    minimums = _minimums(listings, day)
    rates = RateTable(
        {one.sku.cost_currency for one in listings if one.sku.cost_currency}
        | {one.store.currency for one in listings}
    )
    found = {}
    for listing in listings:
        own = selling.get((listing.store_id, listing.sku_id)) or selling.get(
            (listing.store_id, None)
        )
        costs = Costs(
            landed=_landed(listing, inbound.get(listing.sku_id), (rates, day)),
            shipping=own.shipping if own else Decimal(0),
            fee_rate=listing.store.platform_fee_rate,
            tax_rate=own.tax_rate if own else Decimal(0),
            currency=listing.store.currency,
        )
        policy = policies.get(listing.sku.product.range_role)
        found[listing.pk] = Basis(listing, day, costs, policy, minimums.get(listing.pk))
    return found


def _landed(
    listing: Listing, inbound: InboundCost | None, at: tuple[RateTable, date]
) -> Decimal | None:
    sku, (rates, day) = listing.sku, at
    if sku.unit_cost is None:
        return None
    more = inbound.inbound_freight + inbound.duty if inbound else Decimal(0)
    currency = listing.store.currency
    try:
        rate = rates.rate(sku.cost_currency, currency, day)
    except NoRate:
        return None
    # Nothing is stored here, so nothing is rounded before the floor is.
    return (sku.unit_cost + more) * rate


def _latest(rows: QuerySet[Any], key: str) -> dict[Any, Any]:
    """Return the row with the latest ``from_date`` by ``key``."""
    return {getattr(row, key): row for row in rows.order_by("from_date", "pk")}


def _selling(
    stores: Iterable[int], skus: Iterable[int], day: date
) -> dict[tuple[int, int | None], SellingCost]:
    rows = SellingCost.objects.filter(
        Q(sku__isnull=True) | Q(sku__in=skus), store__in=stores, from_date__lte=day
    )
    return {(row.store_id, row.sku_id): row for row in rows.order_by("from_date", "pk")}


def _minimums(listings: Sequence[Listing], day: date) -> dict[int, Decimal]:
    """Return the controlled minimum price by listing: that of the SKU goes before the brand's."""
    brands = {listing.sku.product.brand for listing in listings} - {""}
    rows = BrandMinimum.objects.filter(
        Q(to_date__isnull=True) | Q(to_date__gt=day), brand__in=brands, from_date__lte=day
    )
    by_key = {
        (row.brand, row.sku_id, row.currency): row.amount
        for row in rows.order_by("from_date", "pk")
    }
    found = {}
    for listing in listings:
        brand, currency = listing.sku.product.brand, listing.store.currency
        amount = by_key.get((brand, listing.sku_id, currency)) or by_key.get(
            (brand, None, currency)
        )
        if amount is not None:
            found[listing.pk] = amount
    return found


def in_force(listing: int, day: date) -> ListingPrice | None:
    """Return the price that holds on ``day``: the latest whose leave, where it needs one, lasts."""
    return prices_in_force(day).filter(listing=listing).order_by("-from_date", "-pk").first()


def prices_in_force(day: date) -> QuerySet[ListingPrice]:
    """Return the prices that could hold on ``day``, of every listing."""
    lasts = Q(override__isnull=True) | Q(override__until_date__gt=day)
    return ListingPrice.objects.filter(lasts, replaced=False, from_date__lte=day)


def leave_for(listing: int, price: Decimal, day: date) -> PriceOverride | None:
    """Return the leave by which ``price`` may stand below the floor on ``day``, if there is one."""
    rows = PriceOverride.objects.filter(
        listing=listing,
        state=OverrideState.APPROVED,
        price__lte=price,
        from_date__lte=day,
        until_date__gt=day,
    )
    return rows.order_by("-until_date", "pk").first()


def price_days(listing: int, days: Sequence[date]) -> dict[date, Decimal | None]:
    """Return the price that held on each of ``days``; ``None`` before the first one was set."""
    rows = ListingPrice.objects.filter(
        listing=listing, replaced=False, from_date__lte=days[-1]
    ).select_related("override")
    prices = list(rows.order_by("-from_date", "-pk"))

    def held(day: date) -> Decimal | None:
        for row in prices:
            ended = row.override is not None and row.override.until_date <= day
            if row.from_date <= day and not ended:
                return row.price
        return None

    return {day: held(day) for day in days}
