"""Every refusal of the item checks, and what they let through."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orders.core.address_items import AddressItem, CustomerItem
from orders.core.items import (
    ItemError,
    LineItem,
    LineKind,
    OrderItem,
    PaymentItem,
    ReturnItem,
    ReturnLineItem,
    check_order,
    check_return,
    shown,
)

LINE = LineItem(1, "goods", "85123A", "LANTERN", 6, Decimal("2.55"), source_row=2)
ORDER = OrderItem(
    store="UK",
    external_id="536365",
    placed_at=datetime(2010, 12, 1, 8, 26, tzinfo=UTC),
    currency="GBP",
    status="completed",
    lines=(LINE,),
    customer=CustomerItem("17850", "GB"),
    payments=(PaymentItem("p1", Decimal("15.30"), datetime(2010, 12, 1, 9, tzinfo=UTC)),),
    source_row=2,
)
BACK = ReturnLineItem(1, "goods", "85123A", "LANTERN", 6, Decimal("15.30"), source_row=9)
RETURN = ReturnItem(
    store="UK",
    external_id="C536379",
    order=None,
    status="refunded",
    requested_at=datetime(2010, 12, 2, tzinfo=UTC),
    refunded_at=datetime(2010, 12, 2, tzinfo=UTC),
    reason="",
    currency="GBP",
    lines=(BACK,),
    source_row=9,
)


def fields(errors):
    return [error.field for error in errors]


def with_line(**changes):
    return replace(ORDER, lines=(replace(LINE, **changes),))


def with_back(**changes):
    return replace(RETURN, lines=(replace(BACK, **changes),))


def test_what_is_right_passes():
    assert check_order(ORDER) == []
    assert check_return(RETURN) == []


def test_the_message_names_field_finding_and_expectation():
    errors = check_order(with_line(quantity=-6))

    assert errors == [
        ItemError(
            "lines.0.quantity",
            "lines.0.quantity is “-6”; expected: 0 or more (goods that come back are a return).",
            2,
        )
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"store": ""}, "store"),
        ({"store": "x" * 41}, "store"),
        ({"store": None}, "store"),
        ({"external_id": "  "}, "external_id"),
        ({"external_id": "5" * 101}, "external_id"),
        ({"external_id": "536\x00365"}, "external_id"),
        ({"external_id": "536\n365"}, "external_id"),
        ({"external_id": "\ud800"}, "external_id"),
        ({"status": ""}, "status"),
        ({"currency": "gbp"}, "currency"),
        ({"currency": "XQX"}, "currency"),
        ({"currency": 5}, "currency"),
        ({"placed_at": datetime(2010, 12, 1)}, "placed_at"),  # noqa: DTZ001
        ({"placed_at": datetime(1999, 12, 31, 23, 59, tzinfo=UTC)}, "placed_at"),
        ({"placed_at": datetime(2101, 1, 1, tzinfo=UTC)}, "placed_at"),
        ({"placed_at": "2010-12-01"}, "placed_at"),
        ({"source_updated_at": datetime(9999, 1, 1, tzinfo=UTC)}, "source_updated_at"),
        ({"traffic_source": "tv"}, "traffic_source"),
        ({"shipping_charge": Decimal("-1")}, "shipping_charge"),
        ({"platform_fee": Decimal("NaN")}, "platform_fee"),
        ({"customer": CustomerItem("")}, "customer.external_id"),
        ({"customer": CustomerItem("1", "x" * 61)}, "customer.country"),
        ({"customer": CustomerItem("1", name="x" * 201)}, "customer.name"),
        ({"customer": CustomerItem("1", email=5)}, "customer.email"),
        ({"customer": CustomerItem("1", phone="1" * 41)}, "customer.phone"),
        ({"customer": CustomerItem("1", address="a\x00")}, "customer.address"),
        ({"ship_to": AddressItem(recipient="x" * 201)}, "ship_to.recipient"),
        ({"ship_to": AddressItem(postal_code="1" * 21)}, "ship_to.postal_code"),
        ({"ship_to": AddressItem(city="\x00")}, "ship_to.city"),
        ({"ship_to": AddressItem(country=44)}, "ship_to.country"),
        ({"lines": ()}, "lines"),
        ({"lines": (LINE,) * 2_001}, "lines"),
        ({"lines": (LINE, LINE)}, "lines"),
        ({"payments": (PaymentItem("p", Decimal(1)),) * 2}, "payments"),
        ({"payments": (PaymentItem("p", Decimal(1)),) * 201}, "payments"),
        ({"payments": (PaymentItem("", Decimal(1)),)}, "payments.0.external_id"),
        ({"payments": (PaymentItem("p", 1.5),)}, "payments.0.amount"),
    ],
)
def test_a_wrong_head_is_refused(changes, field):
    assert fields(check_order(replace(ORDER, **changes))) == [field]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"line_no": 0}, "line_no"),
        ({"line_no": True}, "line_no"),
        ({"line_no": 2**31}, "line_no"),
        ({"kind": "gift"}, "kind"),
        ({"sku": ""}, "sku"),
        ({"sku": "x" * 101}, "sku"),
        ({"title": "x" * 501}, "title"),
        ({"title": "bell\x07"}, "title"),
        ({"quantity": 1_000_001}, "quantity"),
        ({"quantity": 10**5000}, "quantity"),
        ({"quantity": 1.0}, "quantity"),
        ({"quantity": False}, "quantity"),
        ({"unit_price": 2.55}, "unit_price"),
        ({"unit_price": Decimal("Infinity")}, "unit_price"),
        ({"unit_price": Decimal("sNaN")}, "unit_price"),
        ({"unit_price": Decimal("1E12")}, "unit_price"),
        ({"unit_price": Decimal("1E+999999")}, "unit_price"),
        ({"unit_price": Decimal("0.00001")}, "unit_price"),
        ({"unit_price": Decimal("1E-999999")}, "unit_price"),
        ({"unit_price": Decimal("-0.01")}, "unit_price"),
        ({"discount": Decimal("-0.01")}, "discount"),
        ({"tax": Decimal("-0.01")}, "tax"),
        ({"unit_cost": Decimal("-0.01")}, "unit_cost"),
    ],
)
def test_a_wrong_line_is_refused(changes, field):
    assert fields(check_order(with_line(**changes))) == [f"lines.0.{field}"]


def test_a_line_and_a_total_too_large_for_the_books_are_refused():
    large = replace(LINE, quantity=1_000_000, unit_price=Decimal("999999"))
    second = replace(large, line_no=2)

    assert fields(check_order(with_line(unit_price=Decimal("999999999999")))) == [
        "lines.0.quantity"
    ]
    assert fields(check_order(replace(ORDER, lines=(large, second)))) == ["lines"]


@pytest.mark.parametrize("kind", ["discount", "shipping", "fee", "voucher", "adjustment", "other"])
def test_what_is_no_thing_may_have_either_sign(kind):
    down = with_line(kind=kind, unit_price=Decimal("-11062.06"))
    back = with_line(kind=kind, quantity=-1)

    assert check_order(down) == []
    assert check_order(back) == []


@pytest.mark.parametrize("kind", ["goods", "sample"])
def test_a_thing_has_neither_a_negative_price_nor_a_negative_quantity(kind):
    item = with_line(kind=kind, unit_price=Decimal("-1"), quantity=-1)

    assert fields(check_order(item)) == ["lines.0.quantity", "lines.0.unit_price"]


def test_the_bounds_themselves_pass():
    widest = with_line(
        title="x" * 500,
        sku="x" * 100,
        quantity=1,
        unit_price=Decimal("999999999999.9999"),
    )

    assert check_order(widest) == []
    assert check_order(with_line(quantity=1_000_000, unit_price=Decimal("2.500000"))) == []
    assert check_order(with_line(quantity=0, title="", sku=None)) == []
    assert check_order(with_line(title="Größe\u00a05 中文 £")) == []
    assert check_order(replace(ORDER, placed_at=datetime(2000, 1, 1, tzinfo=UTC))) == []
    assert check_order(replace(ORDER, payments=(PaymentItem("p", Decimal("-5")),))) == []


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (replace(RETURN, order=""), "order"),
        (replace(RETURN, reason="x" * 201), "reason"),
        (replace(RETURN, requested_at=None), "requested_at"),
        (replace(RETURN, refunded_at=datetime(1999, 1, 1, tzinfo=UTC)), "refunded_at"),
        (replace(RETURN, currency=""), "currency"),
        (replace(RETURN, lines=()), "lines"),
        (with_back(quantity=-6), "lines.0.quantity"),
        (with_back(refund_amount=Decimal("-15.30")), "lines.0.refund_amount"),
        (with_back(order_line_no=0), "lines.0.order_line_no"),
        (with_back(kind="?"), "lines.0.kind"),
    ],
)
def test_a_wrong_return_is_refused(item, field):
    assert fields(check_return(item)) == [field]


def test_all_that_is_wrong_is_told_with_its_row():
    second = replace(LINE, line_no=2, quantity=-1, source_row=3)
    item = replace(ORDER, currency="?", lines=(replace(LINE, title="\x00"), second))

    errors = check_order(item)

    assert [(error.field, error.source_row) for error in errors] == [
        ("currency", 2),
        ("lines.0.title", 2),
        ("lines.1.quantity", 3),
    ]


def test_what_is_wrong_with_an_address_is_told_without_it():
    item = replace(ORDER, ship_to=AddressItem(line1="1 Lane\x00", phone=447700))

    assert [(error.field, error.message) for error in check_order(item)] == [
        ("ship_to.phone", "ship_to.phone is not repeated here; expected: text."),
        (
            "ship_to.line1",
            "ship_to.line1 is not repeated here; expected: a text without control characters.",
        ),
    ]


def test_what_is_shown_is_short_and_harmless():
    assert shown("a\x1b[31m" + "b" * 80) == "“a\\x1b[31m" + "b" * 53 + "…”"


def test_the_kinds_fit_their_column():
    assert max(map(len, LineKind.values)) == 10
