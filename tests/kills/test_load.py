"""``kill -9`` in the middle of a load: gone on with, it leaves what an undisturbed one leaves."""

import os
import random
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from opsdesk.models import Job
from tests.kills.loads import left_behind

pytestmark = pytest.mark.slow

POINTS = int(os.environ.get("KILL_POINTS", "3"))


def expire_leases():
    """Let the time pass after which a worker is taken for dead; tell whether all is done."""
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(leased_until__isnull=False).update(leased_until=past)
    return Job.objects.exists() and not Job.objects.unfinished().exists()


def test_a_killed_load_is_gone_on_with(prepared, tmp_path, django_db_blocker):
    database, command = prepared
    copies = [database.copy(tmp_path / f"killed{number}") for number in range(POINTS)]
    began = time.monotonic()
    database.run(*command, status=1)
    seconds = time.monotonic() - began
    with database.opened(django_db_blocker):
        calm = left_behind()
    chance = random.Random()

    for copy in copies:
        killed_at = [chance.uniform(0.15, 0.9) * seconds for _ in range(2)]
        for moment in killed_at:
            copy.kill_after(moment, *command)
            with copy.opened(django_db_blocker):
                done = expire_leases()
            if done:
                break  # faster than the calm run: started again it would load the file anew
        if not done:
            copy.run(*command, status=1)

        with copy.opened(django_db_blocker):
            assert left_behind() == calm, f"killed after {killed_at} of {seconds} s"
        if not done:
            assert list((copy.folder / "imports").glob("spool-*")) == []
        copy.drop()
