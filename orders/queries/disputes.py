"""Disputes by key and by deadline, and the evidence in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.core.scope import Scope
from catalog.models import Store
from opsdesk.core.periods import business_date, day_start
from orders.models import Dispute, DisputeEvidence
from orders.queries.intake import Key

DAY = timedelta(days=1)


def disputes_by_key(keys: Iterable[Key]) -> dict[Key, Dispute]:
    """Return the disputes with these keys (store, dispute number), held until the transaction ends.

    Whoever takes one a step further at this moment does so before or after.
    """
    wanted = set(keys)
    found = Dispute.objects.filter(
        store__in={store for store, _ in wanted}, external_id__in={name for _, name in wanted}
    )
    # A number may stand in another of the stores too.
    return {
        (dispute.store_id, dispute.external_id): dispute
        for dispute in found.select_related("store").order_by("pk").select_for_update(of=("self",))
        if (dispute.store_id, dispute.external_id) in wanted
    }


def kept_evidence(dispute: Dispute) -> QuerySet[DisputeEvidence]:
    """Return the evidence of a dispute that nobody has withdrawn."""
    return dispute.evidence.filter(withdrawn_at__isnull=True)


def due_within(scope: Scope, days: int, at: datetime) -> QuerySet[Dispute]:
    """Return the open disputes one sees whose deadline is missed or ends within ``days`` days.

    Days are those on the wall of the dispute's store, today and the last one included.
    """
    zones = Store.objects.visible_to(scope).order_by().values_list("time_zone", flat=True)
    ends = Q(pk__in=())
    for zone in set(zones.distinct()):
        last = day_start(business_date(at, zone) + DAY * (days + 1), zone)
        ends |= Q(store__time_zone=zone, respond_by__lt=last)
    return Dispute.objects.visible_to(scope).open().filter(ends).by_deadline()
