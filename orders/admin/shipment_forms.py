"""Pages on which a person writes down news of a shipment, and sends a parcel of an order."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.core.roles import Right
from accounts.core.scope import Scope
from catalog.models import Warehouse
from opsdesk.actions.moves import Mover
from opsdesk.admin.base import number_or_404
from opsdesk.admin.pages import desk_page, page
from opsdesk.core.errors import DomainError
from opsdesk.core.money import minor_places
from orders.actions.shipments import send_parcel
from orders.actions.tracking import record_event
from orders.core.items import THINGS
from orders.core.shipment_items import (
    COST_BOUND,
    PLACE_LENGTH,
    TEXT_LENGTH,
    EventItem,
    ShipmentItem,
    ShippedLine,
)
from orders.core.shipping import EventCode
from orders.models import LogisticsChannel, Order, OrderLine, Shipment
from orders.queries.shipments import shipped_books

TEMPLATE = "desk/orders/shipment_form.html"
TRIED = 100
_TIME = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})


class EventForm(forms.Form):
    """What happened to a shipment, and when."""

    code = forms.ChoiceField(
        label=pgettext_lazy("tracking", "What happened"), choices=EventCode.choices
    )
    at = forms.DateTimeField(
        label=pgettext_lazy("tracking", "When"),
        widget=_TIME,
        help_text=gettext_lazy("By the clock of the company."),
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=PLACE_LENGTH, required=False)
    text = forms.CharField(
        label=gettext_lazy("In words"),
        max_length=TEXT_LENGTH,
        required=False,
        help_text=gettext_lazy("Such as who called, or what the carrier's page says."),
    )

    def item(self, shipment: Shipment) -> EventItem:
        """Return the news."""
        return EventItem(shipment.store.code, shipment.external_id, **self.cleaned_data)


class ParcelForm(forms.Form):
    """A parcel of an order: how it goes, and what is in it."""

    channel = forms.ModelChoiceField(
        LogisticsChannel.objects.none(), label=gettext_lazy("Logistics channel")
    )
    tracking_number = forms.CharField(
        label=gettext_lazy("Tracking number"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Blank while the carrier has given none."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    warehouse = forms.ModelChoiceField(
        Warehouse.objects.none(), label=gettext_lazy("Warehouse"), required=False
    )
    remote_area = forms.BooleanField(label=gettext_lazy("Remote area"), required=False)

    def __init__(self, order: Order, scope: Scope, data: Any = None) -> None:
        super().__init__(data)
        self.order = order
        self.fields["channel"].queryset = LogisticsChannel.objects.visible_to(scope).active()
        self.fields["warehouse"].queryset = Warehouse.objects.visible_to(scope).filter(active=True)
        places = minor_places(order.store.currency)
        self.fields["cost"] = forms.DecimalField(
            label=_("Cost in %(currency)s") % {"currency": order.store.currency},
            min_value=0,
            max_value=COST_BOUND - 1,
            decimal_places=places,
            required=False,
        )
        self.lines: list[OrderLine] = []
        self.all_sent = False
        left = shipped_books([order])[order.pk].left()
        for line in order.lines.filter(kind__in=THINGS).order_by("line_no").select_related("sku"):
            self._offer(line, left.get(line.line_no, 0))
        self.all_sent = bool(left) and not any(left.values())

    def _offer(self, line: OrderLine, left: int) -> None:
        self.lines.append(line)
        name = line.sku.code if line.sku else line.item_code or line.title
        words = {"item": name or line.line_no, "left": left, "bought": line.quantity}
        self.fields[f"line_{line.line_no}"] = forms.IntegerField(
            label=_("Pieces of %(item)s") % words,
            help_text=_("%(left)d of %(bought)d are still to be sent.") % words,
            min_value=0,
            max_value=line.quantity,
            required=False,
            initial=left,
            disabled=not left,
        )

    def shipped(self) -> Iterator[ShippedLine]:
        """Yield what is in the parcel."""
        for line in self.lines:
            if pieces := self.cleaned_data.get(f"line_{line.line_no}"):
                yield ShippedLine(line.line_no, pieces)

    def clean(self) -> dict[str, Any]:
        """Ask for something in it, where the order has lines that can be."""
        data = super().clean() or {}
        if self.lines and not self.errors and not list(self.shipped()):
            raise forms.ValidationError(_("Say what is in the parcel: it is empty."))
        return data

    def item(self) -> ShipmentItem:
        """Return the parcel; without a tracking number it is called by its order."""
        given = self.cleaned_data
        return ShipmentItem(
            store=self.order.store.code,
            external_id="" if given["tracking_number"] else self._number(),
            tracking_number=given["tracking_number"],
            order=self.order.external_id,
            channel=given["channel"].code,
            warehouse=given["warehouse"].code if given["warehouse"] else "",
            remote_area=given["remote_area"],
            cost=given["cost"],
            lines=tuple(self.shipped()) if self.lines else None,
        )

    def _number(self) -> str:
        """Return the number of the order with the first count that no shipment has yet."""
        begun, start = Shipment.objects.filter(order=self.order).count(), self.order.external_id
        counts = range(begun + 1, begun + TRIED)
        numbers = [f"{start}-{count}"[-100:].replace("/", "-") for count in counts]
        same = Shipment.objects.filter(store=self.order.store_id, external_id__in=numbers)
        taken = set(same.values_list("external_id", flat=True))
        return next((number for number in numbers if number not in taken), numbers[-1])


def _written(form: forms.Form, write: Any) -> Any:
    """Return what ``write`` made, in one transaction; ``None`` with the refusal in the form."""
    try:
        with transaction.atomic():
            return write()
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None


def event_view(shipments: Any) -> Any:
    """Return the page on which news of a shipment is written down."""

    @page(Right.SERVICE_EDIT)
    def view(request: HttpRequest, object_id: str) -> HttpResponse:
        shipment = shipments.page_object(request, object_id)
        now = timezone.now()
        data = request.POST if request.method == "POST" else None
        form = EventForm(data, initial={"at": now, "code": EventCode.IN_TRANSIT})
        if form.is_valid():
            mover = Mover(now, request.user, request.scope)
            if _written(form, lambda: record_event(shipment, form.item(shipment), mover)):
                done = _("The news of %(shipment)s is recorded.") % {"shipment": shipment}
                messages.success(request, done)
                return HttpResponseRedirect(shipments.page_url(shipment.pk))
        crumbs = [
            (Shipment._meta.verbose_name_plural, shipments.list_url()),
            (str(shipment), shipments.page_url(shipment.pk)),
        ]
        context = {"title": _("Record news"), "crumbs": crumbs, "form": form}
        return desk_page(request, TEMPLATE, context | {"button": _("Record")})

    return view


def send_view(shipments: Any) -> Any:
    """Return the page on which a parcel of an order is made."""

    @page(Right.SERVICE_EDIT)
    def view(request: HttpRequest, order_id: str) -> HttpResponse:
        rows = Order.objects.visible_to(request.scope).select_related("store")
        order = rows.filter(pk=number_or_404(order_id)).first()
        if order is None:
            raise Http404
        data = request.POST if request.method == "POST" else None
        form = ParcelForm(order, request.scope, data)
        if form.is_valid():
            mover = Mover(timezone.now(), request.user, request.scope)
            if made := _written(form, lambda: send_parcel(form.item(), mover)):
                messages.success(request, _("The parcel %(name)s is ready.") % {"name": made})
                return HttpResponseRedirect(shipments.page_url(made.pk))
        crumbs = [
            (Order._meta.verbose_name_plural, reverse("admin:orders_order_changelist")),
            (str(order), reverse("admin:orders_order_change", args=[order.pk])),
        ]
        context = {"title": _("Send a parcel"), "crumbs": crumbs, "form": form}
        if form.all_sent:
            context["note"] = _("Everything that was bought is in parcels already.")
        return desk_page(request, TEMPLATE, context | {"button": _("Make the shipment")})

    return view


def form_urls(shipments: Any) -> list[URLPattern]:
    """Return the addresses of both pages, under that of the list of shipments."""
    event, send = event_view(shipments), send_view(shipments)
    return [
        path("<str:object_id>/event/", event, name="orders_shipment_event"),
        path("send/<str:order_id>/", send, name="orders_shipment_send"),
    ]
