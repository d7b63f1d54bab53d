"""Forms of returns: opening one, counting and inspecting what came, and paying back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from secrets import token_hex
from typing import Any

from django import forms
from django.db.models import F
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from accounts.core.scope import Scope
from catalog.models import Warehouse
from opsdesk.admin.choices import OfferedField
from opsdesk.core.money import ZERO, minor_places
from orders.actions.inspections import MOST_PARTS, LineSaid, PiecesSaid
from orders.actions.refunding import RefundOrder
from orders.actions.return_opening import LineBack
from orders.core.items import LineKind
from orders.core.refund_plan import LineAsk, LineBalance, RefundAsk
from orders.core.refund_split import left_of
from orders.models import Condition, Disposal, Order, RefundMethod, Return, ReturnLine
from orders.queries.reasons import reason_tree
from orders.queries.refunds import balance_of
from orders.queries.returns import Returnable, returnable

SPARE_ROWS = 2
MOST_SHOWN = 100


class PathField(OfferedField):
    """A choice of a reason, shown with what it is part of."""

    def offer(self, rows: Any) -> None:
        found = {str(row.pk): row for row in rows}
        self.choices = [("", "---------"), *((key, row.path) for key, row in found.items())]
        self.coerce = found.__getitem__


class LineForm(forms.Form):
    """A form with fields of its own for each line; ``cells`` gives those of a line."""

    def add(self, name: str, number: int, field: forms.Field) -> None:
        """Add the field ``name`` of a line."""
        self.fields[f"{name}_{number}"] = field

    def cell(self, name: str, number: int) -> Any:
        """Return the bound field ``name`` of a line, ``None`` where the line has none."""
        key = f"{name}_{number}"
        return self[key] if key in self.fields else None

    def value(self, name: str, number: int) -> Any:
        """Return what was given for ``name`` of a line."""
        return self.cleaned_data.get(f"{name}_{number}")


class OpenForm(LineForm):
    """Which lines of an order come back: pieces and a reason of each."""

    note = forms.CharField(
        label=gettext_lazy("What the customer says"), max_length=200, required=False
    )

    def __init__(self, order: Order, data: Any = None) -> None:
        super().__init__(data)
        self.lines = returnable(order)
        reasons = reason_tree()
        for one in self.lines:
            if not one.open:
                continue
            number = one.line.line_no
            units = forms.IntegerField(
                label=_("Pieces of line %(line)d") % {"line": number},
                min_value=0,
                max_value=one.units,
                required=False,
            )
            reason = PathField(
                label=_("Reason of line %(line)d") % {"line": number}, required=False
            )
            reason.offer(reasons)
            self.add("units", number, units)
            self.add("reason", number, reason)

    def rows(self) -> Iterator[tuple[Returnable, Any, Any]]:
        """Yield each line with its two fields."""
        for one in self.lines:
            number = one.line.line_no
            yield one, self.cell("units", number), self.cell("reason", number)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for one in self.lines:
            number = one.line.line_no
            units, reason = data.get(f"units_{number}"), data.get(f"reason_{number}")
            if units is not None and reason is None:
                self.add_error(f"reason_{number}", _("Choose why it comes back."))
            if reason is not None and units is None and f"units_{number}" not in self.errors:
                self.add_error(f"units_{number}", _("Give how many, 0 for money only."))
        return data

    def lines_back(self) -> list[LineBack]:
        """Return what comes back, once the form is valid."""
        numbers = [one.line.line_no for one in self.lines]
        return [
            LineBack(number, units, self.value("reason", number))
            for number in numbers
            if (units := self.value("units", number)) is not None
        ]


class InspectionForm(LineForm):
    """Of each line: how many pieces came, in which condition, and what becomes of them."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, case: Return, scope: Scope, data: Any = None) -> None:
        seen = case.handled_at.isoformat() if case.handled_at else ""
        super().__init__(data, initial={"seen": seen})
        lines = case.lines.filter(kind=LineKind.GOODS).select_related("sku", "reason")
        # Of very many the next ones once these are counted: a form holds only so many fields.
        uncounted = F("received").asc(nulls_first=True)
        found = lines.prefetch_related("pieces").order_by(uncounted, "line_no")[:MOST_SHOWN]
        self.lines = sorted(found, key=lambda line: line.line_no)
        self.places = list(Warehouse.objects.visible_to(scope).filter(active=True))
        self.parts: dict[int, int] = {}
        for line in self.lines:
            self._add_line(line)

    def _add_line(self, line: ReturnLine) -> None:
        number, known = line.line_no, list(line.pieces.all())
        received = forms.IntegerField(
            label=_("Received of line %(line)d") % {"line": number},
            min_value=0,
            max_value=max(line.quantity, 0),
            initial=line.quantity if line.received is None else line.received,
        )
        self.add("received", number, received)
        self.parts[number] = min(len(known) + SPARE_ROWS, MOST_PARTS)
        for part in range(self.parts[number]):
            one = known[part] if part < len(known) else None
            first = part == 0 and one is None and line.quantity > 0
            self._add_part(line, part, one, line.quantity if first else None)

    def _add_part(self, line: ReturnLine, part: int, one: Any, units: int | None) -> None:
        number, words = line.line_no, {"line": line.line_no, "part": part + 1}

        def label(text: str) -> str:
            return text % words

        place = OfferedField(
            label=label(_("Warehouse of line %(line)d, part %(part)d")), required=False
        )
        place.offer(self.places)
        place.choices = [("", pgettext("inspection", "Warehouse")), *place.choices[1:]]
        if one is not None and one.warehouse_id:
            place.initial = str(one.warehouse_id)
        elif len(self.places) == 1:
            place.initial = str(self.places[0].pk)
        fields: dict[str, forms.Field] = {
            "units": forms.IntegerField(
                label=label(_("Pieces of line %(line)d, part %(part)d")),
                min_value=1,
                max_value=max(line.quantity, 1),
                required=False,
                initial=one.units if one else units,
                widget=forms.NumberInput({"placeholder": _("Pieces")}),
            ),
            "condition": forms.ChoiceField(
                label=label(_("Condition of line %(line)d, part %(part)d")),
                choices=[("", pgettext("inspection", "Condition")), *Condition.choices],
                required=False,
                initial=one.condition if one else "",
            ),
            "disposal": forms.ChoiceField(
                label=label(_("Decision on line %(line)d, part %(part)d")),
                choices=[("", pgettext("inspection", "Decision")), *Disposal.choices],
                required=False,
                initial=one.disposal if one else "",
            ),
            "warehouse": place,
        }
        for name, field in fields.items():
            self.add(f"{name}_{part}", number, field)

    def rows(self) -> Iterator[tuple[ReturnLine, Any, list[list[Any]]]]:
        """Yield each line with its field of what came and the fields of its parts."""
        names = ("units", "condition", "disposal", "warehouse")
        for line in self.lines:
            parts = [
                [self.cell(f"{name}_{part}", line.line_no) for name in names]
                for part in range(self.parts[line.line_no])
            ]
            yield line, self.cell("received", line.line_no), parts

    def clean_seen(self) -> datetime | None:
        """Return when the return was last handled by what was shown."""
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None

    def said(self) -> list[LineSaid]:
        """Return what was found, once the form is valid.

        A missing piece needs no decision, and one that does not go back to stock no warehouse.
        """
        found = []
        for line in self.lines:
            number = line.line_no
            pieces = []
            for part in range(self.parts[number]):
                units = self.value(f"units_{part}", number)
                condition = self.value(f"condition_{part}", number)
                disposal = self.value(f"disposal_{part}", number)
                if not (condition or disposal):
                    continue
                if condition == Condition.MISSING:
                    disposal = disposal or Disposal.NOTHING
                place = self.value(f"warehouse_{part}", number)
                pieces.append(PiecesSaid(units or 0, condition, disposal, place))
            found.append(LineSaid(number, self.value("received", number), tuple(pieces)))
        return found


