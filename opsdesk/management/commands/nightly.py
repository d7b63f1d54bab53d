"""``manage.py nightly``: the night's work in this process, with progress and a table at the end."""

import argparse
import sys
import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

import opsdesk.nightly  # noqa: F401  (names the steps)
from kpis.actions.runs import close_dead_runs, start_run
from kpis.models import NightlyRun, RunState
from opsdesk.actions.jobs import claim, execute
from opsdesk.models import Job

LOOK_AGAIN = 0.5
HEADING = f"{'step':<12} {'state':<8} {'read':>10} {'written':>10} {'seconds':>9}"


def a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-03-31") from error


class Command(BaseCommand):
    help = (
        "Compute daily facts, metrics, scorecards and draft pay: what the schedule starts each "
        "night. Where another process is at it, show its progress. Exit status 0: done, "
        "1: a step failed, 2: wrong call."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--full", action="store_true", help="compute every day, not only news")
        parser.add_argument(
            "--as-of",
            type=a_day,
            metavar="DATE",
            help="the business date the night belongs to (default: the company's day before today)",
        )

    def handle(self, *args: Any, full: bool, as_of: date | None, **options: Any) -> None:
        self.shown = ""
        run = start_run(as_of=as_of, full=full, by=None, at=timezone.now())
        if (full and not run.full) or as_of not in (None, run.as_of):
            self.stderr.write(f"Nightly run {run} is at work; joining it instead of starting one.")
        run = self.finish(run)
        self.show_steps(run)
        if run.state != RunState.DONE:
            sys.exit(1)

    def finish(self, run: NightlyRun) -> NightlyRun:
        """Work the run off here, or wait for whoever does."""
        assert run.job_id is not None  # noqa: S101  (start_run gives every run its job)
        while run.state == RunState.RUNNING:
            mine = claim(run.job_id, clock=timezone.now)
            if mine is not None:
                mine.on_progress = self.show_progress
                execute(mine)
                close_dead_runs(at=timezone.now())
            else:
                time.sleep(LOOK_AGAIN)
                self.show_progress(Job.objects.get(pk=run.job_id))
                close_dead_runs(at=timezone.now())
            run.refresh_from_db()
        self.show("")
        return run

    def show_progress(self, job: Job) -> None:
        if job.message and job.total:
            self.show(f"{job.message}: {job.done} of {job.total} ({job.percent} %)")

    def show(self, line: str) -> None:
        """Overwrite the progress line; where nobody looks, write nothing."""
        if self.stderr.isatty() and line != self.shown:
            self.stderr.write(f"\r{line:<{len(self.shown)}}", ending="")
            self.shown = line

    def show_steps(self, run: NightlyRun) -> None:
        self.stdout.write(f"Nightly run {run}: {run.get_state_display()}")
        self.stdout.write(HEADING)
        for step in run.steps.order_by("position"):
            self.stdout.write(
                f"{step.name:<12} {step.state:<8} {step.rows_read:>10,} {step.rows_written:>10,} "
                f"{step.milliseconds / 1000:>9.2f}"
            )
            for line in step.error.splitlines():
                self.stdout.write(f"    {line}")
