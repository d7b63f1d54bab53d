"""``kill -9`` of the worker in the middle of a load: a new one goes on within 90 seconds."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from opsdesk.models import Job, JobState
from tests.databases import ROOT
from tests.kills.loads import left_behind

pytestmark = pytest.mark.slow

# What a person does with a file in the browser: it is staged, and a worker is woken.
STAGE = """
import json
from pathlib import Path
from django.utils import timezone
from orders.actions.imports import ImportRequest, start_import
request = ImportRequest(
    format="csv", name="orders.csv", map=json.loads(Path({map!r}).read_text()),
    map_name="map.json", store="", dry_run=False,
)
start_import(Path({file!r}), request, by=None, at=timezone.now())
"""


@contextmanager
def worker(database):
    """A real worker with the schedule in it, killed with all its children at the end."""
    environment = database.environment
    if os.environ.get("REDIS_URL"):
        environment |= {"REDIS_URL": os.environ["REDIS_URL"]}
    command = ["celery", "-q", "-A", "opsdesk", "worker", "--beat", "--concurrency", "2"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "--without-gossip", "--without-mingle"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until(reached, seconds):
    """Look at the only job until ``reached`` says so; return how long that took."""
    began = time.monotonic()
    while not reached(Job.objects.get()):
        assert time.monotonic() - began < seconds, Job.objects.values().get()
        time.sleep(0.1)
    return time.monotonic() - began


def test_a_killed_worker_loses_nothing(prepared, tmp_path, django_db_blocker):
    database, command = prepared
    killed = database.copy(tmp_path / "killed")
    database.run(*command, status=1)
    with database.opened(django_db_blocker):
        calm = left_behind()

    killed.run("shell", "-c", STAGE.format(file=str(command[2]), map=str(command[4])))
    with killed.opened(django_db_blocker):
        with worker(killed):
            wait_until(lambda job: job.done > 10_000, seconds=90)
        half_way = Job.objects.values_list("state", "done").get()
        with worker(killed):
            wait_until(lambda job: job.done > half_way[1], seconds=90)
            wait_until(lambda job: job.state == JobState.DONE, seconds=90)

        assert half_way[0] == JobState.RUNNING
        assert left_behind() == calm
    killed.drop()
