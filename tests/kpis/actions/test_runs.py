"""One run at a time, resumed where it stopped; a failure stops only what depends on it."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import OperationalError, connection

from kpis.actions.runs import close_dead_runs, night_before, start_due, start_run, work_off
from kpis.actions.steps import Step
from kpis.models import NightlyRun, NightlyStep, RunState
from opsdesk.actions.jobs import LeaseLost, claim
from opsdesk.core.errors import NoRate
from opsdesk.models import AuditEntry, Job, JobState

AT = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
AS_OF = date(2026, 4, 1)


def start(at=AT, **values):
    return start_run(by=None, at=at, **({"as_of": AS_OF} | values))


def held(run):
    return claim(run.job_id, clock=lambda: AT)


def states(run):
    return dict(run.steps.values_list("name", "state"))


def fails(error):
    def work(step):
        raise error

    return work


def works(step):
    with step.piece() as tally:
        tally.read, tally.written = 3, 2


def execute_again(run, steps):
    """Work the run off as the next worker would; return the step's state and the attempt."""
    Job.objects.update(leased_until=AT - timedelta(minutes=1))
    job_run = held(run)
    attempt = job_run.job.attempt
    with suppress(OperationalError):
        work_off(job_run, steps)
    return run.steps.get().state, attempt


@pytest.mark.django_db
def test_a_run_is_started_with_its_job():
    run = start()

    assert (run.as_of, run.number, run.state, run.job.kind) == (AS_OF, 1, "running", "nightly")
    assert AuditEntry.objects.get().verb == "started"


@pytest.mark.django_db
def test_a_second_start_joins_the_run():
    first = start()

    second = start(as_of=date(2026, 3, 1), full=True)

    assert second == first
    assert (NightlyRun.objects.count(), Job.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_many_starts_at_once_there_is_one_run():
    gate = Barrier(8)
    started = []

    def begin():
        gate.wait()
        try:
            started.append(start().pk)
        finally:
            connection.close()

    threads = [Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(started) == 8
    assert set(started) == {NightlyRun.objects.get().pk}
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_finished_run_is_followed_by_the_next_number():
    first = start()
    work_off(held(first), [Step("only", works)])

    assert start().number == 2


@pytest.mark.django_db
def test_steps_record_what_they_read_and_wrote():
    run = start()

    work_off(held(run), [Step("one", works), Step("two", works, needs=("one",))])

    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert list(
        run.steps.values_list("position", "name", "state", "rows_read", "rows_written")
    ) == [
        (1, "one", "done", 3, 2),
        (2, "two", "done", 3, 2),
    ]


@pytest.mark.django_db
def test_a_failing_step_stops_only_what_needs_it():
    run = start()

    work_off(
        held(run),
        [
            Step("rates", fails(NoRate("No rate for XYZ."))),
            Step("facts", works),
            Step("pay", works, needs=("rates",)),
            Step("bank", works, needs=("pay",)),
        ],
    )

    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert states(run) == {"rates": "failed", "facts": "done", "pay": "failed", "bank": "failed"}
    assert list(run.steps.values_list("error", flat=True)) == [
        "No rate for XYZ.",
        "",
        "Not started, because it needs rates.",
        "Not started, because it needs pay.",
    ]


@pytest.mark.django_db
def test_an_error_nobody_expected_is_written_down():
    run = start()

    work_off(held(run), [Step("facts", fails(ZeroDivisionError("by zero")))])

    assert run.steps.get().error == "ZeroDivisionError: by zero"


@pytest.mark.django_db
def test_a_failing_piece_leaves_nothing_behind():
    run = start()

    def half(step):
        with step.piece() as tally:
            tally.written = 5
            NightlyStep.objects.filter(pk=step.step.pk).update(rows_read=99)
            raise ValueError("half way")

    work_off(held(run), [Step("facts", half)])

    assert run.steps.values_list("rows_read", "rows_written").get() == (0, 0)


@pytest.mark.django_db
def test_a_successor_goes_on_after_the_last_finished_step():
    run = start()
    done = []
    first = held(run)
    steps = [
        Step("one", lambda step: done.append("one")),
        Step("two", lambda step: done.append("two")),
    ]
    with pytest.raises(LeaseLost):
        work_off(first, [steps[0], Step("two", fails(LeaseLost("killed")))])

    Job.objects.update(leased_until=AT - timedelta(minutes=1))
    work_off(held(run), steps)

    run.refresh_from_db()
    assert done == ["one", "two"]
    assert run.state == RunState.DONE


@pytest.mark.django_db
def test_a_database_that_is_away_is_tried_again_and_then_written_down():
    run = start()
    away = [Step("facts", fails(OperationalError("gone")))]

    tries = [execute_again(run, away) for _ in range(3)]

    assert tries == [("running", 1), ("running", 2), ("failed", 3)]


@pytest.mark.django_db
def test_a_run_whose_job_was_given_up_does_not_block_the_next():
    run = start()
    Job.objects.update(state=JobState.FAILED, finished_at=AT)

    following = start()

    run.refresh_from_db()
    assert (run.state, following.number) == (RunState.FAILED, 2)
    assert close_dead_runs(at=AT) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "started"),
    [
        (datetime(2026, 4, 1, 18, 59, tzinfo=UTC), False),  # 02:59 in Shanghai
        (datetime(2026, 4, 1, 19, 0, tzinfo=UTC), True),  # 03:00
        (datetime(2026, 4, 2, 15, 59, tzinfo=UTC), True),  # late, but the same day
    ],
)
def test_the_night_is_due_from_its_hour_on(at, started):
    run = start_due(at=at)

    assert (run.as_of if run else None) == (AS_OF if started else None)
    assert NightlyRun.objects.count() == int(started)


@pytest.mark.django_db
def test_the_schedule_starts_one_run_a_day():
    first = start_due(at=AT)
    work_off(held(first), [Step("only", works)])

    again = start_due(at=AT + timedelta(minutes=10))
    tomorrow = start_due(at=AT + timedelta(days=1))

    assert again is None
    assert (tomorrow.as_of, tomorrow.number) == (date(2026, 4, 2), 1)


@pytest.mark.django_db
def test_a_run_before_the_hour_does_not_replace_the_night():
    early = start(at=datetime(2026, 4, 1, 17, 0, tzinfo=UTC))
    work_off(held(early), [Step("only", works)])

    run = start_due(at=AT)

    assert (run.as_of, run.number) == (AS_OF, 2)


def test_the_night_belongs_to_the_day_before_on_the_company_s_wall():
    assert night_before(datetime(2026, 4, 1, 15, 59, tzinfo=UTC)) == date(2026, 3, 31)
    assert night_before(datetime(2026, 4, 1, 16, 0, tzinfo=UTC)) == date(2026, 4, 1)
