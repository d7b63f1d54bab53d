"""The queue of disputes by deadline, and what the home page names."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.core.roles import Role
from tests import factories as make
from tests.pages.signing import sign_in

pytestmark = pytest.mark.django_db
QUEUE = reverse("admin:orders_dispute_deadlines")
HOUR = timedelta(hours=1)


def text(response):
    return " ".join(response.content.decode().split())


def numbers(response):
    return [one["row"].external_id for one in response.context["disputes"]]


@pytest.fixture
def me():
    person = make.person("E1", user=make.user("me", role=Role.TEAM_MEMBER))
    make.employment(person)
    return person


@pytest.fixture
def page(client, me):
    sign_in(client, me.user)
    return client


def test_the_queue_is_sorted_by_what_presses_most(page, me):
    now = timezone.now()
    make.dispute("none")
    make.dispute("later", respond_by=now + 99 * HOUR, handled_by=me)
    make.dispute("missed", respond_by=now - HOUR)
    make.dispute("soon", respond_by=now + HOUR, handled_by=make.person())
    make.dispute("done", status="won", respond_by=now)
    make.dispute("away", store=make.store("FR", department=make.department("away")), respond_by=now)

    assert numbers(page.get(QUEUE)) == ["missed", "soon", "later", "none"]
    assert numbers(page.get(f"{QUEUE}?whose=mine")) == ["later"]
    assert numbers(page.get(f"{QUEUE}?whose=nobody")) == ["missed", "none"]


def test_the_queue_is_paged(page, monkeypatch):
    monkeypatch.setattr("orders.admin.dispute_deadlines.PER_PAGE", 2)
    for number in range(5):
        make.dispute(f"D-{number}", respond_by=timezone.now() + number * HOUR)

    pages = [page.get(f"{QUEUE}?page={number}") for number in (1, 2, 3, 4)]

    assert [numbers(one) for one in pages] == [["D-0", "D-1"], ["D-2", "D-3"], ["D-4"], []]
    assert [one.context["has_more"] for one in pages] == [True, True, False, False]


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=²", "page=1e9", f"page={10**30}", "whose=me"]
)
def test_there_is_no_other_page(page, query):
    assert page.get(f"{QUEUE}?{query}").status_code == 404


def test_without_the_right_there_is_no_queue(client):
    sign_in(client, make.user(role=Role.HR_PAYROLL))

    assert client.get(QUEUE).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_asks_a_constant_number_of_questions(page, count, django_assert_max_num_queries):
    for _number in range(count):
        make.dispute(order=make.order(), handled_by=make.person(), respond_by=timezone.now())

    page.get(QUEUE)
    with django_assert_max_num_queries(11):
        page.get(QUEUE)


def test_the_home_page_names_what_is_missed_or_due_within_three_days(page, client):
    assert "Disputes to answer" not in text(page.get("/admin/"))
    now = timezone.now()
    make.dispute("D-LATE", respond_by=now - 2 * HOUR)
    make.dispute("D-SOON", respond_by=now + 20 * HOUR)
    make.dispute("D-FAR", respond_by=now + 6 * 24 * HOUR)

    shown = text(page.get("/admin/"))

    assert "Disputes to answer within 3 days" in shown
    assert "D-LATE" in shown
    assert "missed 2 hours ago" in shown
    assert "D-SOON" in shown
    assert "D-FAR" not in shown
    sign_in(client, make.user(role=Role.AUDITOR))
    assert "Disputes to answer" not in text(client.get("/admin/"))


def test_the_home_page_names_ten_and_says_that_there_are_more(page):
    for number in range(11):
        make.dispute(f"D-{number:02}", respond_by=timezone.now() + number * HOUR)

    shown = text(page.get("/admin/"))

    assert ("D-09" in shown, "D-10" in shown, "There are more of them." in shown) == (
        True,
        False,
        True,
    )
