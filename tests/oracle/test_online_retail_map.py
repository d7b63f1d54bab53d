"""The shipped map of Online Retail: each quirk on rows of its own, then the whole file."""

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from opsdesk.core.money import round_money
from opsdesk.core.periods import business_date
from orders.core.address_items import CustomerItem
from orders.core.formats.assemble import assemble
from orders.core.formats.columns import parse_map
from orders.core.formats.map_files import read_map
from orders.core.formats.spool import build_spool, documents
from orders.core.formats.values import Reading
from orders.core.items import OrderItem, ReturnItem
from tests.oracle import online_retail as oracle

MAPS = Path(__file__).parents[2] / "docs" / "maps"
HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
SALES = ("goods", "discount")


def reading():
    with (MAPS / "online_retail_stores.csv").open(encoding="utf-8", newline="") as file:
        stores = list(csv.DictReader(file))
    return Reading(
        parse_map(read_map((MAPS / "online_retail.json").read_bytes())),
        ".",
        {store["code"]: store["time_zone"] for store in stores},
        {store["code"]: store["currency"] for store in stores},
    )


def read(path, tmp_path):
    plan = reading()
    build_spool(path, plan.columns, tmp_path / "spool")
    for document in documents(tmp_path / "spool"):
        yield assemble(document, plan)


@pytest.fixture
def found(tmp_path):
    def assembled(*rows):
        path = tmp_path / "rows.csv"
        path.write_text(HEAD + "\n".join(rows), encoding="utf-8")
        return list(read(path, tmp_path))

    return assembled


def test_the_stores_are_those_of_the_map():
    plan = reading()

    assert set(plan.columns.store.values.values()) == set(plan.zones)
    assert len(plan.zones) == 38
    assert set(plan.zones.values()) == {"Europe/London"}
    assert set(plan.currencies.values()) == {"GBP"}


def test_an_order_of_a_known_customer(found):
    [order] = found("536365,85123A,HANGING HEART ,6,2010-12-01 08:26:00,2.55,17850.0,EIRE")

    assert order.item.store == "IE"
    assert order.item.customer == CustomerItem("17850", "IE")
    assert (order.item.status, order.item.payments) == ("completed", ())
    assert (order.item.lines[0].kind, order.item.lines[0].title) == ("goods", "HANGING HEART")


def test_summer_time_is_read_on_the_british_clock_for_every_store(found):
    [order] = found("1,A,x,1,2011-08-12 00:30:00,1.0,,Japan")

    assert order.item.placed_at.isoformat() == "2011-08-11T23:30:00+00:00"
    assert order.item.customer is None


@pytest.mark.parametrize(
    ("code", "kind"),
    [("POST", "shipping"), ("DOT", "shipping"), ("C2", "shipping"), ("AMAZONFEE", "fee"),
     ("BANK CHARGES", "fee"), ("CRUK", "fee"), ("M", "adjustment"), ("m", "adjustment"),
     ("B", "adjustment"), ("PADS", "adjustment"), ("S", "sample"), ("D", "discount"),
     ("gift_0001_20", "voucher"), ("DCGSSBOY", "goods"), ("85123a", "goods")],
)  # fmt: skip
def test_the_code_tells_the_kind(found, code, kind):
    [order, back] = found(
        f"1,{code},x,1,2011-01-04 10:00:00,2.0,1.0,France",
        f"C2,{code},x,-1,2011-01-04 10:00:00,2.0,1.0,France",
    )

    assert (order.item.lines[0].kind, order.item.lines[0].sku) == (kind, code)
    assert (back.item.lines[0].kind, back.item.lines[0].refund_amount) == (kind, Decimal("2.00"))


def test_bad_debt_is_an_adjustment_of_either_sign(found):
    [debt] = found("A563186,B,Adjust bad debt,1,2011-08-12 14:51:00,-11062.06,,United Kingdom")

    [line] = debt.item.lines
    assert (line.kind, line.unit_price) == ("adjustment", Decimal("-11062.06"))


def test_a_c_document_is_a_return_of_an_unknown_order(found):
    [back] = found("C536379,22556,PLASTERS,-12,2010-12-01 09:41:00,1.65,17548.0,United Kingdom")

    assert isinstance(back.item, ReturnItem)
    assert (back.item.order, back.item.status) == (None, "refunded")
    assert back.item.refunded_at == back.item.requested_at
    [line] = back.item.lines
    assert (line.quantity, line.refund_amount) == (12, Decimal("19.80"))


