"""Orders from outside: what is stored, what is refused, and what a repetition does."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import ClosedMonth
from catalog.models import Category, DirtyDay, Product, Sku, Store
from opsdesk.actions.exchange import Source
from opsdesk.actions.moves import move
from opsdesk.core.errors import InvalidTransition
from opsdesk.models import AuditEntry, LifeEvent
from orders.actions.order_course import ORDER_COURSE
from orders.actions.orders import upsert_orders
from orders.actions.returns import upsert_returns
from orders.core.address_items import CustomerItem
from orders.core.items import PaymentItem
from orders.models import Customer, Order, OrderLine, Payment
from tests import factories as make
from tests.state import STATE, state_digest

pytestmark = pytest.mark.django_db
NOW = make.NOW


def send(*items, at=NOW):
    return upsert_orders(items, source=Source(), at=at)


def states(outcomes):
    return [str(outcome.state) for outcome in outcomes]


def messages(outcomes):
    return [(error.field, error.message) for outcome in outcomes for error in outcome.errors]


def nothing_written():
    tables = (Order, OrderLine, Payment, Customer, LifeEvent, DirtyDay, AuditEntry)
    return [table.objects.count() for table in tables] == [0] * len(tables)


def sku(code="A1", **values):
    category = Category.objects.get_or_create(code="c", defaults={"name": "C"})[0]
    product = Product.objects.get_or_create(
        code="p", defaults={"title": "P", "category": category}
    )[0]
    return Sku.objects.create(code=code, product=product, **values)


def test_an_order_is_stored_with_its_lines_rounded_and_converted():
    make.store(currency="GBP")
    make.rate("9.1234567890", on=date(2026, 4, 1))
    item = make.order_item(
        currency="GBP",
        placed_at=datetime(2026, 4, 1, 23, 30, tzinfo=UTC),  # 2 April in London
        customer=CustomerItem("17850", "GB"),
        lines=[
            make.line_item(1, quantity=3, unit_price="0.335", tax=Decimal("0.20")),
            make.line_item(2, kind="discount", sku=None, unit_price="-0.50"),
            make.line_item(3, kind="shipping", sku="POST", unit_price="4.00"),
        ],
        shipping_charge=Decimal("1.00"),
        payments=(PaymentItem("p1", Decimal("0.51"), datetime(2026, 4, 1, 16, tzinfo=UTC)),),
    )

    outcomes = send(item)

    assert states(outcomes) == ["created"]
    order = Order.objects.get()
    # 3 x 0.335 = 1.005, rounded up; 1.01 x 9.123… = 9.21; -0.50 x 9.123… = -4.56
    assert (order.amount, order.reporting_amount) == (Decimal("0.51"), Decimal("4.65"))
    assert (order.units, order.has_goods, order.tax) == (3, True, Decimal("0.20"))
    assert (order.business_date, order.fx_rate) == (date(2026, 4, 2), Decimal("9.123456789"))
    assert (order.customer_order_no, order.previous_order_on) == (1, None)
    lines = OrderLine.objects.order_by("line_no").values_list("line_no", "kind", "amount")
    assert list(lines) == [
        (1, "goods", Decimal("1.01")),
        (2, "discount", Decimal("-0.50")),
        (3, "shipping", Decimal("4.00")),
    ]
    # 16:00 UTC is past midnight in Shanghai
    assert Payment.objects.get().collected_on == date(2026, 4, 2)
    assert list(LifeEvent.objects.values_list("state", flat=True)) == ["completed"]
    assert AuditEntry.objects.count() == 1


def test_the_same_order_again_writes_nothing():
    make.store()
    send(make.order_item(customer=CustomerItem("c")))
    DirtyDay.objects.all().delete()
    before = (state_digest(), AuditEntry.objects.count(), Order.objects.get().updated_at)

    outcomes = send(make.order_item(customer=CustomerItem("c")), at=NOW + timedelta(days=1))

    assert states(outcomes) == ["unchanged"]
    assert (state_digest(), AuditEntry.objects.count(), Order.objects.get().updated_at) == before
    assert DirtyDay.objects.count() == 0


def test_a_changed_order_replaces_lines_and_marks_both_days():
    make.store()
    first = make.order_item(lines=[make.line_item(1), make.line_item(2)])
    send(first)
    DirtyDay.objects.all().delete()
    day_later = NOW + timedelta(days=1)

    outcomes = send(
        dataclasses.replace(
            first, placed_at=day_later, lines=(make.line_item(2, unit_price="7.00"),)
        )
    )

    assert states(outcomes) == ["updated"]
    assert Order.objects.get().amount == Decimal("7.00")
    assert list(OrderLine.objects.values_list("line_no", "amount")) == [(2, Decimal("7.00"))]
    days = DirtyDay.objects.order_by("day").values_list("family", "day")
    assert list(days) == [("sales", NOW.date()), ("sales", day_later.date())]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"store": "MARS"},
            ("store", "There is no store MARS: make it first, then load the orders again."),
        ),
        ({"currency": "EUR"}, ("currency", "Store UK sells in CNY, not in EUR.")),
        (
            {"source_updated_at": NOW + timedelta(days=1, seconds=1)},
            (
                "source_updated_at",
                "2026-04-03T09:00:01+00:00 is more than a day in the future: "
                "set the clock of the source right.",
            ),
        ),
    ],
)
def test_what_is_refused(changes, expected):
    make.store()

    outcomes = send(make.order_item(**changes))

    assert states(outcomes) == ["error"]
    assert messages(outcomes) == [expected]
    assert nothing_written()


def test_an_order_without_a_rate_is_refused():
    make.store(currency="GBP")
    make.rate(on=date(2010, 12, 2))

    placed_at = datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    outcomes = send(make.order_item(currency="GBP", placed_at=placed_at))

    assert messages(outcomes) == [
        (
            "currency",
            "There is no rate from GBP to CNY on or before 2010-12-01. "
            "Load the rates of that day, then load the orders again.",
        )
    ]
    assert nothing_written()


def test_a_bad_item_keeps_no_good_one_out_and_a_twin_is_refused():
    make.store()

    outcomes = send(make.order_item("1", store="MARS"), make.order_item("2"), make.order_item("2"))

    assert states(outcomes) == ["error", "created", "error"]
    assert messages(outcomes)[1] == (
        "external_id",
        "2 is given twice in one delivery; the first one was taken.",
    )
    assert list(Order.objects.values_list("external_id", flat=True)) == ["2"]


def test_a_day_in_the_future_to_the_second_is_taken():
    make.store()

    outcomes = send(make.order_item(source_updated_at=NOW + timedelta(days=1)))

    assert states(outcomes) == ["created"]


def test_older_is_left_newer_is_taken():
    make.store()
    first = make.order_item(source_updated_at=NOW)
    newer = dataclasses.replace(
        first, status="dispatched", source_updated_at=NOW + timedelta(hours=1)
    )

    assert states(send(newer)) == ["created"]
    assert states(send(first)) == ["unchanged"]
    assert Order.objects.get().status == "dispatched"


def test_a_newer_time_alone_is_kept():
    make.store()
    first = make.order_item(source_updated_at=NOW)
    send(first)

    send(dataclasses.replace(first, source_updated_at=NOW + timedelta(hours=2)))
    between = dataclasses.replace(first, status="paid", source_updated_at=NOW + timedelta(hours=1))
    outcomes = send(between)

    assert states(outcomes) == ["unchanged"]
    assert Order.objects.get().status == "completed"


def test_an_unknown_status_is_kept_and_neither_sold_nor_cancelled():
    make.store()

    send(make.order_item(status="Verschickt", customer=CustomerItem("c")))

    order = Order.objects.get()
    assert (order.status, order.source_status) == ("unmapped", "Verschickt")
    assert order.customer_order_no is None
    assert Order.objects.sold().count() == 0


def test_a_known_sku_gives_its_cost_and_an_unknown_one_stays_a_text():
    make.store(currency="GBP")
    make.rate("9", on=NOW.date())
    known = sku("A1", unit_cost=Decimal("18.00"), cost_currency="CNY")
    lines = [make.line_item(1, quantity=2), make.line_item(2, sku="ZZ")]

    send(make.order_item(currency="GBP", lines=lines))

    found = OrderLine.objects.order_by("line_no").values_list(
        "sku", "item_code", "unit_cost", "reporting_cost"
    )
    # 18 / 9 = 2.00 pounds each; twice, in yuan again
    assert list(found) == [
        (known.pk, "A1", Decimal("2.00"), Decimal("36.00")),
        (None, "ZZ", None, None),
    ]


def test_the_cost_of_the_day_of_sale_stays():
    make.store()
    thing = sku("A1", unit_cost=Decimal("4.00"), cost_currency="CNY")
    send(make.order_item(status="paid"))
    thing.unit_cost = Decimal("6.00")
    thing.save()

    send(make.order_item(status="completed"))

    assert OrderLine.objects.get().unit_cost == Decimal("4.00")


def test_customers_orders_are_numbered_by_time():
    make.store()
    buyer = CustomerItem("c")
    days = {"2": 3, "1": 1, "3": 5}

    for name, day in days.items():
        placed = datetime(2026, 3, day, tzinfo=UTC)
        send(make.order_item(name, placed_at=placed, customer=buyer))

    found = Order.objects.order_by("external_id").values_list(
        "external_id", "customer_order_no", "previous_order_on"
    )
    assert list(found) == [
        ("1", 1, None),
        ("2", 2, date(2026, 3, 1)),
        ("3", 3, date(2026, 3, 3)),
    ]


def test_cancelling_renumbers_and_marks_the_days_of_those_renumbered():
    make.store()
    buyer = CustomerItem("c")
    for name in ("1", "2", "3"):
        placed = datetime(2026, 3, int(name), tzinfo=UTC)
        send(make.order_item(name, placed_at=placed, customer=buyer, status="paid"))
    DirtyDay.objects.all().delete()

    move(ORDER_COURSE, Order.objects.get(external_id="1"), "cancel", make.mover(), reason="Twice")

    found = Order.objects.order_by("external_id").values_list("customer_order_no", flat=True)
    assert list(found) == [None, 1, 2]
    days = set(DirtyDay.objects.values_list("day", flat=True))
    assert days == {date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)}


def test_a_move_that_the_lifecycle_lacks_is_refused():
    make.store()
    send(make.order_item(status="completed"))
    order = Order.objects.get()
    before = (AuditEntry.objects.count(), LifeEvent.objects.count(), DirtyDay.objects.count())

    with pytest.raises(InvalidTransition) as refusal:
        move(ORDER_COURSE, order, "cancel", make.mover(), reason="Late")

    assert str(refusal.value) == "1001 is “Completed”; “Cancel” is not possible now."
    assert (
        AuditEntry.objects.count(),
        LifeEvent.objects.count(),
        DirtyDay.objects.count(),
    ) == before


def test_a_refunded_line_cannot_be_dropped():
    make.store()
    send(make.order_item(lines=[make.line_item(1), make.line_item(2)]))
    upsert_returns([make.return_item(order="1001")], source=Source(), at=NOW)
    before = state_digest()

    outcomes = send(make.order_item(lines=[make.line_item(2, unit_price="50.00")]))

    assert messages(outcomes) == [
        (
            "lines",
            "Of line 1 of order 1001 1 pieces went back for 10.00: "
            "the line cannot be dropped or become smaller than that.",
        )
    ]
    assert state_digest() == before


def test_a_closed_month_takes_late_documents():
    store = make.store()
    department = store.departments.get().department
    ClosedMonth.objects.create(department=department, month=date(2026, 4, 1), closed_at=NOW)

    assert states(send(make.order_item())) == ["created"]


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_the_orders(count, django_assert_num_queries):
    make.store()
    buyer = CustomerItem("c")
    items = [make.order_item(str(n), customer=buyer) for n in range(count)]

    with django_assert_num_queries(18):
        send(*items)


class Deliveries(TestCase):
    """Any order of deliveries, with repeats, ends in the same state."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False))
    def test_shuffled_and_repeated(self, chance):
        make.store()
        versions = [
            make.order_item(
                name,
                customer=CustomerItem("c", "GB"),
                placed_at=NOW + timedelta(days=offset),
                status=status,
                source_updated_at=NOW + timedelta(hours=hour),
                lines=[make.line_item(n, unit_price=f"{10 + hour}.50") for n in range(1, 2 + hour)],
            )
            for name, offset in (("1", 0), ("2", 1), ("3", 0))
            for hour, status in ((0, "placed"), (1, "cancelled"), (2, "completed"))
        ]
        at = NOW + timedelta(days=3)
        for item in versions:
            send(item, at=at)
        calm = state_digest(CONTENT)
        Order.objects.all().delete()

        deliveries = versions + chance.choices(versions, k=5)
        chance.shuffle(deliveries)
        for item in deliveries:
            send(item, at=at)

        assert state_digest(CONTENT) == calm


CONTENT = tuple(model for model in STATE if model is not Store)
