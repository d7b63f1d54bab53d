"""What is in stock but not on sale, with the reason in words."""

import re
from datetime import date

import pytest

from accounts.core.roles import Role
from catalog.models import UnlistedStock
from tests import factories as make
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 1)
LIST = "/admin/catalog/unlistedstock/"


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def page(client):
    sign_in(client, make.user(role=Role.TEAM_MEMBER))
    return client


def unlisted(*states):
    sku = make.sku()
    for state in states:
        make.listing(sku=sku, status=state, price=1)
    UnlistedStock.objects.create(day=DAY, sku=sku, on_hand=7, since=DAY)


@pytest.mark.parametrize(
    ("states", "why"),
    [
        ((), "there is no listing"),
        (("draft",), "drafts only"),
        (("ended",), "ended"),
        (("ended", "draft", "in_review"), "in review"),
        (("draft", "paused"), "paused"),
    ],
)
def test_the_listing_nearest_to_being_on_sale_says_why(page, states, why):
    unlisted(*states)

    shown = re.findall(r"field-why[^>]*>([^<]*)<", text(page.get(LIST)))
    assert [word.strip() for word in shown] == [why]


def test_the_home_page_counts_those_of_the_last_night(page):
    unlisted()
    unlisted()

    shown = text(page.get("/admin/"))

    assert "SKUs in stock but not on sale" in shown


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_a_constant_number_of_questions(page, count, django_assert_max_num_queries):
    for _ in range(count):
        unlisted("draft")

    page.get(LIST)
    with django_assert_max_num_queries(12):
        page.get(LIST)
