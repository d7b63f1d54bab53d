"""The grammar of the column map: what it reads, and that every mistake names its key."""

import copy
import json
from decimal import Decimal

import pytest

from opsdesk.core.errors import InvalidData
from orders.core.formats.columns import Cell, InstantCell, KindRule, parse_map
from orders.core.formats.conditions import CellTest, Group, parse_condition
from orders.core.formats.map_files import read_map

PLAIN = {
    "kind": "order lines",
    "document": {"column": "Order"},
    "store": "given",
    "currency": "store",
    "placed_at": {"column": "Date", "format": "iso"},
    "status": {"fixed": "completed"},
    "lines": {"quantity": {"column": "Qty"}, "unit_price": {"column": "Price"}},
}


def changed(path, value):
    raw = copy.deepcopy(PLAIN)
    *folders, last = path.split(".")
    inner = raw
    for name in folders:
        inner = inner.setdefault(name, {})
    inner[last] = value
    return raw


def test_the_least_map_is_read():
    found = parse_map(PLAIN)

    assert found.document == Cell("order", "Order")
    assert found.placed_at == InstantCell("date", "Date", "iso", "store")
    assert (found.store, found.currency, found.returns) == (None, None, None)
    assert (found.encoding, found.delimiter, found.decimal_mark) == ("detect",) * 3
    assert dict(found.used) == {"order": "Order", "date": "Date", "qty": "Qty", "price": "Price"}
    assert found.number_columns() == ("price",)


def test_rules_are_read_in_order():
    rules = [
        {"kind": "fee", "when": {"column": "Item ", "in": ["FEE"]}},
        {"about": "cheap", "kind": "sample", "when": {"column": "Price", "below": "0.01"}},
    ]

    found = parse_map(changed("lines.kinds", rules))

    assert found.lines.kinds == (
        KindRule("fee", CellTest("item", "Item", "in", texts=frozenset({"FEE"}))),
        KindRule("sample", CellTest("price", "Price", "below", number=Decimal("0.01"))),
    )


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ("kind", "stock", "kind"),
        ("encoding", "latin-9", "encoding"),
        ("delimiter", ":", "delimiter"),
        ("decimal_mark", "'", "decimal_mark"),
        ("name", 5, "name"),
        ("document", {"fixed": "1"}, "document.column"),
        ("document", {"column": "A", "fixed": "1"}, "document.fixed"),
        ("document", "Order", "document"),
        ("store", "UK", "store"),
        ("store.values", {}, "store"),
        ("currency", {"fixed": "pounds"}, "currency.fixed"),
        ("placed_at.format", "YYYY", "placed_at"),
        ("placed_at.zone", "London", "placed_at"),
        ("placed_at.column", "", "placed_at.column"),
        ("status", {"column": "S", "values": {}}, "status.values"),
        ("status", {"column": "S", "values": {"a": 1}}, "status.values"),
        ("customer", {"column": "C", "clean": "float"}, "customer.clean"),
        ("customer_email", {"fixed": "li@example.com"}, "customer_email.column"),
        ("ship_to", "Street", "ship_to"),
        ("ship_to", {"street": {"column": "Street"}}, "ship_to.street"),
        ("ship_to.city", {"column": "City", "values": {"L": "Leeds"}}, "ship_to.city.values"),
        ("shipping_charge", {"column": "C", "per": "day"}, "shipping_charge.per"),
        ("payment_amount", {"column": "C"}, "payment_amount"),
        ("lines.price", {"column": "P"}, "lines.price"),
        ("lines.tax", {"column": "P", "per": "order"}, "lines.tax.per"),
        ("lines.otherwise", "things", "lines.otherwise"),
        ("lines.kinds", {}, "lines.kinds"),
        ("lines.kinds", [{"kind": "fee"}], "lines.kinds.0.when"),
        ("lines.kinds", [{"kind": "?", "when": {}}], "lines.kinds.0.kind"),
        ("returns", {"when": {"column": "Order"}}, "returns.when"),
        ("returns", {"when": {"column": "A", "like": "C%"}}, "returns.when"),
        ("set_aside", [{"when": {"column": "A", "blank": True}}], "set_aside.0.reason"),
        (
            "set_aside",
            [{"reason": "r", "rows": "all", "when": {"column": "A", "blank": True}}],
            "set_aside.0.rows",
        ),
        ("colour", "red", "colour"),
    ],
)
def test_a_mistake_names_its_key(path, value, key):
    if path == "store.values":
        path, value = "store", ["UK"]

    with pytest.raises(InvalidData) as refused:
        parse_map(changed(path, value))

    assert (refused.value.field, refused.value.code) == (key, "map")


