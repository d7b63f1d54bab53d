"""Converting again after a rate was added or corrected."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.models import ClosedMonth
from catalog.actions.fx import record_rates
from catalog.core.items import RateItem
from catalog.models import DirtyDay, RateNews
from opsdesk.actions.exchange import Source
from opsdesk.models import AuditEntry
from orders.actions.orders import upsert_orders
from orders.actions.rates import reconvert
from orders.actions.returns import upsert_returns
from orders.models import Order, OrderLine, Return, ReturnLine
from tests import factories as make
from tests.trail import forget

pytestmark = pytest.mark.django_db
NOW = make.NOW
MARCH, APRIL = datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def learn(rate, day):
    item = RateItem(day, "GBP", "CNY", Decimal(rate))
    record_rates([item], by=None, at=NOW)


@pytest.fixture
def sold():
    """An order of March with a refund of April, and a refund of April without an order."""
    shop = make.store(currency="GBP")
    learn("9", date(2026, 3, 1))
    order = make.order_item(
        currency="GBP", placed_at=MARCH, lines=[make.line_item(unit_cost=Decimal("4.00"))]
    )
    upsert_orders([order], source=Source(), at=NOW)
    cases = [
        make.return_item("R1", order="1001", currency="GBP", refunded_at=APRIL),
        make.return_item("R2", currency="GBP", refunded_at=APRIL),
    ]
    upsert_returns(cases, source=Source(), at=NOW)
    reconvert(None, at=NOW)
    DirtyDay.objects.all().delete()
    forget()
    return shop


def worth():
    return [
        *Order.objects.values_list("reporting_amount", flat=True),
        *Return.objects.order_by("external_id").values_list("reporting_amount", flat=True),
    ]


def test_a_rate_of_the_day_converts_order_and_refund_again(sold):
    learn("8", date(2026, 3, 9))

    assert reconvert(None, at=NOW) == 2

    assert worth() == [Decimal(80), Decimal(80), Decimal(80)]
    line = OrderLine.objects.get()
    assert (line.reporting_amount, line.reporting_cost) == (Decimal(80), Decimal(32))
    back = ReturnLine.objects.get(return_case__external_id="R1")
    assert (back.reporting_amount, back.reporting_cost) == (Decimal(80), Decimal(32))
    assert set(DirtyDay.objects.values_list("family", "day")) == {
        ("sales", date(2026, 3, 10)),
        ("refunds", date(2026, 4, 1)),
    }
    trail = AuditEntry.objects.filter(verb="converted").order_by("pk")
    assert list(trail.values_list("model", "record")) == [
        ("orders.return", "R1"),
        ("orders.order", "1001"),
        ("orders.return", "R2"),
    ]


def test_a_later_rate_changes_only_what_came_later(sold):
    learn("8", date(2026, 3, 31))

    assert reconvert(None, at=NOW) == 1

    assert worth() == [Decimal(90), Decimal(90), Decimal(80)]


def test_without_news_one_look_is_enough(sold, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert reconvert(None, at=NOW) == 0


def test_a_rate_that_changes_nothing_writes_nothing(sold):
    learn("9", date(2026, 3, 9))
    forget()

    assert reconvert(None, at=NOW) == 0

    assert (DirtyDay.objects.count(), AuditEntry.objects.count()) == (0, 0)
    assert RateNews.objects.count() == 0


def test_a_closed_month_keeps_its_rate(sold):
    department = sold.departments.get().department
    ClosedMonth.objects.create(department=department, month=date(2026, 3, 1), closed_at=NOW)
    learn("8", date(2026, 3, 9))

    assert reconvert(None, at=NOW) == 1

    # the refund without an order is of April; the other follows its order of March
    assert worth() == [Decimal(90), Decimal(90), Decimal(80)]
