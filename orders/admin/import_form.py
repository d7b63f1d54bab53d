"""The form on which a file is given: its format, and how it is to be read."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from catalog.models import Store
from opsdesk.core.errors import InvalidData
from orders.actions.imports import ORDERS, ImportRequest, formats_for
from orders.core.formats.map_files import MAX_MAP_BYTES, read_map

MAPS = Path(settings.BASE_DIR) / "docs" / "maps"
FORMAT_NAMES = {
    ORDERS: gettext_lazy("Orders and returns (CSV with a column map)"),
    "fx-ecb": gettext_lazy("FX rates (file of the European Central Bank)"),
    "stores": gettext_lazy("Stores (CSV or Excel)"),
    "categories": gettext_lazy("Categories (CSV or Excel)"),
    "products": gettext_lazy("Products (CSV or Excel)"),
    "skus": gettext_lazy("SKUs (CSV or Excel)"),
    "prices": gettext_lazy("Prices of listings (CSV or Excel)"),
    "suppliers": gettext_lazy("Suppliers (CSV or Excel)"),
    "purchase_orders": gettext_lazy("Purchase orders, one row per line (CSV or Excel)"),
    "purchase_receipts": gettext_lazy("Deliveries of purchase orders (CSV or Excel)"),
    "warehouses": gettext_lazy("Warehouses (CSV or Excel)"),
    "stock_movements": gettext_lazy("Stock movements (CSV or Excel)"),
    "stock_counts": gettext_lazy("Stock counts, one row per SKU (CSV or Excel)"),
    "store_ratings": gettext_lazy("Store ratings (CSV or Excel)"),
    "violations": gettext_lazy("Violations (CSV or Excel)"),
    "traffic": gettext_lazy("Traffic by day (CSV or Excel)"),
    "ads": gettext_lazy("Ads by day (CSV or Excel)"),
    "experiment_days": gettext_lazy("Days of A/B experiments (CSV or Excel)"),
    "tickets": gettext_lazy("Tickets (CSV or Excel)"),
    "ticket_events": gettext_lazy("What happened to tickets (CSV or Excel)"),
    "disputes": gettext_lazy("Disputes (CSV or Excel)"),
    "reviews": gettext_lazy("Reviews (CSV or Excel)"),
    "listings": gettext_lazy("Listings (CSV or Excel)"),
    "channels": gettext_lazy("Logistics channels (CSV or Excel)"),
    "shipments": gettext_lazy("Shipments (CSV or Excel)"),
    "tracking_events": gettext_lazy("Tracking events of shipments (CSV or Excel)"),
    "staff": gettext_lazy("Staff (CSV or Excel)"),
}


def shipped_maps() -> list[str]:
    """Return the names of the column maps that come with the product."""
    return sorted(file.stem for file in MAPS.glob("*.json"))


class UploadForm(forms.Form):
    """A file, and how it is to be read."""

    format = forms.ChoiceField(label=gettext_lazy("Format"))
    file = forms.FileField(label=gettext_lazy("File"))
    shipped_map = forms.ChoiceField(label=gettext_lazy("Column map"), required=False)
    own_map = forms.FileField(
        label=gettext_lazy("Or your own map"),
        required=False,
        help_text=gettext_lazy("A JSON file; only orders need a map."),
    )
    store = forms.ChoiceField(
        label=gettext_lazy("Store"),
        required=False,
        help_text=gettext_lazy("Where neither the file nor the map names it."),
    )
    dry_run = forms.BooleanField(
        label=gettext_lazy("Dry run: show what would happen, store nothing"), required=False
    )

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(*args)
        stores = Store.objects.visible_to(request.scope).order_by("code")
        self.fields["format"].choices = [
            (name, FORMAT_NAMES.get(name, name)) for name in formats_for(request.scope)
        ]
        self.fields["shipped_map"].choices = [("", "–"), *((one, one) for one in shipped_maps())]
        self.fields["store"].choices = [
            ("", "–"),
            *((store.code, f"{store.code} · {store.name}") for store in stores),
        ]

    def request_of(self) -> ImportRequest:
        """Return what was asked for; ``InvalidData`` where the map cannot be read."""
        data = self.cleaned_data
        name, columns = self._map()
        return ImportRequest(
            format=data["format"],
            name=data["file"].name,
            map=columns,
            map_name=name,
            store=data["store"],
            dry_run=data["dry_run"],
        )

    def _map(self) -> tuple[str, dict[str, Any]]:
        own, shipped = self.cleaned_data["own_map"], self.cleaned_data["shipped_map"]
        if own is None and not shipped:
            return "", {}
        name = own.name if own else f"{shipped}.json"
        text = own.read(MAX_MAP_BYTES + 1) if own else (MAPS / name).read_bytes()
        try:
            return name, read_map(text)
        except InvalidData as refusal:
            raise InvalidData(refusal.message, code=refusal.code, field="own_map") from refusal
