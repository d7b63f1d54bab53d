"""Prices in the admin: looked at before they are set, and leave below the floor by another."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from accounts.core.roles import Role
from catalog.actions.pricing import shown_digest
from catalog.models import CompetitorPrice, Listing, ListingPrice, PriceOverride
from tests import factories as make
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def listing():
    """Landed 10.00 CNY and a fee of 15 %: a floor of 11.77."""
    return make.listing("A-1", price=Decimal("20.00"))


@pytest.fixture
def page(client):
    sign_in(client, make.user("editor", role=Role.SUPERVISOR, department=make.department()))
    return client


def text(response):
    return " ".join(response.content.decode().split())


def values(price, **more):
    return {"price": price, "list_price": "", "from_date": "2026-04-02", "reason": "Spring"} | more


def url(listing):
    return f"/admin/catalog/listingprice/set/{listing.pk}/"


def test_what_a_price_does_is_shown_before_it_is_set(page, listing):
    CompetitorPrice.objects.create(
        listing=listing, competitor="Rival", seen_on=NOON.date(), price=Decimal("14.50")
    )

    shown = text(page.get(url(listing), values("15.00")))

    assert "20.00 → <strong>15.00 CNY</strong>" in shown
    assert "35.00 % → <strong>18.33 %</strong>" in shown  # (20 x 0.85 - 10) / 20, (12.75 - 10) / 15
    assert "Rival 14.50" in shown
    assert "Set this price" in shown
    assert ListingPrice.objects.count() == 0


def test_a_price_below_the_floor_is_refused_with_its_parts(page, listing):
    shown = text(page.get(url(listing), values("11.00")))
    page.post(url(listing), values("11.00"))

    assert "11.00 CNY is below the floor of 11.77 CNY: landed cost 10.00" in shown
    assert "Set this price" not in shown
    assert ListingPrice.objects.count() == 0


def test_a_price_is_set_and_shown_on_the_listings_page(page, listing):
    answer = page.post(url(listing), values("15.00"), follow=True)

    assert Listing.objects.get().price == Decimal("15.00")
    assert "The price is set." in text(answer)
    assert "Price by day" in text(answer)
    assert "18.33 %" in text(answer)


@pytest.mark.parametrize(
    "wrong",
    [{"price": "x"}, {"from_date": "soon"}, {"reason": ""}, {"price": "1e99"}, {"list_price": "-"}],
)
def test_what_is_no_price_is_told_at_its_field(page, listing, wrong):
    answer = page.post(url(listing), values("15.00") | wrong)

    assert answer.status_code == 200
    assert ListingPrice.objects.count() == 0


def test_a_listing_of_another_department_is_not_there(page):
    foreign = make.listing(store=make.store("FR", department=make.department("away")))

    assert page.get(url(foreign)).status_code == 404
    assert page.post(url(foreign), values("15.00")).status_code == 404


def test_leave_is_asked_for_by_one_and_given_by_another(client, page, listing):
    add = {
        "listing": listing.pk,
        "price": "9.00",
        "from_date": "2026-04-02",
        "until_date": "2026-04-20",
        "reason": "Old stock",
    }
    page.post("/admin/catalog/priceoverride/add/", add)
    asked = PriceOverride.objects.get()
    own = text(page.get(f"/admin/catalog/priceoverride/{asked.pk}/change/"))
    page.post(
        f"/admin/catalog/priceoverride/decide/{asked.pk}/approve/", {"digest": shown_digest(asked)}
    )
    asked.refresh_from_db()

    assert "You asked for this, so somebody else must decide on it." in own
    assert asked.state == "proposed"

    sign_in(client, make.manager())
    home = text(client.get("/admin/"))
    client.post(
        f"/admin/catalog/priceoverride/decide/{asked.pk}/approve/", {"digest": shown_digest(asked)}
    )
    asked.refresh_from_db()

    assert "Prices below the floor to decide" in home
    assert asked.state == "approved"


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_a_constant_number_of_questions(page, count, django_assert_max_num_queries):
    for _ in range(count):
        row = make.listing(price=Decimal(20))
        ListingPrice.objects.create(
            listing=row, from_date=NOON.date(), price=20, reason="x", set_at=NOON
        )
        CompetitorPrice.objects.create(
            listing=row, competitor="R", seen_on=NOON.date(), price=Decimal(1)
        )

    for model in ("listingprice", "competitorprice", "priceoverride", "marginpolicy"):
        page.get(f"/admin/catalog/{model}/")
        with django_assert_max_num_queries(12):
            page.get(f"/admin/catalog/{model}/")
