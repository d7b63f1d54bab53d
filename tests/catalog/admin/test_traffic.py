"""Lists of traffic and ads with how each day stands, and the pages with their plots."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import Role
from accounts.models import ClosedMonth
from catalog.actions.traffic import upsert_ads, upsert_traffic
from catalog.models import AdDay, Campaign, TrafficDay, TrafficRestatement
from opsdesk.core.periods import business_date
from tests import factories
from tests.factories import ad_item, traffic_item
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return business_date(timezone.now(), settings.COMPANY_TIME_ZONE)


@pytest.fixture
def shop():
    return factories.store("UK", time_zone=settings.COMPANY_TIME_ZONE)


@pytest.fixture
def boss(client, shop):
    user = factories.manager()
    sign_in(client, user)
    return user


def give(*items):
    how = {"scope": None, "by": None, "at": timezone.now()}
    for item in items:
        (upsert_ads if hasattr(item, "campaign") else upsert_traffic)([item], **how)


def listed(client, model):
    response = client.get(reverse(f"admin:catalog_{model}_changelist"))
    assert response.status_code == 200
    return response.content.decode()


def test_each_day_says_how_it_stands(client, boss, today):
    give(traffic_item(today), traffic_item(today - timedelta(days=4)))
    page = listed(client, "trafficday")
    assert (page.count(">Preliminary</span>"), page.count(">Settled</span>")) == (1, 1)

    ClosedMonth.objects.create(
        department=factories.department(), month=today.replace(day=1), closed_at=timezone.now()
    )

    assert listed(client, "trafficday").count(">Frozen</span>") >= 1


@pytest.mark.parametrize("model", ["trafficday", "adday", "campaign", "trafficrestatement"])
def test_lists_ask_a_constant_number_of_questions(
    client, boss, today, model, django_assert_num_queries
):
    def more(number):
        day = today - timedelta(days=number)
        give(traffic_item(day), traffic_item(day, clicks=1), ad_item(day, campaign=f"C{number}"))

    more(1)
    listed(client, model)
    with CaptureQueriesContext(connection) as one:
        listed(client, model)
    more(2)
    more(3)

    with django_assert_num_queries(len(one)):
        listed(client, model)
    rows = (TrafficDay, AdDay, Campaign, TrafficRestatement)
    assert {row.objects.count() for row in rows} == {3}


def test_the_page_of_a_campaign_shows_rates_with_both_their_numbers(client, boss, today):
    give(ad_item(today), ad_item(today - timedelta(days=40), spend=Decimal("37.50")))
    campaign = Campaign.objects.get()

    response = client.get(reverse("admin:catalog_campaign_change", args=[campaign.pk]))

    assert [(fact["said"], fact["of"]) for fact in response.context["facts"]] == [
        ("50.00", ""),
        ("200.00", ""),
        ("25.00 %", "50.00 / 200.00"),
        ("4", "200.00 / 50.00"),
        ("2.50 %", "100 / 4,000"),
        ("10.00 %", "10 / 100"),
    ]
    spend = response.context["plots"][0]["rows"]
    assert [(row["said"], row["preliminary"]) for row in spend if row["value"] is not None] == [
        ("37.50", False),
        ("12.50", True),
    ]


def test_a_store_without_a_whole_day_shows_sums_of_listings_but_no_visitors(client, boss, today):
    shop = factories.store("UK")
    for sku in ("A-1", "A-2"):
        factories.listing(sku, store=shop)
        give(traffic_item(today, listing=sku))

    response = client.get(reverse("admin:catalog_trafficday_store", args=[shop.code]))

    shown = {str(plot["title"]): plot["rows"][-1]["value"] for plot in response.context["plots"]}
    assert shown == {
        "Impressions": 2000,
        "Page views": 160,
        "Unique visitors": None,
        "Add-to-cart": 18,
        "Clicks": 140,
    }


def test_a_store_that_is_not_seen_has_no_page(client, shop):
    away = factories.department("away")
    sign_in(client, factories.user(role=Role.SUPERVISOR, department=away))

    assert (
        client.get(reverse("admin:catalog_trafficday_store", args=[shop.code])).status_code == 404
    )
