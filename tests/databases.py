"""Databases of their own for tests that start real processes, on SQLite and PostgreSQL."""

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connections

ROOT = Path(__file__).resolve().parents[1]
SERVER = os.environ.get("DATABASE_URL", "")
FILE = "opsdesk.sqlite3"


@dataclass(frozen=True)
class OwnDatabase:
    """A database and an ``OPSDESK_VAR`` that no other test uses."""

    folder: Path
    name: str

    @property
    def environment(self):
        given = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        given |= {"OPSDESK_VAR": str(self.folder), "DEBUG": "true", "LOG_LEVEL": "ERROR"}
        given["DJANGO_SETTINGS_MODULE"] = "opsdesk.settings"
        return given | ({"DATABASE_URL": _url(self.name)} if SERVER else {})

    def start(self, *args):
        """Start ``manage.py`` with ``args`` in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *map(str, args)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *args, status=0):
        """Run ``manage.py`` with ``args`` to its end and return what it printed."""
        process = self.start(*args)
        said, _nothing = process.communicate(timeout=1200)
        assert process.returncode == status, said
        return said

    def kill_after(self, seconds, *args):
        """Start ``manage.py`` and kill it for good; tell whether it was still running."""
        process = self.start(*args)
        time.sleep(seconds)
        running = process.poll() is None
        if running:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return running

    @contextmanager
    def opened(self, blocker):
        """Let this process's models read and write here; ``blocker`` is django_db_blocker."""
        connection = connections["default"]
        before = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = self.name if SERVER else str(self.folder / FILE)
        try:
            with blocker.unblock():
                yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before

    def copy(self, folder):
        """Return a copy; nobody may be connected here meanwhile."""
        made = OwnDatabase(folder, f"opsdesk_own_{uuid.uuid4().hex[:12]}")
        folder.mkdir(parents=True)
        if SERVER:
            _administer(f'CREATE DATABASE "{made.name}" TEMPLATE "{self.name}"')
        else:
            for file in self.folder.glob(f"{FILE}*"):
                shutil.copy(file, folder / file.name)
        return made

    def drop(self):
        """Remove the database and its folder."""
        if SERVER:
            _administer(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        shutil.rmtree(self.folder, ignore_errors=True)


def make_database(folder):
    """Return a new database with all tables."""
    made = OwnDatabase(folder, f"opsdesk_own_{uuid.uuid4().hex[:12]}")
    folder.mkdir(parents=True, exist_ok=True)
    if SERVER:
        _administer(f'CREATE DATABASE "{made.name}"')
    made.run("migrate", "-v0")
    return made


def _url(name):
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))


def _administer(statement):
    with psycopg.connect(_url("postgres"), autocommit=True) as connection:
        connection.execute(statement)
