"""Keywords in reviews: noted, counted by day, counted anew after a change, and added up."""

import csv
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.core.roles import Role
from catalog.models import ReviewDay
from opsdesk.core.errors import InvalidData, NotAllowed
from orders.actions.keywords import (
    PIECE,
    end_recount,
    fill_keyword_days,
    fill_review_days,
    recount_piece,
    save_keyword,
    uncounted_keywords,
)
from orders.actions.reviews import link_reviews, upsert_reviews
from orders.core.review_items import ReviewItem
from orders.models import KeywordDay, Review, ReviewKeyword, ReviewMention, ReviewVersion
from tests import factories as make
from tests.factories import NOW, review_item

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 3, 1), date(2026, 4, 30)
DAY = timedelta(days=1)


@pytest.fixture
def cup():
    """A SKU that reviews of two stores are about."""
    make.store("DE")
    return make.sku("CUP", of=make.product("CUP"))


def take(*items):
    answers = upsert_reviews(items, scope=None, by=None, at=NOW)
    assert [one.errors for one in answers] == [()] * len(items)
    return answers


def said(number, text, *, stars=1, store="UK", item="CUP", **values):
    make.store(store)
    return review_item(number, text=text, stars=stars, store=store, item=item, **values)


def counts():
    rows = KeywordDay.objects.order_by("store__code", "day", "keyword__phrase")
    return list(rows.values_list("store__code", "day", "keyword__phrase", "reviews", "bad"))


def days():
    rows = ReviewDay.objects.order_by("product__code", "day")
    return list(rows.values_list("product__code", "day", "reviews", "bad", "complaints"))


def recount():
    """As the night does."""
    link_reviews(at=NOW)
    keywords, after, changed = uncounted_keywords(), 0, 0
    while keywords and after is not None:
        piece, after = recount_piece(keywords, after)
        changed += piece
    end_recount(keywords)
    return changed


APRIL = date(2026, 4, 1)


def test_keywords_are_counted_by_store_product_day_and_in_bad_reviews(cup):
    earlier = datetime(2026, 3, 30, 12, tzinfo=UTC)
    take(
        said("R-1", "It is broken, so broken"),
        said("R-2", "Broken, but they sent a new one", stars=5),
        said("R-3", "broken", stars=2, store="DE"),
        said("R-4", "broken", written_at=earlier),
        said("R-5", "broken", item="UNKNOWN"),
        said("R-6", "Nothing to say"),
        said("R-7", "broken", language="zh"),
    )

    assert counts() == [
        ("DE", APRIL, "broken", 1, 1),
        ("UK", date(2026, 3, 30), "broken", 1, 1),
        ("UK", APRIL, "broken", 2, 1),
    ]


def test_counts_follow_a_review_that_is_changed(cup):
    take(said("R-1", "It is broken"), said("R-2", "It is broken"))

    take(said("R-1", "It is broken", stars=4), said("R-2", "Too small"))

    assert counts() == [("UK", APRIL, "broken", 1, 0), ("UK", APRIL, "too small", 1, 1)]

    take(said("R-1", "It is broken", stars=4, written_at=NOW), said("R-2", "Fine"))

    assert counts() == [("UK", date(2026, 4, 2), "broken", 1, 0)]


def test_counts_by_increments_are_those_of_a_rebuild(cup):
    for number in range(40):
        text = ("broken", "too small", "fine", "late and broken")[number % 4]
        stars = number % 5 + 1
        day = datetime(2026, 3, 1 + number % 9, 12, tzinfo=UTC)
        take(said(f"R-{number % 17}", text, stars=stars, written_at=day))
    before = counts()

    assert fill_keyword_days(FIRST, LAST) == 0
    KeywordDay.objects.all().delete()
    assert fill_keyword_days(FIRST, LAST) == len(before)

    assert counts() == before


def test_a_new_phrase_is_looked_for_in_what_is_there_the_night_after(cup):
    take(said("R-1", "The handle is wobbly"), said("R-2", "wobbly", stars=5))
    person = make.mover(make.user(role=Role.TEAM_MEMBER))

    made = save_keyword(ReviewKeyword(phrase=" Wobbly ", language="en", topic="quality"), person)
    assert (made.phrase, made.is_counted, counts()) == ("wobbly", False, [])
    assert recount() == 2
    assert recount() == 0

    assert counts() == [("UK", APRIL, "wobbly", 2, 1)]
    assert ReviewKeyword.objects.get(pk=made.pk).is_counted


def test_a_phrase_that_is_changed_or_switched_off_is_counted_as_it_is_then(cup):
    person = make.mover(make.user(role=Role.TEAM_MEMBER))
    take(said("R-1", "It is broken and wobbly"))
    broken = make.keyword("broken")

    broken.phrase = "wobbly"
    save_keyword(broken, person)
    recount()
    assert counts() == [("UK", APRIL, "wobbly", 1, 1)]

    broken.active = False
    save_keyword(broken, person)
    recount()
    assert (counts(), ReviewMention.objects.count()) == ([], 0)
    # and it is looked for no more in what comes
    take(said("R-2", "wobbly"))
    assert counts() == []


def test_a_phrase_changed_while_it_is_counted_is_counted_again(cup):
    take(said("R-1", "wobbly and shaky"))
    made = make.keyword("wobbly", is_counted=False)
    keywords = uncounted_keywords()
    recount_piece(keywords, 0)
    ReviewKeyword.objects.filter(pk=made.pk).update(phrase="shaky")

    end_recount(keywords)

    assert [one.phrase for one in uncounted_keywords()] == ["shaky"]


