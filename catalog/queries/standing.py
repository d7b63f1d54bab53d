"""Points of stores, what their platforms said day by day, and appeals that end soon."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q, QuerySet, Sum

from accounts.core.scope import Scope
from catalog.core.lifecycle import ViolationStatus
from catalog.core.standing import PointSpan
from catalog.models import Store, StoreRating, Violation


def points_of(stores: Iterable[int], day: date) -> dict[int, int]:
    """Return the points of each of the stores on ``day``, 0 where none count."""
    ids = set(stores)
    held = Violation.objects.filter(
        Q(lapses_on__isnull=True) | Q(lapses_on__gt=day), store__in=ids, happened_on__lte=day
    ).exclude(status=ViolationStatus.OVERTURNED)
    found = held.order_by().values_list("store").annotate(total=Sum("points"))
    return dict.fromkeys(ids, 0) | dict(found)


def point_spans(store: Store) -> list[PointSpan]:
    """Return from when to when the points of the store count; overturned ones never do."""
    rows = Violation.objects.filter(store=store).exclude(status=ViolationStatus.OVERTURNED)
    return [PointSpan(*row) for row in rows.values_list("points", "happened_on", "lapses_on")]


def open_violations(store: Store) -> list[Violation]:
    """Return those of the store that nobody has accepted or decided, the latest first."""
    undecided = [ViolationStatus.OPEN, ViolationStatus.APPEALED]
    return list(Violation.objects.filter(store=store, status__in=undecided))


def ratings_between(store: Store, first: date, last: date) -> dict[date, StoreRating]:
    """Return what the platform said of the store from ``first`` to ``last``, by day."""
    rows = StoreRating.objects.filter(store=store, day__range=(first, last))
    return {rating.day: rating for rating in rows}


def appeals_ending(scope: Scope, days: int) -> QuerySet[Violation]:
    """Return the open violations whose last day to appeal is today or within ``days`` days."""
    until = scope.today + timedelta(days=days)
    return (
        Violation.objects.visible_to(scope)
        .filter(status=ViolationStatus.OPEN, appeal_until__range=(scope.today, until))
        .select_related("store")
        .order_by("appeal_until", "pk")
    )
