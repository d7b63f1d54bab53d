"""Pages of promotions: planning one, its listings, its result, and what ends soon."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import Role
from catalog.models import Promotion, PromotionItem, SkuDemand, StockLevel
from opsdesk.core.periods import business_date
from opsdesk.models import LifeEvent
from tests import factories
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
ADD = reverse("admin:catalog_promotion_add")
LIST = reverse("admin:catalog_promotion_changelist")
DAY = timedelta(days=1)


@pytest.fixture
def today():
    return business_date(timezone.now(), settings.COMPANY_TIME_ZONE)


@pytest.fixture
def home():
    return factories.store("UK", currency="CNY", time_zone=settings.COMPANY_TIME_ZONE)


@pytest.fixture
def colleague(home):
    person = factories.person("E1", user=factories.user("e1", role=Role.TEAM_MEMBER))
    factories.employment(person)
    return person.user


def days(first, warm=2, run=2, wrap=1):
    starts = [first, first + DAY * warm, first + DAY * (warm + run)]
    names = ("warms_up_on", "runs_on", "wraps_up_on", "ends_on")
    return dict(zip(names, [*starts, starts[-1] + DAY * wrap], strict=True))


def form(store, first, items=(), **values):
    given = {
        "store": store.pk,
        "code": "AUTUMN",
        "name": "Autumn week",
        "category": "",
        "budget": "100",
        "target_sales": "",
        "items-TOTAL_FORMS": len(items),
        "items-INITIAL_FORMS": 0,
    }
    for number, item in enumerate(items):
        given |= {f"items-{number}-{name}": value for name, value in item.items()}
    return given | {name: str(day) for name, day in days(first).items()} | values


def test_a_team_member_plans_a_promotion_with_a_listing(client, colleague, home, today):
    listing = factories.listing("L1", store=home)
    item = {"listing": listing.pk, "price": "19.90", "reserved_units": "3"}
    item["warehouse"] = factories.warehouse().pk
    sign_in(client, colleague)

    response = client.post(ADD, form(home, today, [item]))

    assert response.status_code == 302
    assert list(Promotion.objects.values_list("code", "status", "budget")) == [
        ("AUTUMN", "planned", 100)
    ]
    assert list(PromotionItem.objects.values_list("listing", "price", "reserved_units")) == [
        (listing.pk, Decimal("19.90"), 3)
    ]
    assert LifeEvent.objects.get().by == colleague


def test_a_listing_of_another_store_is_refused_with_the_whole_plan(client, colleague, home, today):
    other = factories.listing("L1", store=factories.store("FR"))
    sign_in(client, colleague)

    response = client.post(ADD, form(home, today, [{"listing": other.pk, "reserved_units": "0"}]))

    assert response.status_code == 200
    assert "choose a listing of that store" in response.text
    assert (Promotion.objects.count(), LifeEvent.objects.count()) == (0, 0)


def test_the_button_starts_it_and_keeps_the_stock(client, colleague, home, today):
    level = factories.stock(10, sku=factories.sku("S1"))
    promotion = factories.promotion(store=home, **days(today))
    listing = factories.listing(store=home, sku=level.sku)
    factories.promotion_item(promotion, listing, units=4)
    sign_in(client, colleague)

    client.post(reverse("admin:catalog_promotion_move", args=[promotion.pk, "warm_up"]))

    promotion.refresh_from_db()
    assert promotion.status == "warming_up"
    assert StockLevel.objects.get().reserved == 4


def test_once_it_runs_only_what_was_spent_is_entered(client, colleague, home, today):
    promotion = factories.promotion(store=home, status="running", **days(today))
    page = reverse("admin:catalog_promotion_change", args=[promotion.pk])
    sign_in(client, colleague)
    posted = form(home, today, budget="900", spent="12.50", name="Other")

    response = client.post(page, posted)

    promotion.refresh_from_db()
    assert response.status_code == 302
    assert (promotion.spent, promotion.budget, promotion.name) == (
        Decimal("12.50"),
        100,
        "Promotion AUTUMN",
    )


def test_the_page_shows_the_result_and_the_phases(client, colleague, home, today):
    promotion = factories.promotion(
        store=home, status="closed", spent=Decimal(50), **days(today - DAY * 5)
    )
    sku = factories.sku("S1")
    factories.promotion_item(promotion, factories.listing(store=home, sku=sku))
    for ago, sales in ((10, "20"), (6, "30"), (5, "40"), (1, "160")):
        SkuDemand.objects.create(sku=sku, day=today - DAY * ago, units=1, sales=Decimal(sales))
    SkuDemand.objects.create(
        sku=factories.sku("S2"), day=today - DAY * 2, units=1, sales=Decimal(999)
    )
    sign_in(client, colleague)

    page = client.get(reverse("admin:catalog_promotion_change", args=[promotion.pk]))

    result = page.context["result"]
    assert (result.sales.part, result.sales.whole) == (200, 5)
    assert (result.baseline.part, result.baseline.whole) == (50, 5)
    assert (result.uplift, result.roi) == (150, 2)
    assert [band["label"] for band in page.context["plot"]["bands"]] == [
        "Baseline",
        "Warming up",
        "Running",
        "Wrapping up",
    ]
    assert page.context["spent_width"] == 50
    assert "200.00%" in page.text.replace(" ", "").replace("\u00a0", "")


def test_a_category_takes_the_skus_of_those_below_it(client, colleague, home, today):
    from_above = factories.product().category
    below = type(from_above).objects.create(code="below", name="Below", parent=from_above)
    sku = factories.sku("S1", of=factories.product(category=below))
    promotion = factories.promotion(
        store=home, status="closed", category=from_above, **days(today - DAY * 5)
    )
    for ago in (10, 1):
        SkuDemand.objects.create(sku=sku, day=today - DAY * ago, units=1, sales=Decimal(7))
    sign_in(client, colleague)

    page = client.get(reverse("admin:catalog_promotion_change", args=[promotion.pk]))

    assert (page.context["result"].sales.part, page.context["result"].baseline.part) == (7, 7)


def test_without_any_demand_there_is_no_result(client, colleague, home, today):
    promotion = factories.promotion(store=home, **days(today))
    sign_in(client, colleague)

    page = client.get(reverse("admin:catalog_promotion_change", args=[promotion.pk]))

    assert (page.context["result"], page.context["plot"]) == (None, None)
    assert "No sales are known yet." in page.text


def test_the_list_takes_the_same_queries_for_one_row_and_three(client, colleague, home, today):
    sign_in(client, colleague)
    category = factories.product().category

    def asked():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(LIST).status_code == 200
        return len(caught)

    factories.promotion("P0", store=home, category=category, **days(today))
    asked()
    one = asked()
    for number in (1, 2):
        factories.promotion(f"P{number}", store=home, category=category, **days(today))

    assert asked() == one


def test_the_home_page_names_what_ends_within_three_days(client, colleague, home, today):
    for code, status, ends in (
        ("SOON", "running", 4),
        ("LATER", "running", 5),
        ("LATE", "wrapping_up", -1),
        ("OVER", "closed", 1),
    ):
        span = days(today + DAY * (ends - 5))
        factories.promotion(code, store=home, status=status, **span)
    away = factories.store("FR", department=factories.department("away"))
    factories.promotion("THEIRS", store=away, status="running", **days(today - DAY * 4))
    sign_in(client, colleague)

    text = client.get(reverse("admin:index")).text

    named = [
        code for code in ("LATE", "SOON", "LATER", "OVER", "THEIRS") if f"Promotion {code}<" in text
    ]
    assert named == ["LATE", "SOON"]
