"""``manage.py nightly`` killed at random points, then run again."""

import os
import random
import time
from datetime import date, timedelta
from decimal import Decimal

import pytest

from catalog.models import DirtyDay, StoreAssignment
from kpis.actions.facts import PART
from kpis.core.formula import COMPONENTS
from kpis.models import (
    FactWork,
    NightlyRun,
    NightlyStep,
    PeriodFact,
    PeriodWork,
    RefundDay,
    SalesDay,
    Scorecard,
)
from opsdesk.models import Job
from orders.models import Order, Return
from tests import factories
from tests.kills.processes import digest, manage

POINTS = int(os.environ.get("KILL_POINTS", "5"))  # on each of the two databases
STORES = 6
DAYS = 800
FIRST = date(2024, 1, 1)
NIGHT = ("nightly", "--as-of", "2026-03-31")


def columns(model):
    """All columns of daily facts, the store by its code."""
    return ["store__code", *(f.name for f in model._meta.fields if f.name not in ("id", "store"))]


FIGURES = {
    SalesDay: columns(SalesDay),
    RefundDay: columns(RefundDay),
    PeriodFact: ("scope_kind", "scope_id", "period_kind", "start", *COMPONENTS),
    Scorecard: ("person__employee_no", "start", "score", "grade", "lines"),
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


def many(model, sample, rows):
    """Store copies of ``sample`` with other values in some columns."""
    fields = [f.attname for f in model._meta.concrete_fields if not f.primary_key]
    values = {name: getattr(sample, name) for name in fields}
    model.objects.bulk_create([model(**values | row) for row in rows], batch_size=500)


@pytest.fixture
def news():
    """Several years of six stores that no night has seen: several parts, several years."""
    person = factories.employment().person
    factories.target("1000.00")
    stores = [factories.store(f"S{number}") for number in range(STORES)]
    for store in stores:
        StoreAssignment.objects.create(
            store=store, person=person, share=Decimal("0.3333"), from_date=FIRST
        )
    order, refund = factories.order(store=stores[0]), factories.refund(store=stores[0])
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    orders = [
        {
            "store_id": store.pk,
            "external_id": f"{store.code} {day} {number}",
            "business_date": day,
            "reporting_amount": Decimal(number * 137 + day.toordinal() % 89).scaleb(-2),
        }
        for store in stores
        for day in days
        for number in range(3)
    ]
    many(Order, order, orders)
    refunds = [
        {name: row[name] for name in ("store_id", "external_id", "reporting_amount")}
        | {"refunded_on": row["business_date"]}
        for row in orders[::50]
    ]
    many(Return, refund, refunds)
    DirtyDay.objects.bulk_create(
        [
            DirtyDay(family=family, store=store, day=day)
            for family in ("sales", "refunds")
            for store in stores
            for day in days
        ],
        batch_size=500,
    )
    return list(DirtyDay.objects.values_list("family", "store", "day"))


def begin_again(news):
    """As before the first night, with all its news."""
    for model in (Scorecard, PeriodFact, SalesDay, RefundDay, FactWork, PeriodWork, DirtyDay):
        model.objects.all().delete()
    NightlyStep.objects.all().delete()
    NightlyRun.objects.all().delete()
    Job.objects.all().delete()
    DirtyDay.objects.bulk_create(
        [DirtyDay(family=family, store_id=store, day=day) for family, store, day in news],
        batch_size=500,
    )


def night(kill_after=None):
    """Run the night as after a restart: nobody waits for the lease of a worker that is dead.

    Killed three times before its first piece a job is given up; on a slow machine chance could do
    that, and it is not what is tried here.
    """
    Job.objects.filter(state="running").update(leased_until=factories.NOW, attempt=0)
    began = time.monotonic()
    status = manage(*NIGHT, kill_after=kill_after)
    return status, time.monotonic() - began


def test_a_killed_night_leaves_the_figures_of_a_calm_one(news):
    status, whole = night()
    calm = digest(FIGURES)
    steps = NightlyStep.objects.order_by("position").values_list(
        "name", "state", "rows_read", "rows_written"
    )
    calm_steps = list(steps)
    assert status == 0
    assert len(news) > 3 * PART
    begin_again(news)
    nothing = digest(FIGURES)
    chance = random.Random()
    kills, half_way = 0, 0

    for _ in range(POINTS):
        status, _ = night(kill_after=chance.uniform(0.3 * whole, whole))
        kills += status == -9
        half_way += digest(FIGURES) not in (calm, nothing)
        # Killed or not: the night may have been done before its process ended.
        if NightlyRun.objects.filter(state="done").exists():
            assert digest(FIGURES) == calm
            begin_again(news)

    assert night()[0] == 0
    assert digest(FIGURES) == calm
    # What was done in several goes is counted as what was done in one.
    assert list(steps.all()) == calm_steps
    assert NightlyRun.objects.count() == 1
    assert kills
    assert half_way
