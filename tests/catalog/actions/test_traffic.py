"""Traffic and ads as they come: restated, in any order, and into closed months."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.core.roles import Role
from accounts.models import ClosedMonth
from catalog.actions.traffic import upsert_ads, upsert_traffic
from catalog.models import AdDay, Campaign, SettlingWindow, TrafficDay, TrafficRestatement
from opsdesk.core.exchange import CREATED, FROZEN, UNCHANGED, UPDATED
from opsdesk.models import AuditEntry
from tests import factories
from tests.factories import NOW, TODAY, ad_item, traffic_item

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 4, 2, 6, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def shop():
    return factories.store("UK")


@pytest.fixture
def closed():
    return ClosedMonth.objects.create(
        department=factories.department(), month=date(2026, 3, 1), closed_at=NOW
    )


def visit(*items, scope=None, at=NOW):
    return upsert_traffic(items, scope=scope, by=None, at=at)


def advertise(*items, scope=None, at=NOW):
    return upsert_ads(items, scope=scope, by=None, at=at)


def days():
    rows = TrafficDay.objects.order_by("day", "listing")
    return list(rows.values_list("day", "listing__seller_sku", "impressions", "visitors"))


def restated():
    rows = TrafficRestatement.objects.order_by("pk")
    return list(rows.values_list("subject", "field", "before", "after", "settled", "frozen"))


def test_a_day_of_the_store_and_one_of_a_listing_stand_beside_each_other():
    factories.listing("A-1", store=factories.store("UK"))

    found = visit(traffic_item(), traffic_item(listing="A-1", impressions=10, visitors=None))

    assert found == [CREATED, CREATED]
    assert sorted(days(), key=str) == [(TODAY, "A-1", 10, None), (TODAY, None, 1000, 60)]


def test_the_same_delivery_again_writes_nothing():
    factories.listing("A-1", store=factories.store("UK"))
    items = [traffic_item(), traffic_item(listing="A-1")]
    visit(*items)
    entries = AuditEntry.objects.count()

    assert visit(*items) == [UNCHANGED, UNCHANGED]
    assert (TrafficDay.objects.count(), restated()) == (2, [])
    assert AuditEntry.objects.count() == entries


def test_a_changed_figure_is_restated_and_what_is_not_given_stays():
    visit(traffic_item())

    assert visit(traffic_item(impressions=1100, visitors=None)) == [UPDATED]

    assert days() == [(TODAY, None, 1100, 60)]
    assert restated() == [("", "impressions", "1000", "1100", False, False)]


@pytest.mark.parametrize(
    ("ago", "settled"),
    [
        (3, False),  # shipped: traffic changes for 3 days, the last one included
        (4, True),
    ],
)
def test_a_restatement_tells_whether_the_settling_time_was_over(ago, settled):
    day = TODAY - timedelta(days=ago)
    visit(traffic_item(day))

    visit(traffic_item(day, clicks=71))

    assert restated() == [("", "clicks", "70", "71", settled, False)]


def test_the_newest_source_time_wins_in_any_order():
    early, middle, late = (MORNING + timedelta(minutes=n) for n in range(3))
    visit(traffic_item(source_updated_at=early))
    assert visit(traffic_item(source_updated_at=late)) == [UNCHANGED]

    assert visit(traffic_item(impressions=5, source_updated_at=middle)) == [UNCHANGED]
    assert (days(), restated()) == ([(TODAY, None, 1000, 60)], [])


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": TODAY + timedelta(days=1)}, "day"),
        ({"store": "XX"}, "store"),
        ({"listing": "GONE"}, "listing"),
        ({"impressions": -1}, "impressions"),
        ({"source_updated_at": NOW + timedelta(days=2)}, "source_updated_at"),
        (dict.fromkeys(("impressions", "page_views", "visitors", "add_to_cart", "clicks")),
         "impressions"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_alone(values, field):
    good = traffic_item(date(2026, 3, 20))

    outcomes = visit(traffic_item(**values), good)

    assert [error.field for error in outcomes[0].errors] == [field]
    assert days() == [(date(2026, 3, 20), None, 1000, 60)]


def test_tomorrow_where_the_store_is_has_come_when_its_clock_says_so():
    factories.store("JP", time_zone="Asia/Tokyo")
    evening = datetime(2026, 4, 2, 16, 0, tzinfo=UTC)  # 01:00 of the next day in Tokyo
    tomorrow = TODAY + timedelta(days=1)

    found = visit(traffic_item(tomorrow, store="JP"), traffic_item(tomorrow), at=evening)

    assert [one.state for one in found] == ["created", "error"]


def test_the_second_of_two_for_one_day_is_refused():
    found = visit(traffic_item(), traffic_item(impressions=7))

    assert [one.state for one in found] == ["created", "error"]
    assert days() == [(TODAY, None, 1000, 60)]


def test_a_store_that_is_not_seen_is_not_written():
    leader = factories.user(role=Role.SUPERVISOR, department=factories.department("away"))

    found = visit(traffic_item(), scope=factories.scope(leader))

    assert [error.field for error in found[0].errors] == ["store"]
    assert days() == []


def test_a_closed_month_keeps_its_figures_and_the_new_ones_beside_them():
    day = date(2026, 3, 31)
    visit(traffic_item(day))
    ClosedMonth.objects.create(
        department=factories.department(), month=date(2026, 3, 1), closed_at=NOW
    )

    assert visit(traffic_item(day, impressions=1500)) == [FROZEN]
    assert visit(traffic_item(day, impressions=1500)) == [UNCHANGED]  # kept once
    assert visit(traffic_item(day)) == [FROZEN]  # the source is back at what stands

    assert days() == [(day, None, 1000, 60)]
    assert restated() == [
        ("", "impressions", "1000", "1500", False, True),
        ("", "impressions", "1000", "1000", False, True),
    ]


def test_a_day_that_was_never_told_does_not_enter_a_closed_month(closed):
    item = ad_item(date(2026, 3, 1))

    assert advertise(item) == [FROZEN]
    assert advertise(item) == [UNCHANGED]

    assert AdDay.objects.count() == 0
    assert restated() == [
        ("C-1", "spend", "", "12.5", True, True),
        ("C-1", "impressions", "", "2000", True, True),
        ("C-1", "clicks", "", "50", True, True),
        ("C-1", "orders", "", "5", True, True),
        ("C-1", "sales", "", "100", True, True),
    ]


def test_of_closed_months_too_the_newest_source_time_wins(closed):
    day, late = date(2026, 3, 31), MORNING + timedelta(hours=1)
    figures = {"page_views": None, "visitors": None, "add_to_cart": None, "clicks": None}
    visit(traffic_item(day, impressions=5, source_updated_at=late, **figures))

    found = visit(traffic_item(day, impressions=4, source_updated_at=MORNING, **figures))

    assert found == [UNCHANGED]
    assert restated() == [("", "impressions", "", "5", False, True)]


def test_the_month_of_another_department_is_open(closed):
    factories.store("FR", department=factories.department("other"))

    assert visit(traffic_item(date(2026, 3, 5), store="FR")) == [CREATED]


def test_campaigns_are_made_on_the_way_and_named_by_their_latest_day():
    earlier = TODAY - timedelta(days=1)
    advertise(ad_item(name="Spring", daily_budget=Decimal("50.00")))

    advertise(ad_item(earlier, name="Old", daily_budget=Decimal("9.00")))
    named = list(Campaign.objects.values_list("external_id", "name", "daily_budget"))
    advertise(ad_item(earlier, clicks=51), ad_item(name="Summer"))

    assert named == [("C-1", "Old", Decimal("9.00"))]
    assert list(Campaign.objects.values_list("name", flat=True)) == ["Summer"]


def test_ads_are_restated_like_traffic():
    advertise(ad_item())

    found = advertise(ad_item(sales=Decimal("120.00"), orders=6))

    assert found == [UPDATED]
    assert list(AdDay.objects.values_list("spend", "clicks", "orders", "sales")) == [
        (Decimal("12.50"), 50, 6, Decimal("120.00"))
    ]
    assert restated() == [
        ("C-1", "orders", "5", "6", False, False),
        ("C-1", "sales", "100", "120", False, False),
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"orders": 51}, "orders"),  # of 50 clicks
        ({"spend": Decimal("-0.01")}, "spend"),
        ({"spend": Decimal("0.00001")}, "spend"),
        ({"campaign": ""}, "campaign"),
    ],
)
def test_ads_that_cannot_be_are_refused(values, field):
    found = advertise(ad_item(**values))

    assert [error.field for error in found[0].errors] == [field]
    assert (AdDay.objects.count(), Campaign.objects.count()) == (0, 0)


def test_the_settling_time_is_data():
    SettlingWindow.objects.create(source="traffic", from_date=date(2026, 3, 1), days=10)
    day = TODAY - timedelta(days=10)
    visit(traffic_item(day))

    visit(traffic_item(day, clicks=1))

    assert restated() == [("", "clicks", "70", "1", False, False)]


@pytest.mark.parametrize("many", [1, 60])
def test_many_days_take_as_few_statements_as_one(many, django_assert_max_num_queries):
    when = [TODAY - timedelta(days=n) for n in range(many)]
    visit(*(traffic_item(day) for day in when))
    advertise(*(ad_item(day) for day in when))

    with django_assert_max_num_queries(25):
        visit(*(traffic_item(day, clicks=1) for day in when))
    with django_assert_max_num_queries(25):
        advertise(*(ad_item(day, sales=Decimal(7)) for day in when))
