"""Working off small tables: FX rates, stores, products, what is bought, staff and the like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import reset_queries, transaction
from django.utils.translation import gettext as _

from accounts.actions.staff import salary_refusal, upsert_staff
from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.core.staff_items import StaffItem, sets_pay
from accounts.models import User
from accounts.queries.access import scope_at
from catalog.actions.experiment_days import upsert_experiment_days
from catalog.actions.fx import record_rates
from catalog.actions.listings import upsert_listings
from catalog.actions.price_files import upsert_prices
from catalog.actions.products import upsert_categories, upsert_products, upsert_skus
from catalog.actions.purchasing import upsert_purchase_lines
from catalog.actions.receiving import upsert_receipts
from catalog.actions.standing import upsert_ratings, upsert_violations
from catalog.actions.stock_files import upsert_counts, upsert_movements, upsert_warehouses
from catalog.actions.stores import upsert_stores
from catalog.actions.suppliers import upsert_suppliers
from catalog.actions.traffic import upsert_ads, upsert_traffic
from catalog.core.formats.days import (
    read_ads,
    read_experiment_days,
    read_ratings,
    read_traffic,
    read_violations,
)
from catalog.core.formats.listings import read_listings
from catalog.core.formats.prices import read_prices
from catalog.core.formats.rows import (
    Found,
    Rows,
    read_categories,
    read_ecb,
    read_products,
    read_skus,
    read_stores,
)
from catalog.core.formats.staff import SALARY, read_staff
from catalog.core.formats.stock import read_counts, read_movements, read_warehouses
from catalog.core.formats.supply import read_purchase_lines, read_receipts, read_suppliers
from opsdesk.actions.files import kept_file
from opsdesk.actions.jobs import JobRun
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.core.exchange import FieldFault, Outcome, State
from opsdesk.models import ImportBatch
from orders.actions.channels import upsert_channels
from orders.actions.disputes import upsert_disputes
from orders.actions.reviews import upsert_reviews
from orders.actions.shipments import upsert_shipments
from orders.actions.tallies import SHEET, UNKNOWN_COLUMN, Tally, store_tally
from orders.actions.ticket_events import upsert_ticket_events
from orders.actions.ticket_files import upsert_tickets
from orders.actions.tracking import upsert_events
from orders.core.formats.service import read_disputes, read_reviews
from orders.core.formats.shipments import read_channels, read_events, read_shipments
from orders.core.formats.tickets import read_ticket_events, read_tickets
from orders.queries.imports import unfinished_batches

PIECE = 2_000


@dataclass(frozen=True, slots=True)
class TableFormat:
    """How a table is read, the action that takes its items, and the right to load it.

    The file of a ``private`` one is about people: it is not kept after it was read.
    """

    read: Callable[[Path], Rows]
    upsert: Callable[..., list[Outcome]]
    right: Right = Right.MASTER_EDIT
    private: bool = False


def _take_staff(items: Sequence[StaffItem], *, by: User | None, at: datetime) -> list[Outcome]:
    return upsert_staff(items, scope=scope_at(by, at), by=by, at=at)


def _in_scope(upsert: Callable[..., list[Outcome]]) -> Callable[..., list[Outcome]]:
    """Return ``upsert`` with what whoever gave the file sees and may do."""

    def take(items: Sequence[Any], *, by: User | None, at: datetime) -> list[Outcome]:
        return upsert(items, scope=scope_at(by, at), by=by, at=at)

    return take


TABLES = {
    "fx-ecb": TableFormat(read_ecb, record_rates),
    "stores": TableFormat(read_stores, upsert_stores),
    "categories": TableFormat(read_categories, upsert_categories),
    "products": TableFormat(read_products, upsert_products),
    "skus": TableFormat(read_skus, upsert_skus),
    "prices": TableFormat(read_prices, _in_scope(upsert_prices), Right.IMPORT),
    "suppliers": TableFormat(read_suppliers, upsert_suppliers, Right.IMPORT),
    "purchase_orders": TableFormat(read_purchase_lines, upsert_purchase_lines, Right.IMPORT),
    "purchase_receipts": TableFormat(read_receipts, upsert_receipts, Right.IMPORT),
    "warehouses": TableFormat(read_warehouses, upsert_warehouses),
    "stock_movements": TableFormat(read_movements, _in_scope(upsert_movements), Right.IMPORT),
    "stock_counts": TableFormat(read_counts, _in_scope(upsert_counts), Right.IMPORT),
    "store_ratings": TableFormat(read_ratings, _in_scope(upsert_ratings), Right.IMPORT),
    "violations": TableFormat(read_violations, _in_scope(upsert_violations), Right.IMPORT),
    "traffic": TableFormat(read_traffic, _in_scope(upsert_traffic), Right.IMPORT),
    "ads": TableFormat(read_ads, _in_scope(upsert_ads), Right.IMPORT),
    "experiment_days": TableFormat(
        read_experiment_days, _in_scope(upsert_experiment_days), Right.IMPORT
    ),
    "tickets": TableFormat(read_tickets, _in_scope(upsert_tickets), Right.IMPORT),
    "ticket_events": TableFormat(read_ticket_events, _in_scope(upsert_ticket_events), Right.IMPORT),
    "disputes": TableFormat(read_disputes, _in_scope(upsert_disputes), Right.IMPORT),
    "reviews": TableFormat(read_reviews, _in_scope(upsert_reviews), Right.IMPORT),
    "listings": TableFormat(read_listings, upsert_listings),
    "channels": TableFormat(read_channels, upsert_channels),
    "shipments": TableFormat(read_shipments, _in_scope(upsert_shipments), Right.IMPORT),
    "tracking_events": TableFormat(read_events, _in_scope(upsert_events), Right.IMPORT),
    "staff": TableFormat(read_staff, _take_staff, Right.PEOPLE_EDIT, private=True),
}


def check_table(path: Path, name: str, scope: Scope | None) -> None:
    """Refuse a file that lacks a column, or has one that its sender may not give."""
    rows = TABLES[name].read(path)
    if SALARY in rows.columns and TABLES[name].private and not sets_pay(scope):
        raise NotAllowed(salary_refusal(), code="column_not_allowed", field="file")


def load_table(run: JobRun, batch: ImportBatch) -> None:
    """Load the batch's table from where the checkpoint stands; a piece is one transaction."""
    table = TABLES[batch.format]
    file = kept_file(batch.digest)
    if table.private and run.checkpoint.get("read") and not file.exists():
        # It was read to its end, and this process's forerunner ended before it could say so.
        return
    if not file.exists():
        raise InvalidData(_("The file is not kept any more: give it again."), field="file")
    rows = table.read(file)
    begun = run.checkpoint.get("items", 0)
    if not begun:
        _begin(run, batch, rows)
    found = islice(rows.found, begun, None)
    while piece := list(islice(found, PIECE)):
        _store_piece(run, batch, table, piece)
        # In development Django keeps the text of its last 9,000 statements.
        reset_queries()
    if table.private:
        with run.piece() as job:
            job.checkpoint = {"items": job.done, "read": True}
        forget_file(batch)


def forget_file(batch: ImportBatch) -> None:
    """Remove the file of a private table unless another import is still to read it."""
    if all(other.pk == batch.pk for other in unfinished_batches(batch.digest)):
        kept_file(batch.digest).unlink(missing_ok=True)


def _begin(run: JobRun, batch: ImportBatch, rows: Rows) -> None:
    tally = Tally()
    for name in rows.unknown:
        tally.notes[(UNKNOWN_COLUMN, name)] = 1
    if rows.sheet:
        tally.notes[(SHEET, rows.sheet)] = 1
    total = sum(1 for _found in TABLES[batch.format].read(kept_file(batch.digest)).found)
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
