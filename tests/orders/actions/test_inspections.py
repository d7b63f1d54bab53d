"""Counting and inspecting what came back, and what of it goes into stock."""

from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction

from catalog.models import DirtyDay, StockLevel, StockMovement
from opsdesk.actions.moves import move
from opsdesk.core.errors import Conflict, InvalidData, InvalidTransition, NotReady
from orders.actions.inspections import LineSaid, PiecesSaid, save_inspection
from orders.actions.refunding import RefundOrder, refund_return
from orders.actions.return_course import RETURN_COURSE, inspect_return
from orders.core.refund_plan import LineAsk, RefundAsk
from orders.models import RefundLine, ReturnPieces
from tests import factories as make
from tests.trail import forget

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make.warehouse("W1")


@pytest.fixture
def case():
    made = make.return_case(
        make.sold((5, "50.00", "9.50"), (1, "5.00", "0.95"), external_id="1001"),
        lines=[(1, 3), (2, 1)],
        status="received",
        external_id="R1",
    )
    forget()
    return made


def found(line_no, received, *pieces):
    return LineSaid(line_no, received, tuple(PiecesSaid(*one) for one in pieces))


def whole(place):
    """Two of three came, one is fine; the other line came broken."""
    return [
        found(1, 2, (1, "unopened", "restock", place), (1, "opened", "supplier")),
        found(2, 1, (1, "damaged", "scrap")),
    ]


def say(case, said, seen=None):
    return save_inspection(case, said, make.mover(), seen=seen)


def test_what_goes_back_to_stock_is_booked_once_with_the_end_of_the_inspection(case, place):
    say(case, whole(place))
    assert StockMovement.objects.count() == 0  # nothing before its end

    move(RETURN_COURSE, case, "inspect", make.mover())

    moved = StockMovement.objects.get()
    piece = ReturnPieces.objects.get(disposal="restock")
    assert (moved.kind, moved.units, moved.sku.code, moved.reference) == (
        "return",
        1,
        "T1",
        "RETURN:UK:R1",
    )
    assert (piece.movement, moved.external_id) == (moved, f"RETURN:UK:R1:{piece.pk}")
    assert StockLevel.objects.get().on_hand == 1
    assert list(case.lines.values_list("received", "restock")) == [(2, True), (1, False)]
    case.refresh_from_db()
    assert (case.status, case.inspected_at, case.handled_at) == ("inspected", make.NOW, make.NOW)
    with pytest.raises(InvalidTransition):
        move(RETURN_COURSE, case, "inspect", make.mover())
    assert StockMovement.objects.count() == 1


def test_each_piece_needs_a_condition_and_a_decision(case, place):
    say(case, [found(1, 2, (1, "unopened", "restock", place))])

    with pytest.raises(NotReady) as refusal:
        move(RETURN_COURSE, case, "inspect", make.mover())

    assert refusal.value.message == (
        "Line 1: 2 pieces came, and 1 have a condition and a decision. "
        "Line 2: say how many pieces came, 0 where none did."
    )
    assert StockMovement.objects.count() == 0


def test_an_item_without_a_sku_does_not_go_into_stock(case, place):
    case.lines.filter(line_no=1).update(sku=None)
    say(case, whole(place))

    with pytest.raises(NotReady) as refusal:
        move(RETURN_COURSE, case, "inspect", make.mover())

    assert refusal.value.message == (
        "Line 1 is of an item without a SKU, which no stock is kept of: scrap it, or make the SKU "
        "first."
    )


def test_what_is_said_again_replaces_what_was_said(case, place):
    say(case, whole(place))

    say(case, [found(1, 3, (3, "unopened", "restock", place))], seen=make.NOW)

    assert sorted(
        ReturnPieces.objects.values_list("line__line_no", "units", "condition", "disposal")
    ) == [(1, 3, "unopened", "restock"), (2, 1, "damaged", "scrap")]


