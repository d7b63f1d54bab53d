"""What every test may count on, and which tests this machine cannot run."""

import os
import shutil
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import translation
from xdist.scheduler import LoadScopeScheduling

from tests.databases import drop_test_database, make_test_database

REAL_DATA = Path(__file__).parents[2] / "shared" / "data"


def missing(item):
    """Why the test cannot run here, or None."""
    services = os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
    if item.get_closest_marker("services") and not services:
        return "needs DATABASE_URL and REDIS_URL"
    if item.get_closest_marker("real_data") and not REAL_DATA.is_dir():
        return f"needs the data sets in {REAL_DATA}"
    return None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    # BROWSER_PART=1/2 walks every other way from the second on; without it all of them
    part, parts = map(int, os.environ.get("BROWSER_PART", "0/1").split("/"))
    walks = sorted(item.nodeid for item in items if item.get_closest_marker("browser"))
    walked = set(walks[part::parts])
    left = [item for item in items if item.nodeid in set(walks) - walked]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
    for item in items:
        if reason := missing(item):
            item.add_marker(pytest.mark.skip(reason=reason))


class ByDatabase(LoadScopeScheduling):
    """One process runs all tests that read the loaded orders, and begins with them."""

    READERS = ("test_online_retail_load", "test_online_retail_metrics", "test_supply", "test_walk")

    def _split_scope(self, nodeid):
        file = nodeid.partition("::")[0]
        return "loaded orders" if Path(file).stem in self.READERS else nodeid


def pytest_xdist_make_scheduler(config, log):
    # the groups of --dist loadgroup do nothing with this version of pytest
    return ByDatabase(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(autouse=True)
def own_language():
    """A request in another language leaves it switched on for whatever its thread does next."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def own_counts():
    """Numbers taken back in the database come again, while a process keeps what it cached."""
    cache.clear()


def pytest_unconfigure():
    folder = Path(os.environ["OPSDESK_VAR"])
    if folder.name.startswith("opsdesk-test-"):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_keepdb():
    """The database is there already: a copy."""
    return True


@pytest.fixture(scope="session")
def copied(django_db_modify_db_settings):
    """Copy the migrated database to where the tests' own is expected; drop it in the end."""
    name = connection.creation._get_test_db_name()
    make_test_database(name)
    yield
    drop_test_database(name)


@pytest.fixture(scope="session")
def django_db_setup(copied, django_db_setup):
    """As pytest-django does, after there is a copy."""


@pytest.fixture(scope="session")
def real_data():
    """The folder of the data sets that nobody here wrote."""
    return REAL_DATA
