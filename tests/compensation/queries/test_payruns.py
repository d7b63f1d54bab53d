"""What stands behind a line, and who was paid for an order: it adds up from both sides."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from compensation.actions.calculation import calculate_run
from compensation.core.commission import NOTHING
from compensation.models import Payslip, PayslipLine
from compensation.queries.payruns import PAGE, credits_of, leaf_rows, leaves, run_json
from opsdesk.core.periods import Period
from orders.models import Order, Return
from tests import factories
from tests.factories import NOW

MARCH = Period.parse("2026-03")
APRIL = Period.parse("2026-04")

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    """A department with a supervisor and three promoters and a target of 1,000.00."""
    ops = factories.department()
    factories.employment(factories.person("E1"), position="supervisor")
    for number in ("E2", "E3", "E4"):
        factories.employment(factories.person(number))
    factories.target("1000.00")
    return ops


def calculated(desk, month=MARCH):
    return calculate_run(desk, month, by=None, at=NOW)


def commissions(run):
    return {
        line.payslip.person.employee_no: line
        for line in PayslipLine.objects.filter(payslip__run=run, kind="commission")
        .select_related("payslip__person", "payslip__run")
        .order_by("payslip__person__employee_no")
    }


def all_leaves(line):
    pages = -(-leaf_rows(line).count() // PAGE)
    return [leaf for page in range(1, pages + 1) for leaf in leaves(line, page=page)]


def paid(order, by="order"):
    return order.payments.create(external_id="p", amount=order.amount, collected_on=by)


def test_the_leaves_of_a_split_pool_add_up_for_each_promoter(desk):
    for value in ("600.00", "200.05", "89.99"):
        factories.order(value)
    factories.refund("0.04")

    lines = commissions(calculated(desk))

    # 89 % of the target: 2 % of 890.00 is a pool of 17.80, a third of it 5.9333
    assert {number: str(line.amount) for number, line in lines.items()} == {
        "E1": "35.60",
        "E2": "5.94",
        "E3": "5.93",
        "E4": "5.93",
    }
    for line in lines.values():
        assert sum(leaf.earned for leaf in all_leaves(line)) == line.amount


def test_a_refund_earns_less_than_nothing(desk):
    factories.order("1000.00", on=date(2026, 3, 1))
    factories.refund("200.00", external_id="r1", on=date(2026, 3, 2))

    line = commissions(calculated(desk))["E1"]

    # 80 % of the target is the tier below: 3 % of 800.00; 30.00 and then 6.00 less
    assert [(str(leaf.order or leaf.return_case), leaf.earned) for leaf in leaves(line)][1:] == [
        ("r1", Decimal("-6.00"))
    ]
    assert line.amount == Decimal("24.00")


def test_what_was_carried_is_a_leaf_of_its_own(desk):
    factories.refund("100.00")
    calculated(desk)
    factories.target("1000.00", month=APRIL.start)
    factories.order("1000.00", external_id="o1", on=date(2026, 4, 5))

    line = commissions(calculated(desk, APRIL))["E1"]

    # 900.00 is 90 %: 4 % of it; the running sum is -100.00, then 900.00
    assert [(leaf.day, leaf.order and str(leaf.order), leaf.earned) for leaf in leaves(line)] == [
        (date(2026, 4, 1), None, Decimal("-4.00")),
        (date(2026, 4, 5), "o1", Decimal("40.00")),
    ]


def test_a_page_goes_on_where_the_one_before_ended(desk):
    for number in range(2 * PAGE + 3):
        factories.order("4.11", external_id=f"o{number:04}")

    line = commissions(calculated(desk))["E2"]
    pages = [leaves(line, page=page) for page in (1, 2, 3, 4)]

    assert [len(page) for page in pages] == [PAGE, PAGE, 3, 0]
    assert [str(leaf.order) for page in pages for leaf in page] == [
        f"o{number:04}" for number in range(2 * PAGE + 3)
    ]
    assert sum(leaf.earned for page in pages for leaf in page) == line.amount


def test_credits_add_up_over_people_and_orders_to_the_lines(desk):
    for number in range(7):
        factories.order("127.13", on=date(2026, 3, 1) + timedelta(days=number))
    factories.refund("0.07", on=date(2026, 3, 4))
    leaver = factories.employment(
        factories.person("E5"), since=date(2025, 6, 1), leave_date=date(2026, 3, 10)
    )
    for order in Order.objects.order_by("pk")[1:4]:
        paid(order, by=date(2026, 3, 10))

    lines = commissions(calculated(desk))
    found = [
        credit
        for case in [*Order.objects.all(), *Return.objects.all()]
        for credit in credits_of(case)
    ]

    earned = dict.fromkeys(lines, NOTHING)
    for credit in found:
        earned[credit.line.payslip.person.employee_no] += credit.earned
    assert earned == {number: line.amount for number, line in lines.items()}
    assert lines[leaver.person.employee_no].figures["collected"] == "381.32"


def test_a_return_refunded_in_parts_lowers_the_pay_on_the_day_of_each(desk):
    """The leaver's days end between the parts: of the second nothing is taken from them."""
    order = factories.sold((5, "1000.00", "0.00"), on=date(2026, 3, 1), external_id="o1")
    paid(order, by=date(2026, 3, 1))
    case = factories.return_case(order, lines=[(1, 5)], external_id="r1")
    factories.part_refund(case, "100.00", on=date(2026, 3, 4))
    factories.part_refund(case, "50.00", on=date(2026, 3, 4))
    factories.part_refund(case, "50.00", on=date(2026, 4, 1))  # April's first day: not March
    factories.employment(
        factories.person("E5"), since=date(2025, 6, 1), leave_date=date(2026, 3, 10)
    )

    run = calculated(desk)
    lines = commissions(run)

    rows = run.base_rows.order_by("seq").values_list("day", "return_case", "amount", "running")
    assert list(rows) == [
        (date(2026, 3, 1), None, Decimal("1000.00"), Decimal("1000.00")),
        (date(2026, 3, 4), case.pk, Decimal("-100.00"), Decimal("900.00")),
        (date(2026, 3, 4), case.pk, Decimal("-50.00"), Decimal("850.00")),
    ]
    found = [credit for one in (order, case) for credit in credits_of(one)]
    earned = dict.fromkeys(lines, NOTHING)
    for credit in found:
        earned[credit.line.payslip.person.employee_no] += credit.earned
    assert earned == {number: line.amount for number, line in lines.items()}
    assert len([one for one in credits_of(case) if one.line == lines["E1"]]) == 2


