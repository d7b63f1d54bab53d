"""``manage.py load``: what it stores, what it refuses in which words, and with which status."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import ClosedMonth
from catalog.models import (
    AdDay,
    DirtyDay,
    ExperimentDay,
    FxRate,
    Sku,
    Store,
    StoreRating,
    TrafficDay,
    Violation,
)
from opsdesk.actions.jobs import claim
from opsdesk.models import AuditEntry, ImportBatch, ImportReject, Job
from orders.actions.imports import ImportRequest, start_import
from orders.models import Dispute, Order, OrderLine, Return, Review, Shipment
from tests import factories as make
from tests.state import state_digest

pytestmark = pytest.mark.django_db

MAP = {
    "kind": "order lines",
    "document": {"column": "Order"},
    "returns": {
        "when": {"column": "Order", "starts_with": "R"},
        "quantity": "positive",
        "order": {"column": "Of"},
    },
    "store": {"column": "Shop"},
    "currency": "store",
    "placed_at": {"column": "Date", "format": "YYYY-MM-DD", "zone": "store"},
    "status": {"column": "State", "values": {"done": "completed"}},
    "lines": {
        "sku": {"column": "Item"},
        "quantity": {"column": "Qty"},
        "unit_price": {"column": "Price"},
    },
    "set_aside": [{"reason": "A test.", "when": {"column": "Item", "equals": "TEST"}}],
}
HEADER = "Order,Shop,Date,State,Item,Qty,Price,Of,Extra\n"


class Loader:
    """Writes a file and loads it; keeps what was printed and the exit status."""

    def __init__(self, folder):
        self.folder = folder
        self.map = folder / "map.json"
        self.map.write_text(json.dumps(MAP))

    def file(self, rows, header=HEADER):
        path = self.folder / "orders.csv"
        path.write_text(header + rows)
        return path

    def run(self, *args):
        out, err = StringIO(), StringIO()
        self.status = 0
        try:
            call_command("load", *[str(arg) for arg in args], stdout=out, stderr=err)
        except SystemExit as end:
            self.status = end.code
        except CommandError as error:
            self.status = error.returncode
            err.write(str(error))
        self.said = out.getvalue() + err.getvalue()
        return self.status

    def orders(self, rows, *args):
        return self.run("csv", self.file(rows), "--map", self.map, *args)


@pytest.fixture
def load(tmp_path, settings):
    settings.VAR = tmp_path
    return Loader(tmp_path)


def nothing_written():
    tables = (Order, OrderLine, Return, DirtyDay)
    return [table.objects.count() for table in tables] == [0] * len(tables)


GOOD = "1,UK,2026-03-01,done,A,2,5.00,,x\n1,UK,2026-03-01,done,B,1,1.50,,x\n"


def test_orders_are_loaded_and_told(load):
    make.store()

    status = load.orders(
        GOOD + "2,UK,2026-03-02,odd,A,1,5.00,,x\n2,UK,2026-03-02,odd,TEST,1,5.00,,x\n"
    )

    assert status == 0
    assert load.said.splitlines() == [
        "orders.csv: 4 rows read; created 2, updated 0, unchanged 0; rows refused 0.",
        "  set aside 1: A test.",
        "  column not used: Extra (1)",
        "  status that nobody has mapped yet: odd (1)",
    ]
    batch = ImportBatch.objects.get()
    found = Order.objects.order_by("external_id").values_list(
        "external_id", "amount", "status", "batch", "source_row"
    )
    assert list(found) == [
        ("1", make.Decimal("11.50"), "completed", batch.pk, 2),
        ("2", make.Decimal("5.00"), "unmapped", batch.pk, 4),
    ]


def test_loading_twice_changes_nothing(load):
    make.store()
    load.orders(GOOD)
    DirtyDay.objects.all().delete()
    before = (state_digest(), AuditEntry.objects.filter(model="orders.order").count())

    status = load.orders(GOOD)

    assert status == 0
    assert "created 0, updated 0, unchanged 1" in load.said
    assert (state_digest(), AuditEntry.objects.filter(model="orders.order").count()) == before
    assert DirtyDay.objects.count() == 0


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            "1,MARS,2026-03-01,done,A,2,5.00,,x\n",
            ["  row 2, Shop: There is no store “MARS” (“MARS”)."],
        ),
        (
            "1,US,2026-03-01,done,A,2,5.00,,x\n1,US,2026-03-01,done,B,2,5.00,,x\n",
            [
                "  row 2, currency: There is no rate from USD to CNY on or before 2026-03-01. "
                "Load the rates of that day, then load the orders again.",
                "  row 3, document: Row 2 of the same document “1” is refused: "
                "a document is taken whole.",
            ],
        ),
        (
            "1,UK,2026-03-01,done,A,two,5.00,,x\n",
            ["  row 2, Qty: “two” is not a whole number."],
        ),
        (
            "R1,UK,2026-03-01,done,A,1,5.00,99,x\n",
            [
                "  row 2, order: There is no order 99 in store UK yet: load the order first, "
                "then this return again."
            ],
        ),
    ],
)
def test_refused_rows_are_told_and_nothing_is_written(load, rows, expected):
    make.store()
    make.store("US", currency="USD")

    status = load.orders(rows)

    assert status == 1
    assert [line for line in load.said.splitlines() if line.startswith("  row")] == expected
    assert ImportReject.objects.count() == len(expected)
    assert nothing_written()


def test_a_refund_above_what_was_bought_is_told(load):
    make.store()

    status = load.orders(GOOD + "R1,UK,2026-03-02,done,A,4,5.00,1,x\n")

    assert status == 1
    assert load.said.splitlines()[2] == (
        "  row 4, lines: Of order 1 4 pieces go back, but 3 were bought and 0 of them went "
        "back before."
    )
    assert Return.objects.count() == 0


def test_a_bad_document_keeps_no_good_one_out(load):
    make.store()

    status = load.orders(GOOD + "2,UK,2026-03-01,done,A,x,1.00,,x\n")

    assert status == 1
    assert Order.objects.count() == 1


def test_a_missing_column_is_told_before_anything_is_written(load):
    make.store()
    file = load.file("1,UK\n", header="Order,Shop\n")

    status = load.run("csv", file, "--map", load.map)

    assert status == 1
    assert "The file has no column" in load.said
    assert (ImportBatch.objects.count(), Job.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (
            ("tsv", "{file}"),
            "There is no format tsv. "
            "The formats are: csv, fx-ecb, stores, categories, products, skus, prices, "
            "suppliers, purchase_orders, purchase_receipts, warehouses, stock_movements, "
            "stock_counts, store_ratings, violations, traffic, ads, experiment_days, tickets, "
            "ticket_events, disputes, reviews, listings, channels, shipments, "
            "tracking_events, staff.",
        ),
        (("csv", "{file}"), "Orders are read with a column map: name its file."),
        (("csv", "{file}", "--map", "{map}", "--by", "nobody"), "There is no sign-in nobody."),
        (("csv", "nowhere.csv"), "There is no file nowhere.csv."),
        (
            ("csv", "{file}", "--map", "{map}", "--store", "UK"),
            "The column map takes the store from Shop: do not name one beside it.",
        ),
        (
            ("stores", "{file}", "--store", "UK"),
            "The format stores takes neither a column map nor a store.",
        ),
    ],
)
def test_a_wrong_call_is_told_apart(load, args, expected):
    make.store()
    places = {"file": load.file(GOOD), "map": load.map}

    status = load.run(*[arg.format(**places) for arg in args])

    assert (status, load.said) == (2, expected)
    assert ImportBatch.objects.count() == 0


def test_an_unknown_store_on_the_command_line(load):
    given = {name: value for name, value in MAP.items() if name != "store"} | {"store": "given"}
    load.map.write_text(json.dumps(given))

    status = load.orders(GOOD, "--store", "MARS")

    assert (status, load.said) == (2, "There is no store “MARS”.")


def test_a_dry_run_counts_and_stores_nothing(load):
    make.store()

    status = load.orders(GOOD + "2,UK,2026-03-01,done,A,x,1.00,,x\n", "--dry-run")

    assert status == 1
    assert "would be created 1" in load.said
    assert ImportReject.objects.count() == 1
    assert nothing_written()


def test_an_unfinished_load_is_gone_on_with(load):
    make.store()
    path = load.file(GOOD)
    request = ImportRequest("csv", path.name, map=MAP, map_name="map.json")
    batch = start_import(path, request, by=None, at=make.NOW)

    status = load.run("csv", path, "--map", load.map)

    assert status == 0
    assert ImportBatch.objects.get() == batch
    assert Order.objects.count() == 1
    assert claim(batch.job_id, clock=lambda: make.NOW) is None


def test_stores_are_loaded_with_their_department(load):
    make.department("ops")
    header = "Code,name,marketplace,country,currency,time_zone,department\n"
    rows = "DE,Germany,own,DE,EUR,Europe/Berlin,ops\nFR,France,own,FR,EUR,Europe/Paris,gone\n"

    status = load.run("stores", load.file(rows, header))

    assert status == 1
    assert "row 3, department: There is no department gone: make it first" in load.said
    store = Store.objects.get()
    assert (store.code, store.departments.get().department.code) == ("DE", "ops")


def test_ecb_rates_are_loaded_without_the_unquoted(load):
    rows = "2026-03-02,1.10,N/A,7.9,\n2026-03-01,1.11,0.85,x,\n"

    status = load.run("fx-ecb", load.file(rows, "Date,USD,GBP,CNY,\n"))

    assert status == 1
    assert "row 3, CNY: CNY is “x”; expected: a number such as 1.25." in load.said
    found = FxRate.objects.order_by("date", "to_currency").values_list("date", "to_currency")
    assert list(found) == [
        (date(2026, 3, 1), "GBP"),
        (date(2026, 3, 1), "USD"),
        (date(2026, 3, 2), "CNY"),
        (date(2026, 3, 2), "USD"),
    ]


def test_categories_products_and_skus_are_loaded(load):
    statuses = [
        load.run("categories", load.file("c,Cups,\n", "code,name,parent\n")),
        load.run("products", load.file("P1,Cup,c\n", "code,title,category\n")),
        load.run("skus", load.file("A1,P1,1.25,EUR\n", "code,product,unit_cost,cost_currency\n")),
    ]

    assert statuses == [0, 0, 0]
    assert Sku.objects.values_list("code", "product__category__name", "unit_cost").get() == (
        "A1",
        "Cups",
        make.Decimal("1.25"),
    )


def test_days_of_experiments_are_loaded_and_others_refused_by_row(load):
    make.experiment("X1", listing=make.listing("L1", status="live", price=1), status="running")
    rows = "UK,L1,X1,a,2026-03-30,100,5,1\nUK,L1,X1,b,2026-03-29,100,5,1\n"
    head = "store,listing,experiment,arm,day,impressions,clicks,orders\n"

    load.run("experiment_days", load.file(rows, head))

    assert list(ExperimentDay.objects.values_list("arm", "clicks")) == [("a", 5)]
    assert list(ImportReject.objects.values_list("row_no", "field")) == [(3, "day")]


def test_channels_shipments_and_their_news_are_loaded_and_again_change_nothing(load):
    make.order(store=make.store("UK"), external_id="1001", status="allocated")
    files = (
        ("channels", "POST,Post,postal,10\n", "code,name,kind,promised_days\n"),
        (
            "shipments",
            "UK,RM1,1001,POST,12.50\nUK,RM2,none,POST,\n",
            "store,tracking_number,order,channel,cost\n",
        ),
        (
            "tracking_events",
            "UK,RM1,2026-03-20T09:00:00Z,picked_up\nUK,RM9,2026-03-20T09:00:00Z,lost\n",
            "store,tracking_number,at,code\n",
        ),
    )

    statuses = [load.run(name, load.file(rows, head)) for name, rows, head in files]
    again = [load.run(name, load.file(rows, head)) for name, rows, head in files]

    assert (statuses, again) == ([0, 1, 1], [0, 1, 1])
    found = Shipment.objects.values_list("external_id", "status", "reporting_cost").get()
    assert found == ("RM1", "in_transit", make.Decimal("12.50"))
    assert Order.objects.get().status == "dispatched"
    batches = ImportBatch.objects.order_by("pk")
    assert list(batches.values_list("created", "updated", "unchanged", "rejected")) == [
        (1, 0, 0, 0),
        (1, 0, 0, 1),
        (0, 1, 0, 1),
        (0, 0, 1, 0),
        (0, 0, 1, 1),
        (0, 0, 1, 1),
    ]
    assert list(ImportReject.objects.order_by("pk").values_list("row_no", "field"))[:2] == [
        (3, "order"),
        (3, "shipment"),
    ]


def test_ratings_violations_traffic_and_ads_are_loaded(load):
    make.store("UK")
    files = {
        "store_ratings": ("UK,2026-03-05,950\n", "store,day,account_health\n"),
        "violations": (
            "UK,V1,warning,minor,2026-03-05\n",
            "store,number,kind,severity,happened_on\n",
        ),
        "traffic": ("UK,2026-03-05,70\n", "store,day,clicks\n"),
        "ads": (
            "UK,2026-03-05,C1,1.50,3,1,9\n",
            "store,day,campaign,spend,clicks,orders,sales\n",
        ),
    }

    statuses = [load.run(name, load.file(*text)) for name, text in files.items()]

    assert statuses == [0, 0, 0, 0]
    assert [model.objects.count() for model in (StoreRating, Violation, TrafficDay, AdDay)] == [
        1
    ] * 4


def test_disputes_and_reviews_are_loaded(load):
    make.store("UK")
    disputes = "UK,D1,2026-03-05T09:00:00Z,chargeback,12.50\nUK,D2,2026-03-05,theft,1\n"
    reviews = (
        'UK,R1,2,2026-03-05T09:00:00Z,"It broke,\nand <b>late</b>",Kim\nUK,R2,6,2026-03-05,,\n'
    )

    statuses = [
        load.run("disputes", load.file(disputes, "store,number,opened_at,kind,amount\n")),
        load.run("reviews", load.file(reviews, "store,external_id,rating,date,body,author\n")),
    ]

    assert statuses == [1, 1]
    assert list(Dispute.objects.values_list("external_id", "kind")) == [("D1", "chargeback")]
    assert list(Review.objects.values_list("external_id", "stars", "text", "status")) == [
        ("R1", 2, "It broke,\nand <b>late</b>", "open")
    ]
    rejects = ImportReject.objects.order_by("pk").values_list("row_no", "field")
    assert list(rejects) == [(3, "kind"), (4, "stars")]
    # who wrote a review is left aside by name, and stands nowhere
    assert ImportBatch.objects.get(format="reviews").notes == [
        {"kind": "unknown_column", "value": "author", "count": 1}
    ]


def test_traffic_of_a_closed_month_is_told_as_such(load):
    make.store("UK")
    ClosedMonth.objects.create(department=make.department(), month=make.MARCH, closed_at=make.NOW)

    status = load.run("traffic", load.file("UK,2026-03-05,70\n", "store,day,clicks\n"))

    assert status == 0
    assert ImportBatch.objects.get().notes == [
        {"kind": "frozen", "value": "kept as restated", "count": 1}
    ]
    assert TrafficDay.objects.count() == 0


def test_a_sku_of_an_unknown_product_is_refused(load):
    rows = "A1,P1,1.25,EUR\n"

    status = load.run("skus", load.file(rows, "code,product,unit_cost,cost_currency\n"))

    assert status == 1
    assert "row 2, product: There is no product P1: load the products first." in load.said
    assert Sku.objects.count() == 0
