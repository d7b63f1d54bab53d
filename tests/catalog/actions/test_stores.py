"""Stores from outside, and whose they are."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import ClosedMonth
from catalog.actions.assignments import assign_store
from catalog.actions.stores import place_store, upsert_stores
from catalog.core.items import StoreItem
from catalog.models import DirtyDay, Store, StoreAssignment, StoreDepartment
from opsdesk.core.errors import PeriodClosed
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
