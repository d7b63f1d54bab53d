"""Counting keywords in reviews: which hold which, by day, and what signals are made of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from catalog.actions.stores import lock_stores
from catalog.models import ReviewDay
from opsdesk.actions.moves import Mover
from opsdesk.actions.records import save_record
from opsdesk.actions.sql import take_turn, upsert_from
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.core.exchange import has_controls
from orders.core.keywords import Phrase, held, plain
from orders.core.review_items import BAD_STARS
from orders.models import KeywordDay, Review, ReviewKeyword, ReviewMention
from orders.queries.reviews import watched_phrases

PIECE = 2_000
BAD = Q(review__stars__lte=BAD_STARS)
COUNTED = ("product", "day", "keyword", "store")
# Where a mention finds what its count is of.
PLACE = {"product": "review__product", "store": "review__store", "day": "review__business_date"}


@transaction.atomic
def save_keyword(keyword: ReviewKeyword, mover: Mover) -> ReviewKeyword:
    """Write a keyword; reviews that are there are looked through in the next night.

    One that is not wanted any more is switched off, never deleted: whoever stores reviews at that
    moment may be noting it.
    """
    _refuse_mover(mover)
    keyword.phrase, keyword.language = plain(keyword.phrase), keyword.language.strip()
    if not keyword.phrase or has_controls(keyword.phrase):
        raise InvalidData(_("Write the phrase that is looked for."), field="phrase")
    stored = ReviewKeyword.objects.filter(pk=keyword.pk).first()
    said = ("phrase", "language", "active")
    if stored is None or any(getattr(stored, n) != getattr(keyword, n) for n in said):
        keyword.is_counted = False
    return save_record(keyword, by=mover.by, at=mover.at)


def _refuse_mover(mover: Mover) -> None:
    if mover.is_machine or not mover.may(Right.SERVICE_EDIT):
        raise NotAllowed(_("You don't have the right to change keywords."), code="no_right")


def note_mentions(reviews: Collection[Review], phrases: Sequence[Phrase] | None = None) -> int:
    """Bring what is noted of these reviews up to their texts; return how many notes changed.

    ``phrases`` are those that are looked for, the active ones of all languages unless given; notes
    of other keywords stay. The caller holds the reviews' stores.
    """
    sought = watched_phrases() if phrases is None else phrases
    wanted = {
        (review.pk, keyword)
        for review in reviews
        for keyword in held(f"{review.title}\n{review.text}", review.language, sought)
    }
    stored = ReviewMention.objects.filter(review__in=[review.pk for review in reviews])
    if phrases is not None:
        stored = stored.filter(keyword__in=[phrase.pk for phrase in phrases])
    rows = stored.order_by().values_list("pk", "review", "keyword")
    known = {(review, keyword): pk for pk, review, keyword in rows}
    gone = [pk for key, pk in known.items() if key not in wanted]
    fresh = sorted(wanted - known.keys())
    for start in range(0, len(gone), 500):
        ReviewMention.objects.filter(pk__in=gone[start : start + 500]).delete()
    made = [ReviewMention(review_id=review, keyword_id=keyword) for review, keyword in fresh]
    ReviewMention.objects.bulk_create(made, batch_size=2_000)
    return len(gone) + len(made)


def uncounted_keywords() -> list[ReviewKeyword]:
    """Return the keywords that were changed since the reviews were looked through for them."""
    return list(ReviewKeyword.objects.filter(is_counted=False).order_by("pk"))


@transaction.atomic
def recount_piece(keywords: Sequence[ReviewKeyword], after: int) -> tuple[int, int | None]:
    """Look for ``keywords`` in the reviews whose numbers follow ``after``.

    Returns how many notes changed, and where to go on, ``None`` at the end. A keyword that is not
    active any more stands in none.
    """
    found = Review.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "store")[:PIECE]
    piece = dict(found)
    if not piece:
        return 0, None
    lock_stores(piece.values())
    reviews = list(Review.objects.filter(pk__in=list(piece)).order_by("pk"))
    off = [one.pk for one in keywords if not one.active]
    changed = ReviewMention.objects.filter(review__in=list(piece), keyword__in=off).delete()[0]
    on = [Phrase(one.pk, one.phrase, one.language) for one in keywords if one.active]
    changed += note_mentions(reviews, on)
    if changed:
        fill_days_of(reviews)
    return changed, max(piece)


@transaction.atomic
def end_recount(keywords: Sequence[ReviewKeyword]) -> None:
    """Note that the reviews were looked through, but for keywords changed in the meantime."""
    for one in keywords:
        same = {"phrase": one.phrase, "language": one.language, "active": one.active}
        ReviewKeyword.objects.filter(pk=one.pk, **same).update(is_counted=True)


def fill_days_of(reviews: Collection[Review]) -> int:
    """Bring the keyword counts of the days of these reviews up to date, as they are given."""
    known = [review for review in reviews if review.product_id is not None]
    if not known:
        return 0
    days = [review.business_date for review in known]
    return fill_keyword_days(
        min(days),
        max(days),
        stores={review.store_id for review in known},
        products={pk for review in known if (pk := review.product_id) is not None},
    )


@transaction.atomic
def fill_keyword_days(
    first: date,
    last: date,
    *,
    stores: Collection[int] | None = None,
    products: Collection[int] | None = None,
) -> int:
    """Bring the keyword counts of these days up to the reviews; return how many rows changed.

    ``stores`` and ``products``: of these only. The caller holds the stores.
    """
    of_day = Q(day__gte=first, day__lte=last)
    if stores is not None:
        of_day &= Q(store__in=stores)
    if products is not None:
        of_day &= Q(product__in=products)
    rows = (
        ReviewMention.objects.filter(review__product__isnull=False)
        .order_by()
        .values("keyword", **{name: F(path) for name, path in PLACE.items()})
        .filter(of_day)
        .annotate(reviews=Count("pk"), bad=Count("pk", filter=BAD))
    )
    there = ReviewMention.objects.filter(
        keyword=OuterRef("keyword"), **{path: OuterRef(name) for name, path in PLACE.items()}
    )
    gone, _each = KeywordDay.objects.filter(of_day).exclude(Exists(there)).delete()
    columns = (*COUNTED, "reviews", "bad")
    return gone + upsert_from(rows, KeywordDay, key=COUNTED, columns=columns)


@transaction.atomic
def fill_review_days(first: date, last: date) -> int:
    """Bring reviews by product and day, over all stores, up to date; return how many changed."""
    take_turn("reviews by day")
    reviews = Review.objects.filter(
        product__isnull=False, business_date__gte=first, business_date__lte=last
    )
    bad = Q(stars__lte=BAD_STARS)
    rows = (
        reviews.order_by()
        .values("product", day=F("business_date"))
        .annotate(
            # Beside its keywords a review stands once for each of them.
            reviews=Count("pk", distinct=True),
            bad=Count("pk", distinct=True, filter=bad),
            complaints=Count("mentions", filter=bad),
        )
    )
    there = reviews.filter(product=OuterRef("product"), business_date=OuterRef("day"))
    stored = ReviewDay.objects.filter(day__gte=first, day__lte=last)
    gone, _each = stored.exclude(Exists(there)).delete()
    columns = ("product", "day", "reviews", "bad", "complaints")
    return gone + upsert_from(rows, ReviewDay, key=("product", "day"), columns=columns)
