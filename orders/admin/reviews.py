"""Reviews: the list, the page of one with its follow-up, and what waits."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter, TextFilter

from accounts.core.roles import Right
from opsdesk.admin.base import DeskForm
from opsdesk.admin.moves import MovingAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.core.periods import zone
from opsdesk.templatetags.desk import badge
from orders.actions.reviews import REVIEW_COURSE, save_review
from orders.admin.columns import FILTERS, NumberedRows
from orders.admin.orders import ORDER_PAGE
from orders.admin.service_forms import ServiceForm
from orders.core.lifecycle import FollowUpStatus
from orders.core.review_items import (
    BAD_STARS,
    GOOD_STARS,
    MOST_STARS,
    ReviewItem,
    turns_better,
)
from orders.models import Order, Review, ReviewMention, ReviewVersion

FIELDS = [
    "store",
    "external_id",
    "item_code",
    "order_no",
    "stars",
    "title",
    "text",
    "language",
    "written_at",
]
SHOWN = ["order" if name == "order_no" else name for name in FIELDS]
WORDS_SHOWN = 70
COUNT_BOUND = 1_000
ANY_PRODUCT = "*"

enter(
    Entry(
        Section.SERVICE,
        40,
        gettext_lazy("Reviews"),
        "admin:orders_review_changelist",
        "reviews",
        Right.SALES_VIEW,
    )
)


def star_marks(stars: int) -> str:
    """Return stars as they are shown, with the number for whoever does not see them."""
    said = _("%(stars)d of %(most)d stars") % {"stars": stars, "most": MOST_STARS}
    marks = "★" * stars + "☆" * (MOST_STARS - stars)
    return format_html(
        '<span class="stars{}" role="img" aria-label="{}" title="{}">{}</span>',
        " low" if turns_better(stars, MOST_STARS) else "",
        said,
        said,
        marks,
    )


class StarsFilter(admin.SimpleListFilter):
    """Reviews by their stars, and the bad and the good ones together."""

    title = gettext_lazy("stars")
    # no name of a field: only filters of fields may be asked for by one
    parameter_name = "rating"
    bounds = {"bad": (1, BAD_STARS), "good": (GOOD_STARS, MOST_STARS)}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        numbers = [(str(number), str(number)) for number in range(1, MOST_STARS + 1)]
        return [("bad", _("1 or 2")), ("good", _("4 or 5")), *numbers]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value() or ""
        if value in self.bounds:
            return queryset.filter(stars__range=self.bounds[value])
        known = [number for number, _label in self.lookup_choices]
        return queryset.filter(stars=int(value)) if value in known else queryset


class ProductFilter(TextFilter):
    """Reviews of one product, by its code; ``*``: of any that is known."""

    title = gettext_lazy("code of the product")
    parameter_name = "product_code"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == ANY_PRODUCT:
            return queryset.filter(product__isnull=False)
        return queryset.filter(product__code=self.value()) if self.value() else queryset


class KeywordFilter(TextFilter):
    """Reviews in which a keyword was found, by its phrase, with or without its language."""

    title = gettext_lazy("keyword")
    parameter_name = "keyword"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not (phrase := self.value()):
            return queryset
        language, _mark, rest = phrase.partition(":")
        asked = Q(keyword__phrase=phrase) | Q(keyword__phrase=rest, keyword__language=language)
        return queryset.filter(pk__in=ReviewMention.objects.filter(asked).values("review"))


class ReviewForm(ServiceForm):
    wall_fields = ("written_at",)


@admin.register(Review)
class ReviewAdmin(NumberedRows, MovingAdmin):
    course = REVIEW_COURSE
    view_right = Right.SALES_VIEW
    edit_right = Right.SERVICE_EDIT
    deletable = False
    form = ReviewForm
    change_form_outer_before_template = "desk/orders/review.html"
    list_display = [
        "external_id",
        "star_badge",
        "store_code",
        "business_date",
        "item_code",
        "words",
        "status_badge",
        "order_number",
        "handled_by",
    ]
    list_select_related = ["store", "order", "handled_by"]
    list_filter = [
        *FILTERS,
        StarsFilter,
        ProductFilter,
        KeywordFilter,
        ("business_date", RangeDateFilter),
    ]
    search_fields = ["external_id"]
    ordering = ["-written_at", "-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows.select_related("store", "order", "product", "sku", "handled_by")

    def get_fields(self, request: HttpRequest, obj: Review | None = None) -> list[str]:
        reads = obj is not None and not self.has_change_permission(request, obj)
        return SHOWN if reads else FIELDS

    def get_readonly_fields(self, request: HttpRequest, obj: Review | None = None) -> list[str]:
        return ["store", "external_id"] if obj else []

    def get_form(self, request: HttpRequest, obj: Review | None = None, **kwargs: Any) -> Any:
        # Who only looks gets no field to type an order's number into.
        reads = obj is not None and not self.has_change_permission(request, obj)
        return super().get_form(request, obj, **({"form": DeskForm} if reads else {}), **kwargs)

    def save(self, request: HttpRequest, obj: Review, change: bool) -> None:
        item = ReviewItem(
            store=obj.store.code,
            number=obj.external_id,
            stars=obj.stars,
            written_at=obj.written_at,
            order=obj.order.external_id if obj.order else "",
            item=obj.item_code,
            title=obj.title,
            text=obj.text,
            language=obj.language,
            cleared=frozenset({"order", "item"}),
        )
        obj.pk = save_review(item, self.mover(request)).pk

    def life_context(self, request: HttpRequest, obj: Review) -> dict[str, Any]:
        versions = list(obj.versions.order_by("-pk"))
        mentions = obj.mentions.select_related("keyword").order_by("keyword__phrase")
        return super().life_context(request, obj) | {
            "review": obj,
            "stars": star_marks(obj.stars),
            "written_at": _there(obj),
            "versions": [{"row": one, "stars": star_marks(one.stars)} for one in versions],
            "raised_from": _raised_from(obj, versions),
            "keywords": [one.keyword for one in mentions],
        }

    @admin.display(description=gettext_lazy("stars"))
    def star_badge(self, review: Review) -> str:
        return star_marks(review.stars)

    @admin.display(description=gettext_lazy("words"))
    def words(self, review: Review) -> str:
        return Truncator(review.title or review.text).chars(WORDS_SHOWN)

    @admin.display(description=gettext_lazy("follow-up"))
    def status_badge(self, review: Review) -> str | None:
        if review.status == FollowUpStatus.NONE:
            return None
        return badge(review.status, review.get_status_display())


def _there(review: Review) -> str:
    """Return when it was written on the wall of the store."""
    there = review.written_at.astimezone(zone(review.store.time_zone))
    return f"{there:%Y-%m-%d %H:%M} {review.store.time_zone}"


def _raised_from(review: Review, versions: list[ReviewVersion]) -> int | None:
    """Return how few stars it had before the buyer raised them above the bad ones."""
    if versions and turns_better(versions[0].stars, review.stars):
        return versions[0].stars
    return None


@panel(ORDER_PAGE, "desk/orders/order_reviews.html", order=31)
def reviews_of_order(request: HttpRequest, order: Order) -> dict[str, Any] | None:
    """What the buyer wrote of an order."""
    rows = Review.objects.visible_to(request.scope).filter(order=order)
    found = [
        {"row": one, "stars": star_marks(one.stars)} for one in rows.order_by("written_at", "pk")
    ]
    return {"reviews": found} if found else None


@panel(HOME_WAITING, "desk/home/todo.html", order=33)
def follow_ups(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Bad reviews that nobody has begun to follow up."""
    if not request.scope.may(Right.SERVICE_EDIT):
        return None
    count = Review.objects.visible_to(request.scope).waiting()[:COUNT_BOUND].count()
    if not count:
        return None
    return {
        "text": _("Reviews to follow up"),
        "count": count,
        "link": "admin:orders_review_changelist",
        "query": "?status__exact=open",
        "tone": "waiting",
    }
