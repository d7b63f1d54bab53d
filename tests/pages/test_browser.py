"""The desk in a real browser: walked through, watched for errors, and checked for accessibility."""

import os
import shutil
from datetime import date
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.core.roles import Role
from catalog.models import Handover, StoreAssignment
from compensation.actions.calculation import calculate_run
from compensation.actions.payruns import submit_run
from compensation.models import PayRun, Payslip
from kpis.models import NightlyRun, PeriodFact
from opsdesk.core.periods import Period
from tests import factories
from tests.factories import NOW

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 375, "height": 812}
MARCH = Period.parse("2026-03")
PASSWORD = "pw-for-tests"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.fixture
def browser(company, live_server):
    """A browser, started once the database stands: its event loop has connections of its own."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "a Chromium is needed"
    with playwright.sync_playwright() as player:
        yield player.chromium.launch(executable_path=path, args=FLAGS)
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Visitor:
    """A page with everything that went wrong on it."""

    def __init__(self, browser, server, *, size=DESKTOP, dark=False, language="en"):
        self.server = server.url
        self.context = browser.new_context(
            viewport=size, color_scheme="dark" if dark else "light", locale=language
        )
        self.page = self.context.new_page()
        self.wrong = []
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("request", self.asked)
        self.page.on("response", self.answered)

    def heard(self, message):
        if message.type in ("error", "warning"):
            self.wrong.append(f"{self.page.url} {message.type}: {message.text}")

    def asked(self, request):
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and url.netloc != urlsplit(self.server).netloc:
            self.wrong.append(f"another host: {request.url}")

    def answered(self, response):
        if response.status >= 500:
            self.wrong.append(f"{response.status}: {response.url}")

    def sign_in(self, name):
        self.go(reverse("admin:login"))
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector("#nav-sidebar", state="attached")
        return self

    def go(self, path):
        return self.page.goto(f"{self.server}{path}")

    def heading(self):
        return self.page.locator("h1").first.inner_text()

    def overflow(self):
        """By how many pixels the page is wider than the window."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return self.page.evaluate(wide)


@pytest.fixture
def visit(browser, live_server):
    """Signs people in; whatever went wrong on their pages fails the test."""
    visitors = []

    def make(name, **how):
        visitor = Visitor(browser, live_server, **how)
        visitors.append(visitor)
        return visitor.sign_in(name)

    yield make
    wrong = [one for visitor in visitors for one in visitor.wrong]
    for visitor in visitors:
        visitor.context.close()
    assert wrong == []


def offered(to):
    """A handover of a store that waits for this person's word."""
    giver = factories.person("E3", user=factories.user("giver"))
    StoreAssignment.objects.create(
        store=factories.store(), person=giver, from_date=date(2026, 4, 1)
    )
    return Handover.objects.create(
        store=factories.store(),
        from_person=giver,
        to_person=to,
        on_date=date(2026, 5, 1),
        reason="Moves to Asia",
        offered_by=giver.user,
        offered_at=NOW,
        accepted_from_at=NOW,
    )


@pytest.fixture
def company(transactional_db):
    """A month of a department, submitted by HR, with its figures computed."""
    boss, hr = factories.manager("boss"), factories.user("hr", role=Role.HR_PAYROLL)
    me = factories.user("me", role=Role.TEAM_MEMBER)
    factories.employment(factories.person("E1"), position="supervisor")
    mine = factories.employment(factories.person("E2", user=me))
    for number in range(40):
        factories.order("25.00", external_id=f"5363{number:02}", on=date(2026, 3, 1 + number % 28))
    factories.refund("10.01", on=date(2026, 3, 20))
    factories.target("1000.00")
    run = calculate_run(factories.department(), MARCH, by=hr, at=NOW)
    submit_run(run, scope=factories.scope(hr), by=hr, at=NOW)
    night = NightlyRun.objects.create(
        as_of=date(2026, 4, 1), state="done", started_at=NOW, finished_at=NOW
    )
    for kind, day in (("month", 1), ("day", 1), ("day", 2), ("day", 31)):
        PeriodFact.objects.create(
            scope_kind="company",
            scope_id=0,
            period_kind=kind,
            start=date(2026, 3, day),
            sold_amount=1000,
            refund_amount=10,
            orders=40,
            run=night,
        )
    offered(to=mine.person)
    return boss


