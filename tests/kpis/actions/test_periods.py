"""Increments give what a rebuild gives, and closed months stay as they are."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.models import ClosedMonth
from catalog.models import DirtyDay, StoreAssignment, StoreDepartment
from kpis.models import PeriodFact, PeriodKind, RefundDay, Restatement, SalesDay
from opsdesk.core.periods import Period
from orders.actions.sequences import renumber_orders
from orders.models import Order, OrderLine, Return, ReturnLine
from tests import factories as make
from tests.kpis.night import figures, night

pytestmark = pytest.mark.django_db
FIRST = date(2025, 12, 20)
DAYS = 110  # over a year's end, three month ends and the change of the clock


def dirty(family, store, day):
    DirtyDay.objects.create(family=family, store=store, day=day)


class Company:
    """Two departments, three stores, two people, and changes as they come from outside."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.departments = [make.department("one"), make.department("two")]
        self.stores = [
            make.store(code, department=self.departments[number % 2])
            for number, code in enumerate(("UK", "DE", "FR"))
        ]
        self.people = [make.person(), make.person()]
        for number, store in enumerate(self.stores):
            for person in self.people:
                StoreAssignment.objects.create(
                    store=store,
                    person=person,
                    share=Decimal("0.3333") if number else Decimal("0.5"),
                    from_date=FIRST,
                    to_date=FIRST + timedelta(days=60) if number == 1 else None,
                )

    def day(self):
        return FIRST + timedelta(days=self.chance.randrange(DAYS))

    def amount(self):
        return Decimal(self.chance.randrange(1, 100_000)).scaleb(-2)

    def change(self):
        """Make one change of any kind, with the notice that comes with it."""
        store = self.chance.choice(self.stores)
        kinds = (self.place, self.place, self.place, self.refund, self.cancel, self.remove)
        self.chance.choice((*kinds, self.late_cost, self.hand_over, self.regroup))(store)

    def place(self, store):
        number = self.chance.randrange(6)
        buyer = make.customer(f"c{number}", store=store) if number else None
        day = self.day()
        order = make.order(
            self.amount(),
            on=day,
            store=store,
            customer=buyer,
            traffic_source=self.chance.choice(("", "ad", "organic")),
            units=self.chance.randrange(1, 5),
        )
        if self.chance.random() < 0.5:
            order.lines.update(reporting_cost=self.amount())
        dirty("sales", store, day)
        self.renumber(order)

    def renumber(self, order):
        if order.customer_id:
            renumber_orders([order.customer_id], at=make.NOW)

    def cancel(self, store):
        order = Order.objects.filter(store=store).exclude(status="cancelled").order_by("?").first()
        if order:
            Order.objects.filter(pk=order.pk).update(status="cancelled")
            dirty("sales", store, order.business_date)
            self.renumber(order)

    def remove(self, store):
        order = Order.objects.filter(store=store).order_by("?").first()
        if order:
            order.lines.all().delete()
            Order.objects.filter(pk=order.pk).delete()
            dirty("sales", store, order.business_date)
            self.renumber(order)

    def refund(self, store):
        day = self.day()
        case = make.refund(self.amount(), on=day, store=store)
        case.lines.update(reporting_cost=self.amount(), restock=self.chance.random() < 0.5)
        dirty("refunds", store, day)

    def late_cost(self, store):
        line = OrderLine.objects.filter(store=store).order_by("?").first()
        if line:
            OrderLine.objects.filter(pk=line.pk).update(reporting_cost=self.amount())
            dirty("sales", store, line.business_date)

    def hand_over(self, store):
        """Somebody stops being credited: all days from then on are news."""
        row = StoreAssignment.objects.filter(store=store, to_date=None).first()
        if row:
            day = max(self.day(), row.from_date + timedelta(days=1))
            StoreAssignment.objects.filter(pk=row.pk).update(to_date=day)
            self.all_days(store)

    def regroup(self, store):
        row = StoreDepartment.objects.filter(store=store).latest("from_date")
        day = max(self.day(), row.from_date + timedelta(days=1))
        StoreDepartment.objects.filter(pk=row.pk).update(to_date=day)
        other = next(each for each in self.departments if each.pk != row.department_id)
        StoreDepartment.objects.create(store=store, department=other, from_date=day)
        self.all_days(store)

    def all_days(self, store):
        for number in range(DAYS):
            dirty("sales", store, FIRST + timedelta(days=number))


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))]
)
def test_increments_give_what_a_rebuild_gives(seed):
    company = Company(seed)
    for _ in range(6):
        for _ in range(company.chance.randrange(1, 12)):
            company.change()
        night()
    grown = figures()

    run = night(full=True)

    assert figures() == grown
    # The rebuild found nothing to write: every row was right already.
    assert run.steps.get(name="facts").rows_written == 0
    assert run.steps.get(name="periods").rows_written == 0
    SalesDay.objects.all().delete()
    RefundDay.objects.all().delete()
    PeriodFact.objects.all().delete()
    night(full=True)
    assert figures() == grown


@pytest.mark.parametrize("seed", range(2))
def test_sums_of_a_period_are_those_of_its_rows(seed):
    company = Company(seed)
    for _ in range(40):
        company.change()

    night()

    for row in PeriodFact.objects.filter(scope_kind="store"):
        period = Period(row.period_kind, row.start)
        placed = Order.objects.filter(
            store=row.scope_id, business_date__gte=period.start, business_date__lt=period.end
        )
        bought = [order.customer_id for order in placed.sold() if order.customer_id]
        sold = sum((order.reporting_amount for order in placed.sold()), Decimal(0))
        assert (row.orders, row.sold_amount) == (placed.sold().count(), sold)
        assert row.customers == len(set(bought))
        again = {
            buyer
            for buyer in bought
            if bought.count(buyer) > 1
            or Order.objects.sold().filter(customer=buyer, business_date__lt=period.start).exists()
        }
        assert row.customers - row.new_customers + row.second_orders == len(again)


