"""Databases made as copies of a migrated one, on SQLite and PostgreSQL.

Migrating an empty database takes half a minute, and every run of the tests needs several.
"""

import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connections

ROOT = Path(__file__).resolve().parents[1]
SERVER = os.environ.get("DATABASE_URL", "")
FILE = "opsdesk.sqlite3"
APPS = ("opsdesk", "accounts", "catalog", "orders", "kpis", "compensation")
TEMPLATES = ROOT / ".pytest_cache" / "migrated"
PREFIX = "opsdesk_migrated_"
ON_SERVER = ".server"


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
        folder.mkdir(parents=True, exist_ok=True)
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
    """Return a new database with all tables and what the migrations write."""
    return migrated().copy(folder)


@cache
def migrated():
    """Return the database that others are copies of; made once for the code as it is now.

    Whoever comes while it is made waits. Those of earlier code go after an hour.
    """
    name = f"{PREFIX}{_digest_of_the_code()}"
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    made = OwnDatabase(TEMPLATES / f"{name}{ON_SERVER if SERVER else ''}", name)
    with (TEMPLATES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _whole(made):
            _forget_older()
            made.drop()
            made.folder.mkdir()
            if SERVER:
                _administer(f'CREATE DATABASE "{name}"')
            made.run("migrate", "-v0")
            (made.folder / "whole").touch()
    return made


def make_test_database(name):
    """Make ``name``, a file or a database of the server, what the migrated database is.

    Whoever is connected to a file sees what is in it now; on a server he is thrown out.
    """
    source = migrated()
    if SERVER:
        drop_test_database(name)
        _administer(f'CREATE DATABASE "{name}" TEMPLATE "{source.name}"')
        return
    origin, copy = sqlite3.connect(source.folder / FILE), sqlite3.connect(name, timeout=30)
    with closing(origin), closing(copy):
        origin.backup(copy)


def drop_test_database(name):
    """Remove what ``make_test_database`` made."""
    if SERVER:
        _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    else:
        for end in ("", "-wal", "-shm"):
            Path(f"{name}{end}").unlink(missing_ok=True)


def _digest_of_the_code():
    files = sorted(file for app in APPS for file in (ROOT / app).rglob("*.py"))
    files.append(ROOT / "requirements" / "run.txt")
    digest = blake2b(str(ROOT).encode(), digest_size=8)
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _whole(made):
    if not (made.folder / "whole").exists():
        return False
    there = "SELECT 1 FROM pg_database WHERE datname = %s"
    return not SERVER or bool(_administer(there, [made.name]))


def _forget_older():
    for folder in TEMPLATES.glob(f"{PREFIX}*"):
        old = time.time() - folder.stat().st_mtime > 3600
        if old and folder.name.endswith(ON_SERVER) == bool(SERVER):
            OwnDatabase(folder, folder.name.removesuffix(ON_SERVER)).drop()


def _url(name):
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))


def _administer(statement, values=None):
    with psycopg.connect(_url("postgres"), autocommit=True) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
