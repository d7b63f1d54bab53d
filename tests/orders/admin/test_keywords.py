"""Keywords in the browser: the list, and counts that open to their reviews."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import Role
from orders.actions.reviews import upsert_reviews
from orders.models import ReviewKeyword
from tests import factories as make
from tests.factories import review_item
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
COUNTS = reverse("admin:orders_reviewkeyword_counts")
LIST = reverse("admin:orders_reviewkeyword_changelist")
ADD = reverse("admin:orders_reviewkeyword_add")
DAY = timedelta(days=1)


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def page(client):
    person = make.person("E1", user=make.user("me", role=Role.TEAM_MEMBER))
    make.employment(person)
    sign_in(client, person.user)
    return client


def said(number, words, *, stars=1, item="CUP", ago=1, store="UK"):
    make.store(store)
    now = timezone.now()
    one = review_item(
        number, text=words, stars=stars, item=item, store=store, written_at=now - ago * DAY
    )
    upsert_reviews([one], scope=None, by=None, at=now)


@pytest.fixture
def reviews():
    make.sku("CUP", of=make.product("P-CUP", title="Cup"))
    make.sku("PAN", of=make.product("P-PAN", title="Pan"))
    said("R-1", "broken and late")
    said("R-2", "broken", stars=5)
    said("R-3", "broken", item="PAN")
    said("R-4", "broken", item="UNKNOWN")
    said("R-5", "broken", ago=60)
    said("R-6", "broken", ago=200)


def counts(response):
    rows = response.context["rows"]
    return [(row["count"].keyword.phrase, row["count"].reviews, row["count"].bad) for row in rows]


def test_counts_of_a_product_open_to_just_their_reviews(page, reviews):
    answer = page.get(f"{COUNTS}?product=P-CUP&days=30")

    assert counts(answer) == [("broken", 2, 1), ("late", 1, 1)]
    shown = answer.content.decode()
    links = re.findall(r'<td class="num"><a href="(.*?)">(\d+)</a>', shown)
    assert [int(number) for _link, number in links] == [1, 2, 1, 1]
    for link, number in links:
        opened = text(page.get(unescape(link)))
        assert opened.count('class="field-external_id') == int(number)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [("broken", 4, 3), ("late", 1, 1)]),  # 90 days
        ("?days=30", [("broken", 3, 2), ("late", 1, 1)]),
        ("?days=365", [("broken", 5, 4), ("late", 1, 1)]),
        ("?days=7", [("broken", 4, 3), ("late", 1, 1)]),  # no such choice: as without
        ("?product=P-PAN", [("broken", 1, 1)]),
        ("?product=+P-PAN+", [("broken", 1, 1)]),
        ("?product=none", []),
    ],
)
def test_counts_are_those_of_the_days_and_the_product(page, reviews, query, expected):
    assert counts(page.get(f"{COUNTS}{query}")) == expected


def test_counts_of_all_products_open_to_just_their_reviews(page, reviews):
    [link] = re.findall(
        r'<td class="num"><a href="([^"]*)">3</a>', page.get(f"{COUNTS}?days=30").content.decode()
    )

    assert text(page.get(unescape(link))).count('class="field-external_id') == 3


def test_the_worst_products_are_named_and_lead_to_their_own_counts(page, reviews):
    answer = page.get(f"{COUNTS}?days=30")

    worst = [(one["product"].code, one["total"]) for one in answer.context["worst"]]
    assert worst == [("P-CUP", 2), ("P-PAN", 1)]
    assert 'href="?product=P-CUP&amp;days=30"' in answer.content.decode()


def test_a_product_that_is_not_there_is_said_to_be_so_as_text(page):
    shown = text(page.get(COUNTS, {"product": "<script>x</script>"}))

    assert "There is no product &lt;script&gt;x&lt;/script&gt; that you see." in shown


def test_keywords_that_wait_for_the_night_are_told(page):
    assert "in the next night" not in text(page.get(COUNTS))
    make.keyword("wobbly", is_counted=False)

    assert "1 keyword was changed" in text(page.get(COUNTS))


def test_one_sees_the_counts_of_the_own_stores(page, reviews):
    make.store("FR", department=make.department("away"))
    said("R-9", "broken", store="FR")

    assert counts(page.get(f"{COUNTS}?product=P-CUP&days=30"))[0] == ("broken", 2, 1)


def test_the_counts_ask_a_constant_number_of_questions(
    page, reviews, django_assert_max_num_queries
):
    page.get(COUNTS)
    with django_assert_max_num_queries(13):
        page.get(COUNTS)


def test_a_keyword_is_written_and_changed_and_never_deleted(page):
    page.post(ADD, {"phrase": "  Wobbly ", "language": "en", "topic": "quality", "active": "on"})
    made = ReviewKeyword.objects.get(phrase="wobbly")
    address = reverse("admin:orders_reviewkeyword_change", args=[made.pk])

    page.post(address, {"phrase": "shaky", "language": "en", "topic": "other", "active": "on"})
    made.refresh_from_db()
    assert (made.phrase, made.topic, made.is_counted) == ("shaky", "other", False)

    gone = page.post(reverse("admin:orders_reviewkeyword_delete", args=[made.pk]), {"post": "yes"})
    assert gone.status_code == 403
    assert ReviewKeyword.objects.filter(pk=made.pk).exists()


def test_the_same_phrase_is_refused_in_words(page):
    answer = page.post(ADD, {"phrase": "BROKEN", "language": "en", "topic": "quality"})

    assert "This phrase is watched in this language already." in text(answer)


def test_who_only_reads_changes_no_keyword(client):
    sign_in(client, make.user(role=Role.AUDITOR))

    assert client.get(COUNTS).status_code == 200
    assert client.get(ADD).status_code == 403
    assert "Watched keywords" in text(client.get(LIST)) or client.get(LIST).status_code == 200


def test_without_the_right_there_are_no_counts(client):
    sign_in(client, make.user(role=Role.HR_PAYROLL))

    assert client.get(COUNTS).status_code == 403
