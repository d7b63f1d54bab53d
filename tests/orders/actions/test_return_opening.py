"""Opening a return at the desk."""

from decimal import Decimal as D

import pytest

from accounts.core.roles import Role
from opsdesk.core.errors import InvalidData, NotAllowed
from opsdesk.models import AuditEntry, LifeEvent
from orders.actions.return_opening import LineBack, open_return
from orders.models import OrderLine, Return, ReturnLine
from orders.queries.returns import returnable
from tests import factories as make
from tests.trail import forget

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    made = make.sold((5, "49.99", "9.50"), (1, "5.00", "0.95"), external_id="1001")
    forget()
    return made


def back(line_no, units, why="defective"):
    return LineBack(line_no, units, make.reason(why))


def nothing_written():
    return [table.objects.count() for table in (Return, ReturnLine, LifeEvent, AuditEntry)] == [
        0
    ] * 4


def test_lines_come_back_with_a_reason_each(order):
    lines = [back(1, 2, "too_small"), back(2, 1)]

    case = open_return(order, lines, make.mover(), note=" does  not fit ")

    assert (case.external_id, case.status, case.reason) == (
        "1001-R1",
        "requested",
        "does not fit",
    )
    assert (case.amount, case.units, case.handled_at) == (D("25.00"), 3, make.NOW)
    assert list(
        case.lines.values_list(
            "line_no", "order_line__line_no", "sku__code", "quantity", "amount", "reason__code"
        )
    ) == [
        (1, 1, "T1", 2, D("20.00"), "too_small"),
        (2, 2, "T2", 1, D("5.00"), "defective"),
    ]
    assert list(case.lines.values_list("reporting_cost", flat=True)) == [D("8.00"), D("4.00")]
    assert list(LifeEvent.objects.values_list("life", "verb", "state")) == [
        ("return", "begin", "requested")
    ]
    assert AuditEntry.objects.filter(verb="created", model="orders.return").count() == 1


def test_each_return_of_an_order_has_a_number_of_its_own(order):
    numbers = [open_return(order, [back(1, 1)], make.mover()).external_id for _ in range(3)]

    assert numbers == ["1001-R1", "1001-R2", "1001-R3"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([(1, 6)], "Line 1: 6 pieces are to come back, but 5 of it are not in a return yet."),
        ([(1, -1)], "Line 1: -1 pieces are to come back, but 5 of it are not in a return yet."),
        ([(7, 1)], "1001 has no line 7 of goods, or it is named twice."),
        ([(1, 1), (1, 1)], "1001 has no line 1 of goods, or it is named twice."),
        ([], "Say which lines come back: 1 to 200 of them."),
    ],
)
def test_what_was_not_bought_does_not_come_back(order, lines, words):
    with pytest.raises(InvalidData) as refusal:
        open_return(order, [back(*line) for line in lines], make.mover())

    assert refusal.value.message == words
    assert nothing_written()


@pytest.mark.parametrize("note", ["a\nb\0", "x" * 201])
def test_a_note_that_cannot_be_kept_is_refused(order, note):
    with pytest.raises(InvalidData):
        open_return(order, [back(1, 1)], make.mover(), note=note)

    assert nothing_written()


def test_a_reason_that_is_used_no_more_is_refused(order):
    why = make.reason()
    type(why).objects.filter(pk=why.pk).update(active=False)

    with pytest.raises(InvalidData) as refusal:
        open_return(order, [back(1, 1)], make.mover())

    assert refusal.value.message == (
        "Line 1: the reason “Defective” is used no more, choose another one."
    )
    assert nothing_written()


def test_what_stands_in_other_returns_is_not_left(order):
    make.return_case(order, lines=[(1, 2)])
    make.return_case(order, lines=[(1, 3)], status="rejected")  # takes nothing
    counted = make.return_case(order, lines=[(1, 2)], status="received")
    counted.lines.update(received=1)  # the second one never came

    assert [(one.line.line_no, one.units) for one in returnable(order)] == [(1, 2), (2, 1)]


def test_a_line_added_later_can_come_back(order):
    open_return(order, [back(1, 5), back(2, 1)], make.mover())
    OrderLine.objects.create(
        order=order,
        line_no=3,
        store=order.store,
        business_date=order.business_date,
        kind="goods",
        quantity=1,
        unit_price=D("7.00"),
        amount=D("7.00"),
        reporting_amount=D("7.00"),
    )

    case = open_return(order, [back(3, 1)], make.mover())

    assert (case.external_id, case.amount) == ("1001-R2", D("7.00"))


def test_money_alone_can_go_back_as_long_as_some_is_left(order):
    case = open_return(order, [back(2, 0)], make.mover())
    OrderLine.objects.filter(line_no=2).update(amount=0, tax=0)

    with pytest.raises(InvalidData) as refusal:
        open_return(order, [back(2, 0)], make.mover())

    assert list(case.lines.values_list("quantity", "amount")) == [(0, D("0.00"))]
    assert refusal.value.message == (
        "Line 2: nothing of it is left to come back or to be refunded."
    )


def test_it_takes_somebody_of_the_store_with_the_right(order):
    stranger = make.user(role=Role.TEAM_MEMBER)
    auditor = make.user(role=Role.AUDITOR)
    forget()

    refusals = []
    for who in (stranger, auditor):
        with pytest.raises(NotAllowed) as refusal:
            open_return(order, [back(1, 1)], make.mover(who))
        refusals.append(refusal.value.code)

    assert refusals == ["not_yours", "no_right"]
    assert nothing_written()
