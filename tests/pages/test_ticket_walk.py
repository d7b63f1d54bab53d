"""A day with a ticket in a real browser, by the keyboard alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders.models import Ticket
from tests import factories
from tests.pages.test_browser import DESKTOP, PHONE, axe, browser, visit

__all__ = ["browser", "visit"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
MOST_TABS = 150
IS_THERE = "element => element === document.activeElement"


@pytest.fixture
def company(transactional_db):
    """Somebody who works on tickets, and two that nobody has taken."""
    li = factories.agent("li")
    for hours, subject in ((3, "Later"), (20, "Where is my parcel?")):
        at = timezone.now() - timedelta(hours=hours)
        factories.ticket(
            at=at, subject=subject, language="en", order=factories.order(store=factories.store())
        )
    return li


class Keys:
    """Reaches everything by Tab, and presses it."""

    def __init__(self, page):
        self.page = page

    def reach(self, selector):
        wanted = self.page.locator(selector).first
        for _step in range(MOST_TABS):
            if wanted.evaluate(IS_THERE):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached by Tab")

    def press(self, selector):
        self.reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def choose(self, selector, place):
        """Choose what stands at a place of a list; the first one is nothing."""
        self.reach(selector)
        for _step in range(place):
            self.page.keyboard.press("ArrowDown")

    def write(self, selector, text):
        self.reach(selector)
        self.page.keyboard.type(text)


def work(verb):
    """The button of a form that posts to a verb."""
    return f'form[action$="/do/{verb}/"] button'


@pytest.mark.parametrize(
    ("language", "size", "dark"),
    [("en", DESKTOP, False), ("zh-CN", PHONE, True)],
    ids=["english, desktop, light", "chinese, phone, dark"],
)
def test_a_day_with_a_ticket_by_the_keyboard_alone(company, visit, language, size, dark):
    desk = visit("li", language=language, size=size, dark=dark)
    keys = Keys(desk.page)

    def ticket():
        return Ticket.objects.get(subject="Where is my parcel?")

    desk.go("/admin/orders/ticket/")
    keys.press("#result_list tbody th a, #result_list tbody td a")
    assert "Where is my parcel?" in desk.heading()
    keys.press(work("take"))
    assert (ticket().status, ticket().owner) == ("open", company)

    keys.choose("#template", 2)
    keys.press('form[method="get"] button')
    assert desk.page.input_value("#text").startswith("Dear customer")
    keys.press(f'{work("answer")}[value="wait"]')
    assert ticket().status == "waiting_customer"

    keys.press(work("resume"))
    assert ticket().status == "open"
    keys.choose("#resolution", 6)
    keys.choose("#root_cause", 3)
    keys.press(f'{work("resolve")}[value="close"]')
    assert (ticket().status, ticket().resolution.code, ticket().root_cause.code) == (
        "closed",
        "refunded",
        "late_delivery",
    )
    keys.reach('input[name="csat"]')
    desk.page.keyboard.press("Space")
    for _star in range(3):
        desk.page.keyboard.press("ArrowRight")
    keys.press(work("rate"))
    assert ticket().csat == 4
    assert desk.overflow() <= 0


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_of_a_ticket_can_be_read_by_everybody(company, visit, dark):
    desk = visit("li", dark=dark)
    for path in ("/admin/orders/ticket/", f"/admin/orders/ticket/{Ticket.objects.first().pk}/"):
        desk.go(path)
        found = axe.Axe().run(desk.page)
        barriers = [
            (one["id"], one["nodes"][0]["target"])
            for one in found.response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        assert barriers == []
