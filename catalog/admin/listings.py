"""Listings: what they say, what is good and bad about it, and every version of it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from catalog.actions.listings import (
    CONTENT,
    LISTING_COURSE,
    change_listing,
    content_of,
    make_listing,
    write_version,
)
from catalog.core.diff import content_diff
from catalog.core.listing_check import CheckRules, Content, check_content
from catalog.models import Listing, ListingVersion
from opsdesk.admin.base import number_or_404
from opsdesk.admin.moves import MovingAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, desk_page, page
from opsdesk.admin.panels import panels
from opsdesk.admin.search import SearchedAdmin
from opsdesk.templatetags.desk import badge, figure, money

LISTING_PAGE = "listing"

enter(
    Entry(
        Section.CATALOGUE,
        70,
        gettext_lazy("Listings"),
        "admin:catalog_listing_changelist",
        "sell",
        Right.SALES_VIEW,
    ),
)


class ContentForm(forms.ModelForm):
    """The content of a listing as it shall be from now on."""

    video = forms.URLField(
        label=gettext_lazy("video"), required=False, max_length=500, assume_scheme="https"
    )

    class Meta:
        model = ListingVersion
        fields = (*CONTENT, "reason")


@admin.register(Listing)
class ListingAdmin(MovingAdmin, SearchedAdmin):
    course = LISTING_COURSE
    view_right = Right.SALES_VIEW
    edit_right = Right.CATALOGUE_EDIT
    deletable = False
    change_form_outer_before_template = "desk/catalog/listing.html"
    list_display = [
        "seller_sku",
        "store",
        "external_id",
        "sku",
        "title",
        "price_figure",
        "score_figure",
        "status_badge",
    ]
    list_select_related = ["store", "sku", "current"]
    list_filter = ["status", "store", "locale"]
    search_fields = ["seller_sku", "external_id", "title"]
    sortable_by = ()
    autocomplete_fields = ["sku"]
    fields = ["store", "sku", "seller_sku", "external_id", "locale"]

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<str:object_id>/content/", content_view(self), name="catalog_listing_content"),
            path("<str:object_id>/compare/", compare_view(self), name="catalog_listing_compare"),
        ]
        return [*own, *super().get_urls()]

    def save(self, request: HttpRequest, obj: Listing, change: bool) -> None:
        (change_listing if change else make_listing)(obj, self.mover(request))

    def life_context(self, request: HttpRequest, obj: Listing) -> dict[str, Any]:
        current = obj.current
        return super().life_context(request, obj) | {
            "listing": obj,
            "checked": check_content(content_of(current), CheckRules()) if current else None,
            "versions": obj.versions.select_related("author"),
            "may_write": self.has_change_permission(request, obj),
            "listing_panels": panels(LISTING_PAGE, request, obj),
        }

    def found(self, request: HttpRequest, object_id: str) -> Listing:
        """Return the listing of a page; 403 without the right, 404 where one does not see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows: QuerySet[Listing] = self.get_queryset(request).select_related("store", "current")
        listing = rows.filter(pk=number_or_404(object_id)).first()
        if listing is None:
            raise Http404
        return listing

    def crumbs(self, listing: Listing) -> list[tuple[Any, str]]:
        """Return the way to the pages under a listing."""
        plural = self.model._meta.verbose_name_plural
        return [(plural, self.list_url()), (str(listing), self.page_url(listing.pk))]

    @admin.display(description=gettext_lazy("price"), ordering="price")
    def price_figure(self, listing: Listing) -> str:
        if listing.price is None:
            return figure("–")
        currency = listing.store.currency
        return figure(f"{money(listing.price, currency)} {currency}")

    @admin.display(description=gettext_lazy("content score"), ordering="current__score")
    def score_figure(self, listing: Listing) -> str:
        return figure(str(listing.current.score) if listing.current else "–")

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_badge(self, listing: Listing) -> str:
        return badge(listing.status, listing.get_status_display())


def content_view(listings: ListingAdmin) -> Any:
    """Return the page that a new version of the content is written on."""

    @page()
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        listing = listings.found(request, object_id)
        if not listings.has_change_permission(request, listing):
            raise PermissionDenied
        stored = listing.current
        start = {name: getattr(stored, name) for name in CONTENT} if stored else {}
        form = ContentForm(request.POST or None, initial=start)
        if request.method == "POST" and form.is_valid():
            given = dict(form.cleaned_data)
            reason = given.pop("reason")
            mover = listings.mover(request)
            if attempt(
                request,
                lambda: write_version(listing, Content(**given), mover, reason=reason),
                _("The content of %(listing)s is kept.") % {"listing": listing},
            ):
                return HttpResponseRedirect(listings.page_url(listing.pk))
        context = {"title": _("Content"), "crumbs": listings.crumbs(listing), "form": form}
        return desk_page(request, "desk/catalog/listing_content.html", context)

    return view


def compare_view(listings: ListingAdmin) -> Any:
    """Return the page that shows two versions side by side."""

    @page()
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        listing = listings.found(request, object_id)
        versions = list(listing.versions.select_related("author"))
        chosen = [_chosen(versions, request.GET.get(name, "")) for name in ("a", "b")]
        before, after = chosen
        names = ListingVersion._meta
        rows = []
        if before and after:
            texts = [{n: _text(getattr(one, n)) for n in CONTENT} for one in (before, after)]
            rows = [(names.get_field(one.field).verbose_name, one) for one in content_diff(*texts)]
        context = {
            "title": _("Compare versions"),
            "crumbs": listings.crumbs(listing),
            "versions": versions,
            "before": before,
            "after": after,
            "rows": rows,
            "address": reverse("admin:catalog_listing_compare", args=[listing.pk]),
        }
        return desk_page(request, "desk/catalog/listing_compare.html", context)

    return view


def _chosen(versions: list[ListingVersion], number: str) -> ListingVersion | None:
    return next((one for one in versions if str(one.number) == number), None)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
