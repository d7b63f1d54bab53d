"""A made-up file of orders with everything in it, and what loading it leaves behind."""

import random

from opsdesk.models import AuditEntry, ImportBatch, ImportReject
from tests.state import state_digest

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
