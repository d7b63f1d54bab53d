"""Warehouses, movements and counts of stock from files."""

from datetime import timedelta

import pytest

from accounts.core.roles import Role
from catalog.actions.stock_files import upsert_counts, upsert_movements, upsert_warehouses
from catalog.core.stock_items import CountItem, MovementItem, WarehouseItem
from catalog.models import StockCount, StockLevel, StockMovement, StockSnapshot, Warehouse
from catalog.queries.stock import check_ledger
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TAKEN = make.NOW - DAY


@pytest.fixture
def level():
    return make.stock(10, sku=make.sku("CUP"), at=make.NOW - DAY * 5)


def warehouses(*items):
    return told(upsert_warehouses(items, by=None, at=make.NOW))


def movements(*items, scope=None):
    return told(upsert_movements(items, scope=scope, by=None, at=make.NOW))


def counts(*items, scope=None):
    return told(upsert_counts(items, scope=scope, by=None, at=make.NOW))


def told(outcomes):
    return [one.errors[0].field if one.errors else str(one.state) for one in outcomes]


def levels():
    return dict(StockLevel.objects.values_list("sku__code", "on_hand"))


def sale(number="N1", **values):
    given = {"warehouse": "W1", "sku": "CUP", "kind": "sale", "units": -4}
    return MovementItem(external_id=number, **given | values)


def count(sku="CUP", counted=7, number="C1", taken_at=TAKEN):
    return CountItem("W1", number, taken_at, sku, counted)


def test_warehouses_are_stored_and_keep_what_is_left_blank():
    ningbo = WarehouseItem("W1", "Ningbo", "CN", "overseas", True)
    blank = WarehouseItem("W1", "Ningbo", "CN")

    assert warehouses(ningbo, WarehouseItem("W2", "Graz", "AT"), ningbo) == [
        *("created", "created", "code")
    ]
    assert warehouses(blank) == ["unchanged"]
    assert warehouses(WarehouseItem("W1", "Port", "CN")) == ["updated"]
    assert warehouses(
        WarehouseItem("W3", "", "CN"),
        WarehouseItem("W3", "Port", "China"),
        WarehouseItem("W3", "Port", "CN", "moon"),
    ) == ["name", "country", "kind"]
    rows = Warehouse.objects.values_list("code", "name", "kind", "allows_negative")
    assert list(rows) == [("W1", "Port", "overseas", True), ("W2", "Graz", "domestic", False)]


def test_a_warehouse_with_less_than_nothing_keeps_allowing_it():
    place = make.warehouse("W1", allows_negative=True)
    make.stock(1, sku=make.sku("CUP"))
    movements(sale())

    refused = warehouses(WarehouseItem("W1", place.name, "CN", allows_negative=False))

    assert refused == ["allows_negative"]
    assert Warehouse.objects.get().allows_negative is True


def test_movements_are_written_once_and_a_refused_one_keeps_no_other_out(level):
    items = [sale(), sale("N2", units=-7), sale("N3", units=-6)]

    assert movements(*items) == ["created", "units", "created"]
    assert movements(*items) == ["unchanged", "units", "unchanged"]
    assert movements(
        sale(""),
        sale("N4", sku="CAP"),
        sale("N4", warehouse="W9"),
        sale("N4", kind="gift"),
        sale("N1", units=-1),
    ) == ["external_id", "sku", "warehouse", "kind", "external_id"]
    assert levels() == {"CUP": 0}
    assert StockMovement.objects.count() == 3


def test_a_count_grows_row_by_row_and_again_changes_nothing(level):
    make.stock(5, sku=make.sku("CAP"), at=make.NOW - DAY * 5)
    movements(sale(units=-1))  # after the count: not part of it

    assert counts(count(), count("CAP", 5)) == ["created", "created"]
    assert counts(count(), count("CAP", 5)) == ["unchanged", "unchanged"]

    assert levels() == {"CUP": 6, "CAP": 5}
    snapshot = StockSnapshot.objects.get()
    assert (snapshot.rows, snapshot.adjusted, snapshot.difference) == (2, 1, -3)
    assert set(StockCount.objects.values_list("sku__code", "counted", "expected")) == {
        ("CUP", 7, 10),
        ("CAP", 5, 5),
    }
    assert check_ledger() == []


def test_what_a_count_cannot_be_is_refused_by_row(level):
    counts(count())

    assert counts(
        count(counted=8),
        count(taken_at=TAKEN - DAY),
        count(number="C0", taken_at=TAKEN - DAY),
        count("NONE"),
        count(counted=-1, number="C2"),
    ) == ["number", "number", "taken_at", "sku", "counted"]
    assert levels() == {"CUP": 7}


def test_who_may_not_keep_stock_loads_none(level):
    auditor = make.scope(make.user("auditor", role=Role.AUDITOR))

    assert movements(sale(), scope=auditor) == ["kind"]
    assert counts(count(), scope=auditor) == ["counted"]
    assert levels() == {"CUP": 10}
