"""The sample company: what its first visitor finds, and can do."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.test import RequestFactory

from accounts.models import ApiClient, User
from catalog.models import DirtyDay, ProductSignal
from compensation.actions.payruns import approve_run, lock_run
from compensation.models import PayRun
from opsdesk.demo import company
from orders.models import Dispute, Order, Review
from tests import factories

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)


@time_machine.travel(AT, tick=True)
def test_the_manager_finds_a_month_to_approve_and_can_lock_it():
    company.build(AT)

    boss = User.objects.get(username="manager")
    scope = factories.scope(boss, date(2026, 11, 22))
    run = PayRun.objects.get(department__code="EU", month=OCTOBER)
    before = run.state
    run = approve_run(run, digest=run.digest, scope=scope, by=boss, at=AT)
    run = lock_run(run, scope=scope, by=boss, at=AT)

    assert (before, run.state) == ("submitted", "locked")
    assert (Order.objects.count() > 30_000, DirtyDay.objects.count()) == (True, 0)
    signals = ProductSignal.objects.open().order_by("product__code", "kind")
    assert list(signals.values_list("product__code", "kind")) == [
        ("CHAIR", "stock_age"),
        *(("LAMP", kind) for kind in ("bad_reviews", "complaints", "stock_age")),
        ("MUG", "stock_age"),
        ("PAN", "stock_age"),
    ]
    assert (Review.objects.waiting().exists(), Dispute.objects.open().count()) == (True, 5)
    paid = PayRun.objects.filter(state="paid").order_by("month", "department__code")
    assert list(paid.values_list("department__code", "month__month")) == [
        ("ASIA", 5), ("EU", 5), ("ASIA", 6), ("EU", 6), ("ASIA", 7), ("EU", 7),
        ("ASIA", 8), ("EU", 8), ("ASIA", 9), ("EU", 9), ("ASIA", 10),
    ]  # fmt: skip
    machine = ApiClient.objects.get()
    assert (machine.name, machine.confirmed_at is not None, machine.keys.count()) == (
        "ERP",
        True,
        0,
    )
    request = RequestFactory().post("/admin/login/")
    names = {
        user.username
        for sign_in in company.SIGN_INS
        if (user := authenticate(request, username=sign_in.username, password=sign_in.password))
    }
    assert names == {sign_in.username for sign_in in company.SIGN_INS}
