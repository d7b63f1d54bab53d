"""Fifty people who refund, open and inspect returns of the same order at the same moment."""

import os
from collections import Counter
from decimal import Decimal as D
from functools import partial

import pytest
from django.db.models import Sum

from catalog.models import StockLevel, StockMovement
from opsdesk.actions.exchange import Source
from opsdesk.actions.moves import move
from orders.actions.inspections import LineSaid, PiecesSaid, save_inspection
from orders.actions.refunding import RefundOrder, refund_return
from orders.actions.return_course import RETURN_COURSE
from orders.actions.return_opening import LineBack, open_return
from orders.actions.returns import upsert_returns
from orders.core.refund_plan import LineAsk, RefundAsk
from orders.models import Refund, RefundLine, Return
from tests import factories as make
from tests.races.crowd import at_once

# REFUND_ROUNDS=200 for the long run
MANY = int(os.environ.get("REFUND_ROUNDS", "8"))
ROUNDS = [1, pytest.param(MANY, marks=pytest.mark.slow)]

pytestmark = pytest.mark.django_db(transaction=True)


def ten_pieces(number):
    """An order of ten pieces for an amount that ten do not divide evenly."""
    return make.sold((10, "99.99", "19.03"), external_id=f"o{number}")


def piece(case, name, units=1):
    ask = RefundAsk((LineAsk(1, units),))
    return str(refund_return(case, RefundOrder(ask, name), make.mover()).new)


def went_back():
    return RefundLine.objects.aggregate(units=Sum("quantity"), amount=Sum("amount"), tax=Sum("tax"))


@pytest.mark.parametrize("rounds", ROUNDS)
def test_of_fifty_who_refund_a_piece_of_ten_ten_succeed(rounds):
    for number in range(rounds):
        case = make.return_case(ten_pieces(number), lines=[(1, 10)], status="inspected")

        found = at_once(*[partial(piece, case, f"n{one}") for one in range(50)])

        assert found == {"True": 10, "InvalidData": 40}
        case.refresh_from_db()
        assert (case.amount, case.units, case.status) == (D("99.99"), 10, "refunded")
        numbers = Refund.objects.filter(return_case=case).order_by("number")
        assert list(numbers.values_list("number", flat=True)) == list(range(1, 11))
    assert went_back() == {
        "units": 10 * rounds,
        "amount": D("99.99") * rounds,
        "tax": D("19.03") * rounds,
    }


@pytest.mark.parametrize("rounds", ROUNDS)
def test_over_several_returns_of_the_order_it_is_the_same(rounds):
    for number in range(rounds):
        order = ten_pieces(number)
        cases = [make.return_case(order, lines=[(1, 10)], status="inspected") for _ in range(5)]

        found = at_once(*[partial(piece, cases[one % 5], f"n{one}") for one in range(50)])

        assert found == {"True": 10, "InvalidData": 40}
    assert went_back() == {
        "units": 10 * rounds,
        "amount": D("99.99") * rounds,
        "tax": D("19.03") * rounds,
    }


def test_pieces_and_amounts_and_a_source_at_once_never_pass_what_was_paid():
    order = ten_pieces(1)
    case = make.return_case(order, lines=[(1, 10)], status="inspected")

    def amount(name):
        ask = RefundAsk(extra=D("30.00"))
        return str(refund_return(case, RefundOrder(ask, name), make.mover()).new)

    def told(name):
        line = make.return_line_item(1, quantity=2, refund="20.00", order_line_no=1)
        item = make.return_item(name, order=order.external_id, lines=[line])
        return str(upsert_returns([item], source=Source(), at=make.NOW)[0].state)

    works = [partial(piece, case, f"p{one}") for one in range(20)]
    works += [partial(amount, f"a{one}") for one in range(10)]
    works += [partial(told, f"t{one}") for one in range(20)]
    found = at_once(*works)

    assert set(found) <= {"True", "InvalidData", "created", "error"}
    told_back = Return.objects.refunded().aggregate(amount=Sum("amount"), units=Sum("units"))
    here = went_back()
    assert (told_back["amount"] or 0) + (here["amount"] or 0) <= D("99.99")
    assert (told_back["units"] or 0) + (here["units"] or 0) <= 10


def test_one_refund_that_fifty_send_is_made_once():
    case = make.return_case(ten_pieces(1), lines=[(1, 10)], status="inspected")

    found = at_once(*[partial(piece, case, "n1")] * 50)

    assert found == {"True": 1, "False": 49}
    assert went_back() == {"units": 1, "amount": D("10.00"), "tax": D("1.90")}


def test_of_fifty_who_open_a_return_of_the_last_pieces_ten_succeed():
    order, why = ten_pieces(1), make.reason()

    def opening():
        return open_return(order, [LineBack(1, 1, why)], make.mover()).status

    found = at_once(*[opening] * 50)

    assert found == {"requested": 10, "InvalidData": 40}
    numbers = Return.objects.order_by("pk").values_list("external_id", flat=True)
    assert sorted(numbers) == sorted(f"o1-R{number}" for number in range(1, 11))


def test_what_goes_back_to_stock_is_booked_once():
    place = make.warehouse()
    case = make.return_case(ten_pieces(1), lines=[(1, 3)], status="received")
    said = [LineSaid(1, 3, (PiecesSaid(3, "unopened", "restock", place),))]
    save_inspection(case, said, make.mover(), seen=None)

    def ending():
        return move(RETURN_COURSE, case, "inspect", make.mover()).state

    found = at_once(*[ending] * 50)

    assert found == Counter({"inspected": 1, "InvalidTransition": 49})
    assert StockMovement.objects.count() == 1
    assert StockLevel.objects.get().on_hand == 3


def test_a_person_s_step_is_not_lost_beside_a_delivery():
    """Whoever is first: the approval stands at the end, or was refused because it came too late."""
    order = ten_pieces(1)
    line = make.return_line_item(1, quantity=2, refund="20.00", order_line_no=1)

    def told(status):
        item = make.return_item(
            "R1",
            order=order.external_id,
            status=status,
            refunded_at=None,
            reason=status,
            lines=[line],
            source_updated_at=make.NOW,
        )
        return str(upsert_returns([item], source=Source(), at=make.NOW)[0].state)

    told("requested")
    case = Return.objects.get()

    def approving():
        return move(RETURN_COURSE, case, "approve", make.mover()).state

    found = at_once(approving, *[partial(told, "rejected")] * 9)

    case.refresh_from_db()
    if found["approved"]:
        assert case.status == "approved"
    else:
        assert (found["InvalidTransition"], case.status) == (1, "rejected")
