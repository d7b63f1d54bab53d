"""What the tests that kill a load begin with."""

import json

import pytest

from tests import factories as make
from tests.databases import make_database
from tests.kills.loads import MAP, write_orders


@pytest.fixture
def prepared(tmp_path, django_db_blocker):
    """A database with three stores, the file and the command that loads it."""
    database = make_database(tmp_path / "calm")
    with database.opened(django_db_blocker):
        for code, zone in (("UK", "London"), ("DE", "Berlin"), ("FR", "Paris")):
            make.store(code, currency="GBP", time_zone=f"Europe/{zone}")
        make.rate("9.1234567891", on=make.date(2025, 12, 30))
        make.rate("8.7", on=make.date(2026, 6, 15))
    write_orders(tmp_path / "orders.csv")
    (tmp_path / "map.json").write_text(json.dumps(MAP))
    yield database, ("load", "csv", tmp_path / "orders.csv", "--map", tmp_path / "map.json")
    database.drop()
