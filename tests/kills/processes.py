"""A process of the product on a database of its own, killed when it suits us; what it leaves."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).parents[2]


def environment():
    """The environment in which ``manage.py`` works on the database of this test."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{settings['NAME']}"
    else:
        user = ":".join(part for part in (settings["USER"], settings["PASSWORD"]) if part)
        place = f"{settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}"
        url = f"postgres://{user}@{place}/{settings['NAME']}"
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "opsdesk.settings",
        "PYTHONUNBUFFERED": "1",
    }


def manage(*words, kill_after=None):
    """Run ``manage.py`` with ``words`` and return its exit status.

    With ``kill_after`` (seconds) the process and its children are killed by then; -9 where it was
    still at work.
    """
    process = subprocess.Popen(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(kill_after)
    except subprocess.TimeoutExpired:
        return process.wait() if kill(process) else process.returncode


def kill(process):
    """Kill the process and its children without a warning; tell whether it was there."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
        return True
    return False


def digest(columns_of):
    """One fingerprint of the named columns of some models, whatever the order of their rows.

    ``columns_of`` is a dict of model to column names; name no primary keys and no times that the
    clock gives.
    """
    fingerprint = blake2b(digest_size=16)
    for model, columns in columns_of.items():
        fingerprint.update(model._meta.label.encode())
        for row in sorted(map(repr, model._default_manager.values_list(*columns))):
            fingerprint.update(row.encode())
    return fingerprint.hexdigest()
