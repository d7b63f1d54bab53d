"""Files of suppliers, purchase orders and deliveries, row by row."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.core.formats.supply import read_purchase_lines, read_receipts, read_suppliers
from catalog.core.supply_items import PurchaseLineItem, ReceiptItem, SupplierItem


def rows(folder, read, *lines):
    path = folder / "file.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return [found for _row_no, found in read(path).found]


def test_suppliers(tmp_path):
    found = rows(
        tmp_path,
        read_suppliers,
        "code,name,country,currency,contact,annual_capacity,active",
        "V1,Cups,CN,CNY,Ms Lin,5000,no",
        "V2,Pans,CN,USD,,,",
        "V3,Mats,CN,USD,,,perhaps",
        "V4,Mats,CN,USD,,many,",
    )

    assert found[:2] == [
        SupplierItem("V1", "Cups", "CN", "CNY", "Ms Lin", 5000, False, 2),
        SupplierItem("V2", "Pans", "CN", "USD", source_row=3),
    ]
    assert [(one.field, one.source_row) for one in found[2:]] == [
        ("active", 4),
        ("annual_capacity", 5),
    ]
    assert found[2].message == "active is “perhaps”; expected: yes or no."


def test_purchase_orders_have_a_row_per_line(tmp_path):
    found = rows(
        tmp_path,
        read_purchase_lines,
        "order,supplier,warehouse,sku,units,unit_cost,expected_on",
        "PO1,V1,W1,S1,10,5.25,2026-05-01",
        "PO1,V1,W1,S2,4,2,",
        "PO1,V1,W1,S3,,2,",
        "PO1,V1,W1,S3,4,dear,",
        "PO1,V1,W1,S3,4,2,soon",
    )

    due = date(2026, 5, 1)
    assert found[:2] == [
        PurchaseLineItem("PO1", "V1", "W1", "S1", 10, Decimal("5.25"), due, source_row=2),
        PurchaseLineItem("PO1", "V1", "W1", "S2", 4, Decimal(2), source_row=3),
    ]
    assert [one.field for one in found[2:]] == ["units", "unit_cost", "expected_on"]


def test_deliveries(tmp_path):
    found = rows(
        tmp_path,
        read_receipts,
        "order;sku;delivery_note;received_on;accepted;rejected;note",
        "PO1;S1;DN1;2026-04-01;6;1;Dented",
        "PO1;S2;DN1;2026-04-01;4;;",
        "PO1;S2;DN1;yesterday;4;;",
        "PO1;S2;DN1;2026-04-01;;;",
        "PO1;S2;DN1;2026-04-01;4;few;",
    )

    day = date(2026, 4, 1)
    assert found[:2] == [
        ReceiptItem("PO1", "S1", "DN1", day, 6, 1, "Dented", 2),
        ReceiptItem("PO1", "S2", "DN1", day, 4, source_row=3),
    ]
    assert [one.field for one in found[2:]] == ["received_on", "accepted", "rejected"]


@pytest.mark.parametrize("read", [read_suppliers, read_purchase_lines, read_receipts])
def test_a_file_without_a_needed_column_is_refused(tmp_path, read):
    with pytest.raises(Exception, match="The file has no column"):
        rows(tmp_path, read, "name", "x")
