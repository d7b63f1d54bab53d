"""Ratings, violations, traffic and ads in the API: as what, for whom, and the moves."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import ClosedMonth
from catalog.actions.standing import upsert_ratings, upsert_violations
from catalog.actions.traffic import upsert_ads, upsert_traffic
from catalog.models import Violation
from tests import factories
from tests.factories import ad_item, rating_item, traffic_item, violation_item
from tests.opsdesk.api.calling import get, header_of

pytestmark = pytest.mark.django_db
API = "/api/v1"
RESOURCES = ("store-ratings", "violations", "traffic", "ads")


@pytest.fixture
def today():
    return timezone.now().date()


@pytest.fixture(autouse=True)
def rows(today):
    now = timezone.now()
    how = {"scope": None, "by": None, "at": now}
    for code in ("UK", "DE"):
        factories.store(code, currency="GBP", department=factories.department(code))
        factories.listing("A-1", store=factories.store(code))
    day = today - timedelta(days=1)
    for code in ("UK", "DE"):
        upsert_ratings([rating_item(day, store=code, order_defect_rate=Decimal("0.01"))], **how)
        upsert_violations([violation_item(store=code, happened_on=day)], **how)
        upsert_traffic(
            [traffic_item(day, store=code), traffic_item(day, store=code, listing="A-1")], **how
        )
        upsert_ads([ad_item(day, store=code, listing="A-1", name="Spring")], **how)


@pytest.fixture
def key():
    uses = tuple(f"{name}:{use}" for name in RESOURCES for use in ("read", "write"))
    return factories.api_key(factories.api_client("one", resources=uses, stores=("UK",)))


def post(client, path, key, body):
    return client.post(path, body, content_type="application/json", **header_of(key))


def test_a_rating_by_store_and_day(client, key, today):
    day = str(today - timedelta(days=1))

    assert get(client, f"{API}/store-ratings/UK/{day}/", key).json() == {
        "store": "UK",
        "date": day,
        "account_health": 950,
        "odr": "0.01",
        "chat_reply_rate": None,
        "source_updated_at": None,
    }


def test_traffic_of_the_whole_store_and_of_a_listing(client, key, today):
    day = str(today - timedelta(days=1))
    whole = get(client, f"{API}/traffic/UK/{day}/", key).json()
    part = get(client, f"{API}/traffic/UK/{day}/A-1/", key).json()

    expected = {
        "store": "UK",
        "date": day,
        "impressions": 1000,
        "page_views": 80,
        "uv": 60,
        "add_to_cart": 9,
        "clicks": 70,
        "source_updated_at": None,
        "settled": False,
        "standing": "preliminary",
    }
    assert (whole, part) == (expected | {"sku": None}, expected | {"sku": "A-1"})


def test_ads_by_campaign_with_money_as_text(client, key, today):
    day = str(today - timedelta(days=1))

    assert get(client, f"{API}/ads/UK/{day}/C-1/A-1/", key).json() == {
        "store": "UK",
        "date": day,
        "campaign": "C-1",
        "campaign_name": "Spring",
        "sku": "A-1",
        "currency": "GBP",
        "spend": "12.50",
        "impressions": 2000,
        "clicks": 50,
        "orders": 5,
        "sales": "100.00",
        "source_updated_at": None,
        "settled": False,
        "standing": "preliminary",
    }
    assert get(client, f"{API}/ads/UK/{day}/C-1/", key).status_code == 404  # no whole day given


def test_a_day_of_a_closed_month_is_frozen(client, key, today):
    day = today - timedelta(days=1)
    ClosedMonth.objects.create(
        department=factories.department("UK"), month=day.replace(day=1), closed_at=timezone.now()
    )

    shown = get(client, f"{API}/traffic/UK/{day}/", key).json()

    assert (shown["settled"], shown["standing"]) == (True, "frozen")


@pytest.mark.parametrize("name", RESOURCES)
def test_a_key_of_one_store_sees_nothing_of_another(client, key, name, today):
    listed = get(client, f"{API}/{name}/", key).json()["results"]
    tail = {"violations": "V-1", "ads": f"{today - timedelta(days=1)}/C-1/A-1"}
    address = tail.get(name, str(today - timedelta(days=1)))

    assert {one["store"] for one in listed} == {"UK"}
    assert get(client, f"{API}/{name}/UK/{address}/", key).status_code == 200
    assert get(client, f"{API}/{name}/DE/{address}/", key).status_code == 404
    assert get(client, f"{API}/{name}/?store=DE", key).json()["results"] == []


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "-"])
def test_what_is_no_day_is_not_there(client, key, text):
    assert get(client, f"{API}/store-ratings/UK/{text}/", key).status_code == 404


def test_a_machine_appeals_with_a_reason(client, key):
    address = f"{API}/violations/UK/V-1/moves/"
    offered = get(client, address, key).json()

    refused = post(client, address, key, {"verb": "appeal"})
    made = post(client, address, key, {"verb": "appeal", "reason": "Misread"})

    assert [one["verb"] for one in offered["moves"]] == ["appeal", "accept"]
    assert (refused.status_code, made.status_code) == (400, 200)
    assert Violation.objects.get(store__code="UK").status == "appealed"
    assert made.json()["status"] == "appealed"


@pytest.mark.parametrize("name", RESOURCES)
def test_lists_ask_a_constant_number_of_questions(
    client, key, name, today, django_assert_num_queries
):
    get(client, f"{API}/{name}/", key)
    with django_assert_num_queries(2):
        get(client, f"{API}/{name}/?page_size=1", key)
    how = {"scope": None, "by": None, "at": timezone.now()}
    for ago in (2, 3):
        day = today - timedelta(days=ago)
        upsert_ratings([rating_item(day)], **how)
        upsert_violations([violation_item(f"N{ago}", happened_on=day)], **how)
        upsert_traffic([traffic_item(day)], **how)
        upsert_ads([ad_item(day)], **how)

    with django_assert_num_queries(2):
        assert len(get(client, f"{API}/{name}/", key).json()["results"]) >= 3
