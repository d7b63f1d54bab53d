"""The whole of Online Retail in a database of its own, loaded once for all tests that ask."""

from pathlib import Path

import pytest

from accounts.models import Department
from tests.databases import make_database

ROOT = Path(__file__).resolve().parents[2]
MAPS = ROOT / "docs" / "maps"
DEPARTMENTS = ("BRITAIN", "EUROPE", "OVERSEAS")


@pytest.fixture(scope="session")
def loaded_online_retail(tmp_path_factory, django_db_blocker, real_data):
    """The database into which ``manage.py load`` put stores, rates and the 541,909 rows.

    Its commands run with ``loaded_online_retail.run("nightly")``; what was said when the orders
    were loaded stands in the file ``said.txt`` of its folder.
    """
    database = make_database(tmp_path_factory.mktemp("online-retail"))
    with database.opened(django_db_blocker):
        for code in DEPARTMENTS:
            Department.objects.create(code=code, name=code.title())
    database.run("load", "stores", MAPS / "online_retail_stores.csv")
    database.run("load", "fx-ecb", real_data / "fx" / "eurofxref-hist.csv.gz")
    said = load_orders(database, real_data)
    (database.folder / "said.txt").write_text(said)
    yield database
    database.drop()


@pytest.fixture
def online_retail(loaded_online_retail, django_db_blocker):
    """The loaded database, with this process's models reading and writing in it."""
    with loaded_online_retail.opened(django_db_blocker):
        yield loaded_online_retail


def load_orders(database, real_data):
    """Load the orders by the command, as anybody would, and return what it said."""
    orders = real_data / "retail_orders" / "online_retail.csv.gz"
    return database.run("load", "csv", orders, "--map", MAPS / "online_retail.json")
