"""Personal data is kept for some months after the last contact, and no longer."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from opsdesk.actions.exchange import Source
from opsdesk.models import AuditEntry
from orders.actions import retention
from orders.actions.orders import upsert_orders
from orders.actions.retention import forget_customers
from orders.core.address_items import CustomerItem
from orders.core.retention import months_before
from orders.models import Customer, Order, OrderAddress, RetentionPolicy
from tests import factories as make
from tests.factories import NOW
from tests.kpis.night import night

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 31)
# 36 months before, at midnight in the company's zone
EDGE = datetime(2023, 3, 31, tzinfo=ZoneInfo("Asia/Shanghai"))


def known(number, *placed, **values):
    """A customer with a name, and orders placed at these times."""
    customer = make.customer(number, name=f"Name {number}", **values)
    for at in placed:
        order = make.order(customer=customer)
        Order.objects.filter(pk=order.pk).update(placed_at=at)
        OrderAddress.objects.create(order=order, city="Leeds", country="GB")
    return customer


def names():
    return dict(Customer.objects.values_list("external_id", "name"))


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 36, date(2023, 3, 31)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
    ],
)
def test_months_before(day, months, before):
    assert months_before(day, months) == before


def test_who_was_not_heard_of_for_36_months_is_forgotten():
    known("old", EDGE - timedelta(seconds=1))
    known("edge", EDGE - timedelta(days=900), EDGE)  # the last order on the very instant
    known("silent")
    known("told", details_at=EDGE)

    assert forget_customers(DAY, at=NOW) == 2
    assert names() == {"old": "", "edge": "Name edge", "silent": "", "told": "Name told"}
    assert set(Customer.objects.exclude(erased_at=None).values_list("erased_for", "erased_at")) == {
        ("retention", NOW)
    }
    cities = OrderAddress.objects.order_by("pk").values_list("city", "country")
    assert list(cities) == [("", "GB"), ("Leeds", "GB"), ("Leeds", "GB")]


def test_a_ticket_or_a_return_is_a_contact():
    known("asked")
    make.ticket(customer=Customer.objects.get(external_id="asked"), at=EDGE)
    sent_back = known("sent back")
    make.refund(customer=sent_back)

    assert forget_customers(DAY, at=NOW) == 0
    assert names() == {"asked": "Name asked", "sent back": "Name sent back"}


def test_each_has_an_entry_and_is_erased_once():
    old = known("old", EDGE - timedelta(days=1))

    forget_customers(DAY, at=NOW)

    assert forget_customers(DAY, at=NOW) == 0
    entries = AuditEntry.objects.filter(verb="erased")
    assert [(one.model, one.object_id, one.actor) for one in entries] == [
        ("orders.customer", str(old.pk), None)
    ]


def test_a_number_that_is_an_address_goes_too():
    known("li@example.com")

    forget_customers(DAY, at=NOW)

    assert Customer.objects.get().external_id.startswith("erased-")


def test_it_goes_on_piece_by_piece(monkeypatch):
    monkeypatch.setattr(retention, "PIECE", 2)
    for number in "abc":
        known(number)

    assert [forget_customers(DAY, at=NOW) for _ in range(3)] == [2, 1, 0]
    assert set(names().values()) == {""}


def test_the_policy_of_the_day_holds():
    known("old", EDGE)
    RetentionPolicy.objects.create(from_date=DAY + timedelta(days=1), months=12)

    assert forget_customers(DAY, at=NOW) == 0
    assert forget_customers(DAY + timedelta(days=1), at=NOW) == 1


def test_without_a_policy_nothing_is_forgotten():
    RetentionPolicy.objects.all().delete()
    known("old")

    assert forget_customers(DAY, at=NOW) == 0
    assert names() == {"old": "Name old"}


def test_who_buys_again_is_known_again_by_the_new_order_only():
    make.store()
    known("c1")
    forget_customers(DAY, at=NOW)
    buyer = CustomerItem("c1", name="Li Na")

    def order(number, placed):
        return make.order_item(number, customer=buyer, placed_at=placed, source_updated_at=placed)

    upsert_orders([order("1", EDGE)], source=Source(), at=NOW)
    assert names() == {"c1": ""}
    later = NOW + timedelta(hours=1)
    upsert_orders([order("2", later)], source=Source(), at=later)
    assert names() == {"c1": "Li Na"}


@pytest.mark.parametrize("months", [0, 241])
def test_a_policy_has_sensible_months(months):
    policy = RetentionPolicy(from_date=DAY, months=months)

    with pytest.raises(ValidationError):
        policy.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        policy.save()


def test_the_night_does_it():
    known("old", EDGE - timedelta(days=9))

    run = night()

    step = run.steps.get(name="retention")
    assert (step.state, step.rows_written, names()) == ("done", 1, {"old": ""})
