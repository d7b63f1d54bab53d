"""What is in stock but not on sale, with the reason in words."""

import re
from datetime import date

import pytest
from django.test import Client

from accounts.core.roles import Role
from catalog.models import UnlistedStock
from tests import factories as make
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 1)
LIST = "/admin/catalog/unlistedstock/"


def text(response):
    return " ".join(response.content.decode().split())


def reasons(client):
    shown = re.findall(r"field-why[^>]*>([^<]*)<", text(client.get(LIST)))
    return [word.strip() for word in shown]


@pytest.fixture
def page(client):
    sign_in(client, make.user(role=Role.TEAM_MEMBER, department=make.department()))
    return client


def unlisted(*states):
    sku = make.sku()
    for state in states:
        make.listing(sku=sku, status=state, price=1)
    UnlistedStock.objects.create(day=DAY, sku=sku, on_hand=7, since=DAY)


@pytest.mark.parametrize(
    ("states", "why"),
    [
        ((), "there is no listing in a store that you see"),
        (("draft",), "drafts only: UK"),
        (("ended",), "ended: UK"),
        (("ended", "draft", "in_review"), "in review: UK"),
        (("draft", "paused"), "paused: UK"),
    ],
)
def test_the_listing_nearest_to_being_on_sale_says_why(page, states, why):
    unlisted(*states)

    assert reasons(page) == [why]


def test_the_reason_names_only_stores_that_one_sees(page):
    sku = make.sku()
    far = make.store("DE", department=make.department("away"))
    make.listing(sku=sku, store=far, status="paused", price=1)
    UnlistedStock.objects.create(day=DAY, sku=sku, on_hand=7, since=DAY)

    assert reasons(page) == ["there is no listing in a store that you see"]

    make.listing(sku=sku, status="draft", price=1)
    make.listing(sku=sku, store=make.store("IT"), status="draft", price=1)

    assert reasons(page) == ["drafts only: IT, UK"]
    assert reasons(sign_in(Client(), make.manager())) == ["paused: DE"]


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
