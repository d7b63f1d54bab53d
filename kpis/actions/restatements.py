"""What late data would have changed in closed months, kept beside the frozen figures."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from kpis.actions.families import Family
from kpis.models import FactWork, NightlyRun, Restatement
from opsdesk.core.money import ZERO

Key = tuple[int, date]
Values = dict[str, Decimal]


def restate(family: Family, closed: QuerySet[FactWork, FactWork], run: NightlyRun) -> int:
    """Compare closed store-days with their rows of today; return how many figures differ.

    A figure that is as it was frozen again has no restatement any more.
    """
    current, columns = _current(family, closed)
    frozen = _frozen(family, closed, columns)
    differing = [
        Restatement(
            store_id=store,
            day=day,
            component=name,
            frozen_value=frozen[store, day].get(name, ZERO),
            current_value=current[store, day].get(name, ZERO),
            run=run,
        )
        for store, day in sorted({*current, *frozen})
        for name in columns
        if frozen[store, day].get(name, ZERO) != current[store, day].get(name, ZERO)
    ]
    in_work = Exists(closed.filter(store=OuterRef("store"), day=OuterRef("day")))
    known = Restatement.objects.filter(in_work, component__in=columns)
    _write(differing, known)
    return len(differing)


def _write(differing: list[Restatement], known: QuerySet[Restatement, Restatement]) -> None:
    """Bring the stored restatements to what differs now; those that are right stay untouched."""
    before = {
        (row.store_id, row.day, row.component): (row.frozen_value, row.current_value)
        for row in known
    }
    news = [
        row
        for row in differing
        if before.pop((row.store_id, row.day, row.component), None)
        != (row.frozen_value, row.current_value)
    ]
    for store, day, name in before:
        Restatement.objects.filter(store=store, day=day, component=name).delete()
    Restatement.objects.bulk_create(
        news,
        update_conflicts=True,
        unique_fields=["store", "day", "component"],
        update_fields=["frozen_value", "current_value", "run"],
        batch_size=500,
    )


def _current(
    family: Family, closed: QuerySet[FactWork, FactWork]
) -> tuple[dict[Key, Values], list[str]]:
    """What the store-days would be now, and the names of the family's figures."""
    found: dict[Key, Values] = defaultdict(dict)
    columns: dict[str, None] = {}
    for part in family.parts(closed):
        columns |= dict.fromkeys(part.sums)
        for row in part.rows.values("store", "day", *part.sums.values()):
            sums = found[row["store"], row["day"]]
            for name, given in part.sums.items():
                sums[name] = sums.get(name, ZERO) + row[given]
    return found, list(columns)


def _frozen(
    family: Family, closed: QuerySet[FactWork, FactWork], columns: list[str]
) -> dict[Key, Values]:
    in_work = Exists(closed.filter(store=OuterRef("store"), day=OuterRef("day")))
    rows = family.model._default_manager.filter(in_work).values("store", "day", *columns)
    return defaultdict(
        dict, {(r["store"], r["day"]): {name: r[name] for name in columns} for r in rows}
    )
