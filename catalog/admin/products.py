"""Categories, products with their way to the shelf, and SKUs."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from catalog.actions.products import save_category
from catalog.actions.selection import (
    PRODUCT_COURSE,
    record_test,
    sign_checklist,
    signer,
    write_checklist,
    write_report,
)
from catalog.admin.signals import signals_context
from catalog.admin.sku_stock import stock_view
from catalog.models import (
    Category,
    ComplianceChecklist,
    Product,
    ProductTest,
    SelectionReport,
    Sku,
)
from opsdesk.admin.base import DeskAdmin, DeskInline, DeskStackedInline, number_or_404
from opsdesk.admin.moves import MovingAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, page
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.admin.search import SearchedAdmin
from opsdesk.core.errors import DomainError
from opsdesk.templatetags.desk import badge, figure, money, whole

enter(
    Entry(
        Section.CATALOGUE,
        40,
        gettext_lazy("Products"),
        "admin:catalog_product_changelist",
        "inventory_2",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.CATALOGUE,
        50,
        gettext_lazy("SKUs"),
        "admin:catalog_sku_changelist",
        "barcode",
        Right.SALES_VIEW,
    ),
    Entry(
        Section.CATALOGUE,
        60,
        gettext_lazy("Categories"),
        "admin:catalog_category_changelist",
        "category",
        Right.SALES_VIEW,
    ),
)


@admin.register(Category)
class CategoryAdmin(DeskAdmin):
    view_right = Right.SALES_VIEW
    edit_right = Right.MASTER_EDIT
    list_display = ["code", "name", "parent"]
    list_select_related = ["parent"]
    search_fields = ["code__istartswith", "name__icontains"]

    def save(self, request: HttpRequest, obj: Category, change: bool) -> None:
        save_category(obj, by=request.user, at=timezone.now())


class WrittenInline(DeskStackedInline):
    """What somebody wrote about a product: added here, kept as it is."""

    tab = True
    people: tuple[str, ...] = ("author",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related(*self.people)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReportInline(WrittenInline):
    model = SelectionReport
    fields = [
        "market_trend",
        "competition",
        "demand",
        "supplier_stability",
        "expected_margin",
        "author",
        "written_at",
    ]
    readonly_fields = ["author", "written_at"]


class TestInline(WrittenInline):
    model = ProductTest
    fields = ["kind", "result", "tested_on", "notes", "author", "written_at"]
    readonly_fields = ["author", "written_at"]


class ChecklistInline(WrittenInline):
    model = ComplianceChecklist
    people = ("author", "signed_by")
    fields = [
        "intellectual_property",
        "import_safety",
        "no_prohibited_claims",
        "tax_class",
        "notes",
        "author",
        "written_at",
        "signed_by",
        "signed_at",
    ]
    readonly_fields = ["author", "written_at", "signed_by", "signed_at"]


class SkuInline(DeskInline):
    model = Sku
    tab = True
    fields = ["code", "title", "unit_cost", "cost_currency", "safety_stock", "lead_time_days"]
    show_change_link = True
    max_num = 200

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


_WRITERS = {
    SelectionReport: write_report,
    ProductTest: record_test,
    ComplianceChecklist: write_checklist,
}


@admin.register(Product)
class ProductAdmin(MovingAdmin, SearchedAdmin):
    course = PRODUCT_COURSE
    view_right = Right.SALES_VIEW
    edit_right = Right.CATALOGUE_EDIT
    deletable = False
    list_display = [
        "code",
        "title",
        "category",
        "brand",
        "status_badge",
        "range_role",
        "goods_class",
    ]
    list_select_related = ["category"]
    list_filter = ["status", "range_role", "goods_class", "product_type"]
    search_fields = ["code", "title", "brand"]
    sortable_by = ("code",)
    autocomplete_fields = ["category"]
    inlines = [SkuInline, ReportInline, TestInline, ChecklistInline]
    fields = [
        "code",
        "title",
        "category",
        "brand",
        "product_type",
        "goods_class",
        "range_role",
        "special_stock",
        "high_ticket",
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> list[str]:
        return ["code"] if obj else []

    def get_inlines(self, request: HttpRequest, obj: Product | None) -> list[Any]:
        return self.inlines if obj else []

    def get_urls(self) -> list[URLPattern]:
        own = path("sign/<str:object_id>/", sign_view(self), name="catalog_product_sign")
        return [own, *super().get_urls()]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        write = _WRITERS.get(formset.model)
        if write is None:
            super().save_formset(request, form, formset, change)
            return
        for part in formset.save(commit=False):
            write(part, scope=request.scope, by=request.user, at=timezone.now())

    def life_context(self, request: HttpRequest, obj: Product) -> dict[str, Any]:
        context = super().life_context(request, obj) | signals_context(request, obj)
        checklist = obj.checklists.select_related("author").order_by("-id").first()
        if checklist is None or checklist.signed_by_id is not None:
            return context
        return context | {"to_sign": checklist, "sign_refusal": _sign_refusal(request, checklist)}

    change_form_outer_before_template = "desk/catalog/product.html"

    @admin.display(description=gettext_lazy("status"))
    def status_badge(self, product: Product) -> str:
        return badge(product.status, product.get_status_display())


def _sign_refusal(request: HttpRequest, checklist: ComplianceChecklist) -> str:
    try:
        signer(checklist, scope=request.scope, by=request.user)
    except DomainError as refusal:
        return refusal.message
    if points := checklist.open_points:
        words = {"points": ", ".join(points)}
        return _("It is not complete, so nobody signs it yet: %(points)s.") % words
    return ""


def sign_view(products: ProductAdmin) -> Any:
    """Return the page that the button under a checklist posts to."""

    @page(Right.CATALOGUE_SIGN, post_only=True)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        rows = ComplianceChecklist.objects.filter(
            product__in=products.get_queryset(request), product=number_or_404(object_id)
        )
        checklist = rows.order_by("-id").first()
        if checklist is None:
            raise Http404
        attempt(
            request,
            lambda: sign_checklist(
                checklist,
                digest=request.POST.get("digest", ""),
                scope=request.scope,
                by=request.user,
                at=timezone.now(),
            ),
            _("Signed."),
        )
        return HttpResponseRedirect(products.page_url(checklist.product_id))

    return view


@admin.register(Sku)
class SkuAdmin(SearchedAdmin):
    view_right = Right.SALES_VIEW
    edit_right = Right.CATALOGUE_EDIT
    list_display = ["code", "title", "product", "cost_figure", "stock_figure", "lead_time_days"]
    list_select_related = ["product"]
    search_fields = ["code", "title"]
    sortable_by = ("code",)
    autocomplete_fields = ["product"]
    change_form_outer_before_template = "desk/catalog/sku_links.html"

    def get_urls(self) -> list[URLPattern]:
        own = path("<str:object_id>/stock/", stock_view, name="catalog_sku_stock")
        return [own, *super().get_urls()]

    @admin.display(description=gettext_lazy("unit cost"))
    def cost_figure(self, sku: Sku) -> str:
        if sku.unit_cost is None:
            return figure(_("unknown"))
        return figure(f"{money(sku.unit_cost, sku.cost_currency)} {sku.cost_currency}")

    @admin.display(description=gettext_lazy("safety stock"))
    def stock_figure(self, sku: Sku) -> str:
        return figure(whole(sku.safety_stock))


@panel(HOME_WAITING, "desk/home/todo.html", order=30)
def checklists_to_sign(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Products whose compliance checklist waits for somebody other than its author."""
    if not request.scope.has(Right.CATALOGUE_SIGN):
        return None
    count = _to_sign(request).count()
    if not count:
        return None
    return {
        "text": _("Checklists to sign"),
        "count": count,
        "link": "admin:catalog_product_changelist",
        "query": "?status__exact=compliance_review",
        "tone": "proposed",
    }


def _to_sign(request: HttpRequest) -> QuerySet:
    waiting = ComplianceChecklist.objects.filter(
        signed_by__isnull=True, product__status="compliance_review"
    )
    return waiting.exclude(author=request.user.pk).values("product").distinct()
