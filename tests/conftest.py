"""What every test may count on, and which tests this machine cannot run."""

import os
import shutil
from pathlib import Path

import pytest
from django.utils import translation

REAL_DATA = Path(__file__).parents[2] / "shared" / "data"


def missing(item):
    """Why the test cannot run here, or None."""
    services = os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
    if item.get_closest_marker("services") and not services:
        return "needs DATABASE_URL and REDIS_URL"
    if item.get_closest_marker("real_data") and not REAL_DATA.is_dir():
        return f"needs the data sets in {REAL_DATA}"
    return None


def commits(item):
    """Whether the test commits; it empties the tables, the shipped plan's too, when it ends."""
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))


def keep_migrated_rows(item):
    """Have every test that empties the database put back what the migrations wrote.

    One that does not would leave the next without roles and the shipped plan, and with content
    types that are in the way of those to be put back.
    """
    marker = item.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        kwargs = {**marker.kwargs, "serialized_rollback": True}
        item.add_marker(pytest.mark.django_db(*marker.args, **kwargs), append=False)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if reason := missing(item):
            item.add_marker(pytest.mark.skip(reason=reason))
        keep_migrated_rows(item)
    # Whatever the random order: nobody comes after them who counts on what migrations wrote.
    items.sort(key=commits)


@pytest.fixture(autouse=True)
def own_language():
    """A request in another language leaves it switched on for whatever its thread does next."""
    yield
    translation.deactivate()


def pytest_unconfigure():
    folder = Path(os.environ["OPSDESK_VAR"])
    if folder.name.startswith("opsdesk-test-"):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def real_data():
    """The folder of the data sets that nobody here wrote."""
    return REAL_DATA
