"""The returns of the sample company that people work on."""

from collections import Counter

import pytest

from opsdesk.demo import returns
from orders.models import Refund, Return
from tests import factories as make
from tests.factories import NOW


@pytest.mark.django_db
def test_some_wait_in_each_queue_and_some_are_paid_back_in_parts():
    make.warehouse()
    people = {"operator": make.user("operator")}
    for code in ("UK", "DE"):
        for _ in range(12):
            make.sold((2, "20.00", "3.80"), store=make.store(code))

    returns.write(people, at=NOW)

    assert Counter(Return.objects.values_list("status", flat=True)) == {
        "requested": 3,
        "approved": 2,
        "received": 2,
        "inspected": 2,
        "refunded": 2,
        "closed": 1,
        "rejected": 1,
    }
    assert sorted(Refund.objects.values_list("number", "units")) == [(1, 1)] * 3 + [(2, 1)] * 3


@pytest.mark.django_db
def test_a_company_without_orders_has_no_returns():
    make.warehouse()

    returns.write({"operator": make.user("operator")}, at=NOW)

    assert not Return.objects.exists()
