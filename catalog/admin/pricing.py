"""Prices of listings: what a change does before it is saved, leave below the floor, and rules."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from catalog.actions.pricing import (
    NewPrice,
    decide_override,
    decider,
    left_below,
    may_set,
    price_faults,
    propose_override,
    refuse_shape,
    set_price,
    shown_digest,
    today_of,
)
from catalog.admin.listings import LISTING_PAGE
from catalog.admin.plots import day_plot, days_until
from catalog.models import (
    Listing,
    ListingPrice,
    OverrideState,
    PriceOverride,
)
from catalog.queries.pricing import Basis, basis_of, price_days
from opsdesk.actions.moves import Mover
from opsdesk.admin.base import PageAdmin, ReadOnlyAdmin, number_or_404
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, desk_page, page
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.core.errors import DomainError
from opsdesk.core.money import minor_places
from opsdesk.templatetags.desk import badge, figure, money, percent

enter(
    *(
        Entry(
            Section.CATALOGUE,
            order,
            title,
            f"admin:catalog_{model}_changelist",
            icon,
            Right.SALES_VIEW,
        )
        for order, title, model, icon in (
            (80, gettext_lazy("Prices"), "listingprice", "sell"),
            (82, gettext_lazy("Prices below the floor"), "priceoverride", "price_check"),
        )
    )
)
_WHOLE = ("store", "sku__product")


def mover_of(request: HttpRequest) -> Mover:
    """Return who changes prices by this request."""
    return Mover(timezone.now(), request.user, request.scope)


class PriceForm(forms.Form):
    """A price to look at, and then to set."""

    price = forms.DecimalField(label=gettext_lazy("price"), max_digits=14, decimal_places=4)
    list_price = forms.DecimalField(
        label=gettext_lazy("list price"), max_digits=14, decimal_places=4, required=False
    )
    from_date = forms.DateField(
        label=gettext_lazy("from"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=500)

    def wanted(self) -> NewPrice:
        """Return what is asked for."""
        return NewPrice(**self.cleaned_data)


@admin.register(ListingPrice)
class ListingPriceAdmin(ReadOnlyAdmin):
    """Every price that was set, is and will be; a new one is set on its own page."""

    view_right = Right.SALES_VIEW
    list_display = [
        "listing",
        "from_date",
        "price_figure",
        "floor_figure",
        "margin_figure",
        "reason",
        "set_by",
        "set_at",
    ]
    list_select_related = ["listing__store", "set_by"]
    list_filter = ["replaced", "listing__store"]
    search_fields = ["listing__seller_sku__istartswith"]
    ordering = ["-id"]
    sortable_by = ()

    def get_urls(self) -> list[URLPattern]:
        own = path("set/<str:object_id>/", price_view, name="catalog_listing_price")
        return [own, *super().get_urls()]

    @admin.display(description=gettext_lazy("price"))
    def price_figure(self, row: ListingPrice) -> str:
        currency = row.listing.store.currency
        return figure(f"{money(row.price, currency)} {currency}")

    @admin.display(description=gettext_lazy("price floor"))
    def floor_figure(self, row: ListingPrice) -> str:
        known = row.floor is not None
        return figure(money(row.floor, row.listing.store.currency) if known else _("unknown"))

    @admin.display(description=gettext_lazy("margin"))
    def margin_figure(self, row: ListingPrice) -> str:
        return figure(percent(row.margin) if row.margin is not None else _("unknown"))


@page(Right.CATALOGUE_EDIT)
def price_view(request: HttpRequest, object_id: str) -> HttpResponse:
    """Show what a price does to the margin, and set it once it was looked at."""
    rows = Listing.objects.visible_to(request.scope).select_related(*_WHOLE)
    listing = rows.filter(pk=number_or_404(object_id)).first()
    if listing is None:
        raise Http404
    now = timezone.now()
    today = today_of(listing, now)
    asked = request.POST if request.method == "POST" else request.GET
    form = PriceForm(asked) if "price" in asked else PriceForm(initial={"from_date": today})
    looked: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        wanted = form.wanted()
        if request.method == "POST":
            done = attempt(
                request,
                lambda: set_price(listing, wanted, mover_of(request)),
                _("The price is set."),
            )
            if done:
                return HttpResponseRedirect(_listing_url(listing))
        basis = basis_of([listing], wanted.from_date)[listing.pk]
        looked = _look(basis, wanted) | {"faults": _faults(basis, wanted, today)}
    meta = Listing._meta
    crumbs = [
        (meta.verbose_name_plural, reverse("admin:catalog_listing_changelist")),
        (str(listing), _listing_url(listing)),
    ]
    context = {"title": _("Set the price"), "crumbs": crumbs, "listing": listing, "form": form}
    context |= {
        "looked": looked,
        "shown": _standing(listing, today),
        "may_set": may_set(listing, request.scope),
    }
    return desk_page(request, "desk/catalog/price.html", context)


def _faults(basis: Basis, wanted: NewPrice, today: date) -> list[str]:
    """Return all that stands against a price, before it is posted."""
    try:
        refuse_shape(basis.listing, wanted, today)
    except DomainError as refusal:
        return [refusal.message]
    return price_faults(basis, wanted.price)


def _listing_url(listing: Listing) -> str:
    return reverse("admin:catalog_listing_change", args=[listing.pk])


def _look(basis: Basis, wanted: NewPrice) -> dict[str, Any]:
    """Return what a price would do, beside the one that holds now."""
    before = basis.listing.price
    return {
        "price": wanted.price,
        "before": before,
        "margin": basis.margin(wanted.price),
        "margin_before": basis.margin(before) if before is not None else None,
        "verdict": basis.verdict(wanted.price),
        "below": basis.floor is not None and wanted.price < basis.floor,
        "basis": basis,
    }


def _standing(listing: Listing, today: Any) -> dict[str, Any]:
    """Return what the price of a listing stands on today."""
    basis = basis_of([listing], today)[listing.pk]
    coming = ListingPrice.objects.filter(listing=listing, replaced=False, from_date__gt=today)
    seen = listing.competitors.order_by("seen_on")
    # of each competitor what was seen last
    prices = list({one.competitor: one for one in seen}.values())[-10:]
    return {
        "basis": basis,
        "currency": listing.store.currency,
        "places": minor_places(listing.store.currency),
        "margin": basis.margin(listing.price) if listing.price is not None else None,
        "verdict": basis.verdict(listing.price) if listing.price is not None else "",
        "coming": list(coming.order_by("from_date")),
        "competitors": prices,
        "lowest": min((one.price for one in prices), default=None),
    }


@panel(LISTING_PAGE, "desk/catalog/price_panel.html", order=10)
def price_panel(request: HttpRequest, listing: Listing) -> dict[str, Any]:
    """The price of a listing, what it stands on, and how it moved."""
    row = Listing.objects.select_related(*_WHOLE).get(pk=listing.pk)
    today = today_of(row, timezone.now())
    currency = row.store.currency
    days = days_until(today)
    plot = day_plot(
        _("Price by day"),
        price_days(row.pk, days),
        days,
        lambda value: money(value, currency),
    )
    return {
        "listing": row,
        "shown": _standing(row, today),
        "plot": plot,
        "may_set": may_set(row, request.scope),
        "waiting": row.overrides.filter(state=OverrideState.PROPOSED).count(),
    }


@admin.register(PriceOverride)
class PriceOverrideAdmin(PageAdmin):
    """Leave to sell below the floor: one asks, another decides."""

    view_right = Right.SALES_VIEW
    list_display = [
        "listing_code",
        "price_figure",
        "from_date",
        "until_date",
        "state_badge",
        "proposed_by",
        "decided_by",
    ]
    list_display_links = ["listing_code"]
    list_filter = ["state"]
    list_select_related = ["listing__store", "proposed_by", "decided_by"]
    search_fields = ["listing__seller_sku__istartswith"]
    autocomplete_fields = ["listing"]
    fields = ["listing", "price", "from_date", "until_date", "reason"]
    ordering = ["-id"]
    page_template = "desk/catalog/override.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, Right.CATALOGUE_EDIT)

    def save(self, request: HttpRequest, obj: PriceOverride, change: bool) -> None:
        propose_override(obj, mover_of(request))

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "decide/<str:object_id>/<str:verdict>/",
            decide_view(self),
            name="catalog_priceoverride_decide",
        )
        return [own, *super().get_urls()]

    def page_rows(self, request: HttpRequest) -> QuerySet:
        people = ("proposed_by", "decided_by")
        return self.get_queryset(request).select_related("listing__store", *people)

    def page(self, request: HttpRequest, obj: PriceOverride) -> dict[str, Any]:
        listing = Listing.objects.select_related(*_WHOLE).get(pk=obj.listing_id)
        basis = basis_of([listing], obj.from_date)[listing.pk]
        context = {"basis": basis, "margin": basis.margin(obj.price), "digest": shown_digest(obj)}
        if obj.state != OverrideState.PROPOSED:
            return context
        try:
            decider(obj, mover_of(request))
        except DomainError as refusal:
            return context | {"refusal": refusal.message}
        return context | {"may_decide": True}

    @admin.display(description=gettext_lazy("listing"))
    def listing_code(self, override: PriceOverride) -> str:
        return str(override.listing)

    @admin.display(description=gettext_lazy("lowest price"))
    def price_figure(self, override: PriceOverride) -> str:
        currency = override.listing.store.currency
        return figure(f"{money(override.price, currency)} {currency}")

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, override: PriceOverride) -> str:
        return badge(override.state, override.get_state_display())


def decide_view(overrides: PriceOverrideAdmin) -> Any:
    """Return the page that the two buttons post to."""

    @page(Right.CATALOGUE_SIGN, post_only=True)
    def view(request: HttpRequest, object_id: str, verdict: str) -> HttpResponse:
        if verdict not in ("approve", "refuse"):
            raise Http404
        override = overrides.page_object(request, str(number_or_404(object_id)))
        attempt(
            request,
            lambda: decide_override(
                override,
                verdict == "approve",
                request.POST.get("digest", ""),
                mover_of(request),
            ),
            _("Approved.") if verdict == "approve" else _("Refused."),
        )
        return HttpResponseRedirect(overrides.page_url(override.pk))

    return view


@panel(HOME_WAITING, "desk/home/todo.html", order=32)
def overrides_to_decide(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Prices below the floor that wait for a second person."""
    if not request.scope.has(Right.CATALOGUE_SIGN):
        return None
    rows = PriceOverride.objects.visible_to(request.scope).filter(state=OverrideState.PROPOSED)
    count = rows.exclude(proposed_by=request.user.pk).count()
    if not count:
        return None
    return {
        "text": _("Prices below the floor to decide"),
        "count": count,
        "link": "admin:catalog_priceoverride_changelist",
        "query": "?state__exact=proposed",
        "tone": "proposed",
    }


@panel(HOME_WAITING, "desk/home/todo.html", order=33)
def prices_left_below(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Live listings that stay below their floor though the leave has ended."""
    if not request.scope.may(Right.CATALOGUE_EDIT):
        return None
    count = left_below(request.scope, timezone.now()).count()
    if not count:
        return None
    return {
        "text": _("Prices below the floor without leave"),
        "count": count,
        "link": "admin:catalog_priceoverride_changelist",
        "query": "?state__exact=approved",
        "tone": "suspended",
    }
