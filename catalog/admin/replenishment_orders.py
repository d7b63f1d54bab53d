"""Several proposals at once: from whom each is bought, and one purchase order per supplier."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from accounts.core.scope import Scope
from catalog.actions.replenishment import Answer, order_by_supplier
from catalog.models import PurchaseOrder, Replenishment, Supplier, Warehouse
from catalog.queries.replenishment import last_suppliers
from opsdesk.actions.moves import Mover
from opsdesk.admin.choices import OfferedField
from opsdesk.admin.pages import desk_page, page

MOST = 200


class OrdersForm(forms.Form):
    """Where all of it is to lie, and from whom each proposal is bought; blank: not now.

    The supplier that a SKU was bought from last is chosen already.
    """

    warehouse = OfferedField(label=gettext_lazy("warehouse"))

    def __init__(self, scope: Scope, proposals: Sequence[Replenishment], data: Any = None) -> None:
        super().__init__(data)
        self.proposals = proposals
        self.fields["warehouse"].offer(Warehouse.objects.visible_to(scope).filter(active=True))
        suppliers = list(Supplier.objects.visible_to(scope).filter(active=True))
        last = last_suppliers(one.sku_id for one in proposals)
        for one in proposals:
            field = OfferedField(label=one.sku.code, required=False, initial=last.get(one.sku_id))
            field.offer(suppliers)
            field.widget.attrs["aria-label"] = _("Supplier of %(sku)s") % {"sku": one.sku.code}
            self.fields[f"supplier_{one.pk}"] = field

    @property
    def rows(self) -> list[tuple[Replenishment, forms.BoundField]]:
        """The proposals, each with its choice."""
        return [(one, self[f"supplier_{one.pk}"]) for one in self.proposals]

    def wanted(self) -> dict[Replenishment, Supplier]:
        """Return from whom each proposal is to be bought."""
        chosen = {one: self.cleaned_data[f"supplier_{one.pk}"] for one in self.proposals}
        return {one: supplier for one, supplier in chosen.items() if supplier is not None}


def ask_for_orders(request: HttpRequest, form: OrdersForm) -> HttpResponse:
    """Return the page that asks from whom to buy."""
    crumbs = [(Replenishment._meta.verbose_name_plural, _list())]
    context = {"title": _("Make purchase orders"), "crumbs": crumbs, "form": form}
    return desk_page(request, "desk/catalog/replenishment_orders.html", context)


@page(Right.STOCK_EDIT, post_only=True)
def orders_view(request: HttpRequest) -> HttpResponse:
    """Make the orders; each proposal is told as ordered or as refused."""
    numbers = [one for one in request.POST.getlist("proposal")[:MOST] if _is_number(one)]
    rows = Replenishment.objects.visible_to(request.scope).filter(pk__in=numbers)
    form = OrdersForm(request.scope, list(rows.select_related("sku")), request.POST)
    if not form.is_valid():
        return ask_for_orders(request, form)
    mover = Mover(timezone.now(), request.user, request.scope)
    wanted = form.wanted()
    answers = order_by_supplier(wanted, form.cleaned_data["warehouse"], mover)
    left = [one for one in form.proposals if one not in wanted]
    message = _("No supplier was chosen: it stays open.")
    _tell(request, [*answers, *(Answer(one, refusal=message) for one in left)])
    return HttpResponseRedirect(_list())


def _tell(request: HttpRequest, answers: Sequence[Answer]) -> None:
    ordered: dict[PurchaseOrder, list[str]] = defaultdict(list)
    for answer in answers:
        if answer.order is None:
            messages.error(request, f"{answer.proposal.sku.code}: {answer.refusal}")
        else:
            ordered[answer.order].append(answer.proposal.sku.code)
    for order, codes in ordered.items():
        message = _("Draft %(order)s for %(supplier)s: %(skus)s.")
        words = {"order": order.code, "supplier": order.supplier, "skus": ", ".join(codes)}
        messages.success(request, message % words)


def _list() -> str:
    return reverse("admin:catalog_replenishment_changelist")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
