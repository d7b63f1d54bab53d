"""Stores from outside, whose they are, and who is credited."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import ClosedMonth
from catalog.actions.stores import assign_store, place_store, upsert_stores
from catalog.core.items import StoreItem
from catalog.models import DirtyDay, Store, StoreAssignment, StoreDepartment
from opsdesk.core.errors import InvalidData, PeriodClosed
from opsdesk.models import AuditEntry
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = make.NOW


def send(*items):
    return upsert_stores(items, by=None, at=NOW)


def item(code="DE", **values):
    values = {
        "name": "Germany",
        "marketplace": "own",
        "country": "DE",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
    } | values
    return StoreItem(code, **values)


def assign(store, person, share="1", start=date(2026, 3, 1), end=None, **values):
    return assign_store(
        StoreAssignment(
            store=store,
            person=person,
            share=Decimal(share),
            from_date=start,
            to_date=end,
            **values,
        ),
        by=None,
        at=NOW,
    )


def test_a_store_is_made_changed_and_left():
    make.department("ops")
    make.department("other")

    answers = [
        send(item(department="ops")),
        send(item(department="ops")),
        send(item(department="ops", name="Deutschland")),
        send(item(department="other", name="Deutschland", department_from=date(2026, 3, 1))),
    ]

    assert [str(answer[0].state) for answer in answers] == [
        "created",
        "unchanged",
        "updated",
        "updated",
    ]
    spans = StoreDepartment.objects.order_by("from_date")
    assert list(spans.values_list("department__code", "from_date", "to_date")) == [
        ("ops", date(2000, 1, 1), date(2026, 3, 1)),
        ("other", date(2026, 3, 1), None),
    ]
    assert set(DirtyDay.objects.values_list("day", flat=True)) >= {date(2026, 3, 1)}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"currency": "XXX"}, "currency"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"country": "Germany"}, "country"),
        ({"department": "gone"}, "department"),
        ({"platform_fee_rate": Decimal("1.5")}, "platform_fee_rate"),
    ],
)
def test_a_wrong_store_is_refused(changes, field):
    outcomes = send(item(**changes))

    assert [error.field for outcome in outcomes for error in outcome.errors] == [field]
    assert (Store.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_a_store_keeps_its_currency():
    send(item())

    outcomes = send(item(currency="GBP"))

    assert outcomes[0].errors[0].message == (
        "The store DE sells in EUR: its orders are kept in that currency. Make a new store for GBP."
    )
    assert Store.objects.get().currency == "EUR"


def test_a_closed_month_does_not_change_hands():
    shop, other = make.store(), make.department("other")
    own = shop.departments.get().department
    ClosedMonth.objects.create(department=own, month=date(2026, 3, 1), closed_at=NOW)
    someone = make.person()

    with pytest.raises(PeriodClosed) as refusal:
        assign(shop, someone, start=date(2026, 3, 31))
    with pytest.raises(PeriodClosed):
        span = StoreDepartment(store=shop, department=other, from_date=date(2026, 3, 31))
        place_store(span, by=None, at=NOW)

    assert str(refusal.value) == "2026-03 is closed: choose a day after it."
    assert StoreAssignment.objects.count() == 0
    assert StoreDepartment.objects.get().to_date is None
    assign(shop, someone, start=date(2026, 4, 1))  # the first day after it
    assert StoreAssignment.objects.count() == 1


def test_shares_never_add_up_to_more_than_all():
    shop, one, two = make.store(), make.person("E1", name="Ada"), make.person("E2", name="Bo")
    assign(shop, one, "0.6", start=date(2026, 3, 10))
    before = (AuditEntry.objects.count(), DirtyDay.objects.count())

    with pytest.raises(InvalidData) as refusal:
        assign(shop, two, "0.5", start=date(2026, 3, 1))

    assert str(refusal.value) == (
        "On 2026-03-10 60 % of store UK is already assigned (Ada (E1)): "
        "50 % more would be above 100 %."
    )
    assert (AuditEntry.objects.count(), DirtyDay.objects.count()) == before
    assign(shop, two, "0.4", start=date(2026, 3, 1))
    assign(shop, two, "1", start=date(2026, 3, 1), duty="customer_service")
    assert StoreAssignment.objects.count() == 3


def test_a_handover_ends_one_and_begins_the_other():
    shop, one, two = make.store(), make.person(), make.person()
    first = assign(shop, one)
    DirtyDay.objects.all().delete()

    first.to_date = date(2026, 3, 31)
    assign_store(first, by=None, at=NOW)
    assign(shop, two, start=date(2026, 3, 31))

    assert StoreAssignment.objects.count() == 2
    assert min(DirtyDay.objects.values_list("day", flat=True)) == date(2026, 3, 31)


@pytest.mark.django_db(transaction=True)
def test_of_ten_at_once_as_many_are_assigned_as_fit():
    shop = make.store()
    people = [make.person() for _ in range(10)]
    together = Barrier(10)

    def take(person):
        try:
            together.wait()
            assign(shop, person, "0.4")
        except InvalidData:
            return "refused"
        finally:
            connection.close()
        return "assigned"

    with ThreadPoolExecutor(10) as crowd:
        answers = list(crowd.map(take, people))

    assert (answers.count("assigned"), answers.count("refused")) == (2, 8)