def pages(run):
    payslip = Payslip.objects.filter(run=run, lines__kind="commission").first()
    line = payslip.lines.get(kind="commission")
    return {
        "home": reverse("admin:index"),
        "orders": reverse("admin:orders_order_changelist"),
        "order": reverse("admin:orders_order_change", args=[run.base_rows.first().order_id]),
        "returns": reverse("admin:orders_return_changelist"),
        "upload": reverse("admin:opsdesk_importbatch_add"),
        "metrics": reverse("admin:kpis_metrics"),
        "pay runs": reverse("admin:compensation_payrun_changelist"),
        "pay run": reverse("admin:compensation_payrun_change", args=[run.pk]),
        "payslip": reverse("admin:compensation_payslip_change", args=[payslip.pk]),
        "line": reverse("admin:compensation_payslip_line", args=[payslip.pk, line.position]),
        "plan": reverse("admin:compensation_planversion_change", args=[run.plan_id]),
        "handovers": reverse("admin:catalog_handover_changelist"),
        "offer": reverse("admin:catalog_handover_add"),
        "handover": reverse("admin:catalog_handover_change", args=[Handover.objects.get().pk]),
        "store form": reverse("admin:catalog_store_change", args=[factories.store().pk]),
    }


def test_from_the_home_page_to_an_order(company, visit):
    desk = visit("boss")

    assert desk.heading() == "My desk"
    assert "990.00" in desk.page.inner_text("#content")
    desk.page.click("#nav-sidebar >> text=Orders")
    desk.page.wait_for_selector("#result_list")
    assert desk.page.locator("#result_list tbody tr").count() == 40
    desk.page.fill("#searchbar", "536307")
    desk.page.press("#searchbar", "Enter")
    desk.page.wait_for_url("**q=536307**")
    desk.page.click("#result_list a >> text=536307")
    assert desk.heading() == "UK 536307"
    assert "Who was paid for this" in desk.page.inner_text("#content")


def test_a_list_shows_twenty_five_rows_at_once(company, visit):
    desk = visit("boss")
    desk.go(reverse("admin:orders_order_changelist"))

    inside = desk.page.evaluate(
        """() => [...document.querySelectorAll('#result_list tbody tr')].filter(
            (row) => row.getBoundingClientRect().bottom < innerHeight - 45).length"""
    )

    assert inside >= 25


def test_filters_open_and_ask_for_business_dates(company, visit):
    desk = visit("boss")
    desk.go(reverse("admin:orders_order_changelist"))

    desk.page.click("text=Filters")
    desk.page.wait_for_selector("#changelist-filter", state="visible")

    assert desk.page.locator("#changelist-filter [name=business_date_from]").count() == 1


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_second_person_approves_a_month(company, visit, size):
    run = PayRun.objects.get()
    desk = visit("boss", size=size)
    desk.page.click("#content >> text=Pay runs to approve")
    desk.page.click("#result_list a >> nth=0")

    desk.page.click("button:text-is('Approve')")

    desk.page.wait_for_selector("text=Approved.")
    run.refresh_from_db()
    assert (run.state, run.approved_by) == ("approved", company)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_receiver_accepts_a_handover(company, visit, size):
    desk = visit("me", size=size)
    desk.page.click("#content >> text=Handovers waiting for you")
    desk.page.click("#result_list tbody a >> nth=0")

    desk.page.click("button:text-is('Accept')")

    desk.page.wait_for_selector("text=It changes hands when both have accepted.")
    assert Handover.objects.get().state == "accepted"


def test_a_payslip_opens_down_to_the_orders(company, visit):
    desk = visit("boss")
    run = PayRun.objects.get()
    desk.go(pages(run)["pay run"])

    desk.page.click("table >> a >> nth=0")
    desk.page.click("a.kind:text-is('Commission')")

    assert desk.page.locator("table.sheet tbody tr").count() == 41
    desk.page.click("table.sheet tbody a >> nth=0")
    assert desk.heading().startswith("UK 5363")


def test_every_main_page_fits_a_phone(company, visit):
    desk = visit("boss", size=PHONE)
    too_wide = {}
    for name, path in pages(PayRun.objects.get()).items():
        desk.go(path)
        if desk.overflow() > 0:
            too_wide[name] = desk.overflow()

    assert too_wide == {}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_main_page_has_a_serious_barrier(company, visit, dark):
    desk = visit("boss", dark=dark)
    barriers = []
    for name, path in pages(PayRun.objects.get()).items():
        desk.go(path)
        found = axe.Axe().run(desk.page).response["violations"]
        barriers += [
            f"{name}: {one['id']} {one['nodes'][0]['target']}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]

    assert barriers == []


def test_the_language_is_kept_from_page_to_page(company, visit):
    desk = visit("boss")
    desk.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": "zh-hans", "url": desk.server}]
    )

    for path in pages(PayRun.objects.get()).values():
        desk.go(path)
        assert desk.page.get_attribute("html", "lang") == "zh-hans"
