"""``manage.py load``: a file of orders, rates, stores or staff, and what became of its rows."""

import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

import orders.tasks  # noqa: F401  (tells which function works off an import)
from accounts.models import User
from opsdesk.actions.jobs import claim, execute
from opsdesk.core.errors import DomainError, InvalidData
from opsdesk.models import ImportBatch, Job, JobState
from orders.actions.imports import FORMATS, ImportRequest, start_import
from orders.core.formats.map_files import MAX_MAP_BYTES, read_map
from orders.queries.imports import first_rejects

REFUSED, WRONG_CALL = 1, 2
SHOWN_REJECTS = 20
LINE_EVERY = 5.0
POLL = 1.0
BAR = 30
# Refusals that are about the call and not about what stands in the file.
CALL_CODES = {
    "map",
    "map_missing",
    "not_allowed",
    "not_taken",
    "store_missing",
    "store_twice",
    "unknown_format",
    "unknown_store",
}


class Command(BaseCommand):
    help = (
        "Load a file. FORMAT is one of: " + ", ".join(FORMATS) + ". Loading a file twice changes "
        "nothing. Ended before its time, the load is gone on with by a worker or by the same "
        "command. Exit status: 0 everything taken, 1 rows refused, 2 wrong call."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("format", metavar="FORMAT", help=", ".join(FORMATS))
        parser.add_argument(
            "file", metavar="FILE", type=Path, help="the file, also as .gz; a table also as .xlsx"
        )
        parser.add_argument("--store", default="", metavar="CODE", help="the store of the orders")
        parser.add_argument("--map", type=Path, metavar="FILE", help="the column map (JSON)")
        parser.add_argument("--by", default="", metavar="USERNAME", help="who loads the file")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen and store no document"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        batch = self.start(options)
        progress = Progress(self)
        try:
            job = work(batch, progress)
        except KeyboardInterrupt:
            progress.end()
            self.stderr.write("Interrupted. A worker, or this command again, goes on within 90 s.")
            sys.exit(130)
        progress.end()
        batch.refresh_from_db()
        self.report(batch)
        if job.state == JobState.FAILED:
            raise CommandError(job.error, returncode=REFUSED)
        if batch.rejected:
            sys.exit(REFUSED)

    def start(self, options: dict[str, Any]) -> ImportBatch:
        """Check the call and stage the import."""
        file, map_file = options["file"], options["map"]
        by = User.objects.filter(username=options["by"]).first()
        if options["by"] and by is None:
            raise CommandError(f"There is no sign-in {options['by']}.", returncode=WRONG_CALL)
        if not file.is_file():
            raise CommandError(f"There is no file {file}.", returncode=WRONG_CALL)
        request = ImportRequest(
            format=options["format"],
            name=file.name,
            map=map_of(map_file) if map_file else {},
            map_name=map_file.name if map_file else "",
            store=options["store"],
            dry_run=options["dry_run"],
        )
        try:
            return start_import(file, request, by=by, at=timezone.now())
        except DomainError as error:
            code = WRONG_CALL if error.code in CALL_CODES else REFUSED
            raise CommandError(error.message, returncode=code) from error

    def report(self, batch: ImportBatch) -> None:
        """Print what became of the rows."""
        verb = "would be " if batch.dry_run else ""
        say = self.stdout.write
        say(
            f"{batch.name}: {batch.rows_read:,} rows read; {verb}created {batch.created:,}, "
            f"updated {batch.updated:,}, unchanged {batch.unchanged:,}; "
            f"rows refused {batch.rejected:,}."
        )
        for reason, count in sorted(batch.set_aside.items()):
            say(f"  set aside {count:,}: {reason}")
        for note in batch.notes:
            say(f"  {NOTES.get(note['kind'], note['kind'])}: {note['value']} ({note['count']:,})")
        rejects = first_rejects(batch, SHOWN_REJECTS)
        for reject in rejects:
            say(f"  row {reject.row_no}, {reject.field}: {reject.reason}")
        if batch.rejected > len(rejects):
            say(f"  … the others stand at import {batch.pk} in the admin.")


NOTES = {
    "sheet": "sheet read, the first of several",
    "frozen": "rows in closed months, whose figures stay",
    "unknown_column": "column not used",
    "unknown_status": "status that nobody has mapped yet",
}


def map_of(path: Path) -> dict[str, Any]:
    """Return the column map as it stands in its file."""
    try:
        with path.open("rb") as file:
            return read_map(file.read(MAX_MAP_BYTES + 1))
    except OSError as error:
        message = f"The column map {path} cannot be read: {error}."
        raise CommandError(message, returncode=WRONG_CALL) from error
    except InvalidData as error:
        raise CommandError(f"{path}: {error.message}", returncode=WRONG_CALL) from error


def work(batch: ImportBatch, progress: "Progress") -> Job:
    """Work the import off in this process, or watch whoever does; return its finished job."""
    while True:
        run = claim(batch.job_id or 0, clock=timezone.now)
        if run is not None:
            run.on_progress = progress.show
            execute(run)
        job = Job.objects.get(pk=batch.job_id)
        if job.state in (JobState.DONE, JobState.FAILED):
            return job
        progress.show(job)
        time.sleep(POLL)


class Progress:
    """A bar on a terminal, a line every few seconds elsewhere."""

    def __init__(self, command: BaseCommand) -> None:
        self.out = command.stderr
        self.terminal = sys.stderr.isatty()
        self.shown_at = time.monotonic()

    def show(self, job: Job) -> None:
        """Tell how far the job is."""
        now = time.monotonic()
        if not self.terminal and now - self.shown_at < LINE_EVERY:
            return
        self.shown_at = now
        percent = job.percent
        if percent is None:
            text = "reading the file"
        else:
            text = f"{percent:3}%  {job.done:,} of {job.total:,} rows"
        if self.terminal:
            done = BAR * (percent or 0) // 100
            self.out.write(f"\r[{'#' * done}{'.' * (BAR - done)}] {text}", ending="")
            self.out.flush()
        else:
            self.out.write(text)

    def end(self) -> None:
        """Leave the line of the bar."""
        if self.terminal:
            self.out.write("")
