"""Jobs: staged once, held by one, worked off in pieces, tried three times, found again."""

from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from celery import Celery, current_app
from django.db import connection, transaction

from opsdesk.actions import jobs
from opsdesk.actions.jobs import LeaseLost, claim, execute, handles, retry, stage, wake
from opsdesk.core.errors import InvalidData
from opsdesk.models import Job
from opsdesk.queries.jobs import waiting_job_ids
from opsdesk.tasks import run_job, sweep
from tests import factories
from tests.factories import NOW

SECOND = timedelta(seconds=1)
LEASE_OVER = NOW + timedelta(seconds=46)

pytestmark = pytest.mark.django_db


@contextmanager
def handling(work):
    """Let ``work`` be what is done for jobs of the kind "test"."""
    handles("test")(work)
    try:
        yield
    finally:
        del jobs._handlers["test"]


def clock(at=NOW):
    return lambda: at


def staged(key="a", **values):
    return stage("test", key, at=NOW, **values)


def attempt(job, at=NOW):
    run = claim(job.pk, clock=clock(at))
    return run and execute(run)


def refuse(run):
    raise InvalidData("The file has no header.")


def break_down(run):
    raise RuntimeError("out of paper")


def test_a_job_of_a_transaction_that_is_rolled_back_never_was():
    with pytest.raises(RuntimeError), transaction.atomic():
        staged()
        raise RuntimeError

    assert Job.objects.count() == 0


def test_the_same_kind_and_key_is_one_job_with_the_first_payload():
    first = staged(payload={"file": 1})
    again = staged(payload={"file": 2})
    other = stage("other", "a", at=NOW)

    assert (again.pk == first.pk, again.payload, other.pk == first.pk) == (
        True,
        {"file": 1},
        False,
    )
    assert Job.objects.count() == 2


