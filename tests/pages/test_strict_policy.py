"""The desk in a browser that runs nothing but the scripts of its own host, and evaluates none.

Every visitor of ``visit`` fails the test on any violation, error or request to another host.
"""

from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.core.roles import Role
from accounts.models import User
from catalog.models import Category
from compensation.actions.plans import copy_plan
from compensation.models import PayRun
from opsdesk.admin import navigation
from tests import factories
from tests.factories import NOW
from tests.pages.test_browser import PHONE, browser, company, pages, visit  # noqa: F401

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

FORMS = (
    "accounts_person_add",
    "accounts_employment_add",
    "accounts_user_add",
    "catalog_product_add",
    "catalog_sku_add",
    "catalog_storeassignment_add",
    "compensation_proposal_add",
    "kpis_target_add",
)


@pytest.fixture(autouse=True)
def strict():
    assert settings.STRICT_SCRIPTS, "make scripts"


@pytest.fixture
def everybody(company):  # noqa: F811
    factories.user("admin", role=Role.ADMINISTRATOR)
    return company


def is_scripted(desk):
    """Whether the scripts of the page came to life."""
    return desk.page.evaluate(
        "() => !document.documentElement.hasAttribute('x-cloak') && !!window.Alpine"
    )


def forget_refusals(desk):
    """The browser writes down as an error that a page is not for this person."""
    refused = ("status of 403 (Forbidden)", "status of 404 (Not Found)")
    desk.wrong[:] = [one for one in desk.wrong if not one.endswith(refused)]


@pytest.mark.parametrize("name", ["boss", "admin", "me"])
def test_every_page_works_without_eval(everybody, visit, name):  # noqa: F811
    desk = visit(name)
    scope = factories.scope(User.objects.get(username=name))
    paths = [reverse(one.url) for one in navigation._entries if one.allowed(scope)]
    paths += [reverse(f"admin:{form}") for form in FORMS]
    paths += pages(PayRun.objects.get()).values()
    dead = []
    for path in paths:
        answer = desk.go(path)
        assert "unsafe-eval" not in answer.headers["content-security-policy"]
        if answer.status == 200 and not is_scripted(desk):
            dead.append(path)
    forget_refusals(desk)

    assert dead == []


def test_the_plan_is_written_in_forms_within_a_form(everybody, visit):  # noqa: F811
    used = PayRun.objects.get().plan
    plan = copy_plan(used, effective_from=date(2030, 1, 1), by=everybody, at=NOW)
    desk = visit("boss")
    desk.go(reverse("admin:compensation_planversion_change", args=[plan.pk]) + "?edit=1")
    total = "() => +document.getElementById('id_fund_tiers-TOTAL_FORMS').value"
    before = desk.page.evaluate(total)

    desk.page.click("#fund_tiers-group >> text=Add another")

    assert desk.page.evaluate(total) == before + 1


def test_the_menu_is_folded_and_stays_folded(everybody, visit):  # noqa: F811
    desk = visit("boss")
    desk.page.click("button[aria-label='Show or hide the menu'] >> visible=true")
    desk.page.wait_for_selector("#nav-sidebar", state="hidden")
    desk.go(reverse("admin:orders_order_changelist"))
    desk.page.wait_for_selector("#result_list")

    assert not desk.page.is_visible("#nav-sidebar")


def test_the_menu_of_a_phone_opens(everybody, visit):  # noqa: F811
    desk = visit("boss", size=PHONE)
    assert not desk.page.is_visible("#nav-sidebar")

    desk.page.click("button[aria-label='Show or hide the menu'] >> visible=true")

    desk.page.wait_for_selector("#nav-sidebar", state="visible")


def test_the_dark_look_is_chosen_and_kept(everybody, visit):  # noqa: F811
    desk = visit("boss")
    desk.page.click("nav + div[x-on\\:click]")
    desk.page.click("a >> text=Dark")
    desk.page.wait_for_selector("html.dark")
    desk.go(reverse("admin:orders_order_changelist"))

    desk.page.wait_for_selector("html.dark")


def test_filters_open_and_close(everybody, visit):  # noqa: F811
    desk = visit("boss")
    desk.go(reverse("admin:orders_order_changelist"))
    desk.page.click("text=Filters")
    desk.page.wait_for_selector("#changelist-filter", state="visible")

    desk.page.keyboard.press("Escape")

    desk.page.wait_for_selector("#changelist-filter", state="hidden")


def test_a_slash_leads_to_the_search(everybody, visit):  # noqa: F811
    desk = visit("boss")
    desk.go(reverse("admin:orders_order_changelist"))

    desk.page.keyboard.press("/")

    assert desk.page.evaluate("document.activeElement.id") == "searchbar"


def open_the_search(desk):
    desk.page.keyboard.press("Control+k")
    desk.page.wait_for_selector("#search-input-command:focus")


def type_store(desk):
    desk.page.keyboard.insert_text("Stor")
    desk.page.keyboard.press("e")  # the search waits for keys, and asks once for this one
    desk.page.wait_for_selector("#command-results-list li >> nth=0")


def test_a_page_is_found_by_command(everybody, visit):  # noqa: F811
    desk = visit("boss")
    open_the_search(desk)
    type_store(desk)
    desk.page.keyboard.press("ArrowDown")
    desk.page.wait_for_selector("#command-results-list li.active")

    desk.page.keyboard.press("Enter")

    desk.page.wait_for_url("**/catalog/**")


def test_enter_alone_takes_the_first_page_found(everybody, visit):  # noqa: F811
    desk = visit("boss")
    open_the_search(desk)
    desk.page.keyboard.press("Enter")  # nothing found yet: nothing to open
    type_store(desk)

    desk.page.keyboard.press("Enter")

    desk.page.wait_for_url("**/catalog/**")


def test_a_choice_is_searched_for(everybody, visit):  # noqa: F811
    Category.objects.create(code="toys", name="Toys")
    desk = visit("admin")
    desk.go(reverse("admin:catalog_product_add"))

    desk.page.click(".select2-selection")

    desk.page.wait_for_selector(".select2-results__option >> text=toys")


def test_a_day_is_picked_from_the_calendar(everybody, visit):  # noqa: F811
    desk = visit("admin")
    desk.go(reverse("admin:catalog_storeassignment_add"))
    desk.page.click(".date-icon >> nth=0")

    desk.page.click(".calendarbox td:not(.nonday) a >> visible=true >> nth=0")

    assert desk.page.input_value("#id_from_date") != ""
