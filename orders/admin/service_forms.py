"""What forms about orders' aftermath share: the order by its number, times of the store's clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.models import Store
from opsdesk.admin.base import DeskForm
from opsdesk.core.exchange import YEARS
from opsdesk.core.periods import local_instant, zone
from orders.models import Order


class ServiceForm(DeskForm):
    """Names the order by its number; the times in ``wall_fields`` are those of the store's clock.

    ``number_field`` is the name under which the order's number is typed.
    """

    wall_fields: tuple[str, ...] = ()

    order_no = forms.CharField(
        label=capfirst(gettext_lazy("order no.")),
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.wall_fields:
            if name in self.fields:
                self.fields[name].help_text = " ".join(
                    [_("By the clock of the store."), str(self.fields[name].help_text)]
                ).strip()
        if self.instance.pk is None:
            return
        if self.instance.order is not None:
            self.initial["order_no"] = self.instance.order.external_id
        for name in self.wall_fields:
            if (wall := _wall(getattr(self.instance, name), self.instance.store)) is not None:
                self.initial[name] = wall

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        store = data.get("store") or (self.instance.store if self.instance.pk else None)
        if store is not None:
            for name in self.wall_fields:
                if data.get(name) is not None:
                    self._take_time(data, name, store)
            self._take_order(data.get("order_no") or "", store)
        return data

    def _take_time(self, data: dict[str, Any], name: str, store: Store) -> None:
        given = timezone.localtime(data[name]).replace(tzinfo=None)
        stored = getattr(self.instance, name) if self.instance.pk else None
        if given.year not in YEARS:
            self.add_error(name, _("%(day)s is no day of our time.") % {"day": given.date()})
        elif stored is not None and _wall(stored, store) == given:
            data[name] = stored
        else:
            data[name] = local_instant(given, store.time_zone)

    def _take_order(self, number: str, store: Store) -> None:
        if not number:
            self.instance.order = None
            return
        found = Order.objects.filter(store=store, external_id=number).first()
        if found is None:
            message = _("There is no order %(order)s in store %(store)s: load it first.")
            self.add_error("order_no", message % {"order": number, "store": store.code})
        self.instance.order = found


def _wall(instant: datetime | None, store: Store) -> datetime | None:
    """Return what the store's clock showed, to the second that a form can hold."""
    if instant is None:
        return None
    return instant.astimezone(zone(store.time_zone)).replace(tzinfo=None, microsecond=0)
