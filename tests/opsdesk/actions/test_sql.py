"""Filling a table from a SELECT: what is new, what differs, and nothing on repeat."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import BigIntegerField, CharField, DateField, F, Sum, Value

from catalog.models import StoreAssignment, StoreDepartment
from kpis.models import PeriodWork, Target
from opsdesk.actions.sql import upsert_from
from opsdesk.models import ShareField, amount
from orders.models import Order
from tests import factories
from tests.factories import MARCH

pytestmark = pytest.mark.django_db

APRIL = MARCH.replace(month=4)


def targets():
    return {
        (target.department.code, f"{target.month:%Y-%m}"): target.net_sales
        for target in Target.objects.select_related("department")
    }


def sold():
    """The sum sold by each department's stores, as a target of March."""
    return (
        Order.objects.order_by()
        .values(department=F("store__departments__department"))
        .annotate(month=Value(MARCH, output_field=DateField()), net_sales=Sum("reporting_amount"))
    )


def fill():
    columns = ["department", "month", "net_sales"]
    return upsert_from(sold(), Target, key=["department", "month"], columns=columns)


def test_new_rows_are_inserted_and_a_repeat_writes_nothing():
    for code, value in (("a", "10.01"), ("a", "0.02"), ("b", "5.00")):
        factories.order(value, store=factories.store(code, department=factories.department(code)))

    first, again = fill(), fill()

    assert (first, again) == (2, 0)
    assert targets() == {("a", "2026-03"): Decimal("10.03"), ("b", "2026-03"): Decimal("5.00")}


def test_only_what_differs_is_updated():
    for code in "abc":
        factories.order("5.00", store=factories.store(code, department=factories.department(code)))
    fill()
    Target.objects.filter(department__code="b").update(net_sales=amount(Decimal("1.00")))

    assert (fill(), fill()) == (1, 0)
    assert set(targets().values()) == {Decimal("5.00")}


def test_the_key_is_all_its_columns():
    ops = factories.department()
    factories.target("7.00", department=ops, month=APRIL)
    factories.order("5.00", store=factories.store(department=ops))

    assert fill() == 1
    assert targets() == {("ops", "2026-03"): Decimal("5.00"), ("ops", "2026-04"): Decimal("7.00")}


def test_a_value_that_became_unknown_is_a_difference():
    person = factories.person()
    shop = factories.store()
    StoreAssignment.objects.create(
        store=shop, person=person, from_date=date(2000, 1, 1), to_date=date(2026, 1, 1)
    )
    rows = StoreDepartment.objects.annotate(
        person=Value(person.pk, output_field=BigIntegerField()),
        duty=Value("operation", output_field=CharField()),
        share=Value(Decimal(1), output_field=ShareField()),
    )
    key = ["store", "person", "duty", "from_date"]
    columns = [*key, "share", "to_date"]

    counts = [upsert_from(rows, StoreAssignment, key=key, columns=columns) for _ in range(2)]

    assert (counts, StoreAssignment.objects.get().to_date) == ([1, 0], None)


def test_rows_of_nothing_but_their_key_are_written_once():
    factories.order()
    factories.order()
    days = Order.objects.order_by().annotate(day=F("business_date")).values("day").distinct()

    counts = [upsert_from(days, PeriodWork, key=["day"], columns=["day"]) for _ in range(2)]

    assert (counts, PeriodWork.objects.count()) == ([1, 0], 1)
