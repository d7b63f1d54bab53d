"""Paying back a return in parts: to the cent, never more than was bought, each part once."""

from decimal import Decimal as D

import pytest

from accounts.core.roles import Role
from accounts.models import ClosedMonth
from catalog.models import DirtyDay
from opsdesk.actions.moves import Mover, move
from opsdesk.core.errors import Conflict, InvalidData, InvalidTransition, NotAllowed, NotReady
from opsdesk.models import AuditEntry, LifeEvent
from orders.actions.refunding import RefundOrder, preview_refund, refund_return
from orders.actions.refunds import follow_orders
from orders.actions.return_course import RETURN_COURSE
from orders.core.refund_plan import LineAsk, RefundAsk
from orders.models import Order, OrderLine, Refund, RefundLine, Return, ReturnPieces
from tests import factories as make
from tests.trail import forget

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return make.sold(
        (5, "49.99", "9.50"), (1, "5.00", "0.95"), external_id="1001", shipping_charge=D("4.90")
    )


@pytest.fixture
def case(order):
    made = make.return_case(order, lines=[(1, 5), (2, 1)], status="inspected", external_id="R1")
    forget()
    return made


def asked(*lines, extra="0", shipping="0"):
    return RefundAsk(
        tuple(
            LineAsk(no, units, None if total is None else D(total)) for no, units, total in lines
        ),
        D(extra),
        D(shipping),
    )


def pay(case, ask, name="n1", mover=None, reason="", **values):
    return refund_return(
        case, RefundOrder(ask, name, **values), mover or make.mover(), reason=reason
    ).refund


def nothing_written():
    tables = (Refund, RefundLine, DirtyDay, LifeEvent, AuditEntry)
    return [table.objects.count() for table in tables] == [0] * len(tables)


def money(refund):
    return refund.amount, refund.tax, refund.shipping, refund.units


def test_two_and_then_three_of_five_give_exactly_what_was_paid(case):
    first = pay(case, asked((1, 2, None)), "a")
    second = pay(case, asked((1, 3, None)), "b")

    assert money(first) == (D("20.00"), D("3.80"), D("0"), 2)
    assert money(second) == (D("29.99"), D("5.70"), D("0"), 3)
    case.refresh_from_db()
    assert (case.status, case.in_parts, case.amount, case.units, case.refunded_on) == (
        "refunded",
        True,
        D("49.99"),
        5,
        make.TODAY,
    )
    assert list(Refund.objects.order_by("pk").values_list("number", "reporting_amount")) == [
        (1, D("20.00")),
        (2, D("29.99")),
    ]
    # one step of its life, two days with news
    assert list(LifeEvent.objects.values_list("verb", "state")) == [("refund", "refunded")]
    assert list(DirtyDay.objects.values_list("family", "day")) == [("refunds", make.TODAY)] * 2


def test_lines_tax_and_shipping_go_back_together(case):
    refund = pay(
        case,
        asked((1, 1, None), (2, 1, None), shipping="4.90"),
        method="bank",
        reference="TX1",
        note="sorry",
    )

    assert money(refund) == (D("15.00"), D("2.85"), D("4.90"), 2)
    assert refund.total == D("22.75")
    assert (refund.method, refund.reference, refund.note, refund.early) == (
        "bank",
        "TX1",
        "sorry",
        False,
    )
    assert list(
        refund.lines.order_by("pk").values_list(
            "return_line__line_no", "quantity", "amount", "tax", "reporting_cost"
        )
    ) == [(1, 1, D("10.00"), D("1.90"), D("4.00")), (2, 1, D("5.00"), D("0.95"), D("4.00"))]


def test_an_amount_is_spread_over_the_lines_with_its_tax(case):
    refund = pay(case, asked(extra="6.55"))

    # 59.49 and 5.95 were paid: a tenth of both
    assert money(refund) == (D("5.50"), D("1.05"), D("0"), 0)
    assert list(
        refund.lines.order_by("pk").values_list("quantity", "amount", "tax", "reporting_cost")
    ) == [(0, D("5.00"), D("0.95"), D("0.00")), (0, D("0.50"), D("0.10"), D("0.00"))]


