"""Pages on which a person moves pieces between warehouses, and says how many were counted."""

from collections.abc import Callable
from secrets import token_hex
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.core.roles import Right
from accounts.core.scope import Scope
from catalog.actions.snapshots import Counted, count_now
from catalog.actions.stock import Transfer, transfer
from catalog.core.stock import MOST_UNITS
from catalog.models import Sku, StockLevel, Warehouse
from opsdesk.actions.moves import Mover
from opsdesk.admin.choices import OfferedField
from opsdesk.admin.pages import desk_page, page
from opsdesk.core.errors import DomainError

STOCK_LIST = "admin:catalog_stocklevel_changelist"


class StockForm(forms.Form):
    """What both pages ask for; ``number`` makes a form that is sent twice count once."""

    number = forms.CharField(max_length=40, widget=forms.HiddenInput)
    sku = forms.CharField(
        label=gettext_lazy("SKU"),
        max_length=60,
        help_text=gettext_lazy("Its code, typed or scanned."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, scope: Scope, data: Any = None) -> None:
        super().__init__(data, initial={"number": token_hex(6)})
        self.scope = scope
        self.places = list(Warehouse.objects.visible_to(scope))

    def clean_sku(self) -> Sku:
        """Return the SKU with this code."""
        code = self.cleaned_data["sku"]
        found = Sku.objects.visible_to(self.scope).filter(code=code).first()
        if found is None:
            raise forms.ValidationError(_("There is no SKU %(code)s."), params={"code": code})
        return found


class TransferForm(StockForm):
    """How many pieces of what go from where to where, and why."""

    source = OfferedField(label=gettext_lazy("from warehouse"))
    target = OfferedField(label=gettext_lazy("to warehouse"))
    units = forms.IntegerField(label=gettext_lazy("pieces"), min_value=1, max_value=MOST_UNITS)
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=500)
    field_order = ("number", "source", "target", "sku", "units", "reason")

    def __init__(self, scope: Scope, data: Any = None) -> None:
        super().__init__(scope, data)
        self.fields["source"].offer(self.places)
        # A warehouse that is closed down can be emptied, not filled.
        self.fields["target"].offer(place for place in self.places if place.active)

    def write(self, mover: Mover) -> str:
        """Move the pieces; return what was done."""
        given = self.cleaned_data
        transfer(
            Transfer(
                given["sku"],
                given["units"],
                given["source"],
                given["target"],
                f"TR-{given['number']}",
                reason=given["reason"],
            ),
            mover,
        )
        places = {name: given[name].code for name in ("source", "target")}
        message = _("Transferred %(units)d of %(sku)s from %(source)s to %(target)s.")
        return message % (given | {"sku": given["sku"].code} | places)


class CountForm(StockForm):
    """How many pieces of a SKU were counted in a warehouse just now."""

    warehouse = OfferedField(label=gettext_lazy("warehouse"))
    counted = forms.IntegerField(
        label=gettext_lazy("counted pieces"), min_value=0, max_value=MOST_UNITS
    )
    note = forms.CharField(label=gettext_lazy("note"), max_length=400, required=False)
    field_order = ("number", "warehouse", "sku", "counted", "note")

    def __init__(self, scope: Scope, data: Any = None) -> None:
        super().__init__(scope, data)
        self.fields["warehouse"].offer(self.places)

    def write(self, mover: Mover) -> str:
        """Store the count; return what came of it."""
        given = self.cleaned_data
        counted = Counted(
            given["warehouse"],
            given["number"],
            mover.at,
            {given["sku"]: given["counted"]},
            note=given["note"],
        )
        snapshot, _new = count_now(counted, mover)
        words = {"sku": given["sku"].code, "place": given["warehouse"].code}
        if not snapshot.adjusted:
            return _("%(sku)s in %(place)s is as the ledger says: the count is kept.") % words
        message = _("%(sku)s in %(place)s was put right by %(difference)s.")
        return message % (words | {"difference": f"{snapshot.difference:+d}"})


def form_view(
    form_class: Callable[..., Any], title: Any, button: Any
) -> Callable[..., HttpResponse]:
    """Return the page of a form that writes to the ledger, with refusals at their fields."""

    @page(Right.STOCK_EDIT)
    def view(request: HttpRequest) -> HttpResponse:
        form = form_class(request.scope, request.POST if request.method == "POST" else None)
        if form.is_valid():
            mover = Mover(timezone.now(), request.user, request.scope)
            try:
                with transaction.atomic():
                    done = form.write(mover)
            except DomainError as refusal:
                field = refusal.field if refusal.field in form.fields else None
                form.add_error(field, refusal.message)
            else:
                messages.success(request, done)
                sku = form.cleaned_data["sku"]
                return HttpResponseRedirect(reverse("admin:catalog_sku_stock", args=[sku.pk]))
        crumbs = [(StockLevel._meta.verbose_name_plural, reverse(STOCK_LIST))]
        context = {"title": title, "crumbs": crumbs, "form": form, "button": button}
        return desk_page(request, "desk/catalog/stock_form.html", context)

    return view


def form_urls() -> list[URLPattern]:
    """Return the addresses of the two pages, under that of the stock list."""
    moving = form_view(TransferForm, gettext_lazy("Transfer stock"), gettext_lazy("Transfer"))
    counting = form_view(CountForm, gettext_lazy("Count stock"), gettext_lazy("Save the count"))
    return [
        path("transfer/", moving, name="catalog_stock_transfer"),
        path("count/", counting, name="catalog_stock_count"),
    ]
