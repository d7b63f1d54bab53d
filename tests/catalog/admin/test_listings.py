"""The pages of listings."""

import pytest

from catalog.actions.listings import write_version
from catalog.core.listing_check import Content
from catalog.models import Listing, ListingVersion
from opsdesk.actions.moves import Mover
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/listing/"


@pytest.fixture
def desk(client):
    boss = factories.manager()
    client.force_login(boss)
    client.boss = boss
    return client


def written(listing, *titles):
    for title in titles:
        write_version(listing, Content(title=title), Mover(NOW), reason="why")
    return listing


def test_a_listing_is_made_on_its_form(desk):
    store, sku = factories.store(), factories.sku()
    given = {"store": store.pk, "sku": sku.pk, "seller_sku": "L1", "locale": "en"}

    desk.post(f"{LIST}add/", given)

    assert list(Listing.objects.values_list("seller_sku", "status")) == [("L1", "draft")]


def test_the_page_gives_advice_and_lists_the_versions(desk):
    listing = written(factories.listing(), "A cup", "A mug")

    text = desk.get(f"{LIST}{listing.pk}/change/").content.decode()

    assert "The title has 5 characters: write 50 to 200." in text
    assert f"/admin/catalog/listing/{listing.pk}/compare/?a=1&amp;b=2" in text


def test_content_is_written_as_a_version(desk):
    listing = factories.listing()

    desk.post(f"{LIST}{listing.pk}/content/", {"title": "A cup", "reason": "first"})

    kept = ListingVersion.objects.values_list("title", "reason", "author")
    assert list(kept) == [("A cup", "first", desk.boss.pk)]


def test_content_without_a_reason_is_shown_again(desk):
    listing = factories.listing()

    answer = desk.post(f"{LIST}{listing.pk}/content/", {"title": "A cup", "reason": ""})

    assert "A cup" in answer.content.decode()
    assert not ListingVersion.objects.exists()


def test_two_versions_stand_side_by_side(desk):
    listing = written(factories.listing(), "A cup", "A mug")

    text = desk.get(f"{LIST}{listing.pk}/compare/?a=1&b=2").content.decode()

    assert "A <del>cup</del>" in text
    assert "A <ins>mug</ins>" in text


def test_the_list_asks_the_same_for_one_and_three(desk, django_assert_max_num_queries):
    written(factories.listing(), "A cup")
    with django_assert_max_num_queries(40) as one:
        desk.get(LIST)
    for number in (1, 2):
        other = factories.listing(store=factories.store(f"S{number}"))
        written(other, "A mug")
    with django_assert_max_num_queries(len(one)):
        desk.get(LIST)
