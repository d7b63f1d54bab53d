"""Listings: made, written, taken through their life, and taken in from outside."""

import pytest

from accounts.core.roles import Role
from catalog.actions.listings import (
    LISTING_COURSE,
    change_listing,
    make_listing,
    upsert_listings,
    write_version,
)
from catalog.core.listing_check import Content
from catalog.core.listing_items import ListingItem
from catalog.models import Listing, ListingVersion, Violation
from opsdesk.actions.moves import Mover, move
from opsdesk.core.errors import InvalidData, NotAllowed, NotReady
from opsdesk.core.exchange import State
from opsdesk.models import AuditEntry, LifeEvent
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
CONTENT = Content(title="A cup", images="https://img.example/1.jpg")


def mover(of=None):
    by = of or factories.manager(f"boss{next(factories.NUMBERS)}")
    return Mover(NOW, by, factories.scope(by))


def ready(**values):
    """A listing in review that nothing keeps from going live."""
    values = {"price": "10", "external_id": "B01", "status": "in_review"} | values
    return factories.listing(**values)


def test_a_listing_begins_as_a_draft_with_its_first_event():
    new = Listing(store=factories.store(), sku=factories.sku("A1"), seller_sku="L1")

    made = make_listing(new, mover())

    assert made.status == "draft"
    assert list(LifeEvent.objects.values_list("verb", "state")) == [("begin", "draft")]


def test_nobody_makes_a_listing_in_a_store_they_do_not_see():
    member = factories.user(role=Role.SUPERVISOR, department=factories.department("away"))
    new = Listing(store=factories.store(), sku=factories.sku(), seller_sku="L1")

    with pytest.raises(NotAllowed):
        make_listing(new, mover(member))

    assert not Listing.objects.exists()


def test_other_content_is_a_new_version_and_becomes_the_current_one():
    listing, by = factories.listing(), mover()

    write_version(listing, CONTENT, by, reason="first")
    write_version(listing, Content(title="A mug"), by, reason="clearer")

    listing.refresh_from_db()
    assert (listing.current.number, listing.current.title) == (2, "A mug")
    kept = ListingVersion.objects.order_by("number").values_list("title", "reason", "author")
    assert list(kept) == [("A cup", "first", by.by.pk), ("A mug", "clearer", by.by.pk)]


def test_the_same_content_is_not_written_again():
    listing, by = factories.listing(), mover()
    write_version(listing, CONTENT, by, reason="first")
    lines = AuditEntry.objects.count()

    assert write_version(listing, CONTENT, by, reason="again") is None
    assert (ListingVersion.objects.count(), AuditEntry.objects.count()) == (1, lines)


@pytest.mark.parametrize(
    ("content", "reason", "field"),
    [(CONTENT, " ", "reason"), (Content(title=" "), "why", "title")],
)
def test_a_version_needs_a_reason_and_a_title(content, reason, field):
    listing = factories.listing()

    with pytest.raises(InvalidData) as refusal:
        write_version(listing, content, mover(), reason=reason)

    assert refusal.value.field == field
    assert not ListingVersion.objects.exists()


def test_an_ended_listing_is_not_written_any_more():
    listing = factories.listing(status="ended")

    with pytest.raises(NotReady):
        write_version(listing, CONTENT, mover(), reason="why")

    assert not ListingVersion.objects.exists()


def test_the_sku_stays_once_the_draft_is_left():
    listing = ready()
    before, listing.sku = listing.sku, factories.sku("OTHER")

    with pytest.raises(InvalidData) as refusal:
        change_listing(listing, mover())

    assert refusal.value.field == "sku"
    assert Listing.objects.get().sku == before


def test_a_listing_is_not_submitted_without_content_and_price():
    listing = factories.listing()

    with pytest.raises(NotReady) as refusal:
        move(LISTING_COURSE, listing, "submit", mover())

    assert refusal.value.message == "Write its content first. Set its price first."
    assert Listing.objects.get().status == "draft"


def test_a_whole_listing_goes_live():
    listing = factories.listing(price="10", external_id="B01")
    write_version(listing, CONTENT, mover(), reason="first")

    move(LISTING_COURSE, listing, "submit", mover())
    move(LISTING_COURSE, listing, "go_live", mover())

    assert Listing.objects.get().status == "live"


@pytest.mark.parametrize("violation", ["open", "appealed"])
@pytest.mark.parametrize("state, verb", [("in_review", "go_live"), ("paused", "resume")])
def test_what_keeps_a_listing_from_sale_is_said_in_sentences(state, verb, violation):
    store = factories.store("UK", status="suspended")
    sku = factories.sku("A1", of=factories.product("P1", status="idea"))
    listing = factories.listing(store=store, sku=sku, status=state)
    Violation.objects.create(
        store=store,
        external_id="V1",
        kind="suspended_sale",
        severity="major",
        happened_on=TODAY,
        status=violation,
    )

    with pytest.raises(NotReady) as refusal:
        move(LISTING_COURSE, listing, verb, mover())

    assert refusal.value.message == (
        "Enter the listing ID that the platform gave it. Set its price first. "
        "The product P1 is “Idea”: it may not be sold. The store UK is not active. "
        "The platform suspended sales of the store UK: settle that first."
    )
    assert Listing.objects.get().status == state


def take(*items):
    return [one.state for one in upsert_listings(items, by=None, at=NOW)]


def test_items_from_outside_are_taken_once():
    factories.store("UK"), factories.sku("A1")
    item = ListingItem("UK", "L1", "A1", external_id="B01", title="A cup")

    assert take(item) == [State.CREATED]
    assert take(item) == [State.UNCHANGED]
    assert take(ListingItem("UK", "L1", "A1", title="A mug")) == [State.UPDATED]

    listing = Listing.objects.get()
    assert (listing.external_id, listing.current.number, listing.current.title) == (
        "B01",
        2,
        "A mug",
    )


def test_bad_items_are_refused_with_their_field_and_nothing_is_written():
    factories.store("UK"), factories.sku("A1")
    items = [
        ListingItem("XX", "L1", "A1"),
        ListingItem("UK", "L2", "ZZ"),
        ListingItem("UK", "", "A1"),
        ListingItem("UK", "L4", "A1", description="without a title"),
    ]

    found = upsert_listings(items, by=None, at=NOW)

    fields = [[error.field for error in one.errors] for one in found]
    assert fields == [["store"], ["sku"], ["seller_sku"], ["title"]]
    assert not Listing.objects.exists()
