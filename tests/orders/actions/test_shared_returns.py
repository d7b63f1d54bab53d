"""A source and people work on the same return: nobody's work is undone."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from opsdesk.actions.exchange import Source
from opsdesk.actions.moves import move
from opsdesk.models import AuditEntry, LifeEvent
from orders.actions.inspections import LineSaid, PiecesSaid, save_inspection
from orders.actions.orders import upsert_orders
from orders.actions.refunding import RefundOrder, refund_return
from orders.actions.return_course import RETURN_COURSE
from orders.actions.return_opening import LineBack, open_return
from orders.actions.returns import upsert_returns
from orders.core.refund_plan import LineAsk, RefundAsk
from orders.models import Order, Refund, Return, ReturnLine, ReturnPieces
from tests import factories as make
from tests.trail import forget

pytestmark = pytest.mark.django_db
NOW = make.NOW
HOUR = timedelta(hours=1)


@pytest.fixture
def order():
    make.store()
    lines = [make.line_item(no, quantity=5) for no in (1, 2)]
    upsert_orders([make.order_item(lines=lines)], source=Source(), at=NOW)
    return Order.objects.get()


def told(status="requested", *, quantity=3, at=NOW, lines=None, **values):
    """A return as its source tells it, an hour before anybody here decides something."""
    values = {"refunded_at": NOW if status in ("refunded", "closed") else None} | values
    lines = lines or [
        make.return_line_item(no, quantity=quantity, refund="30.00", order_line_no=no)
        for no in (1, 2)
    ]
    return make.return_item(
        "R1", order="1001", status=status, lines=lines, source_updated_at=at, **values
    )


def send(*items):
    return [
        (str(outcome.state), *(error.message for error in outcome.errors))
        for outcome in upsert_returns(items, source=Source(), at=NOW + 3 * HOUR)
    ]


def take(verb, **values):
    move(RETURN_COURSE, Return.objects.get(), verb, make.mover(at=NOW + HOUR), **values)


def state():
    case = Return.objects.get()
    return case.status, list(case.lines.values_list("line_no", "quantity", "received"))


def test_as_long_as_nobody_here_decided_a_source_says_what_it_likes(order):
    answers = [
        *send(told("received")),
        *send(told("requested", quantity=2, at=NOW + HOUR)),
        *send(told("refunded", at=NOW + 2 * HOUR)),
    ]

    assert answers == [("created",), ("updated",), ("updated",)]
    assert state() == ("refunded", [(1, 3, None), (2, 3, None)])
    assert Return.objects.get().in_parts is False


def test_an_older_delivery_does_not_undo_what_a_person_decided(order):
    send(told("requested"))
    take("approve")
    forget()

    answers = [*send(told("rejected", at=NOW)), *send(told("received", at=None))]

    assert answers == [("unchanged",), ("unchanged",)]
    assert state() == ("approved", [(1, 3, None), (2, 3, None)])
    assert AuditEntry.objects.count() == 0


def test_newer_news_take_it_on_and_stand_in_its_history(order):
    send(told("requested"))
    take("approve")

    answers = [
        *send(told("requested", quantity=2, at=NOW + 2 * HOUR)),
        *send(told("received", quantity=2, at=NOW + 2 * HOUR)),
    ]

    assert answers == [("updated",), ("updated",)]
    assert state() == ("received", [(1, 2, None), (2, 2, None)])
    assert list(
        LifeEvent.objects.filter(life="return").values_list("verb", "from_state", "state")
    ) == [
        ("approve", "requested", "approved"),
        ("delivered", "approved", "received"),
    ]


def counted():
    """The first line was counted here."""
    take("approve")
    take("receive")
    pieces = (PiecesSaid(2, "opened", "scrap"),)
    case = Return.objects.get()
    save_inspection(case, [LineSaid(1, 2, pieces)], make.mover(at=NOW + HOUR), seen=case.handled_at)


def test_what_was_counted_and_why_it_comes_back_stays(order):
    send(told("requested", reason="DEFECTIVE"))
    counted()
    ReturnLine.objects.filter(line_no=2).update(reason=make.reason("too_small"))

    send(told("received", reason="UNWANTED_ITEM", at=NOW + 2 * HOUR))

    assert list(ReturnLine.objects.values_list("reason__code", "received")) == [
        ("defective", 2),
        ("too_small", None),
    ]
    assert Return.objects.get().reason == "UNWANTED_ITEM"
    assert ReturnPieces.objects.count() == 1


def test_a_line_that_was_counted_here_cannot_be_left_out(order):
    send(told("requested"))
    counted()
    only = [make.return_line_item(2, quantity=3, refund="30.00", order_line_no=2)]

    answers = send(told("received", lines=only, at=NOW + 2 * HOUR))

    assert answers == [
        (
            "error",
            "Return R1 is worked on here, and pieces of line 1 were counted: the line cannot be "
            "left out.",
        )
    ]
    assert state() == ("received", [(1, 3, 2), (2, 3, None)])


def test_news_without_an_order_or_its_lines_leave_them_linked(order):
    send(told("requested"))
    take("approve")
    lines = [make.return_line_item(no, quantity=3, refund="30.00") for no in (1, 2)]
    news = make.return_item(
        "R1",
        order=None,
        status="received",
        refunded_at=None,
        lines=lines,
        source_updated_at=NOW + 2 * HOUR,
    )

    assert send(news) == [("updated",)]
    assert Return.objects.get().order == order
    assert list(ReturnLine.objects.values_list("order_line__line_no", flat=True)) == [1, 2]


def test_money_that_a_source_paid_back_counts_though_people_worked_on_it(order):
    send(told("requested"))
    take("approve")
    take("reject", reason="too late")

    answers = [
        *send(told("received", at=NOW + 2 * HOUR)),
        *send(told("refunded", at=NOW + 2 * HOUR)),
    ]

    assert answers == [("updated",), ("updated",)]
    case = Return.objects.refunded().get()
    assert (case.status, case.amount, case.in_parts) == ("refunded", D("60.00"), False)


def test_what_was_refunded_here_is_not_refunded_by_its_source_again(order):
    send(told("inspected"))
    ask = RefundAsk((LineAsk(1, 2),))
    refund_return(Return.objects.get(), RefundOrder(ask, "n1"), make.mover(at=NOW + HOUR))

    answers = send(told("closed", at=NOW + 2 * HOUR))

    assert answers == [("unchanged",)]
    case = Return.objects.get()
    assert (case.status, case.amount, case.in_parts) == ("refunded", D("20.00"), True)
    assert Refund.objects.count() == 1


def test_a_return_opened_here_can_be_told_of_by_a_source(order):
    lines = [LineBack(1, 2, make.reason())]
    case = open_return(order, lines, make.mover(at=NOW + HOUR))
    news = make.return_item(
        case.external_id,
        order="1001",
        status="received",
        refunded_at=None,
        lines=[make.return_line_item(1, quantity=2, refund="20.00", order_line_no=1)],
        source_updated_at=NOW + 2 * HOUR,
    )

    assert send(news) == [("updated",)]
    assert state() == ("received", [(1, 2, None)])


def test_the_word_of_a_source_becomes_the_reason_of_each_line(order):
    send(told("requested", reason="quality unacceptable"))

    assert list(ReturnLine.objects.values_list("reason__code", flat=True)) == ["quality"] * 2


def test_an_unknown_word_is_kept_and_no_reason(order):
    send(told("requested", reason="Hue is off"))

    assert Return.objects.get().reason == "Hue is off"
    assert list(ReturnLine.objects.values_list("reason", flat=True)) == [None] * 2


def test_a_line_that_an_open_return_names_stays_on_its_order(order):
    send(told("requested"))
    fewer = make.order_item(lines=[make.line_item(1, quantity=5)])

    outcomes = upsert_orders([fewer], source=Source(), at=NOW)

    assert [error.message for error in outcomes[0].errors] == [
        "Line 2 of order 1001 is in a return: it cannot be dropped."
    ]
    assert order.lines.count() == 2
