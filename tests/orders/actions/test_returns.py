"""Returns from outside: refunds never above what was bought, also for a crowd."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from catalog.models import DirtyDay
from opsdesk.actions.exchange import Source
from opsdesk.models import AuditEntry
from orders.actions.orders import upsert_orders
from orders.actions.returns import upsert_returns
from orders.models import Order, OrderLine, Return, ReturnLine
from tests import factories as make
from tests.trail import forget

pytestmark = pytest.mark.django_db
NOW = make.NOW


def send(*items, at=NOW):
    return upsert_returns(items, source=Source(), at=at)


def states(outcomes):
    return [str(outcome.state) for outcome in outcomes]


def messages(outcomes):
    return [(error.field, error.message) for outcome in outcomes for error in outcome.errors]


def bought(quantity=5, unit_price="10.00", **values):
    """An order of one line, without the notes it leaves."""
    make.store()
    line = make.line_item(1, quantity=quantity, unit_price=unit_price, **values)
    upsert_orders([make.order_item(lines=[line])], source=Source(), at=NOW)
    DirtyDay.objects.all().delete()
    forget()
    return Order.objects.get()


def nothing_written():
    tables = (Return, ReturnLine, DirtyDay, AuditEntry)
    return [table.objects.count() for table in tables] == [0] * len(tables)


def back(quantity, refund, name="R1", **values):
    lines = [make.return_line_item(1, quantity=quantity, refund=refund, order_line_no=1)]
    return make.return_item(name, order="1001", lines=lines, **values)


def test_a_return_is_stored_with_the_rate_and_cost_of_its_order():
    make.store(currency="GBP")
    make.rate("9", on=date(2026, 4, 1))
    make.rate("8", on=date(2026, 4, 20))
    line = make.line_item(1, quantity=5, unit_cost=Decimal("4.00"))
    order = make.order_item(currency="GBP", lines=[line])
    upsert_orders([order], source=Source(), at=NOW)
    DirtyDay.objects.all().delete()
    late = datetime(2026, 4, 21, 23, 30, tzinfo=UTC)  # 22 April in London

    outcomes = send(back(2, "20.00", currency="GBP", refunded_at=late))

    assert states(outcomes) == ["created"]
    case = Return.objects.get()
    assert (case.amount, case.reporting_amount, case.units) == (
        Decimal("20.00"),
        Decimal("180.00"),
        2,
    )
    assert (case.refunded_on, case.fx_rate) == (date(2026, 4, 22), Decimal(9))
    found = ReturnLine.objects.get()
    assert (found.reporting_cost, found.order_line) == (
        Decimal("72.00"),
        OrderLine.objects.get(),
    )
    assert list(DirtyDay.objects.values_list("family", "day")) == [("refunds", date(2026, 4, 22))]


def test_a_return_of_no_known_order_has_the_rate_of_its_own_day():
    make.store(currency="GBP")
    make.rate("9", on=date(2026, 4, 1))
    make.rate("8", on=date(2026, 4, 20))
    late = datetime(2026, 4, 21, 12, tzinfo=UTC)

    send(make.return_item(currency="GBP", refunded_at=late))

    assert Return.objects.get().reporting_amount == Decimal("80.00")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            back(6, "50.00"),
            "Of line 1 of order 1001 6 pieces go back, but 5 were bought and 0 of them went "
            "back before.",
        ),
        (
            back(5, "50.01"),
            "Of line 1 of order 1001 50.01 is refunded, but it was bought for 50.00 and 0 was "
            "refunded before.",
        ),
        (
            make.return_item(
                order="1001", lines=[make.return_line_item(1, quantity=6, refund="1.00")]
            ),
            "Of order 1001 6 pieces go back, but 5 were bought and 0 of them went back before.",
        ),
        (
            make.return_item(order="1001", lines=[make.return_line_item(1, refund="50.01")]),
            "Of order 1001 50.01 is refunded, but it is worth 50.00 and 0 was refunded before.",
        ),
        (
            make.return_item(order="1001", lines=[make.return_line_item(1, order_line_no=7)]),
            "Order 1001 has no line 7.",
        ),
    ],
)
def test_a_refund_above_what_was_bought_is_refused(item, expected):
    bought(5)

    outcomes = send(item)

    assert messages(outcomes) == [("lines", expected)]
    assert nothing_written()


def test_all_returns_of_a_line_count_together():
    bought(5)

    outcomes = send(back(3, "30.00", "R1"), back(3, "30.00", "R2"), back(2, "20.00", "R3"))

    assert states(outcomes) == ["created", "error", "created"]
    assert messages(outcomes) == [
        (
            "lines",
            "Of line 1 of order 1001 3 pieces go back, but 5 were bought and 3 of them went "
            "back before.",
        )
    ]


def test_a_rejected_or_requested_return_takes_nothing():
    bought(5)

    outcomes = send(
        back(5, "50.00", "R1", status="rejected"),
        back(5, "50.00", "R2", status="requested", refunded_at=None),
        back(5, "50.00", "R3"),
    )

    assert states(outcomes) == ["created", "created", "created"]


def test_a_return_of_an_order_that_is_not_there_yet_is_refused_and_taken_later():
    make.store()

    early = send(back(1, "10.00"))
    written = nothing_written()
    upsert_orders([make.order_item()], source=Source(), at=NOW)
    late = send(back(1, "10.00"))

    assert messages(early) == [
        (
            "order",
            "There is no order 1001 in store UK yet: load the order first, then this return again.",
        )
    ]
    assert written
    assert states(late) == ["created"]


def test_a_refund_needs_a_time():
    bought(5)

    outcomes = send(back(1, "10.00", refunded_at=None))

    assert messages(outcomes) == [
        ("refunded_at", "Return R1 is refunded, but without a time: give refunded_at.")
    ]
    assert nothing_written()


def test_the_same_return_again_writes_nothing_and_an_older_one_changes_nothing():
    bought(5)
    newer = back(2, "20.00", source_updated_at=NOW)
    send(newer)
    before = (AuditEntry.objects.count(), DirtyDay.objects.count())

    again = send(newer)
    older = send(back(5, "50.00", source_updated_at=NOW - timedelta(hours=1)))

    assert states(again) + states(older) == ["unchanged", "unchanged"]
    assert (AuditEntry.objects.count(), DirtyDay.objects.count()) == before


def test_a_changed_return_frees_what_it_took_and_marks_both_days():
    bought(5)
    send(back(5, "50.00"))
    DirtyDay.objects.all().delete()
    later = NOW + timedelta(days=2)

    outcomes = send(back(4, "40.00", refunded_at=later), back(1, "10.00", "R2"))

    assert states(outcomes) == ["updated", "created"]
    assert set(DirtyDay.objects.values_list("day", flat=True)) == {NOW.date(), later.date()}


def test_an_unknown_status_is_kept_and_no_money_back():
    bought(5)

    send(back(1, "10.00", status="Erstattung offen"))

    case = Return.objects.get()
    assert (case.status, case.source_status) == ("requested", "Erstattung offen")
    assert Return.objects.refunded().count() == 0


def test_a_refund_follows_the_rate_of_its_order_when_that_moves():
    make.store(currency="GBP")
    make.rate("9", on=date(2026, 4, 1))
    make.rate("8", on=date(2026, 4, 10))
    order = make.order_item(currency="GBP")
    upsert_orders([order], source=Source(), at=NOW)
    send(make.return_item(order="1001", currency="GBP"))

    moved = dataclasses.replace(order, placed_at=datetime(2026, 4, 11, tzinfo=UTC))
    upsert_orders([moved], source=Source(), at=NOW)

    assert Return.objects.get().reporting_amount == Decimal("80.00")


@pytest.mark.django_db(transaction=True)
def test_of_fifty_refunds_at_once_only_what_was_bought_goes_back():
    bought(7)
    together = Barrier(50)

    def refund(number):
        try:
            together.wait()
            return states(send(back(1, "10.00", f"R{number}")))[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as crowd:
        answers = list(crowd.map(refund, range(50)))

    assert (answers.count("created"), answers.count("error")) == (7, 43)
    assert sum(ReturnLine.objects.values_list("quantity", flat=True)) == 7
