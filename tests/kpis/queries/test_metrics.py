"""Metric values: the numbers, where they came from, and whether they may still change."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.core.roles import Role
from accounts.models import ClosedMonth
from catalog.models import DirtyDay, StoreAssignment
from kpis.core.formula import SHIPPED
from kpis.models import MetricDefinition
from kpis.queries.metrics import ValueState, metric_scope_visible, metric_series, metric_values
from kpis.queries.rows import orders_behind, refunds_behind
from opsdesk.core.periods import Period
from opsdesk.core.ratios import Ratio
from tests import factories as make
from tests.kpis.night import night

pytestmark = pytest.mark.django_db
MARCH = Period.parse("2026-03")
CODES = [metric.code for metric in SHIPPED]


def computed():
    """A month with two customers, one of them with a second order, and a refund."""
    buyer, other = make.customer("c1"), make.customer("c2")
    make.order("100.00", customer=buyer, customer_order_no=1, units=4)
    make.order(
        *("50.00",),
        on=date(2026, 3, 31),
        customer=buyer,
        customer_order_no=2,
        previous_order_on=date(2026, 3, 10),
    )
    make.order("30.00", customer=other, customer_order_no=1, traffic_source="ad")
    make.order("20.00", status="cancelled", traffic_source="organic")
    make.order("11.00", on=date(2026, 4, 1))  # April's first day: not March
    make.refund("10.00", units=2)
    for day in (date(2026, 3, 10), date(2026, 3, 31), date(2026, 4, 1)):
        DirtyDay.objects.create(family="sales", store=make.store(), day=day)
    DirtyDay.objects.create(family="refunds", store=make.store(), day=date(2026, 3, 12))
    return night()


def numbers(found):
    return {each.code: (each.numerator, each.denominator) for each in found}


def test_every_shipped_metric_by_hand():
    run = computed()

    found = metric_values(CODES, "company", 0, [MARCH], today=date(2026, 4, 2))

    assert numbers(found) == {
        "gmv": (Decimal("200.00"), None),
        "gmv_organic": (Decimal("20.00"), None),
        "gmv_ads": (Decimal("30.00"), None),
        "net_sales": (Decimal("170.00"), None),
        "orders": (3, None),
        "units": (6, None),
        "aov": (Decimal("180.00"), 3),
        "return_rate": (2, 6),
        "gross_profit": (0, None),
        "new_customer_share": (Decimal("130.00"), Decimal("180.00")),
        "repurchase_rate": (1, 2),
    }
    values = {each.code: each.value for each in found}
    assert values["aov"] == Decimal("60")
    assert values["gross_profit"] is None  # nobody knows a cost
    assert {each.run for each in found} == {run.pk}
    assert {each.version for each in found} == {1}


@pytest.mark.parametrize("kind", ["store", "department"])
def test_a_store_and_its_department_are_the_company_here(kind):
    computed()
    scope_id = {"store": make.store().pk, "department": make.department().pk}[kind]

    found = metric_values(CODES, kind, scope_id, [MARCH], today=date(2026, 4, 2))

    company = metric_values(CODES, "company", 0, [MARCH], today=date(2026, 4, 2))
    assert numbers(found) == numbers(company)


def test_a_person_has_the_share_of_the_days_they_were_credited():
    person = make.person()
    StoreAssignment.objects.create(
        store=make.store(),
        person=person,
        share=Decimal("0.3333"),
        from_date=date(2026, 3, 1),
        to_date=date(2026, 3, 31),  # until before: the 31st is somebody else's
    )
    computed()

    found = metric_values(
        ["net_sales", "orders", "aov"], "person", person.pk, [MARCH], today=date(2026, 4, 2)
    )

    # (100 + 30 - 10) x 0.3333, 2 orders x 0.3333, 130 / 2
    assert numbers(found) == {
        "net_sales": (Decimal("39.996"), None),
        "orders": (Decimal("0.6666"), None),
        "aov": (Decimal("43.329"), Decimal("0.6666")),
    }
    assert found[2].value == Decimal("65")


def test_the_coverage_tells_what_part_of_the_sales_has_a_cost():
    order = make.order("30.00")
    order.lines.update(reporting_cost=Decimal("12.00"))
    make.order("70.00")
    DirtyDay.objects.create(family="sales", store=make.store(), day=date(2026, 3, 10))
    night()

    (found,) = metric_values(["gross_profit"], "company", 0, [MARCH], today=date(2026, 4, 2))

    assert found.value == Decimal("18.00")
    assert found.coverage == Ratio(Decimal("30.00"), Decimal("100.00"))


def test_a_period_without_facts_has_no_value():
    computed()

    found = metric_values(CODES, "company", 0, [Period.parse("2026-02")], today=date(2026, 4, 2))

    assert {(each.value, each.numerator, each.run) for each in found} == {(None, None, None)}


def test_a_series_has_gaps_where_nothing_was_sold():
    computed()

    series = metric_series(
        "net_sales", "company", 0, Period.parse("2026-03-10"), Period.parse("2026-03-13")
    )

    assert [value for _, value in series] == [
        *(Decimal("130.00"), None, Decimal("-10.00"), None),
    ]


@pytest.mark.parametrize(
    ("today", "closed", "state"),
    [
        (date(2026, 4, 2), False, ValueState.PRELIMINARY),
        (date(2026, 4, 30), False, ValueState.PRELIMINARY),  # the 30th day
        (date(2026, 5, 1), False, ValueState.SETTLED),
        (date(2026, 4, 2), True, ValueState.FROZEN),
    ],
)
@pytest.mark.parametrize("kind", ["company", "department", "store", "person"])
def test_a_value_is_preliminary_then_settled_then_frozen(kind, today, closed, state):
    computed()
    person = make.person()
    StoreAssignment.objects.create(
        store=make.store(), person=person, from_date=date(2026, 1, 1), share=Decimal(1)
    )
    ids = {
        "company": 0,
        "department": make.department().pk,
        "store": make.store().pk,
        "person": person.pk,
    }
    if closed:
        ClosedMonth.objects.create(
            department=make.department(), month=date(2026, 3, 1), closed_at=make.NOW
        )

    (found,) = metric_values(["gmv"], kind, ids[kind], [MARCH], today=today)

    assert found.state == state


def test_a_quarter_is_frozen_with_its_last_month():
    for month in (1, 2):
        ClosedMonth.objects.create(
            department=make.department(), month=date(2026, month, 1), closed_at=make.NOW
        )
    quarter, scope_id = Period.parse("2026-Q1"), make.department().pk

    before = metric_values(["gmv"], "department", scope_id, [quarter], today=date(2026, 4, 2))
    ClosedMonth.objects.create(
        department=make.department(), month=date(2026, 3, 1), closed_at=make.NOW
    )
    after = metric_values(["gmv"], "department", scope_id, [quarter], today=date(2026, 4, 2))

    assert [before[0].state, after[0].state] == [ValueState.PRELIMINARY, ValueState.FROZEN]


@pytest.mark.parametrize("text", ["2026-03-10", "2026-W11", "2026-03"])
def test_days_and_weeks_within_a_closed_month_are_frozen(text):
    ClosedMonth.objects.create(
        department=make.department(), month=date(2026, 3, 1), closed_at=make.NOW
    )
    period = Period.parse(text)

    found = metric_values(
        ["gmv"], "department", make.department().pk, [period], today=date(2026, 4, 2)
    )

    assert found[0].state == ValueState.FROZEN


def test_a_week_over_a_month_s_end_is_frozen_with_both_months():
    ClosedMonth.objects.create(
        department=make.department(), month=date(2026, 3, 1), closed_at=make.NOW
    )
    week = Period.parse("2026-W14")  # 30 March to 5 April

    (found,) = metric_values(
        ["gmv"], "department", make.department().pk, [week], today=date(2026, 4, 2)
    )

    assert found.state == ValueState.PRELIMINARY


def test_a_new_version_holds_from_its_day():
    computed()
    MetricDefinition.objects.create(
        code="units",
        version=2,
        name="Units",
        unit="count",
        direction="high",
        numerator={"units": 1, "refund_units": -1},
        effective_from=date(2026, 4, 1),
    )

    found = metric_values(["units"], "company", 0, [MARCH, MARCH.next()], today=date(2026, 4, 2))

    assert [(each.version, each.value) for each in found] == [(1, 6), (2, 1)]


@pytest.mark.parametrize("count", [1, 12])
def test_values_take_the_same_statements_for_one_period_and_for_many(
    count, django_assert_num_queries
):
    computed()
    scope_id = make.store().pk
    periods = [MARCH]
    while len(periods) < count:
        periods.append(periods[-1].next())

    with django_assert_num_queries(4):
        metric_values(CODES, "store", scope_id, periods, today=date(2026, 4, 2))


def test_the_rows_behind_a_value_add_up_to_it():
    computed()
    elsewhere = make.store("DE", department=make.department("other"))
    make.order("1000.00", store=elsewhere)
    scope_id = make.department().pk

    orders = orders_behind("department", scope_id, MARCH).sold()
    refunds = refunds_behind("department", scope_id, MARCH)

    assert sum(order.reporting_amount for order in orders) == Decimal("180.00")
    assert [refund.reporting_amount for refund in refunds] == [Decimal("10.00")]


def test_who_may_see_whose_metrics():
    make.store()
    other = make.store("DE", department=make.department("other"))
    member = make.person(user=make.user("member", role=Role.TEAM_MEMBER))
    make.employment(member)
    colleague = make.employment().person
    seen = {
        who.username: [
            metric_scope_visible(make.scope(who), kind, scope_id)
            for kind, scope_id in (
                ("company", 0),
                ("department", make.department().pk),
                ("department", make.department("other").pk),
                ("store", make.store().pk),
                ("store", other.pk),
                ("person", member.pk),
                ("person", colleague.pk),
            )
        ]
        for who in (
            make.manager(),
            member.user,
            make.user("boss", role=Role.SUPERVISOR, department=make.department()),
            make.user("stranger"),
        )
    }

    assert seen == {
        "manager": [True, True, True, True, True, True, True],
        "member": [False, True, False, True, False, True, False],
        "boss": [False, True, False, True, False, True, True],
        "stranger": [False, False, False, False, False, False, False],
    }
