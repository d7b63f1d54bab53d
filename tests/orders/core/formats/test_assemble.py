"""Documents become orders, returns, rows set aside or rejects; each row exactly one of them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from opsdesk.core.errors import InvalidData
from orders.core.address_items import AddressItem, CustomerItem
from orders.core.formats.assemble import Assembled, SetAside, assemble
from orders.core.formats.columns import parse_map
from orders.core.formats.reader import RowReject
from orders.core.formats.spool import Document
from orders.core.formats.values import Reading
from orders.core.items import (
    LineItem,
    OrderItem,
    PaymentItem,
    ReturnItem,
    ReturnLineItem,
)

RAW = {
    "kind": "order lines",
    "document": {"column": "No"},
    "returns": {
        "when": {"column": "No", "starts_with": "R"},
        "order": {"column": "Of"},
        "reason": {"column": "Why"},
    },
    "store": {"column": "Shop", "values": {"Britain": "UK", "Japan": "JP", "Mars": "MA"}},
    "currency": "store",
    "placed_at": {"column": "Date", "format": "iso"},
    "collected_at": {"column": "Paid", "format": "iso"},
    "payment_amount": {"column": "Paid sum"},
    "source_updated_at": {"column": "Changed", "format": "iso", "zone": "UTC"},
    "status": {"column": "State", "values": {"sent": "dispatched", "void": "cancelled"}},
    "customer": {"column": "Buyer", "clean": "integer"},
    "customer_country": {"column": "Land", "values": {"England": "GB"}},
    "customer_email": {"column": "Mail"},
    "ship_to": {
        "line1": {"column": "Street"},
        "city": {"column": "Town"},
        "country": {"column": "Land", "values": {"England": "GB"}},
    },
    "traffic_source": {"column": "From"},
    "shipping_charge": {"column": "Postage"},
    "platform_fee": {"column": "Fee", "per": "line"},
    "lines": {
        "sku": {"column": "Item"},
        "title": {"column": "Text"},
        "quantity": {"column": "Qty"},
        "unit_price": {"column": "Price"},
        "discount": {"column": "Off"},
        "tax": {"column": "Tax"},
        "unit_cost": {"column": "Cost"},
        "kinds": [
            {"kind": "shipping", "when": {"column": "Item", "equals": "POST"}},
            {"kind": "sample", "when": {"column": "Price", "equals_number": "0"}},
        ],
    },
    "set_aside": [
        {"reason": "count", "rows": "document", "when": {"column": "Item", "blank": True}},
        {"reason": "note", "when": {"column": "Item", "equals": "NOTE"}},
    ],
}
ROW = {"No": "1", "Shop": "Britain", "Date": "2011-06-01 09:00", "State": "sent", "Item": "A",
       "Qty": "2", "Price": "5.00"}  # fmt: skip
COLUMNS = parse_map(RAW)
ZONES = {"UK": "Europe/London", "JP": "Asia/Tokyo"}
CURRENCIES = {"UK": "GBP", "JP": "JPY"}
READING = Reading(COLUMNS, ".", ZONES, CURRENCIES)
PLACED = datetime(2011, 6, 1, 8, 0, tzinfo=UTC)


def document(*changes, broken=()):
    rows = [
        (number, dict.fromkeys(COLUMNS.used, "") | {k.casefold(): v for k, v in (ROW | c).items()})
        for number, c in enumerate(changes, 2)
    ]
    return Document(1, rows[0][1]["no"] if rows else "1", rows, list(broken))


def line(number=1, **more):
    given = {"sku": "A", "title": "", "quantity": 2, "unit_price": Decimal("5.00")} | more
    return LineItem(number, given.pop("kind", "goods"), **given, source_row=number + 1)


def order(*lines, **more):
    plain = {"store": "UK", "currency": "GBP", "status": "dispatched", "placed_at": PLACED}
    return OrderItem(external_id="1", lines=lines, source_row=2, **(plain | more))


def reasons(found):
    return [(reject.row_no, reject.field, reject.reason) for reject in found.rejects]


def test_a_plain_order():
    assert assemble(document({}), READING) == Assembled(order(line()))


def test_a_full_order():
    found = assemble(
        document(
            {"Buyer": "17850.0", "Land": "England", "From": "ad", "Postage": "3.50", "Fee": "1.00",
             "Text": "Lamp", "Off": "1.00", "Tax": "1.80", "Cost": "2.10",
             "Paid": "2011-06-02 10:00", "Changed": "2011-06-03 10:00"},
            {"Postage": "3.50", "Fee": "0.25", "Item": "POST"},
        ),
        READING,
    )  # fmt: skip

    first = line(
        title="Lamp", discount=Decimal("1.00"), tax=Decimal("1.80"), unit_cost=Decimal("2.10")
    )
    # Lines 9.00 + 10.00, tax 1.80, postage 3.50 once although it is repeated.
    paid = PaymentItem("1", Decimal("24.30"), datetime(2011, 6, 2, 9, 0, tzinfo=UTC))
    assert found == Assembled(
        order(
            first,
            line(2, sku="POST", kind="shipping"),
            customer=CustomerItem("17850", "GB"),
            ship_to=AddressItem(country="GB"),
            traffic_source="ad",
            shipping_charge=Decimal("3.50"),
            platform_fee=Decimal("1.25"),
            payments=(paid,),
            source_updated_at=datetime(2011, 6, 3, 10, 0, tzinfo=UTC),
        )
    )


def test_the_buyer_and_the_address_are_read():
    told = {"Buyer": "5", "Mail": "li@example.com", "Street": "1 Lane", "Town": "Leeds"}

    found = assemble(document(told | {"Land": "England"}, told), READING)

    assert found.item.customer == CustomerItem("5", "GB", email="li@example.com")
    assert found.item.ship_to == AddressItem(line1="1 Lane", city="Leeds", country="GB")


@pytest.mark.parametrize("column", ["Mail", "Street"])
def test_addresses_that_contradict_each_other_are_refused_without_a_word_of_them(column):
    found = assemble(document({column: "one"}, {column: "two"}), READING)

    assert (3, column, "It differs from row 2 of the same document.") in reasons(found)
    assert found.item is None


def test_a_payment_with_an_amount_of_its_own():
    found = assemble(document({"Paid": "2011-06-02T10:00Z", "Paid sum": "7.00"}), READING)

    at = datetime(2011, 6, 2, 10, 0, tzinfo=UTC)
    assert found.item.payments == (PaymentItem("1", Decimal("7.00"), at),)


def test_a_map_without_rules_sets_nothing_aside():
    columns = parse_map({key: value for key, value in RAW.items() if key != "set_aside"})

    found = assemble(document({"Item": "NOTE"}), Reading(columns, ".", ZONES, CURRENCIES))

    assert found == Assembled(order(line(sku="NOTE")))


def test_the_earliest_row_dates_the_document():
    found = assemble(document({"Date": "2011-06-01 09:01"}, {}), READING)

    assert found.item.placed_at == PLACED


def test_the_clock_and_the_currency_are_those_of_the_store():
    found = assemble(document({"Shop": "Japan", "Price": "500"}), READING)

    assert found.item.placed_at == datetime(2011, 6, 1, 0, 0, tzinfo=UTC)
    assert found.item.currency == "JPY"


def test_an_unknown_status_is_kept_and_told():
    found = assemble(document({"State": "in space"}), READING)

    assert found == Assembled(order(line(), status="in space"), unknown_status="in space")


def test_two_equal_lines_are_both_kept():
    assert assemble(document({}, {}), READING).item.lines == (line(), line(2))


def test_a_return_is_turned_positive_and_refunded_at_its_date():
    found = assemble(
        document({"No": "R1", "Qty": "-2", "Of": "1", "Why": "broken", "Buyer": "5"}), READING
    )

    assert found == Assembled(
        ReturnItem(
            store="UK",
            external_id="R1",
            order="1",
            status="refunded",
            requested_at=PLACED,
            refunded_at=PLACED,
            reason="broken",
            currency="GBP",
            lines=(ReturnLineItem(1, "goods", "A", "", 2, Decimal("10.00"), source_row=2),),
            customer=CustomerItem("5", ""),
            source_row=2,
        )
    )


@pytest.mark.parametrize("discount", ["1.00", "-1.00"])
def test_a_discount_lessens_the_refund_whatever_its_sign(discount):
    found = assemble(document({"No": "R1", "Qty": "-2", "Off": discount}), READING)

    assert found.item.lines[0].refund_amount == Decimal("9.00")


def test_a_refund_is_rounded_half_up_and_its_order_may_be_unknown():
    found = assemble(document({"No": "R1", "Qty": "-1", "Price": "0.125"}), READING)

    assert found.item.lines[0].refund_amount == Decimal("0.13")
    assert found.item.order is None


def test_positive_returns_and_open_ones():
    columns = parse_map(RAW | {"returns": RAW["returns"] | {"quantity": "positive",
                                                            "status": "requested"}})  # fmt: skip

    found = assemble(document({"No": "R1"}), Reading(columns, ".", ZONES, CURRENCIES))

    assert found.item.lines[0].quantity == 2
    assert (found.item.status, found.item.refunded_at) == ("requested", None)


def test_a_discount_of_the_whole_order_becomes_a_line():
    lines = RAW["lines"] | {"discount": {"column": "Off", "per": "order"}}
    columns = parse_map(RAW | {"lines": lines})

    found = assemble(
        document({"Off": "3.00"}, {"Off": "3.00"}), Reading(columns, ".", ZONES, CURRENCIES)
    )

    off = LineItem(3, "discount", None, "Off", 1, Decimal("-3.00"), source_row=2)
    assert found.item.lines == (line(), line(2), off)


def test_rows_set_aside_keep_the_numbers_of_the_others():
    found = assemble(document({"Item": "NOTE", "Qty": "?"}, {}), READING)

    assert found == Assembled(
        OrderItem(
            "UK", "1", PLACED, "GBP", "dispatched", (line(2),), source_row=3
        ),
        (SetAside(2, "note", "1"),),
    )  # fmt: skip


def test_a_document_is_set_aside_only_where_all_its_rows_pass():
    whole = assemble(document({"Item": ""}, {"Item": ""}), READING)
    partly = assemble(document({"Item": ""}, {}), READING)

    assert whole == Assembled(None, (SetAside(2, "count", "1"), SetAside(3, "count", "1")))
    assert partly.item.lines == (line(sku=None), line(2))


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"Shop": "Venus"}, "Shop", "“Venus” names no store in the column map."),
        ({"Shop": "Mars"}, "Shop", "There is no store “MA” (“Mars”)."),
        ({"Shop": ""}, "Shop", "“” names no store in the column map."),
        ({"Date": "soon"}, "Date", "“soon” is no time of the form iso."),
        ({"Date": ""}, "Date", "The time is blank."),
        ({"Paid": "soon"}, "Paid", "“soon” is no time of the form iso."),
        ({"Buyer": "17850.5"}, "Buyer", "“17850.5” is not a whole number."),
        ({"Land": "Narnia"}, "Land", "“Narnia” is not in the table of the column map."),
        ({"Qty": "1.5"}, "Qty", "“1.5” is not a whole number."),
        ({"Qty": ""}, "Qty", "“” is not a whole number."),
        ({"Price": ""}, "Price", "“” is not a number."),
        ({"Price": "5,0,0"}, "Price", "“5,0,0” is not a number."),
        ({"Fee": "x"}, "Fee", "“x” is not a number."),
        ({"Postage": "x"}, "Postage", "“x” is not a number."),
        ({"State": ""}, "status", "status is “”; expected: a text that is not blank."),
        (
            {"Qty": "-2"},
            "lines.0.quantity",
            "lines.0.quantity is “-2”; expected: 0 or more (goods that come back are a return).",
        ),
        (
            {"No": "R1"},
            "lines.0.quantity",
            "lines.0.quantity is “-2”; expected: 0 or more (goods that come back are a return).",
        ),
        ({"No": "R1", "Qty": "x"}, "Qty", "“x” is not a whole number."),
        ({"From": "tv"}, "traffic_source",
         "traffic_source is “tv”; expected: organic, ad or nothing."),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_reason(changes, field, reason):
    found = assemble(document(changes), READING)

    assert (found.item, found.set_aside) == (None, ())
    assert (2, field, reason) in reasons(found)
    assert len(found.rejects) == 1


def test_one_bad_row_refuses_its_document_and_the_others_name_it():
    found = assemble(document({}, {"Price": "?"}, {"Item": "NOTE"}, {}), READING)

    because = "Row 3 of the same document “1” is refused: a document is taken whole."
    assert reasons(found) == [
        (2, "document", because),
        (3, "Price", "“?” is not a number."),
        (5, "document", because),
    ]
    assert found.set_aside == (SetAside(4, "note", "1"),)


@pytest.mark.parametrize("column", ["Shop", "State", "Buyer", "Postage"])
def test_rows_that_contradict_each_other_are_refused(column):
    values = {"Shop": "Japan", "State": "void", "Buyer": "2", "Postage": "2"}
    first = {"Shop": "Britain", "State": "sent", "Buyer": "1", "Postage": "1"}[column]

    found = assemble(document({column: first}, {column: values[column]}), READING)

    words = f"“{values[column]}” differs from “{first}” on row 2 of the same document."
    assert (3, column, words) in reasons(found)
    assert found.item is None


def test_a_value_of_the_order_may_stand_on_one_row_only():
    found = assemble(document({}, {"Shop": "", "State": "", "Buyer": "4"}), READING)

    assert found.item.customer == CustomerItem("4", "")
    assert found.rejects == ()


def test_a_broken_row_refuses_its_document():
    broken = RowReject(3, "columns", "too short", "1")

    found = assemble(document({}, broken=[broken]), READING)

    because = "Row 3 of the same document “1” is refused: a document is taken whole."
    assert found == Assembled(rejects=(RowReject(2, "document", because, "1"), broken))


def test_a_store_that_the_caller_names():
    columns = parse_map(RAW | {"store": "given", "currency": {"fixed": "EUR"}})

    found = assemble(document({}), Reading(columns, ".", ZONES, CURRENCIES, "JP"))

    assert (found.item.store, found.item.currency) == ("JP", "EUR")


@pytest.mark.parametrize(
    ("raw", "store", "code"),
    [
        (RAW | {"store": "given"}, "", "store_missing"),
        (RAW | {"store": "given"}, "XX", "unknown_store"),
        (RAW, "UK", "store_twice"),
    ],
)
def test_a_store_that_does_not_fit_the_map_is_refused(raw, store, code):
    with pytest.raises(InvalidData) as refused:
        Reading(parse_map(raw), ".", ZONES, CURRENCIES, store)

    assert refused.value.code == code
