"""``kill -9`` in the middle of a load: gone on with, it leaves what an undisturbed one leaves."""

import json
import os
import random
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from opsdesk.models import AuditEntry, ImportBatch, ImportReject, Job
from tests import factories as make
from tests.databases import make_database
from tests.state import state_digest

pytestmark = pytest.mark.slow

POINTS = int(os.environ.get("KILL_POINTS", "4"))
MAP = {
    "kind": "order lines",
    "document": {"column": "Order"},
    "returns": {"when": {"column": "Order", "starts_with": "R"}, "quantity": "positive"},
    "store": {"column": "Shop"},
    "currency": "store",
    "placed_at": {"column": "Date", "format": "YYYY-MM-DD", "zone": "store"},
    "status": {"fixed": "completed"},
    "customer": {"column": "Buyer"},
    "lines": {
        "sku": {"column": "Item"},
        "quantity": {"column": "Qty"},
        "unit_price": {"column": "Price"},
    },
    "set_aside": [{"reason": "No buyer.", "when": {"column": "Item", "equals": "TEST"}}],
}


def write_orders(path, documents=4_000):
    """Some 60,000 rows: orders, returns, rows set aside, and one document in fifty refused."""
    chance = random.Random(20101201)
    with path.open("w") as file:
        file.write("Order,Shop,Date,Buyer,Item,Qty,Price\n")
        for number in range(documents):
            name = f"{'R' if chance.random() < 0.1 else ''}{100_000 + number}"
            shop = chance.choice(["UK", "DE", "FR"])
            day = f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
            buyer = f"{chance.randint(1, 900)}" if chance.random() < 0.7 else ""
            quantity = "x" if chance.random() < 0.02 else "3"
            for line in range(chance.randint(1, 29)):
                item = "TEST" if chance.random() < 0.01 else f"S{line}"
                price = f"{chance.randint(0, 5_000) / 100:.2f}"
                file.write(f"{name},{shop},{day},{buyer},{item},{quantity},{price}\n")


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


def left_behind():
    """Everything that a load leaves: documents, audit, counts and refused rows."""
    batch = ImportBatch.objects.get()
    counts = ("rows_read", "created", "updated", "unchanged", "rejected", "set_aside", "notes")
    return {
        "state": state_digest(),
        "audit": AuditEntry.objects.filter(model__startswith="orders.").count(),
        "batch": [getattr(batch, name) for name in counts],
        "rejects": sorted(ImportReject.objects.values_list("row_no", "field", "reason")),
        "job": batch.job.state,
    }


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
