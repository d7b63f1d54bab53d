"""Signals of products, the decision on each, and the rules by which they are raised."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from catalog.actions.signals import (
    accept_signal,
    delete_signal_rule,
    dismiss_signal,
    is_used,
    save_signal_rule,
)
from catalog.core.signals import SignalVerb
from catalog.models import Product, ProductSignal, SignalRule
from opsdesk.actions.moves import Mover
from opsdesk.admin.base import DeskAdmin, PageAdmin
from opsdesk.admin.navigation import Entry, Section, enter
from opsdesk.admin.pages import attempt, page
from opsdesk.admin.panels import HOME_WAITING, panel
from opsdesk.templatetags.desk import badge, figure, number, percent

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
            (42, gettext_lazy("Product signals"), "productsignal", "notifications_active"),
            (44, gettext_lazy("Signal rules"), "signalrule", "tune"),
        )
    )
)


def _mover(request: HttpRequest) -> Mover:
    return Mover(timezone.now(), request.user, request.scope)


@admin.register(ProductSignal)
class ProductSignalAdmin(PageAdmin):
    """Raised by the night; accepted or dismissed here and on the product's page."""

    view_right = Right.SALES_VIEW
    list_display = [
        "product",
        "kind",
        "sentence",
        "verb",
        "status_badge",
        "raised_on",
        "seen_on",
    ]
    list_filter = ["status", "kind", "product__category"]
    list_select_related = ["product"]
    search_fields = ["product__code__istartswith", "product__title__icontains"]
    sortable_by = ("raised_on",)
    page_template = "desk/catalog/signal.html"

    def get_urls(self) -> list[URLPattern]:
        address = "decide/<str:object_id>/<str:verb>/"
        own = path(address, decide_view(self), name="catalog_productsignal_decide")
        return [own, *super().get_urls()]

    def page_rows(self, request: HttpRequest) -> QuerySet:
        return self.get_queryset(request).select_related("product", "decided_by")

    def page(self, request: HttpRequest, obj: ProductSignal) -> dict[str, Any]:
        return {
            "title": f"{obj.product} · {obj.get_kind_display()}",
            "may_decide": request.scope.may(Right.CATALOGUE_EDIT) and obj.is_open,
        }

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_badge(self, signal: ProductSignal) -> str:
        return badge(signal.status, signal.get_status_display())

    @admin.display(description=gettext_lazy("evidence"))
    def sentence(self, signal: ProductSignal) -> str:
        return signal.sentence


def decide_view(signals: ProductSignalAdmin) -> Any:
    """Return the page that the buttons of a signal post to: the step it proposes, or dismiss."""

    @page(Right.CATALOGUE_EDIT, post_only=True)
    def view(request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        signal = signals.page_object(request, object_id)
        mover = _mover(request)
        if verb == "dismiss":
            reason = request.POST.get("reason", "")
            attempt(request, lambda: dismiss_signal(signal, mover, reason=reason), _("Dismissed."))
        elif verb in SignalVerb.values:
            # The step that was shown: refused where the night has changed it since.
            signal.verb = verb
            attempt(request, lambda: accept_signal(signal, mover), _("The step is made."))
        else:
            raise Http404
        return HttpResponseRedirect(
            reverse("admin:catalog_product_change", args=[signal.product_id])
        )

    return view


def signals_context(request: HttpRequest, product: Product) -> dict[str, Any]:
    """Return what a product's page shows of its open signals."""
    return {
        "signals": list(product.signals.open().order_by("kind")),
        "may_decide": request.scope.may(Right.CATALOGUE_EDIT),
    }


@admin.register(SignalRule)
class SignalRuleAdmin(DeskAdmin):
    """Dated rules: one that nights have gone by stays as it is."""

    view_right = Right.SALES_VIEW
    edit_right = Right.CATALOGUE_EDIT
    list_display = [
        "kind",
        "category",
        "from_date",
        "verb",
        "active",
        "threshold_figure",
        "min_units",
        "window_days",
        "quiet_days",
    ]
    list_filter = ["kind", "active"]
    sortable_by = ("from_date",)
    list_select_related = ["category"]
    autocomplete_fields = ["category"]

    def has_change_permission(self, request: HttpRequest, obj: SignalRule | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or not is_used(obj, request.scope.today))

    def save(self, request: HttpRequest, obj: SignalRule, change: bool) -> None:
        save_signal_rule(obj, _mover(request))

    def delete(self, request: HttpRequest, obj: SignalRule) -> None:
        delete_signal_rule(obj, _mover(request))

    @admin.display(description=gettext_lazy("threshold"))
    def threshold_figure(self, rule: SignalRule) -> str:
        return figure((percent if rule.is_share else number)(rule.threshold))


@panel(HOME_WAITING, "desk/home/todo.html", order=32)
def open_signals(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Signals of the products one sees that wait for a decision."""
    if not request.scope.may(Right.CATALOGUE_EDIT):
        return None
    count = ProductSignal.objects.visible_to(request.scope).open().count()
    if not count:
        return None
    return {
        "text": _("Product signals to decide on"),
        "count": count,
        "link": "admin:catalog_productsignal_changelist",
        "query": "?status__exact=open",
        "tone": "waiting",
    }
