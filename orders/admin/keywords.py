"""Keywords of reviews: which are watched, and how often they stand there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from catalog.models import Product
from opsdesk.actions.moves import Mover
from opsdesk.admin.base import DeskAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import desk_page, page
from opsdesk.core.charts import row_widths
from orders.actions.keywords import save_keyword
from orders.admin.reviews import ANY_PRODUCT
from orders.models import ReviewKeyword
from orders.queries.reviews import Span, keyword_counts, worst_products

DAY = timedelta(days=1)
WINDOWS = (30, 90, 365)
KEYWORDS_SHOWN, PRODUCTS_SHOWN = 50, 20

enter(
    Entry(
        Section.SERVICE,
        41,
        gettext_lazy("Keywords in reviews"),
        "admin:orders_reviewkeyword_counts",
        "bar_chart",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.SERVICE,
        42,
        gettext_lazy("Watched keywords"),
        "admin:orders_reviewkeyword_changelist",
        "label",
        Right.SALES_VIEW,
    ),
)


@admin.register(ReviewKeyword)
class ReviewKeywordAdmin(DeskAdmin):
    view_right = Right.SALES_VIEW
    edit_right = Right.SERVICE_EDIT
    deletable = False
    list_display = ["phrase", "language", "topic", "active", "is_counted"]
    list_filter = ["language", "topic", "active"]
    search_fields = ["phrase__icontains"]

    def get_urls(self) -> list[URLPattern]:
        own = path("counts/", counts_view, name="orders_reviewkeyword_counts")
        return [own, *super().get_urls()]

    def save(self, request: HttpRequest, obj: ReviewKeyword, change: bool) -> None:
        save_keyword(obj, _mover(request))


def _mover(request: HttpRequest) -> Mover:
    return Mover(timezone.now(), request.user, request.scope)


@page(Right.SALES_VIEW)
def counts_view(request: HttpRequest) -> HttpResponse:
    """How often keywords stand in reviews, of one product or of all that one sees."""
    code = request.GET.get("product", "").strip()
    days = next((one for one in WINDOWS if request.GET.get("days") == str(one)), WINDOWS[1])
    product = Product.objects.visible_to(request.scope).filter(code=code).first() if code else None
    last = request.scope.today
    span = Span(last - DAY * (days - 1), last, product)
    wrong = bool(code) and product is None
    counts = [] if wrong else keyword_counts(request.scope, span)[:KEYWORDS_SHOWN]
    context = {
        "title": _("Keywords in reviews"),
        "crumbs": [],
        "code": code,
        "wrong": wrong,
        "product": product,
        "days": days,
        "windows": WINDOWS,
        "span": span,
        "rows": _rows(counts, span),
        "worst": _worst(request, span) if product is None and not wrong else [],
        "uncounted": ReviewKeyword.objects.filter(is_counted=False).count(),
    }
    return desk_page(request, "desk/orders/keyword_counts.html", context)


def _rows(counts: list[Any], span: Span) -> list[dict[str, Any]]:
    widths = row_widths([one.reviews for one in counts], [one.bad for one in counts])
    return [
        {
            "count": one,
            "width": width,
            "bad_width": bad_width,
            "url": _reviews_url(span, one.keyword),
            "bad_url": _reviews_url(span, one.keyword, rating="bad"),
        }
        for one, (width, bad_width) in zip(counts, widths, strict=True)
    ]


def _worst(request: HttpRequest, span: Span) -> list[dict[str, Any]]:
    days = (span.last - span.first).days + 1
    found = worst_products(request.scope, span, PRODUCTS_SHOWN)
    asked = [urlencode({"product": product.code, "days": days}) for product, _total in found]
    return [
        {"product": product, "total": total, "query": query}
        for (product, total), query in zip(found, asked, strict=True)
    ]


def _reviews_url(span: Span, keyword: ReviewKeyword, **more: str) -> str:
    """Return the address of the reviews that a count is made of."""
    asked = {
        "keyword": f"{keyword.language}:{keyword.phrase}",
        "product_code": ANY_PRODUCT if span.product is None else span.product.code,
        "business_date_from": span.first.isoformat(),
        "business_date_to": span.last.isoformat(),
    }
    return f"{reverse('admin:orders_review_changelist')}?{urlencode(asked | more)}"
