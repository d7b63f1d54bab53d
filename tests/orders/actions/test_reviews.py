"""Reviews from outside and by hand: their versions, their follow-up, and what they are about."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.core.roles import Role
from catalog.models import DirtyDay, Sku
from opsdesk.actions.moves import move
from opsdesk.core.errors import InvalidData, InvalidTransition
from opsdesk.core.exchange import CREATED, UNCHANGED, UPDATED, State
from opsdesk.models import AuditEntry, LifeEvent
from orders.actions.reviews import REVIEW_COURSE, link_reviews, save_review, upsert_reviews
from orders.models import KeywordDay, Review, ReviewVersion
from tests import factories as make
from tests.factories import NOW, review_item

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def store():
    return make.store()


def take(*items, scope=None, at=NOW):
    return upsert_reviews(items, scope=scope, by=None, at=at)


def wrong(outcome):
    assert outcome.state is State.ERROR
    return [fault.field for fault in outcome.errors]


def follow_ups():
    return list(Review.objects.order_by("external_id").values_list("stars", "status"))


def steps():
    return list(LifeEvent.objects.order_by("pk").values_list("verb", "from_state", "state"))


def test_a_review_comes_with_its_order_and_the_day_of_its_store():
    shop = make.store(time_zone="America/New_York")
    order = make.order(external_id="O-1")
    written = datetime(2026, 4, 1, 2, tzinfo=UTC)  # still March 31st in New York

    assert take(review_item(order="O-1", title="Fine", text="Good", written_at=written)) == [
        CREATED
    ]

    stored = Review.objects.get()
    assert (stored.store, stored.order, stored.stars, stored.title, stored.text) == (
        shop,
        order,
        5,
        "Fine",
        "Good",
    )
    assert stored.business_date == date(2026, 3, 31)


def test_no_field_holds_who_wrote_it():
    names = {field.name for field in Review._meta.concrete_fields}

    assert {name for name in names if any(w in name for w in ("author", "alias", "name"))} == set()


@pytest.mark.parametrize(
    ("stars", "status"), [(1, "open"), (2, "open"), (3, "none"), (4, "none"), (5, "none")]
)
def test_one_or_two_stars_open_a_follow_up(store, stars, status):
    take(review_item(stars=stars))

    assert follow_ups() == [(stars, status)]
    assert steps() == [("begin", "", status)]


@pytest.mark.parametrize(
    ("before", "status", "after", "then"),
    [
        (3, "none", 2, "open"),
        (5, "none", 1, "open"),
        (5, "solved", 2, "open"),  # solved when it was a bad one before
        (4, "left", 2, "open"),
        (5, "none", 3, "none"),  # three are not bad
        (2, "solved", 1, "solved"),  # bad before and after: what was solved stays solved
        (1, "open", 5, "open"),  # noted, and decided on by a person
        (1, "contacted", 4, "contacted"),
        (5, "contacted", 1, "contacted"),  # somebody is at it
    ],
)
def test_a_changed_review_opens_its_follow_up_when_it_has_become_a_bad_one(
    store, before, status, after, then
):
    who = make.person()
    made = make.review("R-1", stars=before, status=status, handled_by=who)

    assert take(review_item(stars=after)) == [UPDATED]

    assert follow_ups() == [(after, then)]
    reopened = status != then
    assert len(steps()) == reopened
    # one that is opened again waits for anybody
    made.refresh_from_db()
    assert made.handled_by == (None if reopened else who)


def test_what_a_review_was_before_is_kept(store):
    first, second, third = NOW - 3 * DAY, NOW - 2 * DAY, NOW - DAY
    take(review_item(stars=5, text="Good", source_updated_at=first))
    take(review_item(stars=2, text="It broke", source_updated_at=second))
    take(review_item(stars=2, text="It broke", source_updated_at=third))  # nothing new
    take(review_item(stars=4, text="They sent another", source_updated_at=NOW))

    kept = ReviewVersion.objects.order_by("pk").values_list(
        "stars", "text", "source_updated_at", "until"
    )
    assert list(kept) == [(5, "Good", first, second), (2, "It broke", third, NOW)]
    assert Review.objects.values_list("stars", "text").get() == (4, "They sent another")


def test_the_same_again_writes_nothing(store):
    make.listing("CUP", store=store)
    item = review_item(stars=1, text="It is broken", item="CUP", source_updated_at=NOW)
    take(item)
    before, entries = Review.objects.values().get(), AuditEntry.objects.count()

    assert take(item) == [UNCHANGED]

    assert Review.objects.values().get() == before
    assert (AuditEntry.objects.count(), LifeEvent.objects.count()) == (entries, 1)
    assert ReviewVersion.objects.count() == 0


def test_an_older_item_changes_nothing_in_whatever_order_they_come(store):
    take(review_item(stars=1, source_updated_at=NOW))

    assert take(review_item(stars=5, source_updated_at=NOW - DAY)) == [UNCHANGED]

    assert follow_ups() == [(1, "open")]


def test_what_is_not_given_stays_and_a_text_said_to_be_blank_goes(store):
    take(review_item(title="Hm", text="Good", item="NEW", language="en"))

    assert take(review_item(language=None)) == [UNCHANGED]
    assert take(review_item(text="", language=None)) == [UPDATED]

    stored = Review.objects.get()
    assert (stored.title, stored.text, stored.item_code, stored.language) == (
        "Hm",
        "",
        "NEW",
        "en",
    )


def places(*items):
    take(*items)
    rows = Review.objects.order_by("external_id")
    return list(rows.values_list("listing__seller_sku", "sku__code", "product__code"))


def test_an_item_is_a_seller_sku_a_platforms_id_or_a_sku(store):
    cup = make.sku("CUP", of=make.product("P"))
    make.listing("CUP-UK", store=store, sku=cup, external_id="B0CUP")
    make.listing("CUP-FR", store=make.store("FR"), sku=cup)

    found = places(
        review_item("R-1", item="CUP-UK"),
        review_item("R-2", item="B0CUP"),
        review_item("R-3", item="CUP"),
        review_item("R-4", item="CUP-FR"),  # of another store: nobody knows it here
        review_item("R-5"),
    )

    assert found == [
        ("CUP-UK", "CUP", "P"),
        ("CUP-UK", "CUP", "P"),
        (None, "CUP", "P"),
        (None, None, None),
        (None, None, None),
    ]


def test_a_seller_sku_goes_before_a_platforms_id_and_this_before_a_sku(store):
    make.sku("X", of=make.product("OF-SKU"))
    make.listing("Y", store=store, sku=make.sku(of=make.product("OF-ID")), external_id="X")
    assert places(review_item("R-1", item="X"))[0][2] == "OF-ID"

    make.listing("X", store=store, sku=make.sku(of=make.product("OF-SELLER")))
    assert places(review_item("R-1", item="X"))[0][2] == "OF-SELLER"


def test_a_review_is_linked_once_its_item_is_there(store):
    take(review_item("R-1", item="CUP", stars=1, text="It is broken"), review_item("R-2", item="X"))
    assert (link_reviews(at=NOW), KeywordDay.objects.count()) == (0, 0)
    cup = make.sku("CUP")

    assert link_reviews(at=NOW) == 1
    assert link_reviews(at=NOW) == 0

    stored = Review.objects.get(external_id="R-1")
    assert (stored.sku, stored.product) == (cup, cup.product)
    assert list(KeywordDay.objects.values_list("keyword__phrase", "reviews", "bad")) == [
        ("broken", 1, 1)
    ]
    entries = AuditEntry.objects.filter(verb="linked", model="orders.review")
    assert list(entries.values_list("record", flat=True)) == ["R-1"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"store": "XX"}, "store"),
        ({"number": ""}, "number"),
        ({"order": "none"}, "order"),
        ({"stars": 0}, "stars"),
        ({"stars": 6}, "stars"),
        ({"stars": -(10**30)}, "stars"),
        ({"item": "a\nb"}, "item"),
        ({"title": "x" * 301}, "title"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"language": "en; drop"}, "language"),
        ({"language": "١"}, "language"),
        ({"written_at": datetime(1999, 12, 31, tzinfo=UTC)}, "written_at"),
        ({"written_at": NOW + DAY + timedelta(seconds=1)}, "written_at"),
        ({"written_at": datetime(2026, 4, 1)}, "written_at"),  # noqa: DTZ001
        ({"source_updated_at": NOW + 2 * DAY}, "source_updated_at"),
    ],
)
def test_a_wrong_item_is_told_and_the_others_are_stored(store, given, field):
    bad, fine = take(review_item(**{"number": "BAD"} | given), review_item("FINE"))

    assert (wrong(bad), fine) == ([field], CREATED)
    assert [one.external_id for one in Review.objects.all()] == ["FINE"]


def test_of_two_with_one_number_the_first_is_taken(store):
    first, second = take(review_item(stars=4), review_item(stars=1))

    assert (first, wrong(second), follow_ups()) == (CREATED, ["number"], [(4, "none")])


def test_a_text_of_several_lines_is_a_text(store):
    assert take(review_item(text="Good,\r\n\tbut <b>late</b>.")) == [CREATED]

    assert Review.objects.get().text == "Good,\r\n\tbut <b>late</b>."


def test_many_are_stored_in_few_statements(store, django_assert_max_num_queries):
    make.listing("CUP", store=store)
    items = [review_item(f"R-{n}", item="CUP", stars=1, text="It is broken") for n in range(300)]

    with django_assert_max_num_queries(40):
        answers = take(*items)

    assert set(answers) == {CREATED}
    assert KeywordDay.objects.get().bad == 300


# ---- the follow-up, and by hand


def test_whoever_makes_a_step_has_the_follow_up(store):
    first, second = (make.person(user=make.user(role=Role.TEAM_MEMBER)) for _n in range(2))
    review = make.review(stars=1, status="open")

    move(REVIEW_COURSE, review, "contact", make.mover(first.user))
    move(REVIEW_COURSE, review, "solve", make.mover(second.user), reason="A new one")

    stored = Review.objects.get()
    assert (stored.handled_by, stored.status) == (first, "solved")


def test_a_step_that_was_made_is_not_made_again(store):
    review = make.review(stars=1, status="open")
    move(REVIEW_COURSE, review, "leave", make.mover(), reason="No answer")

    with pytest.raises(InvalidTransition):
        move(REVIEW_COURSE, review, "contact", make.mover())

    assert Review.objects.get().status == "left"


def test_a_review_by_hand_goes_through_the_same_door(store):
    me = make.mover(make.user(role=Role.MANAGER))

    made = save_review(review_item(stars=2, item="NEW"), me)
    again = save_review(review_item(stars=4, cleared=frozenset({"item", "order"})), me)

    assert (made.pk, again.item_code) == (again.pk, "")
    assert follow_ups() == [(4, "open")]
    assert ReviewVersion.objects.get().stars == 2
    assert list(LifeEvent.objects.values_list("state", "by")) == [("open", me.by.pk)]


@pytest.mark.parametrize(
    ("given", "field"), [({"number": ""}, "external_id"), ({"item": "a\nb"}, "item_code")]
)
def test_what_is_wrong_by_hand_is_told_at_the_field_of_the_form(store, given, field):
    with pytest.raises(InvalidData) as refusal:
        save_review(review_item(**given), make.mover())

    assert (refusal.value.field, Review.objects.count(), Sku.objects.count()) == (field, 0, 0)


def test_the_days_of_a_review_are_noted_as_those_with_news(store):
    def dirty():
        rows = DirtyDay.objects.filter(family="reviews")
        return sorted({row.day for row in rows})

    take(review_item())
    assert dirty() == [date(2026, 4, 1)]
    DirtyDay.objects.all().delete()

    take(review_item())
    assert dirty() == []

    take(review_item(stars=4, written_at=datetime(2026, 3, 30, tzinfo=UTC)))
    assert dirty() == [date(2026, 3, 30), date(2026, 4, 1)]