def test_two_who_inspect_at_once_do_not_write_over_each_other(case, place):
    say(case, whole(place))

    with pytest.raises(Conflict):
        say(case, [found(1, 0)])

    assert ReturnPieces.objects.count() == 3


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            found(1, 4),
            "Line 1: 4 pieces came, but 3 were announced. Open another return for what came "
            "beside it.",
        ),
        (found(1, -1), "Line 1: -1 pieces came, but 3 were announced."),
        (
            found(1, 1, (2, "opened", "scrap")),
            "Line 1: of 1 pieces that came 2 are described.",
        ),
        (
            found(1, 1, (0, "opened", "scrap")),
            "Line 1: give pieces, their condition, and what becomes of them.",
        ),
        (
            found(1, 1, (1, "eaten", "scrap")),
            "Line 1: give pieces, their condition, and what becomes of them.",
        ),
        (
            found(1, 1, (1, "missing", "scrap")),
            "Line 1: only of missing pieces is there nothing to decide.",
        ),
        (
            found(1, 1, (1, "opened", "nothing")),
            "Line 1: only of missing pieces is there nothing to decide.",
        ),
        (
            found(1, 1, (1, "opened", "restock")),
            "Line 1: choose the warehouse whose stock the pieces go back to.",
        ),
        (found(7, 1), "R1 has no line 7 of goods."),
    ],
)
def test_what_cannot_be_is_refused(case, said, words):
    with pytest.raises(InvalidData) as refusal:
        say(case, [said])

    assert refusal.value.message.startswith(words)
    assert ReturnPieces.objects.count() == 0
    assert list(case.lines.values_list("received", flat=True)) == [None, None]


def test_a_closed_warehouse_takes_nothing_back(case):
    closed = make.warehouse("W9", active=False)

    with pytest.raises(InvalidData):
        say(case, [found(1, 1, (1, "opened", "restock", closed))])


@pytest.mark.parametrize("status", ["requested", "approved", "inspected", "rejected", "closed"])
def test_only_what_was_received_is_inspected(status):
    case = make.return_case(status="requested", lines=[(1, 1)])
    type(case).objects.filter(pk=case.pk).update(status=status, refunded_on=make.TODAY)

    with pytest.raises(InvalidTransition):
        say(case, [found(1, 1, (1, "opened", "scrap"))])

    assert ReturnPieces.objects.count() == 0


def test_what_was_rejected_after_its_inspection_leaves_the_stock_again(case, place):
    say(case, whole(place))
    move(RETURN_COURSE, case, "inspect", make.mover())

    move(RETURN_COURSE, case, "reject", make.mover(), reason="used")

    assert StockLevel.objects.get().on_hand == 0
    assert list(StockMovement.objects.order_by("pk").values_list("kind", "units", "reason")) == [
        ("return", 1, ""),
        ("adjustment", -1, "Return R1 was rejected after its inspection."),
    ]


def early(case, units):
    """Refund pieces before anybody has inspected them."""
    ask = RefundAsk((LineAsk(1, units),))
    return refund_return(case, RefundOrder(ask, f"n{units}"), make.mover(), reason="goodwill")


def test_goods_that_come_after_their_money_are_inspected_too(case, place):
    early(case, 2)
    assert list(RefundLine.objects.values_list("restocked", "restocked_cost")) == [(0, D("0.00"))]
    DirtyDay.objects.all().delete()
    case.refresh_from_db()

    inspect_return(case, whole(place), make.mover(), seen=case.handled_at)

    assert StockLevel.objects.get().on_hand == 1
    # of the two refunded pieces one is back in stock
    assert list(RefundLine.objects.values_list("restocked", "restocked_cost")) == [(1, D("4.00"))]
    assert list(DirtyDay.objects.values_list("family", "day")) == [("refunds", make.TODAY)]
    with pytest.raises(InvalidTransition):
        inspect_return(case, whole(place), make.mover(), seen=make.NOW)
    assert StockMovement.objects.count() == 1


def test_a_late_inspection_is_not_ended_before_all_is_decided(case):
    early(case, 2)

    with pytest.raises(NotReady):
        inspect_return(case, [found(1, 2)], make.mover(), seen=make.NOW)

    assert ReturnPieces.objects.count() == 0
    assert StockMovement.objects.count() == 0


@pytest.mark.parametrize(
    "values",
    [
        {"units": 0, "condition": "opened", "disposal": "scrap"},
        {"units": 1, "condition": "opened", "disposal": "restock"},
        {"units": 1, "condition": "missing", "disposal": "scrap"},
        {"units": 1, "condition": "opened", "disposal": "nothing"},
    ],
)
def test_the_database_says_no_as_well(case, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        ReturnPieces.objects.create(return_case=case, line=case.lines.first(), **values)


def test_a_long_number_is_told_by_a_digest_in_the_ledger(case, place):
    type(case).objects.filter(pk=case.pk).update(external_id="R" * 100)
    case.refresh_from_db()
    say(case, whole(place))

    move(RETURN_COURSE, case, "inspect", make.mover())

    moved = StockMovement.objects.get()
    assert moved.reference.startswith("RETURN:UK:#")
    assert len(moved.external_id) <= 100
