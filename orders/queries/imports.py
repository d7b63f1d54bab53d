"""Imports: which are not finished, and what the reader of a file must know of the stores."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.core.scope import Scope
from catalog.models import Store
from opsdesk.models import ImportBatch, ImportReject, JobState
from orders.core.formats.columns import ColumnMap
from orders.core.formats.values import Reading


def unfinished_batches(digest: str) -> Sequence[ImportBatch]:
    """Return the imports of the file with this digest that wait or run, oldest first."""
    return list(
        ImportBatch.objects.filter(
            digest=digest, job__state__in=[JobState.WAITING, JobState.RUNNING]
        )
        .select_related("job")
        .order_by("pk")
    )


def reading_of(columns: ColumnMap, mark: str, store: str, scope: Scope | None) -> Reading:
    """Return how a file is read today; ``InvalidData`` where map, store and stores do not fit.

    The file may name the stores that ``scope`` sees, all of them without a scope.
    """
    known = Store.objects.all() if scope is None else Store.objects.visible_to(scope)
    rows = known.values_list("code", "time_zone", "currency")
    stores = {code: (zone, currency) for code, zone, currency in rows}
    return Reading(
        columns,
        mark,
        {code: zone for code, (zone, _currency) in stores.items()},
        {code: currency for code, (_zone, currency) in stores.items()},
        store,
    )


def first_rejects(batch: ImportBatch, most: int) -> list[ImportReject]:
    """Return the first refused rows of an import."""
    return list(ImportReject.objects.filter(batch=batch).order_by("row_no", "id")[:most])