def test_less_than_pieces_are_worth_keeps_the_rest(case):
    pay(case, asked((1, 1, "5.95")), "a")  # half of 11.90: it was opened

    rest = pay(case, asked((1, 4, None)), "b")

    assert money(rest) == (D("39.99"), D("7.60"), D("0"), 4)
    assert case.lines.first().refund_lines.count() == 2


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (
            asked((1, 6, None)),
            "Line 1: 6 pieces are to be refunded, but 5 of this return are still open.",
        ),
        (
            asked((1, -1, None)),
            "Line 1: -1 pieces are to be refunded, but 5 of this return are still open.",
        ),
        (
            asked((1, 0, "59.50")),
            "Line 1: 59.50 is to be refunded, but at most 59.49 is left.",
        ),
        (
            asked((1, 1, "11.91")),
            "Line 1: 11.91 is to be refunded, but at most 11.90 is left.",
        ),
        (
            asked(extra="65.45"),
            "65.45 is to be refunded besides, but 65.44 is left of all lines.",
        ),
        (
            asked(shipping="4.91"),
            "4.91 of the shipping is asked for, but 4.90 of it is left.",
        ),
        (asked(extra="-1"), "Give an amount of 0 or more with at most 2 decimals."),
        (asked(extra="0.001"), "Give an amount of 0 or more with at most 2 decimals."),
        (asked(extra="NaN"), "Give an amount of 0 or more with at most 2 decimals."),
        (asked((9, 1, None)), "This return has no line 9, or it is named twice."),
        (asked((1, 1, None), (1, 1, None)), "This return has no line 1, or it is named twice."),
        (asked(), "Say what is refunded: pieces of a line, an amount, or shipping."),
        (asked((1, 0, None)), "Say what is refunded: pieces of a line, an amount, or shipping."),
    ],
)
def test_what_is_not_there_is_refused(case, ask, words):
    with pytest.raises(InvalidData) as refusal:
        pay(case, ask)

    assert refusal.value.message == words
    assert nothing_written()


def test_shipping_goes_back_once_over_all_returns(case, order):
    other = make.return_case(order, lines=[(2, 0)], status="inspected")
    pay(case, asked(shipping="3.00"))

    with pytest.raises(InvalidData) as refusal:
        pay(other, asked(shipping="2.00"))

    assert refusal.value.message == "2.00 of the shipping is asked for, but 1.90 of it is left."


def test_all_returns_of_the_order_count_together(case, order):
    other = make.return_case(order, lines=[(1, 5)], status="inspected")
    pay(case, asked((1, 4, None)))

    with pytest.raises(InvalidData):
        pay(other, asked((1, 2, None)))
    last = pay(other, asked((1, 1, None)))

    assert money(last) == (D("10.00"), D("1.90"), D("0"), 1)
    assert sum(Refund.objects.values_list("amount", flat=True)) == D("49.99")


def test_what_a_source_refunded_counts_as_well(case, order):
    told = make.return_case(
        order,
        lines=[(1, 3)],
        status="refunded",
        refunded_at=make.NOW,
        refunded_on=make.TODAY,
    )
    told.lines.update(amount=D("30.00"))

    with pytest.raises(InvalidData):
        pay(case, asked((1, 3, None)))
    rest = pay(case, asked((1, 2, None)))

    # its tax is not told: that of three pieces is taken to have gone back
    assert money(rest) == (D("19.99"), D("3.80"), D("0"), 2)


def test_an_order_is_never_worth_less_than_what_went_back_of_it(case, order):
    """A source that names no lines took back most of it: only the whole order can say so."""
    told = make.return_case(
        order, lines=[(1, 4)], status="refunded", refunded_at=make.NOW, refunded_on=make.TODAY
    )
    told.lines.update(amount=D("40.00"), order_line=None)

    with pytest.raises(InvalidData) as refusal:
        pay(case, asked((1, 3, None)))

    assert refusal.value.message == (
        "Of order 1001 3 pieces go back, but 6 were bought and 4 of them went back before."
    )
    assert not Refund.objects.exists()