def test_a_refund_without_sales_has_a_period_of_its_own():
    make.refund("10.00", on=date(2026, 3, 31))
    dirty("refunds", make.store(), date(2026, 3, 31))

    night()

    company = PeriodFact.objects.filter(scope_kind="company").order_by("period_kind")
    assert list(company.values_list("period_kind", "start", "refund_amount", "orders")) == [
        ("day", date(2026, 3, 31), Decimal("10.00"), 0),
        ("month", date(2026, 3, 1), Decimal("10.00"), 0),
        ("quarter", date(2026, 1, 1), Decimal("10.00"), 0),
        ("week", date(2026, 3, 30), Decimal("10.00"), 0),
        ("year", date(2026, 1, 1), Decimal("10.00"), 0),
    ]


def closed_march():
    """March is computed and closed; then an order and a refund of it come in late."""
    make.order("100.00")
    dirty("sales", make.store(), date(2026, 3, 10))
    night()
    ClosedMonth.objects.create(
        department=make.department(), month=date(2026, 3, 1), closed_at=make.NOW
    )
    frozen = figures()
    late = make.order("40.00")
    make.refund("7.00")
    dirty("sales", make.store(), date(2026, 3, 10))
    dirty("refunds", make.store(), date(2026, 3, 12))
    return frozen, late


def restated():
    return {
        (row.day, row.component): (row.frozen_value, row.current_value)
        for row in Restatement.objects.all()
    }


@pytest.mark.parametrize("full", [False, True])
def test_a_closed_month_does_not_move_and_what_came_late_is_kept_beside(full):
    frozen, _ = closed_march()

    night(full=full)

    after = figures()
    assert {name: after[name] for name in after if name != "Restatement"} == {
        name: frozen[name] for name in frozen if name != "Restatement"
    }
    assert restated() == {
        (date(2026, 3, 10), "gmv"): (Decimal("100.00"), Decimal("140.00")),
        (date(2026, 3, 10), "sold_amount"): (Decimal("100.00"), Decimal("140.00")),
        (date(2026, 3, 10), "orders"): (1, 2),
        (date(2026, 3, 10), "units"): (1, 2),
        (date(2026, 3, 12), "refund_amount"): (0, Decimal("7.00")),
        (date(2026, 3, 12), "refund_units"): (0, 1),
    }


def test_what_was_refunded_here_too_late_is_added_to_what_a_source_told_too_late():
    closed_march()
    make.part_refund(amount="5.00", on=date(2026, 3, 12), units=2, restocked=1)

    night()

    assert {key: value for key, value in restated().items() if key[0].day == 12} == {
        (date(2026, 3, 12), "refund_amount"): (0, Decimal("12.00")),
        (date(2026, 3, 12), "refund_units"): (0, 3),
        (date(2026, 3, 12), "refund_costed_amount"): (0, Decimal("5.00")),
        (date(2026, 3, 12), "refund_cost"): (0, Decimal("4.00")),
    }


def test_a_restatement_goes_when_the_data_is_as_it_was_frozen():
    _, late = closed_march()
    night()
    late.lines.all().delete()
    Order.objects.filter(pk=late.pk).delete()
    ReturnLine.objects.all().delete()
    Return.objects.all().delete()
    dirty("sales", make.store(), date(2026, 3, 10))
    dirty("refunds", make.store(), date(2026, 3, 12))

    night()

    assert restated() == {}


def test_the_open_month_beside_a_closed_one_goes_on():
    frozen, _ = closed_march()
    make.order("5.00", on=date(2026, 4, 1))
    dirty("sales", make.store(), date(2026, 4, 1))

    night()

    year = PeriodFact.objects.get(scope_kind="company", period_kind=PeriodKind.YEAR)
    assert (year.sold_amount, year.orders) == (Decimal("105.00"), 2)
    assert len(figures()["SalesDay"]) == len(frozen["SalesDay"]) + 1


def test_only_the_store_s_department_of_the_day_freezes_it():
    make.store("DE", department=make.department("two"))
    StoreDepartment.objects.filter(store__code="DE").update(to_date=date(2026, 3, 11))
    StoreDepartment.objects.create(
        store=make.store("DE"), department=make.department("ops"), from_date=date(2026, 3, 11)
    )
    ClosedMonth.objects.create(
        department=make.department("ops"), month=date(2026, 3, 1), closed_at=make.NOW
    )
    for day in (10, 11):
        make.order("1.00", on=date(2026, 3, day), store=make.store("DE"))
        dirty("sales", make.store("DE"), date(2026, 3, day))

    night()

    assert list(SalesDay.objects.values_list("day", flat=True)) == [date(2026, 3, 10)]
    assert {day for day, _ in restated()} == {date(2026, 3, 11)}


def test_a_night_takes_the_same_statements_for_one_store_and_for_many(
    django_assert_num_queries, django_assert_max_num_queries
):
    make.order("1.00")
    dirty("sales", make.store(), date(2026, 3, 10))
    with django_assert_max_num_queries(450) as first:
        night()
    for code in ("A", "B", "C", "D"):
        for day in (10, 11, 12):
            make.order("1.00", on=date(2026, 3, day), store=make.store(code))
            dirty("sales", make.store(code), date(2026, 3, day))

    with django_assert_num_queries(len(first)):
        night()