def test_a_worker_is_woken_after_the_commit_and_not_before(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        staged()

    assert len(callbacks) == 1


@pytest.mark.slow
def test_a_broken_broker_does_not_reach_the_person_who_saves(django_capture_on_commit_callbacks):
    before = current_app._get_current_object()
    with Celery(broker="redis://127.0.0.1:1/0", set_as_current=True) as broken:
        try:
            with django_capture_on_commit_callbacks(execute=True):
                job = staged()
            wake(job.pk)
        finally:
            before.set_current()

    assert (broken.conf.broker_url, job.state) == ("redis://127.0.0.1:1/0", "waiting")
    assert waiting_job_ids(NOW) == [job.pk]


def test_a_job_is_taken_by_one():
    job = staged()

    first, second = claim(job.pk, clock=clock()), claim(job.pk, clock=clock())

    assert (first.job.state, first.job.fence, first.job.attempt, second) == ("running", 1, 1, None)
    assert Job.objects.get().leased_until == NOW + timedelta(seconds=45)


def test_a_job_is_not_taken_before_its_time():
    job = stage("test", "later", at=NOW + SECOND)

    assert claim(job.pk, clock=clock()) is None
    assert claim(job.pk, clock=clock(NOW + SECOND)).job.state == "running"


def test_a_job_is_taken_over_when_the_lease_is_over_and_not_before():
    job = staged()
    claim(job.pk, clock=clock())

    on_time = claim(job.pk, clock=clock(NOW + timedelta(seconds=45)))  # the last instant of it
    after = claim(job.pk, clock=clock(LEASE_OVER))

    assert (on_time, after.job.fence, after.job.attempt) == (None, 2, 2)


def test_a_piece_is_stored_with_its_checkpoint():
    run = claim(staged().pk, clock=clock())

    with run.piece() as job:
        factories.department("written")
        job.checkpoint, job.done, job.total, job.message = {"row": 7}, 7, 9, "half way"

    stored = Job.objects.get()
    assert (stored.checkpoint, stored.done, stored.total, stored.message, stored.percent) == (
        {"row": 7},
        7,
        9,
        "half way",
        77,
    )


def test_a_piece_that_fails_leaves_nothing_and_the_old_checkpoint():
    run = claim(staged().pk, clock=clock())

    with pytest.raises(RuntimeError), run.piece() as job:
        factories.department("written")
        job.checkpoint = {"row": 7}
        raise RuntimeError

    assert (run.checkpoint, Job.objects.get().checkpoint) == ({}, {})
    assert not type(factories.department()).objects.filter(code="written").exists()


def test_who_lost_the_job_writes_nothing_more():
    job = staged()
    slow = claim(job.pk, clock=clock())
    quick = claim(job.pk, clock=clock(LEASE_OVER))

    with pytest.raises(LeaseLost), slow.piece():
        factories.department("written")
    ended = attempt_of(slow, lambda run: None)

    assert not type(factories.department()).objects.filter(code="written").exists()
    stored = Job.objects.get()
    assert (ended, stored.state, stored.fence) == ("running", "running", quick.job.fence)


def attempt_of(run, work):
    with handling(work):
        return execute(run)


def test_a_handler_that_loses_the_job_ends_quietly():
    job = staged()
    slow = claim(job.pk, clock=clock())
    claim(job.pk, clock=clock(LEASE_OVER))

    def work(run):
        with run.piece():
            factories.department("written")

    assert attempt_of(slow, work) == "running"
    assert (Job.objects.get().state, Job.objects.get().error) == ("running", "")


def test_what_is_worked_off_is_done():
    job = staged(payload={"file": 5})
    seen = []

    with handling(lambda run: seen.append(run.payload)):
        state = attempt(job)

    stored = Job.objects.get()
    assert (state, seen, stored.state, stored.finished_at, stored.leased_until) == (
        "done",
        [{"file": 5}],
        "done",
        NOW,
        None,
    )
    assert attempt(job) is None


def test_a_refusal_of_the_business_ends_a_job_with_its_sentence():
    job = staged()

    with handling(refuse):
        state = attempt(job)

    stored = Job.objects.get()
    assert (state, stored.state, stored.error, stored.attempt) == (
        "failed",
        "failed",
        "The file has no header.",
        1,
    )
    assert waiting_job_ids(NOW + timedelta(days=1)) == []


def test_any_other_error_is_tried_three_times_with_growing_pauses():
    job = staged()
    states, waits = [], []

    with handling(break_down):
        for _ in range(3):
            at = Job.objects.get().not_before
            states.append(attempt(job, at))
            waits.append((Job.objects.get().not_before - at).seconds)

    stored = Job.objects.get()
    assert (states, waits[:2]) == (["waiting", "waiting", "failed"], [30, 60])
    assert (stored.error, stored.attempt) == ("RuntimeError: out of paper", 3)


def test_a_kind_that_nobody_handles_fails_like_any_error():
    job = stage("unknown", "a", at=NOW)

    assert attempt(job) == "waiting"
    assert Job.objects.get().error == "KeyError: 'unknown'"


def test_a_job_that_kills_its_worker_is_parked_after_three_starts():
    job = staged()
    at = NOW
    for _ in range(3):
        claim(job.pk, clock=clock(at))
        at += timedelta(seconds=46)

    with handling(lambda run: None):
        state = attempt(job, at)

    assert (state, Job.objects.get().error) == (
        "failed",
        "It was started three times and never came back.",
    )


def test_progress_counts_the_attempts_anew():
    job = staged()
    states = []

    def work(run):
        # the third start gets one piece further before it breaks, too
        if len(states) == 2:
            with run.piece() as held:
                held.done += 1
        raise RuntimeError("out of paper")

    with handling(work):
        for _ in range(5):
            states.append(attempt(job, Job.objects.get().not_before))

    assert states == ["waiting", "waiting", "waiting", "waiting", "failed"]
    assert (Job.objects.get().done, Job.objects.get().attempt) == (1, 3)


def test_a_failed_job_is_tried_again_from_its_checkpoint_on_request():
    job = staged()
    with handling(refuse):
        attempt(job)
    Job.objects.update(checkpoint={"row": 7})

    moved, again = retry(job, at=NOW), retry(job, at=NOW)

    stored = Job.objects.get()
    assert (moved, again) == (True, False)
    assert (stored.state, stored.attempt, stored.error, stored.checkpoint) == (
        "waiting",
        0,
        "",
        {"row": 7},
    )


def test_the_sweep_finds_what_nobody_works_on_oldest_first():
    waiting = stage("test", "waiting", at=NOW - SECOND)
    orphan = stage("test", "orphan", at=NOW - 2 * SECOND)
    claim(orphan.pk, clock=clock(NOW - timedelta(seconds=50)))
    Job.objects.filter(pk=orphan.pk).update(state="running", leased_until=NOW - SECOND)
    busy = staged("busy")
    claim(busy.pk, clock=clock())
    stage("test", "later", at=NOW + SECOND)
    stage("test", "done", at=NOW)
    Job.objects.filter(key="done").update(state="done")

    assert waiting_job_ids(NOW) == [orphan.pk, waiting.pk]
    assert waiting_job_ids(NOW, limit=1) == [orphan.pk]


def test_the_tasks_run_a_job_once_and_sweep_without_a_word():
    job = staged()
    seen = []

    with handling(lambda run: seen.append(run.job.pk)):
        sweep()
        run_job(job.pk)
        run_job(job.pk)
        run_job(job.pk + 1000)

    assert seen == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_gets_the_job():
    job = staged()
    start, taken = Barrier(8), []

    def work():
        try:
            start.wait()
            if run := claim(job.pk, clock=clock()):
                taken.append(run.job.fence)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (taken, Job.objects.get().fence) == ([1], 1)


@pytest.mark.django_db(transaction=True)
def test_a_successor_waits_for_the_piece_under_way_and_goes_on_from_it():
    job = staged()
    slow = claim(job.pk, clock=clock())
    inside, found = Barrier(2), []

    def take_over():
        try:
            inside.wait()
            # the lease of the piece under way begins anew at its start
            run = claim(job.pk, clock=clock(LEASE_OVER + timedelta(minutes=5)))
            found.append((run.checkpoint, run.job.fence))
        finally:
            connection.close()

    thread = Thread(target=take_over)
    thread.start()
    with slow.piece() as held:
        inside.wait()
        held.checkpoint = {"row": 7}
    thread.join()

    assert found == [({"row": 7}, 2)]
    with pytest.raises(LeaseLost), slow.piece():
        pass
