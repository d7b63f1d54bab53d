"""Whose personal data was kept long enough."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from opsdesk.core.periods import day_start
from orders.core.retention import months_before
from orders.models import Customer, Order, RetentionPolicy, Return, Ticket


def kept_since(day: date) -> datetime | None:
    """Return the instant before which the last contact must lie on ``day`` to be forgotten.

    ``None`` where no policy holds on the day.
    """
    policy = RetentionPolicy.objects.filter(from_date__lte=day).order_by("-from_date").first()
    zone = settings.COMPANY_TIME_ZONE
    return None if policy is None else day_start(months_before(day, policy.months), zone)


def due_customers(before: datetime) -> QuerySet[Customer]:
    """Return who is not erased yet and had no order, return, ticket or news since ``before``."""

    def since(rows: QuerySet[Any], **when: datetime) -> Exists:
        return Exists(rows.filter(customer=OuterRef("pk"), **when))

    told_since = Q(details_at__gte=before)
    return (
        Customer.objects.filter(erased_at__isnull=True)
        .exclude(told_since)
        .exclude(since(Order.objects.order_by(), placed_at__gte=before))
        .exclude(since(Return.objects.order_by(), requested_at__gte=before))
        .exclude(since(Ticket.objects.order_by(), opened_at__gte=before))
        .order_by("pk")
    )
