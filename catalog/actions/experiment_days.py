"""Storing the days of A/B experiments, from files and from the form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.scope import Scope
from catalog.actions.experiments import held_experiment
from catalog.actions.standing import store_fault
from catalog.core.experiment_items import FIGURES, ExperimentDayItem, check_day
from catalog.core.lifecycle import EXPERIMENT, ExperimentStatus
from catalog.core.traffic import COUNT_BOUND
from catalog.models import Experiment, ExperimentDay, Store
from catalog.queries.stores import seen_stores
from opsdesk.actions.audit import Actor, record_many
from opsdesk.actions.moves import Mover
from opsdesk.actions.records import delete_record, save_record
from opsdesk.core.errors import InvalidData, InvalidTransition
from opsdesk.core.exchange import (
    CREATED,
    UNCHANGED,
    UPDATED,
    FieldFault,
    Outcome,
    State,
    future_fault,
    is_older,
    latest,
    refused,
)
from opsdesk.core.periods import business_date
from opsdesk.core.wording import twice

PIECE = 500
Key = tuple[str, str, str]


@transaction.atomic
def upsert_experiment_days(
    items: Sequence[ExperimentDayItem], *, scope: Scope | None, by: Actor | None, at: datetime
) -> list[Outcome]:
    """Store the days, one answer per item; an item older at its source changes nothing.

    Only of running experiments, and only days of their plan. ``scope``: only stores that are
    seen by it; ``None`` is the system itself.
    """
    stores = seen_stores((item.store for item in items), scope)
    experiments = _held(items, stores)
    known = _known(experiments.values(), items)
    fresh: list[ExperimentDay] = []
    changed: list[ExperimentDay] = []
    confirmed: list[ExperimentDay] = []
    seen: set[tuple[Key, str, date]] = set()
    outcomes: list[Outcome] = []
    for item in items:
        key = (_key(item), item.arm, item.day)
        experiment = experiments.get(_key(item))
        if faults := _faults(item, stores, experiment, at):
            outcomes.append(Outcome(State.ERROR, tuple(faults)))
            continue
        if key in seen:
            name = f"{item.experiment} {item.day} {item.arm}"
            outcomes.append(refused("day", twice(name), item.source_row))
            continue
        seen.add(key)
        row = known.get((experiment.pk, item.arm, item.day)) if experiment else None
        if row is None:
            fresh.append(_row(experiment, item))
            outcomes.append(CREATED)
        else:
            outcomes.append(_restate(row, item, changed, confirmed))
    _store(fresh, changed, confirmed, by, at)
    return outcomes


@transaction.atomic
def save_days(
    experiment: Experiment,
    days: Sequence[ExperimentDay],
    mover: Mover,
    *,
    gone: Sequence[ExperimentDay] = (),
) -> None:
    """Store days as somebody entered them, and take those that are ``gone`` out.

    ``InvalidTransition`` where the experiment does not run, ``InvalidData`` for a day that is not
    of its plan; nothing is stored then.
    """
    held = held_experiment(experiment.pk, mover)
    if fault := _state_fault(held):
        raise InvalidTransition(fault, code="not_running")
    for day in gone:
        delete_record(day, by=mover.by, at=mover.at)
    for day in days:
        if fault := _range_fault(held, day.day, mover.at):
            raise InvalidData(fault, field="day")
        if any(getattr(day, name) > COUNT_BOUND for name in FIGURES):
            message = _("No figure of a day is above %(most)d: look at %(day)s again.")
            raise InvalidData(message % {"most": COUNT_BOUND, "day": day.day}, field="impressions")
        save_record(day, by=mover.by, at=mover.at)


def _state_fault(experiment: Experiment) -> str:
    if experiment.status == ExperimentStatus.RUNNING:
        return ""
    message = _("%(experiment)s is “%(state)s”: figures are taken while it runs.")
    words = {"experiment": experiment, "state": EXPERIMENT.label_of(experiment.status)}
    return message % words


def _range_fault(experiment: Experiment, day: date, at: datetime) -> str:
    if not experiment.from_date <= day < experiment.to_date:
        message = _(
            "%(day)s is no day of the experiment: it goes from %(start)s until before %(end)s."
        )
        return message % {"day": day, "start": experiment.from_date, "end": experiment.to_date}
    if day > business_date(at, experiment.listing.store.time_zone):
        message = _("%(day)s has not come yet where the store is: set the day right.")
        return message % {"day": day}
    return ""


def _key(item: ExperimentDayItem) -> Key:
    return item.store, item.listing, item.experiment


def _held(items: Sequence[ExperimentDayItem], stores: dict[str, Store]) -> dict[Key, Experiment]:
    """Return the experiments that the items name, held: none of them ends in between."""
    rows = Experiment.objects.select_for_update(of=("self",)).filter(
        listing__store__in=[store.pk for store in stores.values()],
        listing__seller_sku__in={item.listing for item in items},
        code__in={item.experiment for item in items},
    )
    found = rows.select_related("listing__store").order_by("pk")
    return {(row.listing.store.code, row.listing.seller_sku, row.code): row for row in found}


def _known(
    experiments: Iterable[Experiment], items: Sequence[ExperimentDayItem]
) -> dict[tuple[int, str, date], ExperimentDay]:
    rows = ExperimentDay.objects.filter(
        experiment__in=[one.pk for one in experiments], day__in={item.day for item in items}
    )
    return {(row.experiment_id, row.arm, row.day): row for row in rows}


def _faults(
    item: ExperimentDayItem,
    stores: dict[str, Store],
    experiment: Experiment | None,
    at: datetime,
) -> list[FieldFault]:
    if fault := store_fault(item, stores):
        return [fault]
    if experiment is None:
        message = _("The listing %(listing)s has no experiment with the code %(code)s.")
        words = {"listing": f"{item.store} {item.listing[:60]}", "code": item.experiment[:40]}
        return [FieldFault("experiment", message % words, item.source_row)]
    if state := _state_fault(experiment):
        return [FieldFault("experiment", state, item.source_row)]
    if faults := check_day(item, business_date(at, experiment.listing.store.time_zone)):
        return faults
    found = {
        "day": _range_fault(experiment, item.day, at),
        "source_updated_at": future_fault(item.source_updated_at, at),
    }
    return [FieldFault(name, said, item.source_row) for name, said in found.items() if said]


def _row(experiment: Experiment | None, item: ExperimentDayItem) -> ExperimentDay:
    names = ("arm", "day", *FIGURES, "source_updated_at")
    return ExperimentDay(experiment=experiment, **{name: getattr(item, name) for name in names})


def _restate(
    row: ExperimentDay,
    item: ExperimentDayItem,
    changed: list[ExperimentDay],
    confirmed: list[ExperimentDay],
) -> Outcome:
    """Put the item's figures into the row, unless it comes too late."""
    if is_older(item.source_updated_at, row.source_updated_at):
        return UNCHANGED
    differs = any(getattr(row, name) != getattr(item, name) for name in FIGURES)
    for name in FIGURES:
        setattr(row, name, getattr(item, name))
    newer = latest(item.source_updated_at, row.source_updated_at)
    if differs:
        changed.append(row)
    elif newer != row.source_updated_at:
        # The figures stand; what the source said before this comes too late from now on.
        confirmed.append(row)
    row.source_updated_at = newer
    return UPDATED if differs else UNCHANGED


def _store(
    fresh: list[ExperimentDay],
    changed: list[ExperimentDay],
    confirmed: list[ExperimentDay],
    by: Actor | None,
    at: datetime,
) -> None:
    rows = ExperimentDay.objects
    made = rows.bulk_create(fresh, batch_size=PIECE)
    rows.bulk_update(changed, (*FIGURES, "source_updated_at"), batch_size=PIECE)
    rows.bulk_update(confirmed, ["source_updated_at"], batch_size=PIECE)
    record_many("created", ExperimentDay, made, by=by, at=at)
    record_many("changed", ExperimentDay, changed, by=by, at=at)
