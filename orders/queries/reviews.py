"""Reviews by key, what their items are, and how often keywords stand in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet, Sum

from accounts.core.scope import Scope
from catalog.models import Listing, Product, Sku
from orders.core.keywords import Phrase
from orders.models import KeywordDay, Review, ReviewKeyword
from orders.queries.intake import Key


@dataclass(frozen=True, slots=True)
class Item:
    """What a review is about: a SKU with its product, and its listing in the store if any."""

    sku_id: int
    product_id: int
    listing_id: int | None = None


def reviews_by_key(keys: Iterable[Key]) -> dict[Key, Review]:
    """Return the reviews with these keys (store, review number), held until the transaction ends.

    Whoever takes one a step further at this moment does so before or after.
    """
    wanted = set(keys)
    found = Review.objects.filter(
        store__in={store for store, _ in wanted}, external_id__in={name for _, name in wanted}
    )
    # A number may stand in another of the stores too.
    return {
        (review.store_id, review.external_id): review
        for review in found.select_related("store").order_by("pk").select_for_update(of=("self",))
        if (review.store_id, review.external_id) in wanted
    }


def items_by_code(keys: Iterable[Key]) -> dict[Key, Item]:
    """Return what the codes (store, code) stand for; a code that nobody knows is left out.

    The seller SKU of a listing goes before a listing's ID at the platform, this before a SKU.
    """
    wanted = set(keys)
    stores, codes = {store for store, _ in wanted}, {code for _, code in wanted}
    found: dict[Key, Item] = {}
    skus = Sku.objects.filter(code__in=codes).values_list("code", "pk", "product")
    by_sku = {code: Item(pk, product) for code, pk, product in skus}
    found |= {key: by_sku[key[1]] for key in wanted if key[1] in by_sku}
    listings = Listing.objects.filter(store__in=stores).order_by("pk")
    for name in ("external_id", "seller_sku"):
        rows = listings.filter(**{f"{name}__in": codes})
        for store, code, pk, sku, product in rows.values_list(
            "store_id", name, "pk", "sku", "sku__product"
        ):
            if (store, code) in wanted:
                found[store, code] = Item(sku, product, pk)
    return found


def watched_phrases(rows: QuerySet[ReviewKeyword] | None = None) -> list[Phrase]:
    """Return the active keywords as the core looks for them."""
    found = (ReviewKeyword.objects.all() if rows is None else rows).filter(active=True)
    return [Phrase(*one) for one in found.order_by("pk").values_list("pk", "phrase", "language")]


@dataclass(frozen=True, slots=True)
class KeywordCount:
    """A keyword with the number of reviews that hold it, and of those with one or two stars."""

    keyword: ReviewKeyword
    reviews: int
    bad: int


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a count, both included, and the product it is for; ``None``: all."""

    first: date
    last: date
    product: Product | None = None

    @property
    def of(self) -> Q:
        """The condition on rows of a day."""
        days = Q(day__gte=self.first, day__lte=self.last)
        return days if self.product is None else days & Q(product=self.product)


def keyword_counts(scope: Scope, span: Span) -> list[KeywordCount]:
    """Return the keywords that stand in reviews of the stores one sees, the worst first."""
    rows = KeywordDay.objects.visible_to(scope).filter(span.of).order_by()
    sums = {
        pk: (reviews, bad)
        for pk, reviews, bad in rows.values_list("keyword").annotate(
            of_all=Sum("reviews"), of_bad=Sum("bad")
        )
    }
    keywords = ReviewKeyword.objects.in_bulk(sums)
    found = [KeywordCount(keywords[pk], *counts) for pk, counts in sums.items()]
    return sorted(found, key=lambda one: (-one.bad, -one.reviews, one.keyword.phrase))


def worst_products(scope: Scope, span: Span, most: int) -> list[tuple[Product, int]]:
    """Return the products with most keywords in bad reviews of the stores one sees."""
    rows = KeywordDay.objects.visible_to(scope).filter(span.of).order_by()
    sums = rows.values_list("product").annotate(total=Sum("bad")).filter(total__gt=0)
    top = list(sums.order_by(F("total").desc(), "product")[:most])
    products = Product.objects.in_bulk([pk for pk, _total in top])
    return [(products[pk], total) for pk, total in top]