def amount_field(label: Any, currency: str, most: Decimal | None = None) -> forms.DecimalField:
    """Return a field for an amount of the currency, from 0."""
    return forms.DecimalField(
        label=label,
        min_value=ZERO,
        max_value=most,
        max_digits=16,
        decimal_places=minor_places(currency),
        required=False,
    )


def _is_open(line: LineBalance, currency: str) -> bool:
    return line.open_units > 0 or left_of(line.paid, line.before, currency).total > ZERO


class RefundForm(LineForm):
    """What of a return is paid back; ``number`` makes a form that is sent twice count once."""

    number = forms.CharField(max_length=40, widget=forms.HiddenInput)
    method = forms.ChoiceField(
        label=pgettext_lazy("refund", "How"), choices=RefundMethod.choices, required=False
    )
    reference = forms.CharField(
        label=gettext_lazy("Payment reference"), max_length=100, required=False
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False)
    expected = forms.DecimalField(
        widget=forms.HiddenInput, required=False, max_digits=18, decimal_places=4
    )

    def __init__(self, case: Return, *, early: bool, data: Any = None) -> None:
        initial = {"number": token_hex(8), "method": RefundMethod.ORIGINAL}
        super().__init__(data, initial=initial)
        self.balance = balance = balance_of(case)
        currency = balance.currency
        self.lines = [one for one in balance.lines if _is_open(one, currency)][:MOST_SHOWN]
        rows = case.lines.values_list("line_no", "sku__code", "item_code", "title")
        self.names = {no: f"{code or item} {title}".strip() for no, code, item, title in rows}
        for line in self.lines:
            number = line.line_no
            units = forms.IntegerField(
                label=_("Pieces to refund of line %(line)d") % {"line": number},
                min_value=0,
                max_value=line.open_units,
                required=False,
            )
            label = _("Only this much for line %(line)d") % {"line": number}
            self.add("units", number, units)
            self.add("total", number, amount_field(label, currency))
        self.fields["extra"] = amount_field(_("Amount over all lines"), currency)
        if balance.shipping_left:
            label = _("Of the shipping charge")
            self.fields["shipping"] = amount_field(label, currency, balance.shipping_left)
        if early:
            self.fields["reason"] = forms.CharField(
                label=_("Why before the inspection"), max_length=2000
            )

    def rows(self) -> Iterator[tuple[LineBalance, str, Any, Any]]:
        """Yield each line with what it is of, and its two fields."""
        for line in self.lines:
            number = line.line_no
            yield line, self.names[number], self.cell("units", number), self.cell("total", number)

    @property
    def others(self) -> list[Any]:
        """The fields that are of no line, in order."""
        names = ("extra", "shipping", "method", "reference", "note", "reason")
        return [self[name] for name in names if name in self.fields]

    def ask(self) -> RefundAsk:
        """Return what is asked for, once the form is valid."""
        lines = []
        for line in self.lines:
            units = self.value("units", line.line_no) or 0
            total = self.value("total", line.line_no)
            if units or total is not None:
                lines.append(LineAsk(line.line_no, units, total))
        said = self.cleaned_data
        return RefundAsk(tuple(lines), said.get("extra") or ZERO, said.get("shipping") or ZERO)

    def refund_order(self) -> RefundOrder:
        """Return the refund to be made, once the form is valid."""
        said = self.cleaned_data
        return RefundOrder(
            self.ask(),
            f"desk:{said['number']}",
            method=said["method"] or RefundMethod.ORIGINAL,
            reference=said["reference"],
            note=said["note"],
            expected=said["expected"],
        )