def test_a_topic_alone_changes_no_count(cup):
    person = make.mover(make.user(role=Role.TEAM_MEMBER))
    broken = make.keyword("broken")
    broken.topic = "other"

    save_keyword(broken, person)

    assert uncounted_keywords() == []


@pytest.mark.parametrize("phrase", ["", "  ", "\u3000"])
def test_a_keyword_has_a_phrase(phrase):
    before = ReviewKeyword.objects.count()

    with pytest.raises(InvalidData, match="Write the phrase"):
        save_keyword(ReviewKeyword(phrase=phrase, language="en", topic="other"), make.mover())

    assert ReviewKeyword.objects.count() == before


def test_who_may_not_work_on_reviews_changes_no_keyword():
    reader = make.mover(make.user(role=Role.AUDITOR))
    broken = make.keyword("broken")

    with pytest.raises(NotAllowed):
        save_keyword(broken, reader)

    assert ReviewKeyword.objects.filter(phrase="broken").exists()


def test_reviews_of_all_stores_are_added_up_by_product_and_day(cup):
    take(
        said("R-1", "It is broken and too small"),
        said("R-2", "broken", stars=2, store="DE"),
        said("R-3", "broken", stars=3),
        said("R-4", "", stars=5),
        said("R-5", "broken", item="UNKNOWN"),
        said("R-6", "", written_at=datetime(2026, 3, 1, 0, tzinfo=UTC)),  # March's first instant
        said("R-7", "", written_at=datetime(2026, 2, 28, 23, 59, tzinfo=UTC)),  # not March
    )

    assert fill_review_days(FIRST, LAST) == 2
    assert fill_review_days(FIRST, LAST) == 0
    assert days() == [("CUP", FIRST, 1, 1, 0), ("CUP", APRIL, 4, 2, 3)]

    Review.objects.filter(external_id="R-6").delete()
    take(said("R-1", "Fine now", stars=5))
    assert fill_review_days(FIRST, LAST) == 2
    assert days() == [("CUP", APRIL, 4, 1, 1)]


def test_the_statements_do_not_grow_with_the_reviews(cup, django_assert_max_num_queries):
    take(*(said(f"R-{number}", "It is broken") for number in range(30)))

    with django_assert_max_num_queries(9):
        fill_keyword_days(FIRST, LAST)
        fill_review_days(FIRST, LAST)


def test_a_recount_goes_on_where_a_piece_ended(cup, monkeypatch):
    monkeypatch.setattr("orders.actions.keywords.PIECE", 2)
    take(*(said(f"R-{number}", "wobbly") for number in range(5)))
    make.keyword("wobbly", is_counted=False)

    assert (PIECE, recount()) == (2_000, 5)

    assert counts() == [("UK", APRIL, "wobbly", 5, 5)]


# ---- what real buyers wrote


def holds(text, phrase):
    """The rule by other means: a pattern with word bounds."""
    small = re.escape(phrase.lower())
    return re.search(rf"(?<!\w){small}(?!\w)", " ".join(text.lower().split())) is not None


@pytest.mark.real_data
def test_keywords_in_a_thousand_real_sentences_are_those_that_a_pattern_finds(cup, real_data):
    lines = (real_data / "reviews" / "amazon_cells_labelled.txt").read_text("utf-8").splitlines()
    sentences = [line.rsplit("\t", 1) for line in lines if line.strip()]
    assert Counter(mark for _text, mark in sentences) == {"0": 500, "1": 500}
    phrases = ReviewKeyword.objects.filter(language="en").values_list("phrase", flat=True)
    expected = {}
    for phrase in phrases:
        found = [mark for text, mark in sentences if holds(text, phrase)]
        if found:
            expected[phrase] = (len(found), found.count("0"))

    take(
        *(
            said(f"R-{number}", text, stars=5 if mark == "1" else 1)
            for number, (text, mark) in enumerate(sentences)
        )
    )
    fill_review_days(FIRST, LAST)

    rows = KeywordDay.objects.values_list("keyword__phrase", "reviews", "bad")
    assert {phrase: (reviews, bad) for phrase, reviews, bad in rows} == expected
    assert len(expected) > 30  # so that there is something to compare
    assert days() == [("CUP", APRIL, 1000, 500, sum(bad for _all, bad in expected.values()))]
    assert Review.objects.waiting().count() == 500


@pytest.mark.real_data
def test_stars_and_days_of_real_records_and_nothing_of_who_wrote_them(cup, real_data):
    text = (real_data / "reviews" / "adventureworks_product_review.tsv").read_text("utf-8-sig")
    # a record begins with two numbers; its text holds line ends
    starts = re.split(r"(?m)^(?=\d+\t\d+\t)", text)
    records = [
        next(csv.reader([one.replace("\n", " ")], delimiter="\t")) for one in starts if one.strip()
    ]
    items = [
        ReviewItem(
            store=make.store().code,
            number=record[0],
            stars=int(record[5]),
            written_at=datetime.fromisoformat(record[3]).replace(tzinfo=UTC),
            text=record[6],
            language="en",
            item="CUP",
        )
        for record in records
    ]

    take(*items)

    rows = Review.objects.order_by("external_id")
    assert list(rows.values_list("stars", "status")) == [
        (stars, "open" if stars <= 2 else "none") for stars in (5, 4, 2, 5)
    ]
    written = " ".join(
        str(value)
        for model in (Review, ReviewVersion)
        for row in model.objects.values()
        for value in row.values()
    )
    assert [r[2] for r in records if r[2] in written] == []
    assert [r[4] for r in records if r[4] in written] == []