def test_rows_without_price_of_a_document_without_customer_are_stock_corrections(found):
    reason = "Stock correction: no price on any line and no customer."

    outcome = found(
        "536589,21777,,-10,2010-12-01 16:50:00,0.0,,United Kingdom",
        "539611,85135B,Found,53,2010-12-20 14:33:00,0.0,,United Kingdom",
    )

    assert [each.item for each in outcome] == [None, None]
    assert [each.set_aside[0].reason for each in outcome] == [reason, reason]


def test_free_goods_beside_a_lump_sum_and_free_goods_of_a_customer_stay(found):
    [lump, gift] = found(
        "537534,85064,LETTER RACK,1,2010-12-07 11:48:00,0.0,,United Kingdom",
        "537534,M,Manual,1,2010-12-07 11:48:00,100.0,,United Kingdom",
        "578841,84826,STICKERS,12540,2011-11-25 15:57:00,0.0,13256.0,United Kingdom",
    )

    assert [line.kind for line in lump.item.lines] == ["goods", "adjustment"]
    assert [(line.kind, line.quantity) for line in gift.item.lines] == [("goods", 12540)]


def test_an_unknown_country_is_refused_by_name(found):
    [refused] = found("1,A,x,1,2011-01-04 10:00:00,2.0,1.0,Atlantis")

    assert refused.item is None
    assert (refused.rejects[0].field, refused.rejects[0].reason) == (
        "Country",
        "“Atlantis” names no store in the column map.",
    )


@pytest.mark.real_data
@pytest.mark.slow
def test_the_whole_file_gives_the_counts_and_the_money_of_the_independent_calculation(tmp_path):
    counts: Counter = Counter()
    figures: defaultdict = defaultdict(lambda: [Decimal("0.00"), 0, 0, 0])
    for outcome in read(oracle.ORDERS, tmp_path):
        counts["rejected"] += len(outcome.rejects)
        counts["set aside"] += len(outcome.set_aside)
        if (item := outcome.item) is None:
            continue
        counts[type(item).__name__] += 1
        counts["unknown status"] += bool(outcome.unknown_status)
        for line in item.lines:
            counts[type(item).__name__, str(line.kind)] += 1
        add(figures, item)

    expected = oracle.figures(oracle.read_documents(), kinds=("month",))
    assert counts == EXPECTED_COUNTS
    assert {key: tuple(values) for key, values in figures.items()} == {
        key: (each.net_sales, each.orders, each.units, each.units_refunded)
        for key, each in expected.items()
        if key[0] != oracle.COMPANY
    }


def add(figures, item):
    """Add an item to net sales, orders, units and returned units of its store and month."""
    isorder = isinstance(item, OrderItem)
    day = business_date(item.placed_at if isorder else item.refunded_at, "Europe/London")
    cell = figures[item.store, f"{day:%Y-%m}"]
    goods = [line for line in item.lines if line.kind == "goods"]
    for line in item.lines:
        if line.kind not in SALES:
            continue
        if isorder:
            cell[0] += round_money(line.quantity * line.unit_price - line.discount, "GBP")
        else:
            cell[0] -= line.refund_amount
    if isorder:
        cell[1] += bool(goods)
    cell[2 if isorder else 3] += sum(line.quantity for line in goods)


EXPECTED_COUNTS = {
    "rejected": 0,
    "unknown status": 0,
    "set aside": 2_108,
    "OrderItem": 19_966,
    "ReturnItem": 3_836,
    ("OrderItem", "goods"): 528_157,
    ("OrderItem", "shipping"): 1_974,
    ("OrderItem", "adjustment"): 335,
    ("OrderItem", "voucher"): 31,
    ("OrderItem", "fee"): 14,
    ("OrderItem", "sample"): 2,
    ("ReturnItem", "goods"): 8_704,
    ("ReturnItem", "adjustment"): 244,
    ("ReturnItem", "shipping"): 129,
    ("ReturnItem", "discount"): 77,
    ("ReturnItem", "fee"): 73,
    ("ReturnItem", "sample"): 61,
}
