"""Reviews in the browser: list and filters, form, follow-up, the order's panel, the home page."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.core.roles import Role
from orders.models import Review, ReviewMention, ReviewVersion
from tests import factories as make
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
LIST = reverse("admin:orders_review_changelist")
ADD = reverse("admin:orders_review_add")


def text(response):
    return " ".join(response.content.decode().split())


def page_of(review):
    return reverse("admin:orders_review_change", args=[review.pk])


def found(response):
    return text(response).count('class="field-external_id')


@pytest.fixture
def me():
    person = make.person("E1", user=make.user("me", role=Role.TEAM_MEMBER))
    make.employment(person)
    return person


@pytest.fixture
def page(client, me):
    sign_in(client, me.user)
    return client


def typed(**values):
    return {
        "store": make.store().pk,
        "external_id": "R-1",
        "item_code": "",
        "order_no": "",
        "stars": "2",
        "title": "Hm",
        "text": "It is broken",
        "language": "en",
        "written_at_0": "2026-04-01",
        "written_at_1": "20:30:00",
    } | values


def test_a_review_is_written_down_and_opens_its_follow_up(page):
    make.store(time_zone="America/New_York")
    order = make.order(external_id="O-1")
    cup = make.sku("CUP", of=make.product("P"))

    answer = page.post(ADD, typed(order_no="O-1", item_code="CUP"))

    stored = Review.objects.get()
    assert answer.status_code == 302
    assert (stored.order, stored.sku, stored.stars, stored.status) == (order, cup, 2, "open")
    assert stored.business_date == date(2026, 4, 1)
    shown = text(page.get(page_of(stored)))
    assert "broken · Quality" in shown
    assert "2026-04-01 20:30 America/New_York" in shown
    assert 'aria-label="2 of 5 stars"' in shown


def test_a_change_keeps_what_was_and_says_that_the_buyer_raised_the_stars(page):
    page.post(ADD, typed())
    stored = Review.objects.get()

    page.post(page_of(stored), typed(stars="4", text="A new one came"))

    stored.refresh_from_db()
    assert (stored.stars, stored.status) == (4, "open")
    assert ReviewVersion.objects.get().text == "It is broken"
    shown = text(page.get(page_of(stored)))
    assert "The buyer has raised the stars from 2 to 4." in shown
    assert "What it was before" in shown


def test_a_blank_order_and_item_are_taken_away(page):
    make.sku("CUP")
    make.order(external_id="O-1")
    page.post(ADD, typed(order_no="O-1", item_code="CUP"))
    stored = Review.objects.get()

    page.post(page_of(stored), typed())

    stored.refresh_from_db()
    assert (stored.order, stored.sku, stored.product, stored.item_code) == (None, None, None, "")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"order_no": "none"}, "There is no order none in store UK"),
        ({"stars": "6"}, "not one of the available choices"),
        ({"stars": ""}, "This field is required."),
        ({"language": "e n"}, "A language is a code such as en or zh."),
        ({"written_at_0": "0001-01-01"}, "is no day of our time"),
        ({"written_at_0": "2090-01-01"}, "is more than a day in the future"),
        ({"text": "x" * 20_001}, "at most 20000 characters"),
        ({"title": "a\tb"}, "no control characters"),
    ],
)
def test_what_is_wrong_is_said_at_the_form_and_nothing_is_written(page, given, sentence):
    answer = page.post(ADD, typed(**given))

    assert answer.status_code == 200
    assert sentence in text(answer)
    assert Review.objects.count() == 0


def test_a_number_that_is_there_is_refused_in_words(page):
    make.review("R-1", stars=5)

    assert "This store has a review with this number already." in text(page.post(ADD, typed()))
    assert Review.objects.get().stars == 5


def test_texts_are_shown_as_text(page):
    script = "<script>one()</script>"
    made = make.review(title=script, text=script, item_code=script, order=make.order())
    ReviewVersion.objects.create(review=made, stars=1, title=script, text=script, until=make.NOW)

    pages = [
        page.get(page_of(made)),
        page.get(LIST),
        page.get(reverse("admin:orders_order_change", args=[made.order_id])),
    ]

    assert [script in one.content.decode() for one in pages] == [False] * 3
    assert ["&lt;script&gt;one()" in one.content.decode() for one in pages] == [True] * 3


def test_the_button_makes_a_step_of_the_follow_up(page, me):
    made = make.review(stars=1, status="open")

    page.post(reverse("admin:orders_review_move", args=[made.pk, "contact"]))

    stored = Review.objects.get()
    assert (stored.status, stored.handled_by) == ("contacted", me)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 5),
        ("?rating=1", 1),
        ("?rating=bad", 2),
        ("?rating=good", 2),
        ("?rating=9", 5),  # no such choice: not narrowed
        ("?status__exact=open", 1),
        ("?product_code=P", 2),
        ("?product_code=*", 2),
        ("?product_code=none", 0),
        ("?keyword=broken", 2),
        ("?keyword=en:broken", 2),
        ("?keyword=zh:broken", 0),
        ("?keyword=broken&rating=bad&product_code=P", 1),
        ("?business_date_from=2026-04-02", 1),
        ("?q=AB", 2),
    ],
)
def test_the_list_is_narrowed(page, query, count):
    cup = make.sku(of=make.product("P"))
    product = {"sku": cup, "product": cup.product}
    broken = make.keyword("broken")
    reviews = [
        make.review("AB-1", stars=1, status="open", **product),
        make.review("AB-2", stars=5, **product),
        make.review("C-1", stars=2),
        make.review("C-2", stars=3, on=date(2026, 4, 2)),
        make.review("C-3", stars=4),
    ]
    for one in reviews[:2]:
        ReviewMention.objects.create(review=one, keyword=broken)

    assert found(page.get(f"{LIST}{query}")) == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_a_constant_number_of_questions(page, count, django_assert_max_num_queries):
    for _number in range(count):
        cup = make.sku()
        make.review(order=make.order(), handled_by=make.person(), sku=cup, product=cup.product)

    page.get(LIST)
    with django_assert_max_num_queries(13):
        page.get(LIST)


def test_of_another_department_there_is_nothing(page):
    theirs = make.review(store=make.store("FR", department=make.department("away")))

    assert page.get(page_of(theirs)).status_code == 404
    assert found(page.get(LIST)) == 0


def test_who_only_reads_sees_it_and_changes_nothing(client):
    sign_in(client, make.user(role=Role.AUDITOR))
    made = make.review(
        "R-1", stars=1, status="open", text="It leaks", order=make.order("9", external_id="O-1")
    )

    shown = text(client.get(page_of(made)))

    assert "It leaks" in shown
    assert "O-1" in shown
    assert client.post(page_of(made), typed()).status_code == 403
    assert Review.objects.get().text == "It leaks"


def test_an_orders_page_shows_what_was_written(page):
    order = make.order()
    made = make.review("R-7", stars=1, text="It leaks", order=order)

    shown = text(page.get(reverse("admin:orders_order_change", args=[order.pk])))

    assert f'<a href="{page_of(made)}">R-7</a>' in shown
    assert "It leaks" in shown


def test_the_home_page_counts_what_nobody_has_begun_to_follow_up(page, client):
    assert "Reviews to follow up" not in text(page.get("/admin/"))
    make.review(stars=1, status="open")
    make.review(stars=1, status="contacted")

    shown = text(page.get("/admin/"))

    assert f'<a href="{LIST}?status__exact=open">Reviews to follow up</a>' in shown
    sign_in(client, make.user(role=Role.AUDITOR))
    assert "Reviews to follow up" not in text(client.get("/admin/"))
