"""Working off a file of orders: piece by piece, each committed whole with how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from django.db import connection, reset_queries, transaction
from django.utils.translation import gettext as _

from accounts.queries.access import scope_at
from catalog.actions.stores import lock_stores
from catalog.queries.stores import stores_by_code
from opsdesk.actions.exchange import Source
from opsdesk.actions.files import imports_folder, kept_file
from opsdesk.actions.jobs import LEASE, JobRun
from opsdesk.core.exchange import Outcome, State
from opsdesk.models import ImportBatch, Job, JobState
from orders.actions.orders import upsert_orders
from orders.actions.returns import upsert_returns
from orders.actions.tallies import UNKNOWN_COLUMN, UNKNOWN_STATUS, Tally, store_tally
from orders.core.formats.assemble import Assembled, assemble
from orders.core.formats.columns import ColumnMap, parse_map
from orders.core.formats.spool import (
    Document,
    SpoolFacts,
    build_spool,
    documents,
    spool_facts,
    stray_rows,
)
from orders.core.items import OrderItem, ReturnItem, shown
from orders.queries.imports import reading_of

PIECE_DOCUMENTS = 1_000
PIECE_ROWS = 10_000
HEARTBEAT = 10.0

Read = tuple[Document, Assembled]


def load_orders(run: JobRun, batch: ImportBatch) -> None:
    """Load the batch's file from where the checkpoint stands.

    A piece is stored in one transaction with its refused rows, its counts and the checkpoint:
    whenever the process dies, the next one goes on as if nothing had happened.
    """
    columns = parse_map(batch.map)
    with _spool(run, batch, columns) as spool:
        facts = spool_facts(spool)
        if "ordinal" not in run.checkpoint:
            _begin(run, batch, spool, facts)
        scope = scope_at(batch.by, run.clock())
        reading = reading_of(columns, facts.decimal_mark, batch.store_code, scope)
        found = documents(spool, after=run.checkpoint["ordinal"])
        for piece in _pieces(found):
            read = [(document, assemble(document, reading)) for document in piece]
            _store_piece(run, batch, read)
            # In development Django keeps the text of its last 9,000 statements.
            reset_queries()


def _begin(run: JobRun, batch: ImportBatch, spool: Path, facts: SpoolFacts) -> None:
    """Store what the file as a whole tells: unknown columns, rows without a document."""
    tally = Tally()
    for name in facts.unknown_columns:
        tally.notes[(UNKNOWN_COLUMN, name)] = 1
    for stray in stray_rows(spool):
        tally.rows += 1
        tally.reject(stray.row_no, stray.field, stray.reason)
    with run.piece() as job:
        store_tally(batch, tally)
        job.checkpoint = {"ordinal": 0}
        job.done, job.total, job.message = tally.rows, facts.rows, ""


def _store_piece(run: JobRun, batch: ImportBatch, read: list[Read]) -> None:
    tally = _tally(read)
    orders = [(d, a, a.item) for d, a in read if isinstance(a.item, OrderItem)]
    returns = [(d, a, a.item) for d, a in read if isinstance(a.item, ReturnItem)]
    source = Source(batch, batch.by)
    with run.piece() as job:
        with transaction.atomic():
            at = run.clock()
            # all at once: orders first and returns later would let two loads wait for each other
            codes = {item.store for *_, item in orders} | {item.store for *_, item in returns}
            stores = stores_by_code(codes)
            lock_stores(store.pk for store in stores.values())
            outcomes = upsert_orders([item for _d, _a, item in orders], source=source, at=at)
            outcomes += upsert_returns([item for _d, _a, item in returns], source=source, at=at)
            transaction.set_rollback(batch.dry_run)
        for (document, assembled, _item), outcome in zip(
            [*orders, *returns], outcomes, strict=True
        ):
            tally.answer(outcome)
            _refuse(tally, document, assembled, outcome)
        store_tally(batch, tally)
        job.checkpoint = {"ordinal": read[-1][0].ordinal}
        job.done += tally.rows


def _tally(read: list[Read]) -> Tally:
    """Return the counts that do not depend on what is stored."""
    tally = Tally()
    for document, assembled in read:
        tally.rows += len(document.rows) + len(document.broken)
        for aside in assembled.set_aside:
            tally.set_aside[aside.reason] += 1
        for reject in assembled.rejects:
            tally.reject(reject.row_no, reject.field, reject.reason)
        if assembled.unknown_status:
            tally.notes[(UNKNOWN_STATUS, assembled.unknown_status)] += 1
    return tally


def _refuse(tally: Tally, document: Document, assembled: Assembled, outcome: Outcome) -> None:
    """Note each row of a document that was refused: the bad ones with why, the others with whose.

    A document is taken whole or not at all.
    """
    if outcome.state is not State.ERROR:
        return
    first = document.rows[0][0]
    for error in outcome.errors:
        tally.reject(error.source_row or first, error.field, error.message)
    bad = {error.source_row or first for error in outcome.errors}
    aside = {each.row_no for each in assembled.set_aside}
    reason = _("Row %(row)d of the same document %(key)s is refused: a document is taken whole.")
    reason %= {"row": min(bad), "key": shown(document.key)}
    for row_no, _row in document.rows:
        if row_no not in bad and row_no not in aside:
            tally.reject(row_no, "document", reason)


def _pieces(found: Iterator[Document]) -> Iterator[list[Document]]:
    piece: list[Document] = []
    rows = 0
    for document in found:
        piece.append(document)
        rows += len(document.rows) + len(document.broken)
        if len(piece) >= PIECE_DOCUMENTS or rows >= PIECE_ROWS:
            yield piece
            piece, rows = [], 0
    if piece:
        yield piece


@contextmanager
def _spool(run: JobRun, batch: ImportBatch, columns: ColumnMap) -> Iterator[Path]:
    """Yield the file's rows grouped by document, in a file of this attempt alone.

    The numbers of the documents are the same whenever the same file is read, so that the
    checkpoint of an attempt before this one still holds.
    """
    for old in imports_folder().glob(f"spool-{batch.pk}-*"):
        old.unlink(missing_ok=True)
    spool = imports_folder() / f"spool-{batch.pk}-{run.job.fence}"
    try:
        with _kept_alive(run):
            build_spool(kept_file(batch.digest), columns, spool)
        yield spool
    finally:
        spool.unlink(missing_ok=True)


@contextmanager
def _kept_alive(run: JobRun) -> Iterator[None]:
    """Keep the lease while the file is read, which has no pieces to commit."""
    done = Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT):
            Job.objects.filter(pk=run.job.pk, fence=run.job.fence, state=JobState.RUNNING).update(
                leased_until=run.clock() + LEASE
            )
        connection.close()

    thread = Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
