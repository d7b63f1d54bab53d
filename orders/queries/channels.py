"""What channels are compared by, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Sum, Value, When

from accounts.core.scope import Scope
from orders.core.channels import Cell
from orders.core.lifecycle import ShipmentStatus
from orders.models import Shipment

# So many days are compared at once: more would read the whole table.
MOST_DAYS = 731


@dataclass(frozen=True, slots=True)
class Asked:
    """Parcels dispatched from ``first`` to ``last``, both included; of a store or country."""

    first: date
    last: date
    store: str = ""
    country: str = ""


def shipments_asked(asked: Asked, scope: Scope) -> QuerySet[Shipment]:
    """Return the shipments that the figures are of, of the stores one sees."""
    rows = Shipment.objects.visible_to(scope)
    rows = rows.filter(dispatched_on__range=(asked.first, asked.last))
    if asked.store:
        rows = rows.filter(store__code=asked.store)
    return rows.filter(store__country=asked.country) if asked.country else rows


def channel_cells(asked: Asked, scope: Scope) -> list[Cell]:
    """Return how many parcels of each channel are alike: by outcome, days and promise."""
    delivered = Q(status=ShipmentStatus.DELIVERED, promised_on__isnull=False)
    on_time = Case(
        When(delivered & Q(outcome_on__lte=F("promised_on")), then=Value(True)),
        When(delivered, then=Value(False)),
        default=None,
        output_field=BooleanField(null=True),
    )
    rows: QuerySet[Any, Any] = shipments_asked(asked, scope).order_by()
    alike = rows.annotate(kept=on_time).values_list("channel", "status", "transit_days", "kept")
    found = alike.annotate(
        parcels=Count("pk"), cost=Sum("reporting_cost"), costed=Count("reporting_cost")
    )
    return [Cell(*row) for row in found]
