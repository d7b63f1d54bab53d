"""The form that opens a ticket: order and customer by their numbers."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from opsdesk.admin.base import DeskForm
from orders.models import Customer, Order, Ticket


class TicketForm(DeskForm):
    """What a customer said, of which store; what the order says of the customer is taken over."""

    order_no = forms.CharField(
        label=gettext_lazy("order no."),
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
    )
    customer_no = forms.CharField(
        label=gettext_lazy("customer no."),
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("Blank: the one of the order."),
    )
    text = forms.CharField(
        label=gettext_lazy("what the customer said"),
        max_length=50_000,
        widget=UnfoldAdminTextareaWidget(),
    )

    class Meta:
        model = Ticket
        fields = ("store", "channel", "language", "kind", "priority", "subject", "contact")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        store = data.get("store")
        if store is None:
            return data
        found: dict[str, Any] = {}
        for field, model, message in (
            ("order_no", Order, _("%(store)s has no order %(number)s.")),
            ("customer_no", Customer, _("%(store)s has no customer %(number)s.")),
        ):
            number = data.get(field)
            if number:
                row = model._default_manager.filter(store=store, external_id=number).first()
                if row is None:
                    self.add_error(field, message % {"store": store.code, "number": number})
                found[field] = row
        order = found.get("order_no")
        self.instance.order = order
        customer = found.get("customer_no") or (order.customer if order else None)
        self.instance.customer = customer
        return data
