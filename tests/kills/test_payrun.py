"""``manage.py payrun calculate`` killed at random points, then run again."""

import os
import random
import time
from datetime import date, timedelta
from decimal import Decimal

import pytest

from compensation.models import BaseRow, PayRun, PayRunEvent, Payslip, PayslipLine
from opsdesk.models import AuditEntry
from orders.models import Order
from tests import factories
from tests.kills.processes import digest, manage
from tests.trail import forget

POINTS = int(os.environ.get("KILL_POINTS", "5"))  # on each of the two databases
ORDERS = 4000
CALCULATE = ("payrun", "calculate", "ops", "2026-03")

PAY = {
    PayRun: (
        *("department__code", "month", "state", "plan__number", "currency", "orders_amount"),
        *("refunds_amount", "carried_base", "base", "target", "activity_fund", "carried_out"),
        *("total", "problems", "digest"),
    ),
    Payslip: ("run__department__code", "run__month", "person__employee_no", "total"),
    PayslipLine: (
        *("payslip__run__month", "payslip__person__employee_no", "position", "kind", "amount"),
        *("code", "figures"),
    ),
    BaseRow: (
        *("run__month", "seq", "day", "order__external_id", "return_case__external_id"),
        *("collected_on", "amount", "running"),
    ),
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def desk():
    """A department that sold a few thousand times, with refunds, a leaver and a target."""
    ops = factories.department()
    factories.employment(factories.person("E1"), position="supervisor")
    for number in ("E2", "E3", "E4"):
        factories.employment(factories.person(number))
    factories.employment(
        factories.person("E5"), since=date(2025, 6, 1), leave_date=date(2026, 3, 10)
    )
    factories.target("200000.00")
    sample = factories.order("1.00", external_id="sample")
    fields = [f.attname for f in Order._meta.concrete_fields if not f.primary_key]
    values = {name: getattr(sample, name) for name in fields}
    Order.objects.bulk_create(
        [
            Order(
                **values
                | {
                    "external_id": f"b{number:05}",
                    "business_date": date(2026, 3, 1) + timedelta(days=number % 31),
                    "amount": Decimal(number).scaleb(-2),
                    "reporting_amount": Decimal(number).scaleb(-2),
                }
            )
            for number in range(1, ORDERS + 1)
        ],
        batch_size=500,
    )
    for number in range(50):
        factories.refund(f"{number}.37", external_id=f"r{number:03}")
    return ops


def seconds_of(*words):
    began = time.monotonic()
    assert manage(*words) == 0
    return time.monotonic() - began


def left_over():
    """What must go together: the versions of the run, its events and its audit entries."""
    runs = list(PayRun.objects.values_list("version", flat=True))
    events = PayRunEvent.objects.count()
    return runs, events, AuditEntry.objects.filter(verb="pay run: calculate").count()


def test_a_killed_calculation_leaves_the_pay_of_a_calm_one(desk):
    whole = seconds_of(*CALCULATE)
    start_up = seconds_of("payrun", "show", "ops", "2026-03", "--json")
    calm = digest(PAY)
    PayRunEvent.objects.all().delete()
    PayRun.objects.all().delete()
    forget()
    nothing = digest(PAY)
    chance = random.Random()
    statuses = set()

    for _ in range(POINTS):
        statuses.add(manage(*CALCULATE, kill_after=chance.uniform(0.8 * start_up, whole)))
        runs, events, entries = left_over()
        # All of a calculation or nothing of it.
        assert (runs, entries) == ([events] if events else [], events)
        assert digest(PAY) == (calm if runs else nothing)

    assert manage(*CALCULATE) == 0
    assert digest(PAY) == calm
    assert -9 in statuses