def test_only_what_came_is_refunded_by_pieces(case):
    line = case.lines.get(line_no=1)
    case.lines.filter(pk=line.pk).update(received=3)
    Return.objects.filter(pk=case.pk).update(inspected_at=make.NOW)
    for units, condition, disposal in ((2, "opened", "scrap"), (1, "missing", "nothing")):
        ReturnPieces.objects.create(
            return_case=case, line=line, units=units, condition=condition, disposal=disposal
        )
    case.refresh_from_db()

    with pytest.raises(InvalidData) as refusal:
        pay(case, asked((1, 3, None)))

    assert refusal.value.message == (
        "Line 1: 3 pieces are to be refunded, but 2 of this return are still open."
    )


def test_pieces_back_in_stock_are_refunded_first(case):
    place = make.warehouse()
    line = case.lines.get(line_no=1)
    Return.objects.filter(pk=case.pk).update(inspected_at=make.NOW)
    for units, disposal, where in ((1, "restock", place), (4, "scrap", None)):
        ReturnPieces.objects.create(
            return_case=case,
            line=line,
            units=units,
            condition="opened",
            disposal=disposal,
            warehouse=where,
        )
    case.refresh_from_db()

    refunds = [pay(case, asked((1, 2, None)), name) for name in ("a", "b")]

    assert [
        list(refund.lines.values_list("quantity", "restocked", "restocked_cost"))
        for refund in refunds
    ] == [[(2, 1, D("4.00"))], [(2, 0, D("0.00"))]]


def test_the_same_number_refunds_once(case):
    first = refund_return(case, RefundOrder(asked((1, 1, None)), "n1"), make.mover())
    again = refund_return(case, RefundOrder(asked((1, 1, None)), "n1"), make.mover())

    with pytest.raises(Conflict):
        refund_return(case, RefundOrder(asked((1, 2, None)), "n1"), make.mover())

    assert (first.new, again.new, again.refund) == (True, False, first.refund)
    assert Refund.objects.count() == 1


def test_other_amounts_than_those_shown_are_a_conflict(case):
    shown = preview_refund(case, asked(extra="10.00"))
    assert shown.total == D("10.00")

    with pytest.raises(Conflict) as refusal:
        pay(case, asked((1, 1, None)), expected=D("11.00"))

    assert refusal.value.message.startswith("11.00 was shown, but it is 11.90 by now")
    assert nothing_written()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "external_id"),
        ({"name": "x" * 101}, "external_id"),
        ({"reference": "a\0b"}, "reference"),
        ({"note": "x" * 501}, "note"),
        ({"method": "cash"}, "method"),
    ],
)
def test_words_that_cannot_be_kept_are_refused(case, values, field):
    with pytest.raises(InvalidData) as refusal:
        pay(case, asked((1, 1, None)), **values)

    assert refusal.value.field == field
    assert nothing_written()


@pytest.mark.parametrize("status", ["requested", "rejected", "closed"])
def test_not_every_return_can_be_refunded(case, status):
    Return.objects.filter(pk=case.pk).update(status=status, refunded_on=make.TODAY)
    case.refresh_from_db()

    with pytest.raises(InvalidTransition):
        pay(case, asked((1, 1, None)))

    assert nothing_written()


def test_what_a_source_refunded_is_not_refunded_here_again(case):
    Return.objects.filter(pk=case.pk).update(status="refunded", refunded_on=make.TODAY)
    case.refresh_from_db()

    with pytest.raises(InvalidTransition) as refusal:
        pay(case, asked((1, 1, None)))

    assert refusal.value.message == (
        "R1 was refunded at its source: nothing of it is refunded here."
    )


def test_the_step_alone_refunds_nothing(case):
    with pytest.raises(NotReady):
        move(RETURN_COURSE, case, "refund", make.mover())

    assert nothing_written()


@pytest.fixture
def people():
    home = make.department()
    agent = make.user("agent", role=Role.TEAM_MEMBER)
    make.employment(make.person(user=agent), department=home)
    return agent, make.user("boss", role=Role.SUPERVISOR, department=home)


@pytest.mark.parametrize("status", ["approved", "received"])
def test_before_the_inspection_it_takes_a_supervisor_and_a_reason(case, people, status):
    agent, boss = people
    Return.objects.filter(pk=case.pk).update(status=status)
    case.refresh_from_db()
    forget()

    with pytest.raises(NotAllowed):
        pay(case, asked((1, 1, None)), mover=make.mover(agent), reason="angry")
    with pytest.raises(InvalidData):
        pay(case, asked((1, 1, None)), mover=make.mover(boss))
    assert nothing_written()
    refund = pay(case, asked((1, 1, None)), mover=make.mover(boss), reason="angry")

    assert (refund.early, refund.by) == (True, boss)
    assert list(LifeEvent.objects.values_list("verb", "reason")) == [("refund_early", "angry")]


