"""Files that come in: checked and staged here, worked off in the background."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.core.roles import Right
from accounts.core.scope import Scope
from accounts.models import User
from accounts.queries.access import scope_at
from opsdesk.actions.audit import record
from opsdesk.actions.files import keep_file
from opsdesk.actions.jobs import JobRun, stage
from opsdesk.core.errors import DomainError, InvalidData, NotAllowed
from opsdesk.models import ImportBatch
from orders.actions.order_files import load_orders
from orders.actions.table_files import TABLES, check_table, forget_file, load_table
from orders.core.formats.columns import parse_map
from orders.core.formats.reader import examine
from orders.queries.imports import reading_of, unfinished_batches

JOB = "orders.import"
ORDERS = "csv"
FORMATS = (ORDERS, *TABLES)
RIGHTS = {ORDERS: Right.IMPORT} | {name: table.right for name, table in TABLES.items()}
NUL = "\\u0000"


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is to be loaded how; orders need a column map, and a store where it names none."""

    format: str
    name: str
    map: dict[str, Any] = field(default_factory=dict)
    map_name: str = ""
    store: str = ""
    dry_run: bool = False


def start_import(
    path: Path, request: ImportRequest, *, by: User | None, at: datetime
) -> ImportBatch:
    """Keep the file, stage its import and return the batch.

    Format, map, columns and store are checked first: ``InvalidData`` is raised before anything is
    written, ``NotAllowed`` where ``by`` may not load it. Where the same file is being loaded in
    the same way already, that batch is returned: it goes on from where it is.
    """
    _check_request(request)
    scope = scope_at(by, at)
    if scope is not None and request.format not in formats_for(scope):
        message = _("Files of the format %(name)s are not yours to load.")
        raise NotAllowed(message % {"name": request.format}, field="format")
    _check_file(path, request, scope)
    digest = keep_file(path)
    return _stage_import(digest, request, by=by, at=at)


def formats_for(scope: Scope) -> tuple[str, ...]:
    """Return the formats that somebody may load: master data of the company asks for more."""
    return tuple(name for name in FORMATS if scope.has(RIGHTS[name]))


def work_import(run: JobRun) -> None:
    """Work off the import that the job is of."""
    batch = ImportBatch.objects.select_related("by").get(job=run.job)
    if batch.format == ORDERS:
        load_orders(run, batch)
        return
    try:
        load_table(run, batch)
    except DomainError:
        # Refused for good: nobody reads the file of a private table again.
        if TABLES[batch.format].private:
            forget_file(batch)
        raise


@transaction.atomic
def _stage_import(
    digest: str, request: ImportRequest, *, by: User | None, at: datetime
) -> ImportBatch:
    for batch in unfinished_batches(digest):
        same = (batch.format, batch.store_code, batch.dry_run, batch.map)
        if same == (request.format, request.store, request.dry_run, request.map):
            return batch
    batch = ImportBatch.objects.create(
        format=request.format,
        # A file's name may hold bytes that are no text.
        name=request.name.encode(errors="replace").decode()[:200],
        digest=digest,
        map_name=request.map_name[:200],
        map=request.map,
        store_code=request.store,
        dry_run=request.dry_run,
        by=by,
        created_at=at,
    )
    batch.job = stage(JOB, str(batch.pk), at=at)
    batch.save(update_fields=["job"])
    record("started", batch, by=by, at=at, detail={"file": digest, "dry_run": request.dry_run})
    return batch


def _check_map(raw: dict[str, Any]) -> None:
    """Refuse half characters, NUL, NaN and infinity: JSON lets them in, a database does not."""
    try:
        text = json.dumps(raw, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError):
        text = NUL
    if NUL in text:
        message = _("The column map holds a character or number that cannot be kept.")
        raise InvalidData(message, code="map", field="map")


def _check_request(request: ImportRequest) -> None:
    if request.format not in FORMATS:
        message = _("There is no format %(name)s. The formats are: %(known)s.")
        words = {"name": request.format, "known": ", ".join(FORMATS)}
        raise InvalidData(message % words, code="unknown_format", field="format")
    _check_map(request.map)
    if request.format == ORDERS and not request.map:
        message = _("Orders are read with a column map: name its file.")
        raise InvalidData(message, code="map_missing", field="map")
    if request.format != ORDERS and (request.map or request.store):
        message = _("The format %(name)s takes neither a column map nor a store.")
        raise InvalidData(message % {"name": request.format}, code="not_taken", field="map")


def _check_file(path: Path, request: ImportRequest, scope: Scope | None) -> None:
    """Refuse a file that lacks a column, or whose store nobody knows."""
    if request.format != ORDERS:
        check_table(path, request.format, scope)
        return
    columns = parse_map(request.map)
    reading_of(columns, ".", request.store, scope)
    examine(path, columns)
