"""Files of warehouses, movements and counts of stock, row by row."""

from datetime import UTC, datetime

from catalog.core.formats.stock import read_counts, read_movements, read_warehouses
from catalog.core.stock_items import CountItem, MovementItem, WarehouseItem
from tests.catalog.core.formats.test_supply import rows

TAKEN = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)


def test_warehouses(tmp_path):
    found = rows(
        tmp_path,
        read_warehouses,
        "code,name,country,kind,allows_negative,active",
        "W1,Ningbo,CN,domestic,no,yes",
        "W2,Duisburg,DE,,,",
        "W3,Graz,AT,,perhaps,",
    )

    assert found[:2] == [
        WarehouseItem("W1", "Ningbo", "CN", "domestic", False, True, 2),
        WarehouseItem("W2", "Duisburg", "DE", source_row=3),
    ]
    assert [(one.field, one.source_row) for one in found[2:]] == [("allows_negative", 4)]


def test_movements_go_below_zero(tmp_path):
    found = rows(
        tmp_path,
        read_movements,
        "warehouse,sku,kind,external_id,units,reserved,happened_at,reason",
        "W1,CUP,sale,N1,-2,-1,2026-04-01T08:00:00Z,",
        "W1,CUP,adjustment,N2,3,,,found",
        "W1,CUP,sale,N3,few,,,",
        "W1,CUP,sale,N4,-1,,yesterday,",
    )

    assert found[:2] == [
        MovementItem("W1", "CUP", "sale", "N1", -2, -1, TAKEN, source_row=2),
        MovementItem("W1", "CUP", "adjustment", "N2", 3, reason="found", source_row=3),
    ]
    assert [(one.field, one.source_row) for one in found[2:]] == [("units", 4), ("happened_at", 5)]


def test_counts_have_a_row_per_sku(tmp_path):
    found = rows(
        tmp_path,
        read_counts,
        "warehouse,number,taken_at,sku,counted",
        "W1,C1,2026-04-01T08:00:00Z,CUP,7",
        "W1,C1,,CAP,7",
        "W1,C1,2026-04-01T08:00:00Z,CAP,",
    )

    assert found[0] == CountItem("W1", "C1", TAKEN, "CUP", 7, 2)
    assert [(one.field, one.source_row) for one in found[1:]] == [("taken_at", 3), ("counted", 4)]