@pytest.mark.parametrize("key", ["kind", "document", "store", "currency", "placed_at", "status"])
def test_what_a_map_must_say(key):
    raw = {name: value for name, value in PLAIN.items() if name != key}

    with pytest.raises(InvalidData) as refused:
        parse_map(raw)

    assert refused.value.field == key


def test_a_map_needs_lines():
    with pytest.raises(InvalidData) as refused:
        parse_map({name: value for name, value in PLAIN.items() if name != "lines"})

    assert refused.value.field == "lines"


@pytest.mark.parametrize("raw", [None, [], "map", 5])
def test_a_map_is_an_object(raw):
    with pytest.raises(InvalidData):
        parse_map(raw)


@pytest.mark.parametrize(
    "raw",
    [
        {"all": [{"column": "A", "blank": True}], "any": []},
        {"all": []},
        {"any": "A"},
        {"not": "A"},
        {"column": "A", "in": []},
        {"column": "A", "in": ["a", 1]},
        {"column": "A", "blank": "yes"},
        {"column": "A", "equals": ""},
        {"column": "A", "equals": 0},
        {"column": "A", "above": "much"},
        {"column": 5, "equals": "a"},
        {"column": "A", "equals": "a", "in": ["b"]},
        [],
    ],
)
def test_a_wrong_condition_is_refused(raw):
    with pytest.raises(InvalidData) as refused:
        parse_condition(raw, "when", {})

    assert refused.value.field.split(".")[0] == "when"


def test_conditions_nested_too_deeply_are_refused():
    raw = {"column": "A", "blank": True}
    for _level in range(8):
        raw = {"not": raw}

    with pytest.raises(InvalidData):
        parse_condition(raw, "when", {})


@pytest.mark.parametrize(
    ("raw", "holds"),
    [
        ({"column": "code", "equals": "C1"}, True),
        ({"column": "CODE", "equals": "c1"}, False),
        ({"column": "code", "in": ["A", "C1"]}, True),
        ({"column": "code", "starts_with": "C"}, True),
        ({"column": "note", "blank": True}, True),
        ({"column": "code", "blank": True}, False),
        ({"column": "code", "blank": False}, True),
        ({"column": "price", "equals_number": "0"}, True),
        ({"column": "price", "above": "0"}, False),
        ({"column": "price", "below": "0"}, False),
        ({"column": "price", "below": "0.01"}, True),
        ({"column": "code", "equals_number": "0"}, False),
        ({"not": {"column": "code", "equals": "C1"}}, False),
        ({"all": [{"column": "code", "equals": "C1"}, {"column": "note", "blank": True}]}, True),
        ({"any": [{"column": "code", "equals": "X"}, {"column": "note", "blank": True}]}, True),
        ({"any": [{"column": "code", "equals": "X"}]}, False),
    ],
)
def test_conditions_hold_or_not(raw, holds):
    row = {"code": "C1", "price": "0,00", "note": ""}

    assert parse_condition(raw, "when", {}).holds(row, ",") == holds


def test_a_group_keeps_its_parts():
    raw = {"not": {"column": "A", "blank": True}}

    assert parse_condition(raw, "when", {}) == Group("not", (CellTest("a", "A", "blank"),))


def test_a_map_is_read_from_its_file():
    assert read_map(json.dumps(PLAIN).encode("utf-8-sig")) == PLAIN


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"{}",
        b"[1]",
        b"\xff\xfe\xff",
        b"[" * 100_000,
        b'{"kind": "order lines", "kind": "x"}',
        b" " * 1_000_001,
    ],
)
def test_a_file_that_is_no_map_is_refused(content):
    with pytest.raises(InvalidData):
        read_map(content)
