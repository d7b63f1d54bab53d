"""What was found of an order, in whole sentences of the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from orders.core.anomalies import AnomalyKind

_PARTS = {
    "recipient": gettext_lazy("recipient"),
    "line1": gettext_lazy("street"),
    "city": gettext_lazy("city"),
    "country": gettext_lazy("country"),
    "postal_code": gettext_lazy("postal code"),
}
_BETWEEN = pgettext_lazy("list", ", ")


def told(kind: str, found: Mapping[str, Any]) -> str:
    """Return what was found of an anomaly of ``kind``, as ``OrderAnomaly.found`` holds it."""
    match kind:
        case AnomalyKind.DUPLICATE:
            return _("The same customer bought the same in order %(order)s.") % found
        case AnomalyKind.AMOUNT:
            return (
                _(
                    "%(amount)s %(currency)s; by %(count)s orders before it, %(low)s to %(high)s "
                    "is usual."
                )
                % found
            )
        case AnomalyKind.ADDRESS:
            parts = str(_BETWEEN).join(str(_PARTS[name]) for name in found["missing"])
            return _("The address lacks: %(parts)s.") % {"parts": parts}
        case AnomalyKind.LOSS:
            return _("Less goods and fee, %(margin)s %(currency)s are left.") % found
    lines = [
        _("%(sku)s: %(asked)s asked for, %(there)s there") % {"sku": s, "asked": a, "there": t}
        for s, a, t in found["short"]
    ]
    if not lines:
        return _("No single warehouse has all of its goods.")
    return str(_BETWEEN).join(lines)
