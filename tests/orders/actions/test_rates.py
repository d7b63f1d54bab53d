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
from orders.actions.refunding import RefundOrder, refund_return
from orders.actions.returns import upsert_returns
from orders.core.refund_plan import LineAsk, RefundAsk
from orders.models import Order, OrderLine, Refund, Return, ReturnLine, Shipment
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


def parcel(name, currency="GBP", on=date(2026, 3, 10), **values):
    """A parcel that cost ten, converted at nine."""
    shop = values.pop("store", None) or make.store("DE", currency="CNY")
    given = {"cost": Decimal(10), "cost_currency": currency, "fx_rate": Decimal(9)}
    given |= {"reporting_cost": Decimal(90), "dispatched_on": on}
    return make.shipment(name, order=make.order(store=shop), **given | values)


def costs():
    rows = Shipment.objects.order_by("external_id")
    return dict(rows.values_list("external_id", "reporting_cost"))


def test_costs_of_parcels_are_converted_again_by_their_day_of_dispatch(sold):
    parcel("before", on=date(2026, 3, 8))
    parcel("after")
    parcel("own", "CNY", fx_rate=Decimal(1), reporting_cost=Decimal(10))
    parcel("waiting", on=None, fx_rate=None, reporting_cost=None)
    forget()
    learn("8.5", date(2026, 3, 9))

    assert reconvert(None, at=NOW) == 2 + 1

    assert costs() == {"before": 90, "after": 85, "own": 10, "waiting": None}
    entries = AuditEntry.objects.filter(model="orders.shipment")
    assert list(entries.values_list("verb", "record")) == [("converted", "after")]
    assert reconvert(None, at=NOW) == 0


def test_costs_of_closed_months_stay_as_they_are(sold):
    shipment = parcel("closed", store=sold)
    department = shipment.store.departments.get().department
    ClosedMonth.objects.create(department=department, month=date(2026, 3, 1), closed_at=NOW)
    learn("8", date(2026, 3, 9))

    reconvert(None, at=NOW)

    assert costs() == {"closed": 90}


def test_a_new_rate_of_the_reporting_currency_is_one_of_all_others():
    parcel("usd", "USD")
    for source, rate in (("USD", "1.25"), ("CNY", "7.5")):
        item = RateItem(date(2026, 3, 1), "EUR", source, Decimal(rate))
        record_rates([item], by=None, at=NOW)
    RateNews.objects.exclude(currency="CNY").delete()

    reconvert(None, at=NOW)

    assert costs() == {"usd": 60}  # ten dollars at 7.5 / 1.25


def test_a_refund_made_here_without_an_order_follows_the_rate_of_its_own_day(sold):
    case = Return.objects.get(external_id="R2")
    Return.objects.filter(pk=case.pk).update(status="inspected", refunded_on=None)
    case.lines.update(reporting_cost=Decimal("36.00"))
    case.refresh_from_db()
    refund_return(case, RefundOrder(RefundAsk((LineAsk(1, 1),)), "n1"), make.mover(at=APRIL))
    DirtyDay.objects.all().delete()
    forget()
    learn("8", date(2026, 3, 31))

    assert reconvert(None, at=NOW) == 1

    refund = Refund.objects.get()
    assert (refund.fx_rate, refund.reporting_amount) == (Decimal(8), Decimal(80))
    assert refund.lines.get().reporting_cost == Decimal(32)
    assert worth() == [Decimal(90), Decimal(90), Decimal(80)]
    assert list(DirtyDay.objects.values_list("family", "day")) == [("refunds", date(2026, 4, 1))]
    trail = AuditEntry.objects.filter(verb="converted").order_by("pk")
    assert list(trail.values_list("model", "record")) == [
        ("orders.refund", "R2/1"),
        ("orders.return", "R2"),
    ]
    assert reconvert(None, at=NOW) == 0