def test_a_further_part_before_the_inspection_takes_the_same(case, people):
    agent, boss = people
    Return.objects.filter(pk=case.pk).update(status="approved")
    case.refresh_from_db()
    pay(case, asked((1, 1, None)), "a", mover=make.mover(boss), reason="angry")

    with pytest.raises(NotAllowed):
        pay(case, asked((1, 1, None)), "b", mover=make.mover(agent), reason="me too")
    with pytest.raises(InvalidData):
        pay(case, asked((1, 1, None)), "b", mover=make.mover(boss))
    pay(case, asked((1, 1, None)), "b", mover=make.mover(boss), reason="again")

    assert Refund.objects.count() == 2


def test_a_machine_does_not_refund_before_the_inspection(case):
    client = make.api_client()
    scope = make.scope(make.manager())
    machine = Mover(make.NOW, client, type(scope)(None, None, frozenset(), make.TODAY, client_id=1))
    Return.objects.filter(pk=case.pk).update(status="received")
    case.refresh_from_db()
    forget()

    with pytest.raises(NotAllowed):
        pay(case, asked((1, 1, None)), mover=machine, reason="because")

    assert nothing_written()


def test_strangers_and_readers_refund_nothing(case):
    stranger = make.user("stranger", role=Role.TEAM_MEMBER)
    auditor = make.user("auditor", role=Role.AUDITOR)
    forget()

    for who in (stranger, auditor):
        with pytest.raises(NotAllowed):
            pay(case, asked((1, 1, None)), mover=make.mover(who))

    assert nothing_written()


def test_a_return_of_no_known_order_is_refunded_as_it_was_announced(case):
    case.lines.update(order_line=None, amount=D("30.00"), reporting_cost=D("9.00"))
    Return.objects.filter(pk=case.pk).update(order=None)
    case.refresh_from_db()

    parts = [pay(case, asked((1, units, None)), str(units)) for units in (2, 3)]
    with pytest.raises(InvalidData):
        pay(case, asked((1, 0, "0.01")), "more")

    assert [money(part) for part in parts] == [
        (D("12.00"), D("0"), D("0"), 2),
        (D("18.00"), D("0"), D("0"), 3),
    ]
    costs = RefundLine.objects.order_by("pk").values_list("reporting_cost", flat=True)
    assert list(costs) == [D("3.60"), D("5.40")]


def test_refunds_follow_the_rate_and_cost_of_their_order(case, order):
    refund = pay(case, asked((1, 2, None), (2, 1, None)))
    DirtyDay.objects.all().delete()
    OrderLine.objects.filter(line_no=1).update(unit_cost=D("3.00"))
    OrderLine.objects.filter(line_no=2).update(unit_cost=None)
    Order.objects.filter(pk=order.pk).update(fx_rate=2)

    follow_orders(Order.objects.all(), by=None, at=make.NOW)

    refund.refresh_from_db()
    assert (refund.fx_rate, refund.reporting_amount) == (D(2), D("50.00"))
    assert list(refund.lines.order_by("pk").values_list("reporting_amount", "reporting_cost")) == [
        (D("40.00"), D("12.00")),
        (D("10.00"), None),
    ]
    assert list(DirtyDay.objects.values_list("family", "day")) == [("refunds", make.TODAY)]
    case.refresh_from_db()
    assert case.reporting_amount == D("50.00")


def test_a_refund_of_a_closed_month_keeps_its_rate(case, order):
    refund = pay(case, asked((1, 2, None)))
    month = make.TODAY.replace(day=1)
    ClosedMonth.objects.create(department=make.department(), month=month, closed_at=make.NOW)
    Order.objects.filter(pk=order.pk).update(fx_rate=2)

    follow_orders(Order.objects.all(), by=None, at=make.NOW)

    refund.refresh_from_db()
    assert (refund.fx_rate, refund.reporting_amount) == (D(1), D("20.00"))