def test_an_order_tells_who_was_paid_for_it(desk):
    order = factories.order("890.00")
    calculated(desk)

    found = credits_of(order)

    assert [
        (credit.line.payslip.person.employee_no, credit.base, credit.earned) for credit in found
    ] == [
        ("E1", Decimal("890.00"), Decimal("35.60")),
        ("E2", Decimal("890.00"), Decimal("5.94")),
        ("E3", Decimal("890.00"), Decimal("5.93")),
        ("E4", Decimal("890.00"), Decimal("5.93")),
    ]


@pytest.mark.parametrize("leavers", [1, 3])
def test_who_was_paid_is_found_by_three_statements(desk, leavers, django_assert_num_queries):
    order = factories.order("600.00")
    factories.order("290.00")
    paid(order, by=date(2026, 3, 10))
    for day in range(leavers):
        factories.employment(
            factories.person(), since=date(2025, 6, 1), leave_date=date(2026, 3, 10 + day)
        )
    calculated(desk)

    with django_assert_num_queries(3):
        found = credits_of(order)
        names = [str(credit.line.payslip.person) for credit in found]

    assert len(names) == 4 + leavers


def test_who_was_paid_nothing_is_no_credit(desk):
    order = factories.order("10.00")  # 1 %: below the first tier
    calculated(desk)

    assert credits_of(order) == []
    assert [leaves(line) for line in commissions_of_nothing()] == [[]] * 4


def commissions_of_nothing():
    return PayslipLine.objects.filter(kind="commission").select_related("payslip__run")


@pytest.mark.parametrize("people", [1, 3])
def test_a_run_is_shown_by_a_constant_number_of_statements(desk, people, django_assert_num_queries):
    for _ in range(people):
        factories.employment()
    run = calculated(desk)

    with django_assert_num_queries(2):
        shown = run_json(run)

    assert len(shown["payslips"]) == 4 + people == Payslip.objects.count()


def test_the_smallest_base_above_nothing_pays(desk):
    factories.order("0.51")
    factories.refund("0.50")
    desk.targets.update(net_sales=Decimal("0.01"))

    line = commissions(calculated(desk))["E1"]

    # 5 % of 0.01 rounds to nothing, but it is no missing base
    assert (line.code, line.figures["base"], line.amount) == ("own", "0.01", Decimal("0.00"))


def test_a_base_of_exactly_nothing_says_so(desk):
    factories.order("0.50")
    factories.refund("0.50")

    run = calculated(desk)

    assert [(line.code, line.amount) for line in commissions(run).values()] == [
        ("no_base", Decimal("0.00"))
    ] * 4
    assert run.carried_out == Decimal("0.00")
