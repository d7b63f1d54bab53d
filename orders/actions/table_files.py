"""Working off small tables: FX rates, stores, categories, products and SKUs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import reset_queries, transaction

from catalog.actions.fx import record_rates
from catalog.actions.products import upsert_categories, upsert_products, upsert_skus
from catalog.actions.stores import upsert_stores
from catalog.core.formats.rows import (
    Found,
    read_categories,
    read_ecb,
    read_products,
    read_skus,
    read_stores,
)
from opsdesk.actions.files import kept_file
from opsdesk.actions.jobs import JobRun
from opsdesk.core.exchange import FieldFault, Outcome, State
from opsdesk.models import ImportBatch
from orders.actions.tallies import UNKNOWN_COLUMN, Tally, store_tally

PIECE = 2_000


@dataclass(frozen=True, slots=True)
class TableFormat:
    """How a table is read, and the action that takes its items."""

    read: Callable[[Path], tuple[list[str], Iterator[Found]]]
    upsert: Callable[..., list[Outcome]]


TABLES = {
    "fx-ecb": TableFormat(read_ecb, record_rates),
    "stores": TableFormat(read_stores, upsert_stores),
    "categories": TableFormat(read_categories, upsert_categories),
    "products": TableFormat(read_products, upsert_products),
    "skus": TableFormat(read_skus, upsert_skus),
}


def load_table(run: JobRun, batch: ImportBatch) -> None:
    """Load the batch's table from where the checkpoint stands; a piece is one transaction."""
    table = TABLES[batch.format]
    unknown, found = table.read(kept_file(batch.digest))
    begun = run.checkpoint.get("items", 0)
    if not begun:
        _begin(run, batch, unknown)
    found = islice(found, begun, None)
    while piece := list(islice(found, PIECE)):
        _store_piece(run, batch, table, piece)
        # In development Django keeps the text of its last 9,000 statements.
        reset_queries()


def _begin(run: JobRun, batch: ImportBatch, unknown: list[str]) -> None:
    tally = Tally()
    for name in unknown:
        tally.notes[(UNKNOWN_COLUMN, name)] = 1
    total = sum(1 for _found in TABLES[batch.format].read(kept_file(batch.digest))[1])
    with run.piece() as job:
        if "items" not in job.checkpoint:
            store_tally(batch, tally)
        job.checkpoint = {"items": 0}
        job.total = total


def _store_piece(run: JobRun, batch: ImportBatch, table: TableFormat, piece: list[Found]) -> None:
    tally = Tally(rows=len(piece))
    items: list[Any] = []
    for row_no, found in piece:
        if isinstance(found, FieldFault):
            tally.reject(row_no, found.field, found.message)
        else:
            items.append(found)
    with run.piece() as job:
        with transaction.atomic():
            outcomes = table.upsert(items, by=batch.by, at=run.clock())
            transaction.set_rollback(batch.dry_run)
        for item, outcome in zip(items, outcomes, strict=True):
            tally.answer(outcome)
            if outcome.state is State.ERROR:
                for error in outcome.errors:
                    tally.reject(item.source_row, error.field, error.message)
        store_tally(batch, tally)
        job.done += len(piece)
        job.checkpoint = {"items": job.done}
