"""The list of customers, the page of one with all that came of them, and erasing one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from opsdesk.admin.base import DeskAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, desk_page, page
from opsdesk.admin.panels import panel, panels
from opsdesk.templatetags.desk import figure, money, whole
from orders.actions.customer_erasure import REASON_LENGTH, Request, erase_customer
from orders.actions.standings import delete_tier
from orders.admin.columns import DocumentAdmin, StoreFilter
from orders.admin.orders import ORDER_PAGE
from orders.core.address_items import ADDRESS_LIMITS, CONTACT_LIMITS
from orders.core.pseudonyms import is_personal
from orders.models import (
    Customer,
    CustomerStanding,
    Dispute,
    MemberTier,
    Order,
    OrderAddress,
    RetentionPolicy,
    Return,
    Review,
    Ticket,
)
from orders.queries.customers import erasable

CUSTOMER_PAGE = "customer"
SHOWN = 20

enter(
    Entry(
        Section.SALES,
        15,
        gettext_lazy("Customers"),
        "admin:orders_customer_changelist",
        "groups",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.SALES,
        18,
        gettext_lazy("Member tiers"),
        "admin:orders_membertier_changelist",
        "loyalty",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.SALES,
        19,
        gettext_lazy("Data retention"),
        "admin:orders_retentionpolicy_changelist",
        "auto_delete",
        Right.MASTER_EDIT,
    ),
)


@admin.register(Customer)
class CustomerAdmin(DocumentAdmin):
    """Name and contacts are masked for those who have no need of them."""

    view_right = Right.SALES_VIEW
    list_display = [
        "number",
        "store_code",
        "name",
        "country",
        "tier_name",
        "segment_name",
        "first_on",
        "last_on",
        "orders_count",
        "spend_figure",
    ]
    list_display_links = ["number"]
    list_filter = [
        ("store", StoreFilter),
        "standing__tier",
        "standing__segment",
        "erased_for",
    ]
    list_select_related = ["store", "standing__tier"]
    search_fields = ["external_id"]
    ordering = ["-id"]
    page_template = "desk/orders/customer.html"

    def get_urls(self) -> list[URLPattern]:
        own = path("<str:object_id>/erase/", erase_view(self), name="orders_customer_erase")
        return [own, *super().get_urls()]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Find by how the number begins; one that is masked is not found by it either."""
        found, twice = super().get_search_results(request, queryset, search_term)
        if search_term and not request.scope.may(Right.CUSTOMER_VIEW):
            found = found.plainly_numbered()
        return found, twice

    def page_rows(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related("store", "standing__tier")

    def page(self, request: HttpRequest, obj: Customer) -> dict[str, Any]:
        scope = request.scope
        shows = scope.may(Right.CUSTOMER_VIEW)
        orders = Order.objects.visible_to(scope).filter(customer=obj)
        of_orders = {"order__customer": obj}
        returns = Return.objects.visible_to(scope).filter(customer=obj)
        disputes = Dispute.objects.visible_to(scope).filter(**of_orders)
        reviews = Review.objects.visible_to(scope).filter(**of_orders)
        tickets = Ticket.objects.visible_to(scope).filter(customer=obj)
        return {
            "title": f"{obj.store.code} {obj.external_id if shows else obj.shown_number}",
            "shows": shows,
            "contacts": [
                (Customer._meta.get_field(name).verbose_name, getattr(obj, name))
                for name in CONTACT_LIMITS
            ],
            "standing": standing_of(obj),
            "currency": settings.REPORTING_CURRENCY,
            "shown": SHOWN,
            "orders": list(orders.order_by("-placed_at", "-id")[:SHOWN]),
            "returns": list(returns.select_related("order").order_by("-requested_at")[:SHOWN]),
            "disputes": list(disputes.select_related("order").order_by("-opened_at")[:SHOWN]),
            "reviews": list(reviews.select_related("order").order_by("-written_at")[:SHOWN]),
            "tickets": list(tickets.select_related("order").order_by("-opened_at")[:SHOWN]),
            "erase_url": self.erase_url(obj) if scope.has(Right.CUSTOMER_ERASE) else "",
            "panels": panels(CUSTOMER_PAGE, request, obj),
        }

    def erase_url(self, customer: Customer) -> str:
        """Return the address of the page that erases the customer."""
        return reverse("admin:orders_customer_erase", args=[customer.pk])

    @admin.display(description=gettext_lazy("number"))
    def number(self, customer: Customer) -> str:
        return format_html("<span>{}</span>", customer.shown_number)

    @admin.display(description=gettext_lazy("member tier"))
    def tier_name(self, customer: Customer) -> Any:
        standing = standing_of(customer)
        return standing and standing.tier

    @admin.display(description=gettext_lazy("class"))
    def segment_name(self, customer: Customer) -> Any:
        standing = standing_of(customer)
        return standing and standing.get_segment_display()

    @admin.display(description=gettext_lazy("first order"))
    def first_on(self, customer: Customer) -> Any:
        standing = standing_of(customer)
        return standing and standing.first_order_on

    @admin.display(description=gettext_lazy("last order"))
    def last_on(self, customer: Customer) -> Any:
        standing = standing_of(customer)
        return standing and standing.last_order_on

    @admin.display(description=gettext_lazy("orders"))
    def orders_count(self, customer: Customer) -> Any:
        standing = standing_of(customer)
        return standing and figure(whole(standing.orders))

    @admin.display(description=gettext_lazy("spend in 12 months"))
    def spend_figure(self, customer: Customer) -> Any:
        standing = standing_of(customer)
        return standing and figure(money(standing.spend))


def standing_of(customer: Customer) -> CustomerStanding | None:
    """Return how the customer stood last night, ``None`` where nothing was computed."""
    return getattr(customer, "standing", None)


@admin.register(MemberTier)
class MemberTierAdmin(DeskAdmin):
    """Rules of the company; customers follow with the next night."""

    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT
    list_display = ["name", "code", "from_spend", "vip"]
    sortable_by = ()

    def delete(self, request: HttpRequest, obj: Any) -> None:
        delete_tier(obj, by=request.user, at=timezone.now())


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(DeskAdmin):
    """A rule of the company; the next night goes by it."""

    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT
    list_display = ["from_date", "months"]
    sortable_by = ()


class EraseForm(forms.Form):
    """Why a customer is erased, and whether the number is personal itself."""

    reason = forms.CharField(label=gettext_lazy("reason"), max_length=REASON_LENGTH)
    number_too = forms.BooleanField(
        label=gettext_lazy("The number is a name or an address itself: replace it, too"),
        required=False,
    )


def erase_view(customers: CustomerAdmin) -> Any:
    """Return the page that says what erasing takes away and what stays, and does it."""

    @page(Right.CUSTOMER_ERASE)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        customer = customers.page_object(request, object_id)
        back = customers.page_url(customer.pk)
        form = EraseForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            asked = Request(**form.cleaned_data)
            by, now = request.user, timezone.now()
            done = attempt(
                request,
                lambda: erase_customer(customer, asked, scope=request.scope, by=by, at=now),
                _("Erased."),
            )
            if done:
                return HttpResponseRedirect(back)
        context = {
            "title": _("Erase personal data"),
            "crumbs": [
                (Customer._meta.verbose_name_plural, customers.list_url()),
                (str(customer), back),
            ],
            "subject": customer,
            "found": erasable(customer),
            "number_goes": is_personal(customer.external_id),
            "form": form,
            "back_url": back,
        }
        return desk_page(request, "desk/orders/customer_erase.html", context)

    return view


@panel(ORDER_PAGE, "desk/orders/order_address.html", order=10)
def address_of_order(request: HttpRequest, subject: Order) -> dict[str, Any] | None:
    """Where the order goes."""
    found = OrderAddress.objects.filter(order=subject).first()
    if found is None:
        return None
    lines = [
        (name, OrderAddress._meta.get_field(name).verbose_name, getattr(found, name))
        for name in ADDRESS_LIMITS
    ]
    return {
        "shows": request.scope.may(Right.CUSTOMER_VIEW),
        "lines": [one for one in lines if one[2]],
    }
